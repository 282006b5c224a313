"""Every command without a good backend: usage, help, exit codes, what is tried and said when nobody answers,
when somebody answers nonsense, when a line is cut; and that no text from outside acts on a terminal."""

import json
import os
import re
import select
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from scripted import Scripted, snapshot
from demo import SILENT, patiently
from sbtest import LIMIT, Test

# What moves a cursor, rings, reorders or hides, as raw bytes: none of it may be printed.
RAW = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf")
EVIL = "\x1b[2J\x9b31mX\u202eY\r\x07\u200b"
OPERATION = {"id": "op-1", "kind": "failover", "group": "payments", "from": "weu", "to": "neu", "state": "running",
             "revision": 17, "digest": "d",
             "statement": {"operation": "op-1", "kind": "failover", "group": "payments", "summary": "Fail over payments", "confirm": "FAIL OVER payments", "loss": {"how": "counted"}}}
RECEIPT = {"id": "so-1", "operation": "op-1", "digest": "d", "decision": "approve", "operator": "anna",
           "at": "2026-11-21T03:15:02Z", "audit_seq": 4711}
# Commands that ask the backend, with arguments that are right.
ASKING = {
    "status": [], "regions": [], "roles": [], "runs": ["payments/settle"], "schedules": [], "signoffs": [], "operations": [], "readiness": [],
    "alarms": [], "automation": [], "plans": [], "outlook": ["payments"], "parity": ["payments"], "snapshots": ["payments"], "console": ["--once"], "ack": ["x"], "watch": ["op-1"], "report": ["op-1"],
    "gate": ["maintenance", "payments"], "failover": ["payments", "--reason", "why"],
    "failback": ["payments", "--reason", "why"], "audit": ["list"],
    "signoff": ["op-1", "--approve", "--reason", "why", "--confirm", "x"],
}


def commands_of(help_text):
    listed = help_text.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


