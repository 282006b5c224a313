#!/usr/bin/env python3
"""The daemon is killed at its write-ahead points while it moves a group, and started again: the operation ends,
every effect is there exactly once, the audit chain is whole. strace kills it, at the nth time that it makes the
store's file durable (fdatasync) or writes to it (pwrite64), counted from its start.

    crash.py                     a sample, for every day
    crash.py fdatasync 1 40      every one of a range, until the operation ends before the kill (see crash-long.py)

Covers invariants 1, 3, 4 and 5 of doc/DESIGN."""

import collections
import json
import os
import random
import shutil
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import Demo, SLOW, fetch

ENDED = ("completed", "aborted", "expired", "rejected", "withdrawn", "partial", "completed-with-exceptions")


def can_trace(t):
    status, _, _ = t.run("strace", "-qq", "-e", "trace=fdatasync", "-e", "inject=fdatasync:signal=KILL:when=9",
                         "-o", "/dev/null", "true")
    return status == 0


class Round:
    """One move of payments from where it is to the other region, with one kill."""

    def __init__(self, t, demo, call, nth):
        self.t, self.demo = t, demo
        self.call, self.nth = call, nth
        self.name = f"{call} {nth}"
        self.home = demo.group("payments")["active"]
        self.to = "northeurope" if self.home == "westeurope" else "westeurope"
        self.kind = "failover" if self.to == "northeurope" else "failback"
        self.before = demo.group_at(self.home, "payments")
        self.boots = {l: demo.state(l)["boots"] for l in (self.home, self.to)}
        self.killed = False

    def start_traced(self):
        inject = f"inject={self.call}:signal=KILL:when={self.nth}"
        self.demo.stop_daemon()
        # -D: the daemon is our child, strace its companion.
        self.daemon = self.demo.start_daemon("strace", "-D", "-f", "-qq", "-e", "trace=" + self.call, "-e", inject,
                                             "-o", "/dev/null")
        self.wait_usable()

    def wait_usable(self):
        """Ready, and both regions seen well; or dead."""
        def usable():
            return self.daemon.poll() is not None or (
                fetch(self.demo.socket, "/readyz")[0] == 200 and
                all(self.demo.verdict(l) == "up" for l in (self.home, self.to)))
        until(usable, 20 * SLOW)

    def revive(self):
        """Starts it again if the kill has come. Nothing is injected any more."""
        if self.killed or not until(lambda: self.daemon.poll() is not None, 0.05):
            return False
        if self.daemon.returncode != -signal.SIGKILL:
            raise RuntimeError("the daemon ended by itself: " + self.t.read(self.daemon.log))
        self.killed = True
        self.daemon = self.demo.start_daemon()
        self.wait_usable()
        return True

    def operation(self):
        try:
            return next((o for o in self.demo.operations("payments", self.kind) if o["id"] not in self.old), None)
        except (OSError, ValueError):
            return None

    def propose(self):
        self.old = {o["id"] for o in self.demo.operations("payments")} if not self.revive() else set(self.known)
        for _ in range(3):
            status, _, err = self.demo.run(self.kind, "payments", "--reason", "kill " + self.name)
            died = self.revive()
            if status == 0 or (died and self.operation()):
                return True
        self.t.note(err)
        return False

    def sign(self):
        """Sent again with its own id after a kill: it counts once."""
        name = self.operation()["id"]
        confirm = self.operation()["statement"]["confirm"]
        command = ("signoff", name, "--approve", "--reason", "kill " + self.name, "--confirm", confirm,
                   "--id", f"so-{self.call}-{self.nth}")
        for _ in range(3):
            status, _, err = self.demo.run(*command)
            if not self.revive() and status in (0, 1):
                break
        return name

    def run(self):
        self.known = {o["id"] for o in self.demo.operations("payments")}
        self.start_traced()
        if not self.t.check(self.propose(), f"{self.name}: {self.kind} is proposed"):
            return False
        name = self.sign()

        def over():
            self.revive()
            operation = self.demo.operation(name)
            return operation if operation["state"] in ENDED else None
        operation = until(over, 60 * SLOW)
        if not self.t.check(operation and operation["state"] == "completed", f"{self.name}: it is completed"):
            operation = self.demo.operation(name)
            self.t.note(f"{operation['state']}: {operation['why']}")
            for step in operation["steps"]:
                self.t.note(f"{step['number']} {step['state']} {step['title']}: {step['detail']}")
            return False
        self.check_effects(operation)
        return self.killed

    def check_effects(self, operation):
        wrong = []
        old, new = self.demo.group_at(self.home, "payments"), self.demo.group_at(self.to, "payments")
        epoch = self.before["epoch"] + 1
        expected = [
            ("one epoch was taken", (operation["epoch"], new["epoch"]), (epoch, epoch)),
            ("it was promoted once", (new["data"]["role"], new["data"]["parent"]), ("primary", self.before["data"]["lineage"])),
            ("nothing was lost", (old["lost_transactions"], new["lost_transactions"]), (0, 0)),
            ("it took over all the data", new["data"]["fork"] >= self.before["data"]["position"], True),
            ("it is on here", all(w["enabled"] for w in new["workflows"]), True),
            ("it is off there", any(w["enabled"] for w in old["workflows"]) or old["data"]["gate"] == "open", False),
            ("no region was started anew", {l: self.demo.state(l)["boots"] for l in self.boots}, self.boots),
            ("one sign-off counts", len(operation["signoffs"]), 1),
        ]
        for what, got, wanted in expected:
            if got != wanted:
                wrong.append(f"{what}: got {got!r}, wanted {wanted!r}")
        wrong += self.audit_mistakes(operation)
        if not self.t.check(not wrong, f"{self.name}: every effect is there once"):
            self.t.note("\n".join(wrong))

    def audit_mistakes(self, operation):
        status, export, _ = self.demo.run("audit", "export")
        status, out, err = self.demo.run("audit", "verify", "-", stdin=text_file(self.t, export))
        wrong = [] if status == 0 else ["the chain: " + err]
        counts = collections.Counter()
        for line in export.splitlines():
            record = json.loads(line)
            if operation["id"] in record["object"]:
                counts[record["object"], record["action"]] += 1
        for step in operation["steps"]:
            done = counts[f"step/{operation['id']}/{step['number']}", "step.done"]
            if done != 1:
                wrong.append(f"step {step['number']} was done {done} times")
        for action in ("operation.proposed", "signoff.approve", "operation.started", "operation.ended",
                       "operation.point-of-no-return"):
            number = counts["operation/" + operation["id"], action]
            if number != 1:
                wrong.append(f"{action}: {number} times")
        return wrong


