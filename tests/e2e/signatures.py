#!/usr/bin/env python3
"""Signed sign-offs with the real ssh-agent and ssh-keygen: what is taken, what is refused in which words, what a
revoked key leaves behind; the log checked offline, by us and by doc/VERIFY alone."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import LIMIT, SRCDIR, Test
from demo import Demo, fetch
from signers import SIGNOFF, Agent, Signers, Token, make_key, ssh_sign


class World:
    """A demo whose group ledger takes signed sign-offs only, and an agent."""

    def __init__(self, t):
        self.t = t
        self.demo = Demo(t)
        os.makedirs(t.path("home"))
        self.home = {"HOME": t.path("home"), "SSH_AUTH_SOCK": "", "SIGNALBOX_KEY": ""}
        self.me = self.demo.get("/v1/whoami")["operator"]
        self.signers = Signers(self.demo)
        self.second_login()
        t.check(self.signers.require(), "the group asks for signatures after a reload")

    def second_login(self):
        """Who runs the demo has a token too."""
        conf = self.demo.path("signalboxd.conf")
        text = open(conf, encoding="utf-8").read()
        text = text.replace('name = "alice"; file', f'name = "{self.me}"; file')
        open(conf, "w", encoding="utf-8").write(text)

    def sign(self, operation, *more, env=None):
        return self.demo.sign(operation, *more, env={**self.home, **(env or {})})

    def put(self, operation, signature, name="raw"):
        """As a client of somebody else's would."""
        o = self.demo.operation(operation)
        body = {"digest": o["digest"], "decision": "approve", "reason": "by hand",
                "phrase": o["statement"]["confirm"], "signature": signature}
        status, answer = fetch(self.demo.socket, f"/v1/operations/{operation}/signoffs/{name}", "PUT", body)
        return status, answer.get("type", "").rsplit(":", 1)[-1], answer

    def statement(self, operation):
        return self.demo.run("operations", "show", operation, "--statement")[1].encode()

    def propose(self):
        status, _, err = self.demo.run("failover", "ledger", "--planned", "--reason", "signatures")
        self.t.check(status == 0, "a failover of ledger is proposed")
        self.t.note(err)
        return self.demo.proposal("ledger")["id"]


def refused(t, answer, words, name):
    status, _, err = answer
    t.check(status == 1 and re.search(words, err), name)
    if status != 1 or not re.search(words, err):
        t.note(answer)


def test_keys_in_words(t, world, operation):
    """What stands in the way is said before anything is sent."""
    refused(t, world.sign(operation), r"There is no SSH agent \(SSH_AUTH_SOCK", "no agent, no key: said")
    refused(t, world.sign(operation, "--no-signature"), "no sign-off without a signature", "nor can it be left out")
    held = Agent(t)
    agent = {**world.home, "SSH_AUTH_SOCK": held.socket}
    refused(t, world.sign(operation, env=agent), "offers no keys.*locked", "an agent without keys: said")
    held.add(t.path("mine"))
    refused(t, world.sign(operation, "--key", "SHA256:nonononono", env=agent), "There is no key", "a key that is not there")
    held.lock()
    refused(t, world.sign(operation, env=agent), r"locked \(ssh-add -X\)", "a locked agent: said")
    held.unlock()
    make_key(t, "closed", "secret")
    refused(t, world.sign(operation, "--key", t.path("closed")), "protected by a passphrase", "a protected file: said")
    t.equal(world.demo.operation(operation)["signoffs"], [], "nothing of this was sent")
    return agent


def test_backend_refuses(t, world, operation, agent, mine):
    me = world.me
    t.equal(world.put(operation, None)[:2], (422, "signature-missing"), "the backend wants a signature")
    t.equal(world.put(operation, "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")[:2],
            (422, "bad-signature"), "nonsense is no signature")
    refused(t, world.sign(operation, env=agent), "not among the allowed signers", "a key that is not listed: said")
    world.signers.allow(f'{me} valid-before="20200101" {mine}')
    refused(t, world.sign(operation, env=agent), "outside its validity", "an expired key: said")
    world.signers.allow(f'{me} namespaces="file" {mine}')
    t.equal(world.put(operation, ssh_sign(t, "mine", world.statement(operation)))[:2], (403, "key-not-allowed"),
            "a key for other things")
    world.signers.allow(f'{me} namespaces="{SIGNOFF}" {mine}')
    world.signers.revoke(mine)
    refused(t, world.sign(operation, env=agent), "is revoked", "a revoked key: said, without a reload")
    world.signers.revoke()
    text = world.statement(operation)
    t.equal(world.put(operation, ssh_sign(t, "mine", text, "drill@signalbox"))[:2], (422, "wrong-namespace"),
            "what was signed for a drill is worth nothing")
    t.equal(world.put(operation, ssh_sign(t, "mine", text.replace(b"ledger", b"lodger")))[:2],
            (422, "bad-signature"), "another text was signed")
    t.equal(world.demo.operation(operation)["signoffs"], [], "none of it counts")