def start(name, *arguments, url=None, **env):
    more = ["--url", url] if url else []
    return subprocess.Popen(["signalbox", name, *arguments, *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env={**os.environ, **env})


def said(process):
    """What has come on its standard error so far; kept for finish()."""
    process.said = getattr(process, "said", b"")
    while select.select([process.stderr], [], [], 0)[0]:
        piece = os.read(process.stderr.fileno(), 4096)
        if not piece:
            break
        process.said += piece
    return process.said.decode("utf-8", "replace")


def finish(process):
    out, err = process.communicate(timeout=LIMIT)
    return process.returncode, out, (getattr(process, "said", b"") + err).decode("utf-8", "replace")


def run(name, *arguments, **more):
    return patiently(lambda: finish(start(name, *arguments, **more)))


def test_help(t, names, codes):
    t.equal(t.run("signalbox", "help")[:2], t.run("signalbox", "--help")[:2], "help alone lists the commands")
    t.equal(t.run("signalbox", "help", "watch")[:2], t.run("signalbox", "watch", "--help")[:2],
            "help COMMAND is the command's --help")
    status, out, err = t.run("signalbox", "help", "burn")
    t.check((status, out) == (2, "") and "burn" in err, "help of no command is 2")
    t.equal(t.run("signalbox", "--json", "--url", "unix:/nowhere", "--config=none", "watch", "--help")[:2],
            t.run("signalbox", "watch", "--help")[:2], "what every command takes may stand before it")
    status, out, err = t.run("signalbox", "--json", "burn")
    t.check((status, out) == (2, "") and "no command burn" in err, "no command behind them is 2")
    status, out, err = t.run("signalbox", "--approve", "signoff", "op-1")
    t.check((status, out) == (2, "") and "a command comes before its own options" in err, "a command's own behind it only")
    for name in names:
        status, out, err = t.run("signalbox", name, "--help")
        t.check(status == 0 and not err and out.startswith(f"Usage:\n  signalbox {name} "), f"{name} --help: usage")
        t.check("--help" in out and "--json" in out and "--url" in out, f"{name} --help: options")
        t.check(codes in out, f"{name} --help: exit codes")
        t.check(max(map(len, out.splitlines()[2:])) <= 100, f"{name} --help fits a terminal")
        out = t.run("signalbox", name, "--help", env={**os.environ, "LC_ALL": "C"})[1]
        t.check(out.isascii(), f"{name} --help is ASCII in the C locale")


def test_usage(t, names):
    for name in names:
        status, out, err = t.run("signalbox", name, "--no-such-option")
        t.check((status, out) == (2, "") and f"signalbox {name} --help" in err, f"{name}: an unknown option is 2, with a hint")
    rows = [
        (["no-such-command"], "--help"), (["\x1b[2J"], "\\x1b"), (["--no-such-option"], "--help"),
        (["status", "extra"], "extra"), (["roles", "extra"], "extra"), (["regions", "\x1b]0;x\x07"], "\\x1b"),
        (["failover"], "GROUP"), (["failover", "payments"], "--reason"),
        (["failover", "a", "--reason", "b", "--planned", "--unplanned"], "exclude"),
        (["failback", "a", "b", "--reason", "c"], "GROUP"), (["failover", "a", "--reason", b"\xff"], "UTF-8"),
        (["signoff", "op-1", "--approve"], "--reason"), (["signoff", "op-1", "--reason", "x"], "--approve|--reject"),
        (["signoff", "op-1", "--approve", "--reject", "--reason", "x"], "--approve|--reject"),
        (["signoff", "op-1", "--id", "../x"], "--id"), (["watch"], "ID"), (["gate", "payments"], "maintenance"),
        (["operations", "show"], "VERB"), (["operations", "burn", "op-1"], "VERB"),
        (["operations", "retry", "op-1"], "--reason"), (["operations", "abort", "op-1", "--reason", "..."], "--reason"),
        (["operations", "confirm", "op-1", "--reason", "done"], "--step"),
        (["operations", "skip", "op-1", "--reason", "x", "--step", "-3"], "--step"),
        (["operations", "skip", "op-1", "--reason", "x", "--step", "abc"], "abc"),
        (["ack"], "ID"), (["automation", "off", "--reason", "x"], "--for"), (["automation", "on"], "--reason"),
        (["automation", "on", "--for", "2h", "--reason", "x"], "--for"),
        (["automation", "off", "--for", "2", "--reason", "x"], "--for"), (["automation", "maybe"], "off"),
        (["audit"], "verify"), (["audit", "burn"], "verify"), (["audit", "verify", "/no/such/file"], "/no/such/file"),
        (["check-config"], "FILE"), (["check-config", "x", "--daemon", "--console"], "FILE"),
        (["readiness", "--fail-on", "sunny"], "sunny"), (["console", "--once", "--screen", "moon"], "overview, roles"),
        (["console", "--once", "--size", "80"], "80x24"), (["console", "--once", "--size", "0x24"], "80x24"),
        (["console", "--once", "--size", "80x24x3"], "80x24"), (["console", "--once", "--size", "1001x5"], "80x24"),
        (["console", "status"], "status"), (["status", "--url", "nonsense"], "nonsense"),
        (["status", "--url", "http://x/path"], "http://HOST:PORT"), (["status", "--token-file", "/no/such", "--url", "http://127.0.0.1:9"], "/no/such"),
        (["status", "--config", "/no/such/file"], "/no/such/file"),
        (["runs", "a/b", "extra"], "extra"), (["runs", "--limit", "0"], "--limit"),
        (["schedules", "next"], "RULE-JSON"), (["schedules", "next", "{"], "line 1, column 1"),
        (["schedules", "next", '{"frequency":"Day","schedule":{"hours":[8,25]}}'], "schedule.hours[1]: 25"),
        (["schedules", "next", '{"frequency":"Day","timeZone":"Mars"}'], "timeZone: There is no time zone"),
        (["schedules", "next", '{"frequency":"Day"}', "--count", "0"], "--count"),
        (["schedules", "next", '{"frequency":"Day"}', "--after", "today"], "--after"),
        (["schedules", "next", '{"frequency":"Day"}', "--zone", "Mars"], "Mars"),
    ]
    for arguments, word in rows:
        status, out, err = t.run("signalbox", *arguments)
        t.check(status == 2 and word in err and not out, f"{arguments} is wrong usage")
        if status != 2 or word not in err:
            t.note(f"{status}: {err}")


# A rule, the options, its next instants, what clocks do, what is open.
NEXT = [
    ({"frequency": "Minute", "interval": 20, "startTime": "2026-01-01T00:10:00Z"}, ["--after", "2026-11-21T03:10:00Z"],
     ["2026-11-21T03:30:00", "2026-11-21T03:50:00"], [None, None], []),
    ({"frequency": "Day", "startTime": "2026-01-01T02:30:00", "timeZone": "W. Europe Standard Time"},
     ["--after", "2026-03-28T12:00:00Z"], ["2026-03-29T01:30:00", "2026-03-30T00:30:00"],
     ["skipped hour: later", None], []),
    ({"frequency": "Day", "startTime": "2026-01-01T02:30:00", "timeZone": "W. Europe Standard Time"},
     ["--after", "2026-10-24T12:00:00Z"], ["2026-10-25T00:30:00", "2026-10-26T01:30:00"],
     ["hour comes twice: first", "clocks went back 1h"], []),
    ({"frequency": "Month", "startTime": "2026-01-01T17:00:00", "timeZone": "W. Europe Standard Time",
      "schedule": {"hours": 17, "minutes": 0, "monthlyOccurrences": {"day": "monday", "occurrence": -1}}},
     ["--after", "2026-11-21T03:14:00Z"], ["2026-11-30T16:00:00", "2026-12-28T16:00:00"], [None, None], []),
    ({"frequency": "Month", "startTime": "2026-01-31T09:00:00Z"}, ["--after", "2026-01-31T09:00:00Z"],
     ["2026-03-31T09:00:00", "2026-05-31T09:00:00"], [None, None], ["late-month-day"]),
    ({"frequency": "Second", "interval": 1, "startTime": "2015-01-01T00:00:00Z"}, ["--after", "2026-11-21T03:14:00Z"],
     ["2026-11-21T03:14:01", "2026-11-21T03:14:02"], [None, None], []),
    ({"frequency": "Hour"}, ["--created", "2026-11-21T03:14:07Z", "--after", "2026-11-21T03:14:00Z"],
     ["2026-11-21T03:14:07", "2026-11-21T04:14:07"], [None, None], []),
    ({"frequency": "Day", "startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"},
     ["--after", "2026-01-01T00:00:00Z"], ["2026-01-02T00:00:00"], [None], ["end-included"]),
]


def test_next(t):
    for rule, options, instants, clocks, open_questions in NEXT:
        text = json.dumps(rule)
        status, out, err = t.run("signalbox", "schedules", "next", text, *options, "--count", "2", "--json", "--zone", "Asia/Tokyo")
        answer = json.loads(out) if status == 0 else {"occurrences": [], "ambiguous": []}
        t.equal([o["at"] for o in answer["occurrences"]], [i + ".000Z" for i in instants], f"next of {text}")
        t.equal([o["clocks"] for o in answer["occurrences"]], clocks, "... what the clocks do")
        t.equal([n["name"] for n in answer["ambiguous"]], open_questions, "... what is open")
        t.check(all(o["mine"].endswith("+09:00") for o in answer["occurrences"]), "... on my clock too")
        with open(t.write("rule.json", text)) as rule_file:
            status, out, err = t.run("signalbox", "schedules", "next", "-", *options, stdin=rule_file)
        t.check(status == 0 and all(i.replace("T", " ") + "Z" in out for i in instants), "... as a table, from standard input")


def test_terminal(t):
    status, out, err = t.run("signalbox")
    t.check(status == 2 and "--once" in err and not out, "without a terminal the console points to --once")
    t.equal(t.run("signalbox", "--version")[0], 0, "--version")
    full = subprocess.run(["signalbox", "audit", "verify", t.write("empty-line", "{}\n")], stdout=open("/dev/full", "wb"),
                          stderr=subprocess.PIPE, check=False)
    t.equal(full.returncode, 1, "a full disk is told")


def test_nobody(t):
    dead = t.path("dead.sock")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(dead)  # a file on which nobody listens
    url = f"unix:{t.path('none.sock')},unix:{dead}"
    for name, arguments in ASKING.items():
        status, out, err = run(name, *arguments, url=url)
        t.check(status == 3 and not out, f"{name} without a backend: 3")
        t.check("none.sock" in err and "dead.sock" in err, f"{name} says what was tried")
    status, _, err = run("status", SIGNALBOX_URL=f"unix:{t.path('env.sock')}")
    t.check(status == 3 and "env.sock" in err, "SIGNALBOX_URL is taken")


def test_bad_backends(t):
    words = {"hang": "said nothing", "close": "without an answer", "noise": "not HTTP", "portal": "JSON",
             "broken": "500", "flood": "", "stall": "silent"}
    with Scripted(t.path("bad.sock")) as backend:
        for manner, word in words.items():
            backend.bad = getattr(Scripted, manner)
            # side by side: each may take its two seconds
            running = {name: start(name, *arguments, url=backend.url) for name, arguments in ASKING.items()
                       if manner != "flood" or name in ("status", "gate", "console")}
            for name, process in running.items():
                status, out, err = finish(process)
                worded = name in ("status", "console")
                end = time.monotonic() + LIMIT
                while worded and SILENT.search(err) and word not in err and time.monotonic() < end:
                    status, out, err = finish(start(name, *ASKING[name], url=backend.url))  # it was slow to behave badly
                fine = status == 3 and not out and "bad.sock" in err
                t.check(fine, f"{name}: a backend that does {manner} is 3")
                if not fine:
                    t.note(f"{status} {err}")
                t.check(not RAW.search(err.encode()), f"{name}: nothing of {manner} acts on the terminal")
                if worded:
                    t.contains(err, word, f"{name}: {manner} is told")
        backend.bad = Scripted.hang
        links = [t.path(f"hung{i}.sock") for i in range(3)]
        for link in links:
            os.symlink(backend.path, link)
        for name in ("status", "gate", "console"):
            for url in (backend.url, ",".join("unix:" + link for link in links)):
                status, _, err = finish(start(name, *ASKING[name], url=url))
                t.equal(status, 3, f"{name}: hung backends are told")
                t.check(url == backend.url or all(link in err for link in links), f"{name}: all that were tried")


def test_nonsense(t):
    with Scripted(t.path("odd.sock")) as backend:
        backend.answers["GET /v1/whoami"] = (200, {"operator": "anna"})
        for body in (b"[]", b"7", b"\"x\"", b"{}", b"{\"id\":7}", b"null", b"{\"state\":[]}"):
            backend.answers["GET *"] = (200, body)
            for name, arguments in (("operations", ["show", "op-1"]), ("gate", ["maintenance", "x"]), ("watch", ["op-1"])):
                if name == "watch" and body != b"{}":
                    continue  # it waits half a minute for a better answer
                if name != "watch":
                    status, _, err = run(name, *arguments, url=backend.url)
                    t.check(status == 3 and err, f"{name}: {body!r} is no answer")
        backend.answers["GET *"] = (200, b"", "application/json")
        t.equal(run("gate", "maintenance", "x", url=backend.url)[0], 3, "an empty answer is none")
        backend.answers["GET *"] = (200, b"{\"state\":\"open\"}\0", "application/json")
        t.equal(run("gate", "maintenance", "x", url=backend.url)[0], 3, "a zero byte is none of ours")
        backend.answers["GET /v1/snapshot"] = (200, b"{\"kind\":\"me\",\"object\":{\"operator\":\"x\",\"roles\":1}}\n", "application/x-ndjson")
        status, _, err = run("status", url=backend.url)
        t.check(status == 3 and "cut off" in err, "half a snapshot is none")
        backend.answers["GET /v1/whoami"] = (401, {"type": "urn:signalbox:problem:unknown-person", "detail": "Who are you?"})
        backend.answers["GET /v1/snapshot"] = backend.answers["GET /v1/whoami"]
        for name in ("status", "gate"):
            status, _, err = run(name, *ASKING[name], url=backend.url)
            t.check(status == 1 and "Who are you?" in err, f"{name}: not known there is told in its words")


def test_hostile(t):
    evil = {k: v + EVIL for k, v in {"reason": "why", "why": "gone", "proposer": "bob", "group": "payments",
                                     "from": "weu", "to": "neu"}.items()}
    operation = {**OPERATION, **evil, "steps": [{"number": 1, "kind": "fence", "title": "fence" + EVIL, "state": "failed",
                                                 "side": "signalbox", "detail": EVIL}],
                 "signoffs": [{**RECEIPT, "operator": "bob" + EVIL, "reason": EVIL, "id": "so-1"}],
                 "statement": {"operation": "op-1" + EVIL, "kind": "failover", "group": "payments" + EVIL, "summary": EVIL, "why": EVIL, "confirm": "GO" + EVIL, "loss": {"how": EVIL},
                               "not_known": [EVIL], "old_primary": {"how": EVIL}}}
    objects = [("frame", "", {"fleet": "f" + EVIL, "daemon": "d" + EVIL})]
    objects += [(kind, o.get("id", o.get("name", o.get("object"))), o) for kind, o in [
        ("location", {"name": "weu" + EVIL, "title": "W" + EVIL,
                      "verdict": {"state": "down", "why": EVIL, "since": "2026-11-21T03:15:02Z"}}),
        ("group", {"name": "payments" + EVIL, "title": EVIL, "active": "weu" + EVIL}),
        ("workload", {"id": "payments/w" + EVIL, "group": "payments" + EVIL, "name": "w" + EVIL,
                      "instances": [{"location": "weu" + EVIL, "detail": EVIL}]}),
        ("finding", {"id": "f" + EVIL, "rule": "R1" + EVIL, "title": EVIL, "object": EVIL, "facts": EVIL, "way_out": EVIL}),
        ("alarm", {"id": "a" + EVIL, "severity": "critical", "text": EVIL, "object": EVIL}),
        ("change", {"object": "c" + EVIL, "text": EVIL, "at": "2026-11-21T03:15:02Z"}),
        ("operation", {**operation, "state": "awaiting-sign-off"}),
        ("operation", {**operation, "id": "op-2"}),
        ("operation", {**operation, "id": "op-3" + EVIL})]]
    with Scripted(t.path("evil.sock")) as backend:
        backend.answers.update({
            "GET /v1/snapshot": snapshot(*objects, operator="anna" + EVIL),
            "GET /v1/whoami": (200, {"operator": "anna" + EVIL}),
            "GET /v1/operations/op-1": (200, operation),
            "GET /v1/operations/op-1/report": (200, json.dumps({"a": EVIL}, ensure_ascii=False)),
            "GET /v1/operations/op-1/statement": (200, json.dumps({"a": EVIL}, ensure_ascii=False)),
            "GET /v1/groups/payments/gates/maintenance": (200, {"state": "closed" + EVIL, "why": EVIL}),
            "GET /v1/runs?limit=100": (200, {"runs": [{"id": EVIL, "workload": EVIL, "location": EVIL, "code": EVIL}], "more": True}),
            "GET /v1/schedules": (200, {"schedules": [{"workload": EVIL, "trigger": EVIL, "location": EVIL, "state": "passive", "rule": EVIL, "failover_now": EVIL}]}),
            "GET /v1/audit/head": (200, {"seq": 1, "hash": EVIL}),
            "GET /v1/audit": (200, {"records": [{"seq": 1, "time": "2026-11-21T03:15:02Z", "actor": EVIL, "action": EVIL,
                                                 "object": EVIL, "detail": EVIL, "prev_hash": "", "hash": ""}]}),
            "POST /v1/operations": (200, operation),
            "GET /v1/groups/payments/outlook": (200, {
                "group": "payments" + EVIL, "owner": EVIL, "forecast": {"no_plan": EVIL}, "gate": {"why": EVIL},
                "failback_window": EVIL, "lags": [{"workload": EVIL, "from": EVIL, "to": EVIL}], "reduced": [EVIL],
                "responsibilities": [{"step": EVIL, "who": EVIL}], "notices": [{"when": EVIL, "text": EVIL}],
                "nonproduction": [EVIL], "unmanaged": [EVIL]}),
            "GET /v1/groups/payments/parity": (200, {"more": False, "parity": [
                {"workload": "w" + EVIL, "primary": EVIL, "standby": EVIL, "cost": EVIL, "kinds": [{"kind": "term", "missing": 1}],
                 "items": [{"kind": "term", "name": EVIL, "state": "different", "confirmed_by": EVIL, "confirmed_note": EVIL,
                            "fields": [{"name": EVIL, "primary": EVIL, "standby": EVIL}]}]}]}),
            "GET /v1/groups/payments/snapshots": (200, {"snapshots": [
                {"workload": "payments/c" + EVIL, "at": "2026-11-21T03:15:02Z", "location": EVIL, "kept": EVIL,
                 "entities": [{"kind": "setting", "name": EVIL, "fields": {"f" + EVIL: EVIL}}]}]}),
            "POST /v1/groups/payments/parity/confirm": (200, {"done": EVIL}),
            "POST /v1/groups/payments/plan/review": (200, {"done": EVIL}),
            "POST /v1/operations/op-1/hold": (200, operation),
            "POST /v1/alarms/a/acknowledge": (409, {"type": "urn:signalbox:problem:wrong-state", "detail": EVIL}),
            "PUT *": (200, {**RECEIPT, "id": "so" + EVIL, "operator": EVIL}),
        })
        rows = [["status"], ["regions"], ["roles"], ["signoffs"], ["operations", "--all"], ["readiness"], ["alarms"],
                ["automation"], ["runs"], ["schedules"], ["plans"], ["outlook", "payments"], ["parity", "payments"], ["parity", "confirm", "payments/c", "n", "term", "t", "--note", "x"], ["snapshots", "payments"], ["snapshots", "show", "payments/c" + EVIL], ["plans", "review", "payments", "--reason", "x"], ["operations", "show", "op-1"], ["report", "op-1"], ["gate", "maintenance", "payments"],
                ["audit", "list"], ["failover", "payments", "--reason", "x"], ["operations", "hold", "op-1"],
                ["ack", "a"], ["signoff", "op-1", "--approve", "--reason", "x", "--confirm", "no"],
                ["signoff", "op-1", "--reject", "--reason", "x"]]
        rows += [["console", "--once", "--screen", s] for s in screens(t)]
        rows += [["console", "--once", "--screen", s, "--object", "op-1"] for s in ("statement", "operation")]
        for row in rows:
            for more in ([], ["--json"] if row[0] != "console" else ["--ascii"]):
                status, out, err = run(*row, *more, url=backend.url)
                found = RAW.search(out) or RAW.search(err.encode())
                t.check(status in (0, 1, 2, 4) and (out or err) and not found, f"{' '.join(row + more)}: nothing acts")
                if found or status not in (0, 1, 2, 4):
                    t.note(f"{status} {found} {out!r} {err!r}")
                if "--json" in more and out:
                    t.check(says(json.loads(out), EVIL), f"{' '.join(row)} --json says it all the same")


def says(node, words):
    """True if a text somewhere in the document holds the words."""
    if isinstance(node, str):
        return words in node
    return any(says(n, words) for n in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()))


