"""Telling others (L17): real receivers of every kind get what happens, at least once and in order, though they and the
daemon are killed; what falls behind is told."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/api")
from sbtest import LIMIT, SRCDIR, Test

try:
    from backend import Backend
except ImportError as error:
    Test.skip_all(f"{error.name} is not installed")

SINKS = """
checkpoint_key = "checkpoint-key";
sinks = (
  {{ name = "hook"; kind = "webhook"; url = "http://127.0.0.1:{hook}/in?key=hidden"; location = "north"; patience = "0s";
     token_file = "hook.token"; }},
  {{ name = "alerts"; kind = "webhook"; url = "http://127.0.0.1:{alerts}/"; format = "alertmanager"; }},
  {{ name = "pager"; kind = "command"; command = [ "{pager}", "one argument" ]; topics = [ "alarm", "sink" ];
     severity = "error"; }},
  {{ name = "file"; kind = "file"; path = "events.jsonl"; topics = [ "audit", "alarm", "verdict", "finding",
     "checkpoint", "notice" ]; }},
  {{ name = "syslog"; kind = "syslog"; path = "syslog.sock"; topics = [ "audit" ]; }},
  {{ name = "journal"; kind = "journal"; path = "journal.sock"; topics = [ "audit" ]; }}
);
"""

PROPOSAL = {"kind": "failover", "scope": {"group": "pay"}, "reason": "practice run", "planned": False}


class Receivers:
    def __init__(self, t):
        self.t, self.ports, self.running, self.datagrams = t, {"hook": t.port(), "alerts": t.port()}, {}, {}
        for name in ("syslog", "journal"):
            self.datagrams[name] = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self.datagrams[name].bind(t.path(name + ".sock"))
            self.datagrams[name].settimeout(LIMIT)

    def start(self, name, *refused):
        self.running[name] = self.t.spawn(sys.executable, SRCDIR + "/tests/lib/receiver.py", str(self.ports[name]),
                                          self.t.path(name + ".got"), *refused)
        self.t.wait_for(lambda: self.listens(name), f"the receiver {name} is there")

    def listens(self, name):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.ports[name])) == 0

    def kill(self, name):
        self.t.stop(self.running[name], how=signal.SIGKILL)

    def got(self, name):
        """What the receiver has taken: [content type, authorization, event]."""
        return lines(self.t, name + ".got")

    def events(self, name):
        return [event for _, _, event in self.got(name)]

    def types(self, name):
        return [event["type"] for event in self.events(name)]


def configure(t, receivers):
    t.write("pager", '#!/bin/sh\n[ "$1" = "one argument" ] || exit 9\ncat >>"$0.got"\n', mode=0o700)
    t.write("hook.token", "secret-of-hook\n")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "checkpoints", "-f", t.path("checkpoint-key")],
                   check=True)
    t.write("daemon.conf", t.read("daemon.conf") + SINKS.format(pager=t.path("pager"), **receivers.ports))


    notices = 'notices = { failover = "{title} runs in {to}; {reduced} is missing"; };\n    plan ='
    fleet = t.read("fleet.conf").replace("plan =", notices, 1)
    t.write("fleet.conf", re.sub(r'tested = "[^"]*"; ', "", fleet))


def customers_are_told(t, backend, receivers):
    """A sink names the topic notice, so no person is asked to tell the customers (F4)."""
    backend.ask("POST", "/v1/operations", PROPOSAL)  # unless one waits from before
    operation = t.wait_for(lambda: next((o for o in backend.get("/v1/operations")["operations"]
                                         if o["state"] == "awaiting-sign-off"), None), "a failover waits")
    step = next(s for s in operation["steps"] if s["kind"] == "notify")
    t.equal((step["side"], step["task"]), ("signalbox", "Group pay runs in north; nothing is missing"),
            "the plan tells the customers, in the words of the fleet file")
    sign = {"digest": operation["digest"], "decision": "approve", "reason": "it is gone",
            "phrase": operation["statement"]["confirm"]}
    t.equal(backend.ask("PUT", f"/v1/operations/{operation['id']}/signoffs/sign-n", sign, person="anna").status, 200,
            "it is signed")
    t.wait_for(lambda: backend.get(f"/v1/operations/{operation['id']}")["ended_at"], "it runs to its end")
    told = t.wait_for(lambda: [e for e in lines(t, "events.jsonl") if e["topic"] == "notice"], "the notice is delivered")
    t.equal([(e["type"], e["data"]["text"]) for e in told[:1]], [("signalbox.notice.published", step["task"])], "word for word")


def lines(t, name):
    """Those that are whole: the last one may be on its way."""
    whole = t.read(name).splitlines(keepends=True) if t.exists(name) else []
    return [json.loads(line) for line in whole if line.endswith("\n")]


def seqs(events):
    return [e["data"]["seq"] for e in events if e["topic"] == "audit"]


def everybody_is_told(t, backend, receivers):
    t.wait_for(lambda: "signalbox.alarm.raised" in receivers.types("hook"), "the webhook hears of an alarm")
    media, token, event = receivers.got("hook")[0]
    t.equal((media.split(";")[0], token), ("application/cloudevents+json", "Bearer secret-of-hook"),
            "as structured CloudEvents, with its token")
    t.equal([event[k] for k in ("specversion", "source", "datacontenttype")],
            ["1.0", "/signalbox/practice/bridge", "application/json"], "with the attributes that CloudEvents asks for")
    alert = t.wait_for(lambda: next(e for e in receivers.events("alerts")
                                    if e["alerts"][0]["labels"]["alertname"] == "location-down"),
                       "the other one hears of it too")
    t.equal((alert["version"], alert["status"]), ("4", "firing"), "in Alertmanager's words")
    t.wait_for(lambda: "alarm" in {e["topic"] for e in lines(t, "pager.got")}, "the command is run")
    t.check({e["topic"] for e in lines(t, "pager.got")} <= {"alarm", "sink"}, "for the topics that it is for")
    t.wait_for(lambda: any(e["topic"] == "verdict" and e["data"]["location"] == "west"
                           for e in lines(t, "events.jsonl")), "the file has the verdict")


def plans_are_told(t, receivers):
    """A plan that was never tested is due: whoever does not choose topics is reminded, mildly (F10)."""
    due = t.wait_for(lambda: next((e for e in receivers.events("hook") if e["topic"] == "reminder"), None), "a reminder comes")
    t.equal((due["type"], due["subject"], due["severity"]), ("signalbox.plan.due", "group/pay", "warning"), "of the plan that is due")
    t.contains(due["data"]["facts"], "never tested", "it says why")
    t.check("reminder" not in {e["topic"] for e in lines(t, "events.jsonl")}, "who chose topics without it is not told")


def decisions_are_told(t, backend, receivers):
    answer = backend.ask("POST", "/v1/operations", PROPOSAL)
    t.equal(answer.status, 200, "a failover is proposed")
    operation = answer.json
    t.wait_for(lambda: 1 in seqs(receivers.events("hook")), "the first audit record is told")
    told = next(e for e in receivers.events("hook") if e["id"] == "audit-1")
    record = backend.get("/v1/audit")["records"][0]
    t.equal(told["data"], record, "as it stands in the log, hash and all")
    t.equal(told["type"], "signalbox.audit." + record["action"], "its type says what was done")
    line = receivers.datagrams["syslog"].recv(1 << 20).decode()
    t.check(line.startswith("<30>") and "signalbox[" in line and '"topic":"audit"' in line, "syslog has it")
    text = receivers.datagrams["journal"].recv(1 << 20).decode()
    t.check("PRIORITY=6\n" in text and "MESSAGE=audit." in text and text.endswith("}\n"), "the journal has it")
    return operation


def checkpoints_are_signed(t, receivers):
    t.wait_for(lambda: "signalbox.audit.checkpoint" in receivers.types("hook"), "a checkpoint leaves the house")
    data = next(e["data"] for e in receivers.events("hook") if e["topic"] == "checkpoint")
    with open(t.path("checkpoint-key.pub"), encoding="utf-8") as file:
        t.write("signers", "bridge " + file.read())
    t.write("signature", data["signature"])
    done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", t.path("signers"), "-I", "bridge", "-n", data["namespace"],
                           "-s", t.path("signature")], input=data["text"].encode(), capture_output=True, check=False)
    t.equal(done.returncode, 0, "signed, as anybody can check")
    t.equal({k: json.loads(data["text"])[k] for k in ("seq", "hash")}, {k: data[k] for k in ("seq", "hash")},
            "and it says what it signs")


def state(backend, name):
    return next(s for s in backend.get("/v1/sinks")["sinks"] if s["name"] == name)


def dies_and_comes_back(t, backend, receivers, operation):
    receivers.kill("hook")
    path = f"/v1/operations/{operation['id']}"
    t.equal(backend.ask("POST", path + "/withdraw", {"reason": "not needed"}).status, 200, "something happens meanwhile")
    t.wait_for(lambda: state(backend, "hook")["failing_since"], "the webhook's trouble is seen")
    t.wait_for(lambda: any(a["id"] == "sink:hook" for a in backend.get("/v1/alarms")["alarms"]), "and is an alarm")
    t.check("hidden" not in json.dumps(state(backend, "hook")) + t.read(backend.process.log),
            "what may be secret in its address is shown nowhere")
    t.wait_for(lambda: "signalbox.alarm.raised" in [e["type"] for e in lines(t, "events.jsonl")
                                                    if e["subject"] == "sink/hook"], "that the others hear of")
    backend.stop(how=signal.SIGKILL)
    receivers.kill("alerts")
    backend.start()
    backend.ask("POST", "/v1/operations", PROPOSAL)
    receivers.start("alerts")
    receivers.start("hook")
    head = backend.get("/v1/audit/head")["seq"]
    t.wait_for(lambda: head in seqs(receivers.events("hook")), "back again, it gets what it missed")
    first = list(dict.fromkeys(seqs(receivers.events("hook"))))
    t.equal(first, list(range(1, len(first) + 1)), "every record, in order, though the daemon was killed too")
    t.wait_for(lambda: first[-1] in seqs(lines(t, "events.jsonl")), "so does the file")
    t.equal(list(dict.fromkeys(seqs(lines(t, "events.jsonl"))))[:len(first)], first, "with the same")
    t.wait_for(lambda: not state(backend, "hook")["failing_since"], "it is well again")
    sequences = [int(e["sequence"]) for e in lines(t, "events.jsonl")]
    t.equal([s for s in dict.fromkeys(sequences)], sorted(set(sequences)), "the sequence only grows")


def refusals_are_left_out(t, backend, receivers):
    receivers.kill("hook")
    receivers.start("hook", "signalbox.sink.test")
    url = "unix:" + t.path("sock")
    status, out, err = t.run("signalbox", "sinks", "test", "hook", "--url", url)
    t.equal((status, err), (0, ""), "a test is sent")
    t.contains(out, "on its way", "which is said")
    t.wait_for(lambda: state(backend, "hook")["dropped"] == 1, "what it refuses for good is left out, and counted")
    t.equal(t.run("signalbox", "sinks", "test", "pager", "--url", url)[0], 0, "another one is tested")
    t.wait_for(lambda: "signalbox.sink.test" in [e["type"] for e in lines(t, "pager.got")], "it gets it")
    t.check("signalbox.sink.test" not in [e["type"] for e in lines(t, "events.jsonl")], "and nobody else does")
    status, out, err = t.run("signalbox", "sinks", "test", "nobody", "--url", url)
    t.equal((status, "there are hook, alerts" in err), (1, True), "an unknown one is refused, with those that there are")
    status, out, err = t.run("signalbox", "sinks", "--url", url)
    t.check(status == 0 and "has gaps" in out and "127.0.0.1" in out, "the list says how they are")
    answer = backend.ask("POST", "/v1/sinks/hook/test", {}, person="vera")
    t.equal(answer.status, 403, "a viewer tests nothing")


def rewritten(lines, keep):
    """The export's first records as somebody would forge them: every hash is right again."""
    before = "0" * 64
    for line in lines[:keep]:
        record = json.loads(line)
        del record["hash"]
        record["prev_hash"] = before
        if record["seq"] == 1:
            record["actor"] = "nobody"
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = record["hash"] = hashlib.sha256(text.encode()).hexdigest()
        yield json.dumps(record) + "\n"