def test_hardware(t, world, operation, token):
    """A hardware key, in the agent and by its file: each way in which it may not sign is said in its own words."""
    key, held = t.path("hard"), Agent(t, "hardware-agent")
    agent = {**world.home, "SSH_AUTH_SOCK": held.socket}
    by_file = {**world.home, **token.environment}
    token.make_key("pin", "-O", "verify-required")
    held.add("-S", token.library, key)

    known = open(world.demo.path("allowed_signers"), encoding="utf-8").read()
    world.signers.allow(known.strip(), f"{world.me} {token.make_key('untouched', '-O', 'no-touch-required')}")
    refused(t, world.sign(operation, "--key", t.path("untouched"), env=by_file), "signed without being touched",
            "a key that asks for no touch: refused, though the list allows it")
    world.signers.allow(known.strip())

    def with_finger(what, env, *more):
        token.finger(what)
        return world.sign(operation, *more, env=env)

    status, _, err = with_finger("no", agent)
    t.check(status == 1 and "touch the hardware key (ctrl-c gives up)" in err, "a command says that a touch is awaited")
    t.contains(err, "the touch was refused, or it is not plugged in", "in the agent, a refused touch: said")
    refused(t, with_finger("no", by_file, "--key", key), "the touch was refused", "by its file, a refused touch: said")
    refused(t, with_finger("gone", by_file, "--key", key), "not plugged in here", "one that is not plugged in: said")
    refused(t, with_finger("pin", by_file, "--key", key), "asks for a PIN.*give the key to the agent", "one that wants a PIN: said")
    token.patience(100)
    refused(t, world.sign(operation, env=agent), "not touched in time", "in the agent, a touch that does not come: said")
    refused(t, world.sign(operation, "--key", key, env=by_file), "not touched in time", "by its file, the same: said")
    token.patience(60000)
    refused(t, world.sign(operation, "--key", t.path("pin"), env=by_file), "asks for a PIN",
            "a PIN is not guessed at: each wrong one counts against the key")
    signing = subprocess.Popen(["signalbox", "signoff", operation, "--approve", "--reason", "the agent goes", "--confirm",
                                world.demo.operation(operation)["statement"]["confirm"]],
                               env={**world.demo.environment, **agent}, stderr=subprocess.PIPE)
    t.wait_for(token.is_waiting, "it waits for a touch")
    held.stop()
    err = signing.communicate(timeout=LIMIT)[1].decode()
    t.check(signing.returncode == 1 and "is gone: nobody answers at SSH_AUTH_SOCK" in err, "an agent that goes away meanwhile: said")
    t.note(err)
    t.equal(world.demo.operation(operation)["signoffs"], [], "nothing of this was sent")


def test_one_person_one_key(t, world, operation, agent, mine, shared):
    demo, me = world.demo, world.me
    status, out, err = world.sign(operation, env=agent)
    t.check(status == 0 and "signed with SHA256:" in out and "(ed25519, agent)" in out, "signed through the agent")
    t.note(out + err)
    first = demo.operation(operation)["signoffs"][0]
    t.equal((first["verified"], first["key_from"], first["operator"]), ("verified", "agent", me), "and recorded so")
    token = {**demo.bob(), "SIGNALBOX_TOKEN_FILE": demo.path("alice.token")}
    refused(t, world.sign(operation, "--key", t.path("shared"), env=token), "has signed this already",
            "another login is the same person")
    world.signers.allow(f"{me} {mine}", f"bob {mine}", f"bob {shared}")
    refused(t, world.sign(operation, env={**agent, **demo.bob()}), "One key counts once", "one key for two people")
    return first


def test_revoked(t, world, operation, agent, mine, shared, token):
    """The key of a sign-off that was given is revoked: it is void, and asked for again."""
    demo, me = world.demo, world.me
    world.signers.revoke(mine)
    t.wait_for(lambda: demo.operation(operation)["signoffs"][0]["void"], "a revoked key voids its sign-off")
    t.contains(demo.operation(operation)["signoffs"][0]["void_why"], "is revoked", "with its reason")
    audit = [json.loads(l) for l in demo.run("audit", "export")[1].splitlines()]
    t.equal([r["action"] for r in audit].count("signoff.void"), 1, "in the log")
    world.signers.revoke()
    hard = " ".join(t.read("hard.pub").split()[:2]) if token else shared
    world.signers.allow(f"{me} {mine}", f"bob {shared}", f"bob {hard}")
    t.check(world.sign(operation, env=agent)[0] == 0, "it can be given again with a good key")
    if token:
        token.finger("yes")
        answer = world.sign(operation, "--key", t.path("hard"), env={**demo.bob(), **token.environment})
    else:
        answer = world.sign(operation, "--key", t.path("shared"), env=demo.bob())
    kind = "sk-ed25519" if token else "ed25519"
    t.check(answer[0] == 0 and f"({kind}, file)" in answer[1], "the second person signs with a key file" +
            (" whose hardware is touched" if token else ""))
    t.equal([s["key_type"] for s in demo.operation(operation)["signoffs"] if not s["void"]], ["ed25519", kind],
            "with what each has signed stands in the operation")
    t.wait_for(lambda: demo.operation(operation)["past_pnr"], "and it passes its point of no return")