def screens(t):
    return re.search(r"there are: (.*)", t.run("signalbox", "--once", "--screen", "?")[2]).group(1).split(", ")


def test_signoffs(t):
    """Who must look again is told to people and to programs: whose sign-off the change made void, until they decide again."""
    void = [{**RECEIPT, "id": f"so-{i}", "operator": who, "void": True} for i, who in enumerate(("anna", "bob", "anna", "carl"))]
    void[3]["void_why"] = "taken back"
    waiting = {**OPERATION, "state": "awaiting-sign-off", "signoffs": [*void, {**RECEIPT, "operator": "bob", "id": "so-9"}]}
    waiting["statement"] = {**waiting["statement"], "signoff": {"approvals": 2}}
    with Scripted(t.path("again.sock")) as backend:
        backend.answers.update({"GET /v1/snapshot": snapshot(("operation", "op-1", waiting))})
        status, out, _ = run("signoffs", "--json", url=backend.url)
        listed = json.loads(out)["operations"][0]
        t.equal((status, listed["id"], listed["look_again"], listed["given"], listed["needed"]), (0, "op-1", ["anna"], 1, 2),
                "signoffs --json says who must look again, how many have signed, how many are needed")
        status, out, _ = run("signoffs", url=backend.url)
        t.check(status == 0 and re.search(rb"1 of 2 +anna ", out), "and so does the table")
        if not re.search(rb"1 of 2 +anna ", out):
            t.note(out)


