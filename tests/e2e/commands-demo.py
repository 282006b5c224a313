"""The commands on a running fleet: what they print for people, for programs, for other locales and terminals;
who is let in; and the audit log, whole, tampered with, cut off."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from demo import Demo, fetch, patiently
from sbtest import LIMIT, Test, until

KEYS = {  # of --json: what programs rely on
    ("status",): {"fleet", "critical", "critical_over", "awaiting_sign_off", "running", "findings", "alarms", "groups"},
    ("regions",): {"locations"}, ("roles",): {"workloads"}, ("signoffs",): {"operations"},
    ("operations",): {"operations"}, ("readiness",): {"findings"}, ("alarms",): {"alarms"},
    ("automation",): {"automation", "groups"}, ("schedules",): {"schedules"}, ("runs",): {"runs", "more"}, ("plans",): {"plans"}, ("audit", "list"): {"records", "more"},
    ("gate", "maintenance", "payments"): {"state", "why"},
}
SCREENS = {"region": "westeurope", "cell": "payments/settle", "record": "1"}


def test_json(t, demo):
    for command, keys in KEYS.items():
        status, out, err = demo.run(*command, "--json")
        t.check(status in (0, 4) and not err and out.count("\n") == 1, f"{command[0]} --json is one line")
        t.check(keys <= set(json.loads(out)), f"{command[0]} --json has its keys")
    for command in KEYS:
        status, out, err = demo.run(*command, env={"LC_ALL": "C"})
        t.check(status in (0, 4) and out.isascii() and not err, f"{command[0]} is ASCII in the C locale")
    status, out, _ = demo.run("roles", "--filter", "group:payments", "--json")
    t.equal({w["group"] for w in json.loads(out)["workloads"]}, {"payments"}, "roles --filter filters")
    t.wait_for(lambda: demo.run("readiness", "--fail-on", "critical")[0] == 0, "readiness --fail-on: nothing so bad")
    t.equal(demo.run("readiness", "--fail-on", "error")[0], 1, "readiness --fail-on: East US is not watched from outside")
    t.wait_for(lambda: demo.run("readiness", "--group", "payments", "--fail-on", "error")[0] == 0, "which is no business of payments")
    for finding in [f["id"] for f in demo.json("readiness")["findings"] if f["severity"] == "error"]:
        t.equal(demo.run("readiness", "ack", finding, "--note", "it is practice", "--for", "1d")[0], 0, "a finding is acknowledged")
        back = ("readiness", "ack", finding, "--withdraw")
        t.equal(demo.run(*back)[0], 2, "that is taken back with a reason only")
        t.equal(demo.run(*back, "--reason", "it was another one")[0], 0, "then it is")
        t.equal(demo.run(*back, "--reason", "once more")[0], 1, "once")
        t.equal(demo.run("readiness", "ack", finding, "--note", "it is practice", "--for", "1d")[0], 0, "and given again")
    t.wait_for(lambda: demo.run("readiness", "--fail-on", "error")[0] == 0, "then it does not count")
    t.contains(demo.run("readiness")[1], "R09:location/eastus", "but stays listed, by the id that ack takes")
    t.equal(demo.run("readiness", "--group", "nobody")[0], 2, "readiness --group nobody")


def test_once(t, demo):
    names = re.search(r"there are: (.*)", demo.run("--once", "--screen", "?")[2]).group(1).split(", ")
    t.check({"overview", "roles"} <= set(names), "the screens are listed")
    for name in names:
        more = ["--object", SCREENS[name]] if name in SCREENS else []
        for size in ("80x24", "132x43", "40x10", "7x3", "1x1"):
            status, out, err = demo.run("--once", "--screen", name, "--size", size, *more)
            width, height = map(int, size.split("x"))
            lines = out.split("\n")[:-1]
            t.check(status == 0 and not err and len(lines) == height, f"{name} at {size} has its lines")
            if size == "80x24":
                t.check(max(map(len, lines)) <= width and "signalbox" in lines[0], f"{name} at {size} fits, with its frame")
        for env, more2 in (({"LC_ALL": "C"}, []), ({}, ["--ascii"])):
            status, out, _ = demo.run("--once", "--screen", name, *more, *more2, env=env)
            t.check(status == 0 and out.isascii(), f"{name} is ASCII with {env or more2}")
        t.check("\x1b" not in out, f"{name} without --ansi has no escape")
    out = demo.run("--once", "--ansi")[1]
    t.check(re.search(r"\x1b\[[0-9;]*38;5;", out), "--ansi has colours")
    out = demo.run("--once", "--ansi", env={"COLORTERM": "truecolor"})[1]
    t.check(re.search(r"\x1b\[[0-9;]*38;2;", out), "as many as the terminal says")
    for more, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"})):
        out = demo.run("--once", "--ansi", *more, env=env)[1]
        t.check(not re.search(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[;m]", out), f"none with {more or env}")
    status, _, err = demo.run("--once", "--ansi", "--theme", "sunny")
    t.check(status == 2 and "sunny" in err, "a theme that is none is told")


def test_identity(t, demo):
    with open(demo.path("signalboxd.port"), encoding="ascii") as f:
        url = "http://127.0.0.1:" + f.read().strip()
    t.write("wrong.token", "not-the-token\n")
    t.write("open.token", "not-the-token\n", mode=0o644)
    for name in ("status", "gate", "console"):
        arguments = {"gate": ["maintenance", "payments"], "console": ["--once"]}.get(name, [])
        status, _, err = demo.run(name, *arguments, "--url", url)
        t.check(status == 1 and "--token-file" in err, f"{name} without a token says what is missing")
        status, _, err = demo.run(name, *arguments, "--url", url, "--token-file", t.path("wrong.token"))
        t.check(status == 1 and "token is not known" in err, f"{name} with a wrong token says so")
        status, _, err = demo.run(name, *arguments, "--url", url, "--token-file", t.path("open.token"))
        t.check(status == 2 and "chmod 600" in err, f"{name}: a token that others may read is not sent")
    t.equal(demo.run("status", env=demo.bob())[0], 0, "the right one is let in")
    write = t.write("signalbox.conf", f'backends = ( {{ name = "b"; url = "{url}"; token_file = "{demo.path("bob.token")}"; }} );\n')
    plain = {k: v for k, v in demo.environment.items() if k != "SIGNALBOX_URL"}
    t.equal(t.run("signalbox", "status", "--config", write, env=plain)[0], 0, "backend and token from the file")
    t.equal(t.run("signalbox", "status", "--config", write, "--url", url, env=plain)[0], 0,
            "a backend that the file knows has its token, named anew")
    other = url.replace("127.0.0.1", "localhost")
    t.check(t.run("signalbox", "status", "--config", write, "--url", other, env=plain)[0] != 0, "no other gets it")


def test_audit(t, demo):
    status, out, _ = demo.run("audit", "export")
    lines = out.splitlines(keepends=True)
    t.check(status == 0 and len(lines) >= 5, "the log is exported")
    t.check(demo.run("audit", "verify")[0] == 0, "the backend's own log verifies")
    middle = json.loads(lines[len(lines) // 2])
    tampered = {**middle, "actor": "nobody"}

    def verify(name, text):
        return t.run("signalbox", "audit", "verify", t.write(name, text))
    rows = [("good", out, 0, "head"), ("without its last line feed", out.rstrip("\n"), 1, "cut"),
            ("tampered", "".join(lines[:len(lines) // 2]) + json.dumps(tampered) + "\n" + "".join(lines[len(lines) // 2 + 1:]), 1, "was changed"),
            ("with a record missing", "".join(lines[:2] + lines[3:]), 1, "missing"),
            ("in another order", "".join([lines[1], lines[0]] + lines[2:]), 1, "another order"),
            ("without its beginning", "".join(lines[1:]), 1, "after record 0"),
            ("truncated in the middle", out[:len(out) // 2], 1, "line"), ("empty", "", 1, "no record"),
            ("no log at all", "hello\n", 1, "line 1"), ("binary", "\x00\x01\n", 1, "line 1"),
            ("one endless line", "[" * 5000000, 1, "")]
    for name, text, code, word in rows:
        status, got, err = verify(name.replace(" ", "-"), text)
        t.check(status == code and word in got + err, f"an export {name} is {'good' if code == 0 else 'told'}")
        if status != code or word not in got + err:
            t.note(f"{status}: {got} {err}"[:500])
    got = json.loads(t.run("signalbox", "audit", "verify", t.path("good"), "--json")[1])
    t.equal((got["verified"], got["seq"]), (True, len(lines)), "verify --json tells the head")
    with open(t.path("good"), "rb") as f:
        t.equal(t.run("signalbox", "audit", "verify", "-", stdin=f)[0], 0, "verify reads standard input")
    out = demo.run("audit", "list", "--from", "0", "--json")[1]
    t.equal(json.loads(out)["records"][0]["seq"], 1, "list --from 0 begins at the beginning")
    t.equal(demo.run("audit", "list", "--from", "x")[0], 2, "--from is a number")


def screen_of(demo, t, **env):
    """Opens the console in a terminal, leaves it with q: (exit status, bytes seen)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(demo.environment)
        os.environ.update(env)
        os.execvp("signalbox", ["signalbox"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen, status, end, asked = b"", None, time.monotonic() + LIMIT, 0.0
    while time.monotonic() < end and status is None:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                pass
        if b"practice" in seen and time.monotonic() - asked > 1:
            asked = time.monotonic()
            try:
                os.write(fd, b"q")
            except OSError:
                pass
        done, code = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(code) if done else None
    if status is None:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    os.close(fd)
    return status, seen


def printed(demo, columns, *args):
    """What a command prints on a terminal so wide: its lines."""
    return patiently(lambda: on_terminal(demo, columns, *args))[1].splitlines()


def on_terminal(demo, columns, *args):
    """(status, what it printed, the same)"""
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.environ.update(demo.environment)
        os.execvp("signalbox", ["signalbox", *args])
    seen = b""
    try:
        while chunk := os.read(fd, 65536):
            seen += chunk
    except OSError:
        pass  # it has ended
    os.close(fd)
    status, text = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode().replace("\r", "")
    return status, text, text


def test_narrow_tables(t, demo):
    """On a terminal that is too narrow for a table long texts stand below their rows, and empty columns are left out."""
    for command in ["readiness"], ["plans"], ["sinks"]:
        lines = printed(demo, 80, *command)
        t.check(lines and all(len(line) <= 80 for line in lines), f"{command[0]} keeps within 80 columns") or t.note("\n".join(lines))
    lines = printed(demo, 80, "readiness")
    row = next((i for i, line in enumerate(lines) if line.startswith("R14:location/northeurope")), len(lines))
    text = " ".join(" ".join(lines[row + 1:row + 8]).split())
    t.contains(text, "with that machine all connections through it are gone. WAY OUT Install the gateway", "what a finding says stands below it, wrapped at words")
    t.check("WAY OUT" in printed(demo, 400, "readiness")[0], "on a wide one it is a table")


def test_terminals(t, demo):
    status, seen = screen_of(demo, t, TERM="xterm-no-such-thing")
    t.check(status == 0 and b"practice" in seen, "an unknown TERM falls back")
    status, seen = screen_of(demo, t, LC_ALL="C")
    t.check(status == 0 and seen.isascii(), "a locale that is not UTF-8 gets ASCII")
    status, seen = screen_of(demo, t, TERM="dumb")
    t.check(status == 2 and b"--once" in seen, "a terminal that cannot show a screen is told what can be done")
    status, seen = screen_of(demo, t, NO_COLOR="1")
    t.check(status == 0 and not re.search(rb"\x1b\[[0-9;]*38[;:]", seen), "NO_COLOR")


def test_canonical(t, demo, name):
    """A stranger computes the digest with public tools: of the text as it is printed, and of the JSON made canonical anew."""
    def printed():
        """Both of the same statement, which may change meanwhile."""
        operation = demo.json("operations", "show", name)
        status, text, _ = demo.run("operations", "show", name, "--statement")
        same = demo.json("operations", "show", name)["digest"] == operation["digest"]
        return (operation, status, text) if same else None
    operation, status, text = until(printed)
    sha = subprocess.run(["sha256sum"], input=text, capture_output=True, text=True).stdout.split()[0]
    t.check(status == 0 and sha == operation["digest"], "sha256sum of the statement is the digest that is signed")
    jq = subprocess.run(["jq", "-cSj", ".statement"], input=json.dumps(operation), capture_output=True, text=True).stdout
    t.equal(jq, text, "jq makes the same canonical form of the operation's statement")


def test_report(t, demo, name):
    status, out, _ = demo.run("report", name)
    t.check(status == 0 and "# failover of payments: awaiting sign-off" in out and "NOT OVER" in out, "report tells the story so far")
    report = demo.json("report", name)
    t.equal((report["operation"]["id"], report["rto"]["result"]), (name, "running"), "report --json too")
    t.equal(demo.run("report", "op-none")[0], 1, "a report of nothing is 1")
    t.equal(demo.run("report")[0], 2, "without an id it is 2")


def test_down(t, demo):
    demo.fault("westeurope", "down")
    t.wait_for(lambda: demo.verdict("westeurope") == "down", "West Europe is seen down")
    for name in ("status", "regions", "alarms"):
        t.equal(demo.run(name)[0], 4, f"{name} ends with 4")
    t.contains(demo.run("status")[1], "westeurope (down)", "status calls nothing active where it is down")
    name = demo.proposal("payments")["id"]
    status, out, _ = demo.run("signoffs")
    t.check(status == 0 and name in out, "the sign-off waits")
    for command in (("operations", "show", name), ("operations", "show", name, "--json")):
        status, out, _ = demo.run(*command)
        t.check(status == 0 and "FAIL OVER payments TO northeurope" in out, f"{command[-1]} shows the phrase to type")
    t.check({"confirm", "digest", "state", "statement", "steps"} <= set(json.loads(out)), "operations show --json has its keys")
    test_canonical(t, demo, name)
    test_report(t, demo, name)
    alarm = next(a["id"] for a in demo.json("alarms")["alarms"] if a["severity"] == "critical")
    t.equal(demo.run("ack", alarm, "--note", "seen")[0], 0, "an alarm is acknowledged")
    t.equal(demo.run("ack", alarm, "--withdraw")[0], 2, "that is taken back with a reason only")
    t.equal(demo.run("ack", alarm, "--withdraw", "--reason", "not mine")[0], 0, "then it is")
    t.equal(demo.run("ack", alarm, "--note", "seen")[0], 0, "and given again")

    def all_known():
        for other in demo.json("alarms")["alarms"]:
            if other["severity"] == "critical" and not other["acknowledged_by"]:
                demo.run("ack", other["id"], "--note", "seen")
        return demo.run("alarms")[0] == 0
    t.wait_for(all_known, "then nothing critical wants attention")
    status, _, err = demo.run("ack", "no-such-alarm")
    t.check(status == 1 and "no-such-alarm" in err, "one that is not there is told")
    t.equal(demo.run("automation", "off", "payments", "--for", "2h", "--reason", "let me look")[0], 0, "automation off")
    group = next(g for g in demo.json("automation")["groups"] if g["name"] == "payments")
    t.check(group["automation"]["off"] and group["automation"]["why"] == "let me look", "it is so")
    t.equal(demo.run("automation", "off", "--for", "30d", "--reason", "holidays")[0], 1, "not for ever")
    t.equal(demo.run("automation", "on", "payments", "--reason", "seen enough")[0], 0, "automation on")
    status, out, _ = demo.run("outlook", "ledger")
    t.check(status == 0 and "YOUR OWN" in out and "tell the auditors" in out and "REPLICATION" in out, "outlook says what is yours")
    t.check(demo.json("outlook", "ledger")["lags"][0]["samples"], "outlook --json has the lag of the last minutes")
    t.equal(demo.run("outlook", "none")[0], 1, "a group that is none is 1")
    t.equal(demo.run("plans", "review", "payments", "--reason", "the order of the steps")[0], 0, "a review is recorded")
    plan = next(p for p in demo.json("plans")["plans"] if p["group"] == "payments")
    t.check(plan["reviewed_at"] and plan["review_note"] == "the order of the steps", "plans --json has it")
    t.check("the order of the steps" in demo.run("plans")[1], "and the table")
    t.equal(demo.run("plans", "--fail-on", "error")[0], 1, "plans --fail-on error ends with 1: one was never tested")
    t.equal(demo.run("plans", "review", "payments")[0], 2, "a review without words is wrong usage")
    status, out, _ = demo.run("operations", "withdraw", name, "--reason", "not now")
    t.check(status == 0 and "withdrawn" in out, "a proposal is withdrawn")
    status, _, err = demo.run("operations", "withdraw", name, "--reason", "not now")
    t.check(status == 1 and "withdrawn" in err, "once")
    t.equal(demo.run("watch", name)[0], 4, "watch of what did not complete is 4")
    t.equal(demo.run("operations", "show", "op-none")[0], 1, "an operation that is none is 1")
    status, _, err = demo.run("failover", "payments", "--to", "moon", "--reason", "x")
    t.check(status == 1 and "moon" in err, "a place that is none is refused")
    status, out, _ = demo.run("failover", "payments", "--reason", "try", "--dry-run")
    t.check(status == 0 and "FAIL OVER payments" in out, "--dry-run shows the statement")
    t.check("payments, tier 5, owner payments desk" in out, "with tier and owner of the group")
    t.check(not any(o["state"] == "awaiting-sign-off" for o in demo.operations("payments")), "and proposes nothing")


def stock(demo, location, method, path, body=None):
    """What a person does in the catalog of a practice region."""
    return fetch(os.path.join(demo.dir, f"{location}.sock"), f"/site/v1/groups/governance/stocks/catalog{path}", method, body)


def test_not_ready(t, demo):
    """The newcomer's fleet: of each of the four systems something is not ready, and what happens is told elsewhere."""
    found = lambda: demo.json("readiness")["findings"]
    t.wait_for(lambda: {f["from"][0] for f in found()} == set("LFPD"), "each of the four systems has a finding")
    t.check(all(f["way_out"] and f["facts"] for f in found()), "each with its facts and the way out")
    t.check("R25" not in {f["rule"] for f in found()}, "two sinks stand in two other regions")
    t.wait_for(lambda: [s["delivered"] > 0 and not s["failing_since"] for s in demo.json("sinks")["sinks"]] == [True, True], "and take what they are told")
    for name in ("log-westeurope.jsonl", "log-northeurope.jsonl"):
        told = lambda: [json.loads(line) for line in open(demo.path(name), encoding="utf-8") if line.endswith("\n")]
        t.wait_for(lambda: os.path.exists(demo.path(name)) and any("verdict" in e["type"] for e in told()), f"{name} holds events")


def test_parity(t, demo):
    """P1 to P6: a standby that is kept by hand, and the findings of it, cleared one by one."""
    items = lambda: {(i["kind"], i["name"]): i for i in demo.json("parity", "governance")["parity"][0]["items"]}
    rules = lambda: {f["rule"]: f for f in demo.json("readiness", "--group", "governance")["findings"]}
    t.wait_for(lambda: demo.json("parity", "governance")["parity"], "both sides are seen")
    status, out, _ = demo.run("parity", "governance")
    t.check(status == 0 and "charged like the first" in out and "whoever has an account" in out, "parity says what differs, and the cost")
    t.wait_for(lambda: {name: i["state"] for (_, name), i in items().items()} == {"Chargeback": "missing", "Customer": "different"}, "two terms")
    t.wait_for(lambda: {"R19", "R22"} <= set(rules()), "they are findings, and so are scans at the same time")
    t.equal(demo.run("parity", "none")[0], 1, "a group that is none is 1")
    t.equal(demo.run("parity", "governance", "--kind", "spoon")[0], 1, "so is a kind that is none")
    confirm = ["parity", "confirm", "governance/catalog", "westeurope", "term"]
    t.equal(demo.run(*confirm, "Customer")[0], 2, "confirming takes a note")
    t.equal(demo.run(*confirm, "Settlement", "--note", "x")[0], 1, "and a difference")
    t.equal(demo.run(*confirm, "Customer", "--note", "their wording")[0], 0, "one is confirmed")
    t.equal(items()["term", "Customer"]["confirmed_note"], "their wording", "with who and why")
    t.check("their wording" in demo.run("audit", "list")[1], "and in the audit log")
    t.equal(demo.run(*confirm, "Customer", "--withdraw")[0], 2, "taking it back takes a reason")
    t.equal(demo.run(*confirm, "Chargeback", "--withdraw", "--reason", "x")[0], 1, "and a confirmation")
    t.equal(demo.run(*confirm, "Customer", "--withdraw", "--reason", "nobody asked them")[0], 0, "it is taken back")
    t.check(items()["term", "Customer"]["confirmed_by"] is None, "the item is open again")
    t.check("nobody asked them" in demo.run("audit", "list")[1], "and that is in the audit log, too")
    t.equal(demo.run(*confirm, "Customer", "--note", "their wording, asked")[0], 0, "it is confirmed again")
    term = {"kind": "term", "name": "Chargeback", "fields": {"definition": "a payment taken back by the payer", "owner": "treasury"}}
    t.equal(stock(demo, "westeurope", "PUT", "/entities", term)[0], 200, "what is missing is repeated on the standby")
    t.wait_for(lambda: rules().get("R19", {}).get("severity") == "info", "then nothing is open")
    term = {"kind": "term", "name": "Customer", "fields": {"definition": "who buys", "owner": "sales"}}
    stock(demo, "westeurope", "PUT", "/entities", term)
    t.wait_for(lambda: items()["term", "Customer"]["confirmed_by"] is None, "it is open again when its facts change")
    stock(demo, "northeurope", "PUT", "/entities", term)
    t.wait_for(lambda: "R19" not in rules(), "equal again: no finding")
    scan = {"kind": "scan", "name": "erp-nightly", "fields": {"source": "erp", "window": "04:00-05:00", "rules": "default"}}
    stock(demo, "westeurope", "PUT", "/entities", scan)
    t.wait_for(lambda: "R22" not in rules(), "a scan at another time: no finding")
    for kind, name, rule in (("attachment", "factory-neu", "R20"), ("runtime", "runtime-neu", "R21")):
        stock(demo, "westeurope", "PUT", "/entities", {"kind": kind, "name": name})
        t.wait_for(lambda: rule in rules(), f"a shared {kind} is a finding")
        t.equal(stock(demo, "westeurope", "DELETE", f"/entities/{kind}/{name}")[0], 200, "it is taken away")
        t.wait_for(lambda: rule not in rules(), "and is none any more")


def test_connector(t, demo):
    """D1 to D3, D5: a connector's configuration is kept elsewhere and without secrets, and made anew of that."""
    kept = lambda: demo.get("/v1/groups/security/snapshots")["snapshots"]
    held = lambda: {e["name"] for e in fetch(os.path.join(demo.dir, "eastus.sock"), "/site/v1/groups/security/stocks/code-hosts")[1]["entities"]}
    t.wait_for(kept, "its configuration is kept")
    newest = kept()[-1]
    t.equal((newest["location"], newest["kept"]), ("northeurope", "eastus"), "in another location")
    t.check("practice-only" not in json.dumps(newest) and len(newest["entities"]) == 4, "all of it but the tokens")
    t.equal(held(), set(), "there is no connector in East US")
    status, out, _ = demo.run("snapshots")
    t.check(status == 0 and re.search(r"security/code-hosts +\S+ \S+Z +\S+ ago +eastus", out), "snapshots lists the connector, the age, and where it is kept")
    t.equal(demo.json("snapshots", "security")["snapshots"][-1]["digest"], newest["digest"], "those of a group")
    status, out, _ = demo.run("snapshots", "show", "security/code-hosts")
    t.check(status == 0 and newest["digest"] in out and re.search(r"organisation +contoso", out) and "practice-only" not in out, "show prints what is in one, no secret")
    one = demo.json("snapshots", "show", "security/code-hosts", "--number", "1")
    t.equal(one["entities"], newest["entities"], "also as JSON")
    t.equal(demo.run("snapshots", "show", "security/code-hosts", "--number", "9")[0], 1, "one that is not kept is 1")
    t.equal(demo.run("snapshots", "show", "security")[0], 2, "show takes a workload")
    t.contains(demo.run("snapshots", "payments")[1], "No configuration is kept", "a group without a connector has none")
    status, out, err = demo.run("failover", "security", "--reason", "leave the region", "--planned")
    t.equal(status, 0, f"its move is proposed {err}")
    operation = next(o for o in demo.operations("security"))
    lost = [r for r in operation["statement"]["reduced"] if "lost for good" in r]
    t.check(len(lost) == 4 and any("pull requests that are closed" in r for r in lost), "the statement names what is lost, as the region told it")
    t.check(set(lost) <= set(demo.json("outlook", "security")["reduced"]), "so does the outlook")
    titles = [s["title"] for s in operation["steps"]]
    release = titles.index("code-hosts: ask the provider to release the organisations from the old connector")
    t.check(operation["steps"][release - 1]["kind"] == "activate" and operation["steps"][release + 1]["kind"] == "verify", "the release is planned by itself, once the connector is made")
    t.equal((operation["steps"][release]["needs_ticket"], operation["steps"][release]["who"]), (True, "the code security desk"), "with its ticket, and who asks")
    t.equal(demo.sign(operation["id"])[0], 0, "it is signed")
    recreation = lambda: fetch(os.path.join(demo.dir, "eastus.sock"), "/site/v1/groups/security/stocks/code-hosts")[1]["recreation"]
    confirmed = set()

    def over():
        now = next(o for o in demo.operations("security"))
        for step in now["steps"]:
            if step["state"] == "waiting" and step["number"] not in confirmed:
                if step["needs_ticket"]:
                    t.equal(demo.run("operations", "confirm", now["id"], "--step", str(step["number"]), "--reason", "asked")[0], 1, "the release takes a ticket")
                more = ["--ticket", "REQ-7"] if step["needs_ticket"] else []
                demo.run("operations", "confirm", now["id"], "--step", str(step["number"]), "--reason", "done", *more)
                confirmed.add(step["number"])
        return now["state"] == "completed"

    t.wait_for(over, "it runs to its end")
    t.equal(recreation(), {"total": 185, "done": 185}, "what the provider recreates was waited for, to its end")
    t.equal(held(), {"discovery", "annotations", "contoso", "fabrikam"}, "the new connector is made of the kept configuration")


with Test() as t:
    os.environ["XDG_CONFIG_HOME"] = t.path("config")
    os.environ.pop("SIGNALBOX_TOKEN_FILE", None)
    demo = Demo(t)
    demo.wait_up()
    until(lambda: demo.run("gate", "maintenance", "payments")[0] == 0)
    test_json(t, demo)
    test_not_ready(t, demo)
    test_parity(t, demo)
    test_connector(t, demo)
    test_identity(t, demo)
    test_terminals(t, demo)
    test_narrow_tables(t, demo)
    test_down(t, demo)
    test_once(t, demo)
    test_audit(t, demo)
