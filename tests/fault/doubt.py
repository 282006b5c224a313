#!/usr/bin/env python3
"""Between the key and the answer: the line is cut behind every byte, the client is killed at every step that matters,
an answer comes late, a request arrives twice, two people sign at the same instant. Afterwards what the operator
was told and what the log says are the same, and every sign-off that counts is there once.

    doubt.py          a sample of the places, for every day
    doubt.py --all    every byte and every step

Covers rows 2, 3, 4 and 53 of doc/SAFETY."""

import collections
import json
import os
import shutil
import socket
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import LIMIT, Test, until
from demo import Demo, fetch
from relay import Relay

ALL = "--all" in sys.argv
# What a client does on its way: it makes the journal durable, connects, sends, reads. strace counts each call by itself.
STEPS = ("fsync", "fdatasync", "rename", "renameat", "renameat2", "connect", "sendto", "sendmsg", "write", "writev",
         "recvfrom", "recvmsg", "read")


class Doubt:
    def __init__(self, t, demo):
        self.t, self.demo = t, demo
        self.rounds = 0
        self.recorded = []

    def propose(self, group, *more):
        status, _, err = self.demo.run("failover", group, "--reason", "a rehearsal", *more)
        self.t.check(status == 0, f"{group} is proposed")
        if status:
            self.t.note(err)
        self.name = self.demo.proposal(group)["id"]

    def renew(self):
        """An operation keeps every sign-off that it ever had: another one from time to time."""
        status, _, err = self.demo.run("operations", "withdraw", self.name, "--reason", "enough of it")
        if status:
            raise RuntimeError(err)
        self.propose("ledger")

    def operation(self):
        return self.demo.operation(self.name)

    def new_id(self, what):
        self.rounds += 1
        return f"so-{what}-{self.rounds}"

    def path(self, signoff):
        return f"/v1/operations/{self.name}/signoffs/{signoff}"

    def body(self):
        operation = self.operation()
        return {"digest": operation["digest"], "decision": "approve", "reason": "seen it",
                "phrase": operation["statement"]["confirm"]}

    def is_recorded(self, signoff):
        status, _ = fetch(self.demo.socket, self.path(signoff))
        if status not in (200, 404):
            raise ValueError(f"{signoff}: {status}")
        return status == 200

    def take_back(self, signoff):
        self.recorded.append(signoff)
        status, answer = fetch(self.demo.socket, self.path(signoff) + "/withdraw", "POST", {"reason": "once more"})
        # Nothing to do: another statement has come, for which it does not count.
        if status != 200 and not (status == 409 and answer["type"].endswith(":nothing-to-do")):
            raise RuntimeError(f"taking {signoff} back: {status} {answer}")

    def is_once(self, signoff):
        return [s["id"] for s in self.operation()["signoffs"]].count(signoff) == 1