def text_file(t, text):
    return open(t.write("export.jsonl", text), "rb")


def walk(t, demo, points):
    """Rounds at these points; ends when an operation was faster than its kill."""
    killed = 0
    for call, nth in points:
        died = Round(t, demo, call, nth).run()
        killed += died
        if not died:
            t.note(f"{call} {nth}: the operation ended by itself")
    t.check(killed >= len(points) * 2 // 3, f"the daemon was killed in {killed} of {len(points)} rounds")


def sample():
    """Some of what crash-long.py goes through; others every day."""
    chance = random.Random(os.environ.get("SB_SEED") or None)
    syncs = sorted(chance.sample(range(2, 21), 5))
    writes = sorted(chance.sample(range(60, 520), 4))
    return [("fdatasync", n) for n in syncs] + [("pwrite64", n) for n in writes]


def main(t, points):
    demo = Demo(t)
    demo.wait_up()
    t.note("points: " + ", ".join(f"{call} {nth}" for call, nth in points))
    walk(t, demo, points)


if __name__ == "__main__":
    if not shutil.which("strace"):
        Test.skip_all("strace is not installed")
    with Test() as t:
        if can_trace(t):
            main(t, [(sys.argv[1], n) for n in range(int(sys.argv[2]), int(sys.argv[3]) + 1)]
                 if len(sys.argv) > 3 else sample())
        else:
            t.skip("the daemon is killed at its write-ahead points", "strace may not trace here")