def test_posts(t):
    with Scripted(t.path("post.sock")) as backend:
        backend.answers.update({
            "GET /v1/whoami": (200, {"operator": "anna", "now": "2026-11-21T03:00:00Z"}),
            "GET /v1/operations/op-1": (200, OPERATION), "POST *": (200, OPERATION)})
        for verb in ("resume", "retry", "skip", "abort", "withdraw", "start"):
            status, out, _ = run("operations", verb, "op-1", "--reason", "caffè", "--ticket", "T1", url=backend.url, LC_ALL="C")
            sent = backend.seen(f"POST /v1/operations/op-1/{verb}")
            t.check(status == 0 and out.startswith(b"op-1: running"), f"operations {verb} is told")
            t.equal([r["body"] for r in sent], [{"reason": "caffè", "ticket": "T1"}], f"{verb}: once, with its reason, in any locale")
            t.equal(sent[0]["headers"].get("If-Match"), '"17"', f"{verb}: to the operation as it was seen")
            t.check(sent[0]["headers"].get("Idempotency-Key", "").startswith("req-"), f"{verb}: with a key")
        run("operations", "hold", "op-1", url=backend.url)
        sent = backend.seen("POST /v1/operations/op-1/hold")
        t.check(sent and "If-Match" not in sent[0]["headers"] and sent[0]["body"] == {}, "hold is never too late")
        run("operations", "skip", "op-1", "--step", "3", "--reason", "x", url=backend.url)
        t.equal(backend.seen("POST /v1/operations/op-1/skip")[-1]["body"], {"reason": "x", "step": 3}, "skip of one step")
        run("operations", "confirm", "op-1", "--step", "3", "--reason", "seen", url=backend.url)
        t.equal(backend.seen("POST /v1/operations/op-1/steps/3/confirm")[-1]["body"], {"reason": "seen"}, "confirm names its step")
        run("automation", "off", "pay/ments", "--for", "2h", "--reason", "x", url=backend.url)
        body = backend.seen("POST /v1/groups/pay%2Fments/automation")[-1]["body"]
        t.check(body["arm"] is False and body["until"][:16] == "2026-11-21T05:00", "automation off counts by the backend's clock")
        run("automation", "on", "--reason", "x", url=backend.url)
        t.equal(backend.seen("POST /v1/automation")[-1]["body"], {"arm": True, "reason": "x"}, "automation on, for all")
        run("ack", "location-down:weu", "--note", "seen", url=backend.url)
        t.equal(backend.seen("POST /v1/alarms/location-down%3Aweu/acknowledge")[-1]["body"], {"note": "seen"}, "ack")
        run("failover", "payments", "--to", "neu", "--reason", "x", "--unplanned", "-n", url=backend.url)
        t.equal(backend.seen("POST /v1/operations")[-1]["body"],
                {"kind": "failover", "scope": {"group": "payments"}, "to": "neu", "reason": "x", "planned": False, "dry_run": True},
                "failover proposes what was asked")
        backend.answers["POST *"] = (412, {"type": "urn:signalbox:problem:precondition-failed", "detail": "It moved on."})
        status, _, err = run("operations", "abort", "op-1", "--reason", "x", url=backend.url)
        t.check(status == 1 and "It moved on." in err, "a refusal is 1, in the backend's words")
        backend.answers["POST *"] = "cut"
        status, _, err = run("failover", "payments", "--reason", "x", url=backend.url)
        t.check(status == 5 and "unknown" in err, "a proposal whose line was cut is 5")