def checkpoints_hold_the_log(t, backend):
    def exported():
        text = backend.ask("GET", "/v1/audit/export").body.decode()
        known = [e["data"]["seq"] for e in lines(t, "events.jsonl") if e["topic"] == "checkpoint"]
        return text if len(text.splitlines()) in known else None
    export = t.wait_for(exported, "the file has a checkpoint of the log's head")
    t.write("export.jsonl", export)
    verify = ("audit", "verify", "--checkpoints", t.path("events.jsonl"))
    status, out, err = t.run("signalbox", *verify, t.path("export.jsonl"), "--allowed-signers", t.path("signers"))
    t.equal((status, err, "their signatures are good" in out), (0, "", True), "the log holds the checkpoints")
    records = export.splitlines()
    t.write("forged.jsonl", "".join(rewritten(records, len(records))))
    t.equal(t.run("signalbox", "audit", "verify", t.path("forged.jsonl"))[0], 0, "a forged chain is a chain")
    status, out, err = t.run("signalbox", *verify, t.path("forged.jsonl"))
    t.equal((status, "was rewritten since" in err), (1, True), "but it contradicts what left the house")
    t.write("cut.jsonl", "\n".join(records[:-1]) + "\n")
    status, out, err = t.run("signalbox", *verify, t.path("cut.jsonl"))
    t.equal((status, "cut off" in err), (1, True), "so does one that was cut")
    shell = [line[6:] for line in open(SRCDIR + "/doc/VERIFY", encoding="utf-8") if line.startswith("    $ ") and
             ("left" in line or "stands" in line)]
    for name, wanted in (("export.jsonl", 0), ("forged.jsonl", 1)):
        script = "".join(shell).replace("export.jsonl", name)
        done = subprocess.run(["sh", "-ec", script], cwd=t.dir, env={**os.environ, "LC_ALL": "C"}, capture_output=True,
                              text=True, check=False)
        t.equal(done.returncode, wanted, f"doc/VERIFY says the same of {name} with public tools")