def test_broken_lists(t, world):
    """A slip in a list is told, and what was in force stays so."""
    demo = world.demo
    good = open(demo.path("allowed_signers"), encoding="utf-8").read()
    world.signers.allow("* ssh-ed25519 AAAA")
    t.wait_for(lambda: any(a["id"] == "signers" and not a["ended_at"] for a in demo.get("/v1/alarms")["alarms"]),
               "a broken list raises an alarm")
    status, _, err = t.run("signalboxd", "--check", "--config", demo.path("signalboxd.conf"))
    t.check(status == 1 and "line 1" in err and "pattern" in err, "--check says which line and why")
    t.note(err)
    world.signers.write("allowed_signers", good)
    os.chmod(demo.path("allowed_signers"), 0o666)
    status, _, err = t.run("signalboxd", "--check", "--config", demo.path("signalboxd.conf"))
    t.check(status == 1 and "others can write it" in err, "a list that everybody can write is no list")
    t.wait_for(lambda: any(a["id"] == "signers" and not a["ended_at"] and "others can write it" in a["text"]
                           for a in demo.get("/v1/alarms")["alarms"]), "the alarm says what is wrong now")
    os.chmod(demo.path("allowed_signers"), 0o600)
    if not t.wait_for(lambda: not any(a["id"] == "signers" and not a["ended_at"] for a in demo.get("/v1/alarms")["alarms"]),
                      "a good one ends it"):
        t.note(str(demo.get("/v1/alarms")["alarms"]))
        t.note(str([os.stat(demo.path(name)) for name in ("allowed_signers", "revoked_keys")]))
    open(demo.path("revoked_keys"), "w").close()
    status, _, err = t.run("signalboxd", "--check", "--config", demo.path("signalboxd.conf"))
    t.check(status == 1 and "it is empty" in err, "an empty revocation list is refused")
    world.signers.revoke()


def rechained(records):
    """The records with hashes that fit again, as a forger with the whole log would make them."""
    before, out = "0" * 64, []
    for record in records:
        record = {k: v for k, v in record.items() if k != "hash"}
        record["prev_hash"] = before
        line = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = subprocess.run(["sha256sum"], input=line.encode(), stdout=subprocess.PIPE,
                                check=True).stdout.decode()[:64]
        out.append(json.dumps({**record, "hash": before}))
    return "\n".join(out) + "\n"


def test_audit(t, world, mine):
    demo = world.demo
    export = demo.run("audit", "export")[1]
    lists = ("--allowed-signers", demo.path("allowed_signers"), "--revoked", demo.path("revoked_keys"))

    def verify(text, *more):
        return demo.run("audit", "verify", t.write("log.jsonl", text), *more, env={"SIGNALBOX_URL": "unix:/nowhere"})

    status, out, err = verify(export, *lists)
    t.check(status == 0 and out.count("a key of") == 3 and "validity judged at" in out, "the export verifies offline")
    t.note(out + err)
    status, out, _ = verify(export)
    t.check(status == 0 and out.count("was not checked") == 3, "without a list it says what it did not check")
    records = [json.loads(line) for line in export.splitlines()]
    signed = next(i for i, r in enumerate(records) if r.get("signature"))
    t.check(records[signed]["document"].encode() and records[signed]["key"].startswith("SHA256:"),
            "the record holds what was signed, and with which key")

    changed = export.replace('"reason', '"raeson', 1).replace("the drill of the test", "another reason", 1)
    status, _, err = verify(changed, *lists)
    t.check(status == 1 and "was changed" in err, "a changed record breaks the chain")
    forged = [dict(r) for r in records]
    forged[signed]["document"] = forged[signed]["document"].replace("North", "South")
    status, _, err = verify(rechained(forged), *lists)
    t.check(status == 1 and "whose digest is not the one" in err, "so does another document in a chain made anew")
    t.contains(err, f"line {signed + 1}: ", "and its line is told, whatever follows it")
    forged[signed]["digest"] = subprocess.run(["sha256sum"], input=forged[signed]["document"].encode(),
                                              stdout=subprocess.PIPE, check=True).stdout.decode()[:64]
    status, out, err = verify(rechained(forged), *lists)
    t.check(status == 1 and "NOT VERIFIED (bad)" in out, "with its digest too the signature gives it away")
    forged = [dict(r) for r in records]
    forged[signed]["actor"] = "mallory"
    status, out, _ = verify(rechained(forged), *lists)
    t.check(status == 1 and "NOT VERIFIED (not allowed)" in out, "another name is not the key's")
    def forge(i, change):
        forged = [dict(r) for r in records]
        forged[i] = {k: v for k, v in {**forged[i], **change}.items() if v is not None}
        return verify(rechained(forged), *lists)
    wanted = next(i for i, r in enumerate(records) if r.get("signature") and '"signature":"required"' in r["document"])
    for i, change, words in (
            (signed, {"action": "signoff.reject"}, "says something else"),
            (signed, {"object": "operation/op-other"}, "of another operation"),
            (wanted, {"signature": None, "key": None, "namespace": None}, "asks for a signature, and there is none")):
        status, out, _ = forge(i, change)
        t.check(status == 1 and words in out, f"a record forged around its signature is told: {words}")
        t.note(out)
    world.signers.revoke(mine)
    status, out, _ = verify(export, *lists)
    t.check(status == 1 and "NOT VERIFIED (revoked)" in out, "a key that is revoked now is told")
    world.signers.revoke()