def sign(backend, t, *more, state):
    return start("signoff", "op-1", "--approve", "--reason", "x", "--confirm", "fail over  PAYMENTS", "--journal",
                 t.path(state), *more, url=backend.url)


def fates(t, state):
    names = os.listdir(t.path(state)) if t.exists(state) else []
    return [json.loads(t.read(os.path.join(state, n)))["fate"] for n in names]


def test_signoff(t):
    with Scripted(t.path("sign.sock")) as backend:
        recorded = set()

        def put(handler):
            recorded.add(handler.path.rsplit("/", 1)[-1])
            return "cut" if cut else (200, RECEIPT)

        def get(handler):
            return (200, RECEIPT) if handler.path.rsplit("/", 1)[-1] in recorded else None
        backend.answers.update({"GET /v1/whoami": (200, {"operator": "anna"}), "GET /v1/operations/op-1": (200, OPERATION),
                                "PUT *": put, "GET *": get})
        cut = False
        status, out, err = finish(sign(backend, t, state="s0"))
        t.check(status == 0 and b"audit 4711" in out and "sign-off so-" in err, "a sign-off is recorded, its id told before")
        t.equal(fates(t, "s0"), ["recorded"], "and journalled")
        first = re.search(r"so-[a-z0-9-]+", err).group(0)
        puts = len(backend.seen(f"PUT /v1/operations/op-1/signoffs/{first}"))
        status, out, _ = finish(sign(backend, t, "--id", first, state="s0"))
        t.check(status == 0 and b"audit 4711" in out and puts == len(backend.seen(f"PUT /v1/operations/op-1/signoffs/{first}")),
                "with its id it is asked after, not sent again")
        status, _, err = run("signoff", "op-1", "--id", "so-never", "--journal", t.path("s0"), url=backend.url)
        t.check(status == 1 and "counts for nothing" in err, "one that was never recorded is told")
        cut = True
        status, out, err = finish(sign(backend, t, state="s1"))
        t.check(status == 0 and b"audit 4711" in out and "unknown" in err, "cut after it was recorded: asked after")
        t.equal(fates(t, "s1"), ["recorded"], "and journalled as recorded")
        backend.answers["PUT *"] = "cut"
        status, _, err = finish(sign(backend, t, state="s2"))
        t.check(status == 1 and "counts for nothing" in err, "cut before it was: it counts for nothing")
        t.equal(fates(t, "s2"), ["lost"], "and journalled as lost")
        backend.answers["PUT *"] = (409, {"type": "urn:signalbox:problem:wrong-digest", "detail": "It changed."})
        status, _, err = finish(sign(backend, t, state="s3"))
        t.check(status == 1 and "It changed." in err, "a refusal is told")
        t.equal(fates(t, "s3"), ["refused"], "and journalled as refused")
        seen = len(backend.requests)
        status, _, err = run("signoff", "op-1", "--approve", "--reason", "x", "--confirm", "FAIL", "--journal", t.path("s4"), url=backend.url)
        t.check(status == 1 and "FAIL OVER payments" in err, "a wrong phrase is told with the right one")
        t.check(not any(r["key"].startswith("PUT") for r in backend.requests[seen:]) and not fates(t, "s4"), "nothing is sent or written")
        os.chmod(t.path("s0"), 0o500)
        if os.getuid():
            t.equal(finish(sign(backend, t, state="s0"))[0], 1, "what cannot be journalled is not sent")
        os.chmod(t.path("s0"), 0o700)

        def die(_):
            backend.bad = Scripted.close
            return "cut"
        backend.answers["PUT *"] = die
        status, _, err = finish(sign(backend, t, state="s5"))
        t.check(status == 5 and "--id so-" in err, "not known: 5, with the command that asks again")
        t.equal(fates(t, "s5"), ["unknown"], "and journalled as unknown")