def raw_put(doubt, signoff):
    body = json.dumps(doubt.body()).encode()
    head = (f"PUT {doubt.path(signoff)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    return head.encode() + body


def send_raw(path, data):
    """What came back before the line ended, if anything."""
    answer = b""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(LIMIT)
        try:
            line.connect(path)
            line.sendall(data)
            while piece := line.recv(65536):
                answer += piece
        except OSError:
            pass
    return answer


def cut_round(doubt, line, data, signoff, up, down):
    """One sign-off over a line that is cut; a sentence if something is not as it must be."""
    line.cut_up, line.cut_down = up, down
    answer = send_raw(line.path, data)
    whole = up is None or up >= len(data)
    # All of it, and the line is cut in the same moment: taken or not, but never in doubt.
    if up == len(data):
        until(lambda: doubt.is_recorded(signoff), 0.1)
    elif whole and not until(lambda: doubt.is_recorded(signoff)):
        return "all of it was sent and it is not recorded"
    elif not whole and (answer or doubt.is_recorded(signoff)):
        return f"half a request was taken: {answer[:60]!r}"
    status, first = fetch(doubt.demo.socket, doubt.path(signoff), "PUT", json.loads(data.split(b"\r\n\r\n", 1)[1]))
    if status != 200 or not doubt.is_once(signoff):
        return f"sent again: {status}, {first}"
    status, second = fetch(doubt.demo.socket, doubt.path(signoff))
    if status != 200 or second["audit_seq"] != first["audit_seq"]:
        return f"the answers differ: {first} and {second}"
    doubt.take_back(signoff)
    return None


def cut_while_it_stands(doubt, line, up, down):
    """cut_round, again if another statement came in the midst of it."""
    while True:
        signoff = doubt.new_id("cut")
        data = raw_put(doubt, signoff)
        why = cut_round(doubt, line, data, signoff, up, down)
        if not why or doubt.body()["digest"].encode() in data:
            return why


def places(total, step):
    return range(total + 1) if ALL else sorted({*range(0, total + 1, step), 1, total - 1, total})


def test_cut(t, doubt):
    """Behind every byte of the request, and of its answer."""
    wrong = []
    with Relay(t.path("line"), doubt.demo.socket) as line:
        size = len(raw_put(doubt, "so-cut-1000"))
        for direction, total in (("up", size), ("down", 700)):
            for n in places(total, 61):
                if doubt.rounds % 150 == 0:
                    doubt.renew()
                why = cut_while_it_stands(doubt, line, n if direction == "up" else None,
                                          n if direction == "down" else None)
                if why:
                    wrong.append(f"{direction} {n}: {why}")
    if not t.check(not wrong, f"cut in {doubt.rounds} places: recorded if and only if all of it came, once"):
        t.note("\n".join(wrong[:10]))


def test_late_and_double(t, doubt):
    with Relay(t.path("slow"), doubt.demo.socket) as line:
        line.double = True
        signoff = doubt.new_id("double")
        send_raw(line.path, raw_put(doubt, signoff))
        t.check(until(lambda: doubt.is_recorded(signoff)) and doubt.is_once(signoff),
                "a request that arrives twice is recorded once")
        doubt.take_back(signoff)
        line.double = False
        line.hold = b"PUT "
        line.held.clear()
        signoff = doubt.new_id("late")
        client = Client(t, doubt, signoff, "signalbox", *command(doubt, signoff, t.path("late-journal")), "--url",
                        "unix:" + line.path)
        t.wait_for(lambda: client.waits(line), "the sign-off is on its way, and held there")
        recorded, fate = doubt.is_recorded(signoff), (entry(t.path("late-journal"), signoff) or {}).get("fate")
        line.held.set()  # soon: the client waits for some seconds
        t.equal((fate, recorded), ("unknown", False), "it was in the journal before anything was sent, and not at the backend")
        t.equal(client.process.wait(LIMIT), 0, "the answer comes late: it is recorded, and said so")
        t.equal(entry(t.path("late-journal"), signoff)["fate"], "recorded", "so says the journal")
        doubt.take_back(signoff)


def command(doubt, signoff, journal):
    body = doubt.body()
    return ("signoff", doubt.name, "--approve", "--reason", "seen it", "--confirm", body["phrase"], "--id", signoff,
            "--no-signature", "--journal", journal)


class Client:
    """A program that signs over a line, which holds that. If it gives up it is started again: it has the same id."""

    def __init__(self, t, doubt, signoff, *words):
        self.signoff = signoff
        self.start = lambda: t.spawn(*words, env=doubt.demo.environment)
        self.process = self.start()

    def waits(self, line):
        if self.process.poll() is not None:
            self.process = self.start()
        return any(self.signoff in first for first in line.waiting)


def entry(journal, signoff):
    try:
        with open(f"{journal}/signoff-{signoff}.json", encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return None


def kill_round(t, doubt, call, nth):
    """The client dies at its nth such call. (what is wrong or None, whether it died)"""
    signoff, journal = doubt.new_id("kill"), t.path(f"journal-{doubt.rounds}")
    status, _, err = doubt.demo.run(*command(doubt, signoff, journal), prefix=(
        "strace", "-f", "-qq", "-e", "trace=" + call, "-e", f"inject={call}:signal=KILL:when={nth}",
        "-o", "/dev/null"))
    died = status not in range(6)
    there = until(lambda: doubt.is_recorded(signoff), 0.3 if died else 0)
    if there and not entry(journal, signoff):
        return "recorded, and not in the journal", died
    if not died and not there:
        return f"it ended with {status} and nothing is recorded: {err}", died
    told = None

    def tells_the_truth():
        """What the dead client has sent may still lie before a daemon that stands still: then it is asked again."""
        nonlocal told
        status, _, err = doubt.demo.run("signoff", doubt.name, "--id", signoff, "--journal", journal)
        now = doubt.is_recorded(signoff)
        told = f"{status} ({err.strip()}), but recorded: {now}"
        return status == (0 if now else 1)
    if not until(tells_the_truth):
        return "asked what became of it: " + told, died
    if doubt.is_recorded(signoff):
        if not doubt.is_once(signoff):
            return "recorded twice", died
        doubt.take_back(signoff)
    return None, died


def nths(call):
    """Which of its calls: every day the first few (of the reads one as it begins, and a later one)."""
    return range(1, 400) if ALL else (1, 2, 3) if call != "read" else (1, 40)


def test_killed_client(t, doubt):
    wrong, deaths = [], {}
    for call in STEPS:
        for nth in nths(call):
            why, died = kill_round(t, doubt, call, nth)
            deaths[call] = deaths.get(call, 0) + died
            if why:
                wrong.append(f"{call} {nth}: {why}")
            if not died:
                break
            if doubt.rounds % 150 == 0:
                doubt.renew()
    t.check(sum(deaths.values()) >= 8, f"the client was killed at {sum(deaths.values())} of its steps")
    t.note(", ".join(f"{call} {n}" for call, n in deaths.items()))
    if not t.check(not wrong, "afterwards it says what the log says"):
        t.note("\n".join(wrong[:10]))


def race(t, doubt, line, url, *tokens):
    """Two clients sign over a line that holds both sign-offs and lets them go at once. (id, exit code, log) of each"""
    line.hold = b"PUT "
    line.held.clear()
    clients = []
    for more in tokens:
        signoff = doubt.new_id("race")
        words = command(doubt, signoff, t.path(f"race-{doubt.rounds}"))
        clients.append((signoff, Client(t, doubt, signoff, "signalbox", *words, "--url", url, *more)))
    t.wait_for(lambda: all([client.waits(line) for _, client in clients]), "both have signed, neither is at the backend")
    line.held.set()
    return [(signoff, client.process.wait(LIMIT), t.read(client.process.log)) for signoff, client in clients]


def judge(t, doubt, outcomes, name):
    there = [signoff for signoff, _, _ in outcomes if doubt.is_recorded(signoff)]
    t.equal(len(there), 1, name)
    for signoff, status, said in outcomes:
        if not t.check(status == (0 if signoff in there else 1), f"{signoff}: told what the log says"):
            t.note(f"{status}: {said}")
    return there


def test_same_person_twice(t, doubt):
    with Relay(t.path("twice"), doubt.demo.socket) as line:
        outcomes = race(t, doubt, line, "unix:" + line.path, (), ())
    for signoff in judge(t, doubt, outcomes, "one person, two consoles, one instant: one sign-off counts"):
        doubt.take_back(signoff)


def test_two_people(t, demo):
    doubt = Doubt(t, demo)
    doubt.rounds = 9000
    doubt.propose("payments")
    with open(demo.path("signalboxd.port"), encoding="ascii") as f:
        port = int(f.read())
    tokens = [("--token-file", demo.path(person + ".token")) for person in ("alice", "bob")]
    with Relay(None, port) as line:
        outcomes = race(t, doubt, line, f"http://127.0.0.1:{line.port}", *tokens)
    judge(t, doubt, outcomes, "two people, one place left, one instant: one of them has it")
    t.check(any("no longer takes sign-offs" in said for _, _, said in outcomes), "the other is told why")
    return doubt


def test_log(t, doubts):
    """Every sign-off that was told as recorded stands in the audit log, once."""
    status, export, _ = doubts[0].demo.run("audit", "export")
    counts = collections.Counter()
    for line in export.splitlines():
        record = json.loads(line)
        if record["action"] == "signoff.approve":
            counts[record["detail"].split()[1].rstrip(",")] += 1
    wanted = {s for d in doubts for s in d.recorded}
    wrong = {s: counts[s] for s in wanted if counts[s] != 1}
    if not t.check(status == 0 and not wrong, f"the log has each of {len(wanted)} sign-offs once"):
        t.note(wrong)


with Test() as t:
    demo = Demo(t)
    demo.wait_up()
    doubt = Doubt(t, demo)
    doubt.propose("ledger")
    test_cut(t, doubt)
    test_late_and_double(t, doubt)
    test_same_person_twice(t, doubt)
    if shutil.which("strace") and t.run("strace", "-qq", "-o", "/dev/null", "true")[0] == 0:
        test_killed_client(t, doubt)
    else:
        t.skip("the client is killed at its steps", "strace may not trace here")
    other = test_two_people(t, demo)
    test_log(t, (doubt, other))