def test_document(t, world, token):
    """The very lines of doc/VERIFY."""
    demo = world.demo
    with open(SRCDIR + "/doc/VERIFY", encoding="utf-8") as f:
        lines = [line[6:] for line in f if line.startswith("    $ ")]
    os.makedirs(t.path("verify"))
    with open(t.path("verify", "export.jsonl"), "w", encoding="utf-8") as f:
        f.write(demo.run("audit", "export")[1])
    for name in ("allowed_signers", "revoked_keys"):
        os.link(demo.path(name), t.path("verify", name))
    with open(t.path("verify", "events.jsonl"), "w", encoding="utf-8") as f:
        last = json.loads(open(t.path("verify", "export.jsonl"), encoding="utf-8").read().splitlines()[-1])
        text = json.dumps({"seq": last["seq"], "hash": last["hash"]})
        f.write(json.dumps({"type": "signalbox.audit.checkpoint", "data": {"text": text}}) + "\n")
    script = "set -euo pipefail\n" + "".join(lines)
    status, out, err = t.run("bash", "-c", script, cwd=t.path("verify"))
    t.check(status == 0 and f'Good "{SIGNOFF}" signature for {world.me}' in out and "document: OK" in out,
            "jq, sha256sum and ssh-keygen verify the same")
    t.note(out[-1500:] + err)
    status, out, err = t.run("bash", "-c", script.replace("head -n 1)", "tail -n 1)"), cwd=t.path("verify"))
    t.check(status == 0 and f'Good "{SIGNOFF}" signature for bob with {"ED25519-SK" if token else "ED25519"} key' in out,
            "also what was signed by the second person" + (", with hardware" if token else ""))
    if token:
        with open(SRCDIR + "/doc/VERIFY", encoding="utf-8") as f:
            line = next(line for line in f if line.startswith("    grep "))
        t.equal(t.run("sh", "-c", line, cwd=t.path("verify"))[1].strip(), "01", "and that the hardware was touched for it")
    text = open(t.path("verify", "export.jsonl"), encoding="utf-8").read()
    with open(t.path("verify", "export.jsonl"), "w", encoding="utf-8") as f:
        f.write(text.replace("the drill of the test", "the drill of the toast", 1))
    status, _, _ = t.run("bash", "-c", script, cwd=t.path("verify"))
    t.check(status != 0, "and see a change")


with Test() as t:
    mine, shared = make_key(t, "mine"), make_key(t, "shared")
    token = None if Token.MISSING else Token(t)
    world = World(t)
    world.demo.wait_up()
    operation = world.propose()
    agent = test_keys_in_words(t, world, operation)
    test_backend_refuses(t, world, operation, agent, mine)
    if token:
        token.make_key("hard")
        test_hardware(t, world, operation, token)
    else:
        t.skip("a hardware key", Token.MISSING)
    test_one_person_one_key(t, world, operation, agent, mine, shared)
    test_revoked(t, world, operation, agent, mine, shared, token)
    test_broken_lists(t, world)
    test_audit(t, world, mine)
    test_document(t, world, token)
    log = t.read("demo/signalboxd.log")
    t.check("PRIVATE KEY" not in log and "SIGNATURE" not in log, "no key and no signature in the daemon's log")