def test_watch(t):
    backend = Scripted(t.path("watch.sock"))
    running = {**OPERATION, "phase": "activating", "steps": [{"number": 1, "kind": "fence", "title": "fence it", "state": "intent"}]}
    backend.answers.update({"GET /v1/whoami": (200, {"operator": "anna"}), "GET /v1/operations/op-1": (200, running)})
    process = start("watch", "op-1", url=backend.url)
    t.wait_for(lambda: len(backend.requests) > 3, "it watches")
    backend.stop()
    t.wait_for(lambda: "asking on" in said(process), "it says that nobody answers, and asks on")
    done = {**running, "state": "completed", "revision": 18, "steps": [{**running["steps"][0], "state": "done"}]}
    backend.answers["GET /v1/operations/op-1"] = (200, done)
    backend.start()
    status, out, err = finish(process)
    lines = out.decode().splitlines()
    t.check(status == 0 and "asking on" in err, "a backend that is restarted is waited for")
    t.check("fence it: running" in out.decode() and lines[-1].endswith("completed") and lines[-2].endswith("fence it: done"),
            "what changed is told once")
    t.equal(len(lines), 4, "and nothing else")
    status, out, _ = run("watch", "op-1", "--json", url=backend.url)
    t.check(status == 0 and json.loads(out)["state"] == "completed", "watch --json prints the operation")
    backend.answers["GET /v1/operations/op-1"] = (200, {**done, "state": "aborted"})
    t.equal(run("watch", "op-1", url=backend.url)[0], 4, "what did not complete is 4")
    t.equal(run("watch", "op-2", url=backend.url)[0], 1, "an operation that is none is 1")
    backend.stop()