def bad_files(t):
    good = t.read("daemon.conf")
    bad = (good.replace(' path = "events.jsonl";', "").replace("kind = \"syslog\"", 'kind = "syslog"; url = "http://x/"')
           .replace('name = "journal"', 'name = "hook"').replace(t.path("pager"), "pager"))
    t.write("bad.conf", bad)
    status, _, err = t.run("signalboxd", "--check", "bad.conf", cwd=t.dir)
    t.equal((status, len(err.splitlines())), (1, 4), "four mistakes are four lines")
    for part in ('of kind "file" needs path', 'of kind "syslog" has no url', '"hook" stands in this list already',
                 "absolute path"):
        t.contains(err, part, f"{part}")


with Test() as t:
    receivers = Receivers(t)
    backend = Backend(t)
    configure(t, receivers)
    receivers.start("hook")
    receivers.start("alerts")
    backend.start_sites()
    backend.start()
    t.wait_for(backend.settled, "all is well")
    t.equal(backend.fault("west", "down"), 200, "a region dies")
    everybody_is_told(t, backend, receivers)
    plans_are_told(t, receivers)
    operation = decisions_are_told(t, backend, receivers)
    checkpoints_are_signed(t, receivers)
    dies_and_comes_back(t, backend, receivers, operation)
    refusals_are_left_out(t, backend, receivers)
    customers_are_told(t, backend, receivers)
    checkpoints_hold_the_log(t, backend)
    bad_files(t)
    t.equal(backend.stop(), 0, "it ends cleanly")