MISTAKES = """fleet = "a b";
production = 7;
locations = (
  { name = "weu"; pair = "nowhere"; health = { url = "ftp://x"; } },
  { name = "WEU"; health = { url = "https://x/"; interval = "ten"; } },
  { title = "no name"; }
);
groups = (
  { name = "pay"; primary = "moon"; standbys = [ "weu" ]; approvals = 99; colour = "red"; workloads = (); }
);
"""


def test_check_config(t):
    path = t.write("bad.conf", MISTAKES)
    status, out, err = t.run("signalbox", "check-config", path)
    lines = [l for l in err.splitlines() if l.startswith(path + ":")]
    t.check(status == 1 and not out and len(lines) == 10, "ten mistakes are ten lines")
    t.check(all(re.match(r":\d+: ", l[len(path):]) for l in lines), "each with its line")
    if len(lines) != 10:
        t.note(err)
    t.contains(err, "10 mistakes.", "and counted")
    status, out, _ = t.run("signalbox", "check-config", path, "--json")
    answer = json.loads(out)
    t.check(status == 1 and answer["ok"] is False and len(answer["mistakes"]) == 10, "--json has them too")
    t.equal(sorted(answer["mistakes"][0]), ["file", "line", "path", "text"], "with file, line, path and text")
    evil = t.write("evil.conf", f'fleet = "{EVIL}";\n\x1b[2J = 7;\n')
    status, out, err = t.run("signalbox", "check-config", evil)
    t.check(status == 1 and not RAW.search(err.encode()), "a hostile file is shown, not obeyed")
    status, _, err = t.run("signalbox", "check-config", t.path("none.conf"))
    t.check(status == 1 and "none.conf" in err, "a file that is not there is a mistake")
    t.equal(t.run("signalbox", "check-config", t.dir)[0], 1, "a directory is a mistake")
    t.equal(t.run("signalbox", "check-config", "--daemon", path)[0], 1, "a fleet is no daemon's file")


with Test() as t:
    os.environ["XDG_STATE_HOME"] = t.path("state")
    os.environ["XDG_CONFIG_HOME"] = t.path("config")
    for name in ("SIGNALBOX_URL", "SIGNALBOX_TOKEN_FILE"):
        os.environ.pop(name, None)
    whole = t.run("signalbox", "--help")[1]
    names = commands_of(whole)
    codes = whole.split("Exit codes:\n")[1].split("\n\n")[0]
    t.equal([l.split()[0] for l in codes.splitlines()], list("012345"), "the exit codes are documented")
    t.equal(sorted(set(ASKING) - set(names)), [], "the commands are there")
    test_help(t, names, codes)
    test_usage(t, names)
    test_next(t)
    test_terminal(t)
    test_nobody(t)
    test_bad_backends(t)
    test_nonsense(t)
    test_hostile(t)
    test_signoffs(t)
    test_posts(t)
    test_signoff(t)
    test_watch(t)
    test_check_config(t)
