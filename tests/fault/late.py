#!/usr/bin/env python3
"""A command that comes late: the leading daemon is stopped (SIGSTOP) while its command is on the way. Another one takes over
on a copy of its store, finishes the operation and brings the group home again; then the command arrives, and the old
leader goes on (SIGCONT). Neither has any effect.

Covers rows 20 and 25 of doc/SAFETY: epochs refuse late commands."""

import os
import shutil
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import Demo, fetch
from relay import Relay

PROMOTE = "/site/v1/groups/payments/data/promote"
HOME, AWAY = "westeurope", "northeurope"


def start(t, demo):
    """The demo's own daemon gives way to ours, which reaches North Europe through a line of ours."""
    demo.wait_up(HOME, AWAY)
    demo.stop_daemon()
    path, real = demo.path(AWAY + ".sock"), demo.path(AWAY + ".real")
    os.rename(path, real)
    line = Relay(path, real)
    demo.start_daemon()
    t.wait_for(demo.wait_ready, "the daemon is ready")
    demo.wait_up(HOME, AWAY)
    return line, real


def hold_the_promotion(t, demo, line):
    line.hold = f"POST {PROMOTE}".encode()
    line.held.clear()
    status, _, err = demo.run("failover", "payments", "--planned", "--reason", "a rehearsal of what comes late")
    t.equal((status, err), (0, ""), "a planned failover is proposed")
    operation = demo.proposal("payments")["id"]
    status, _, err = demo.sign(operation)
    t.equal(status, 0, "and signed")
    t.wait_for(lambda: line.waiting, "its promotion is on the way")
    return demo.operation(operation)


class Successor(Demo):
    """A second daemon of the same fleet, on a copy of the store as it was when the first one was stopped. It has its own
    line to North Europe."""

    def __init__(self, t, demo, real):
        self.test, self.first = t, demo
        self.dir = t.path("successor")
        self.daemon = None
        self.socket = os.path.join(self.dir, "signalboxd.sock")
        self.environment = {**demo.environment, "SIGNALBOX_URL": "unix:" + self.socket}
        # No socket, no pid, no lock. A stopped process writes nothing: the file and its log belong together.
        os.mkdir(self.dir)
        for name in os.listdir(demo.dir):
            if os.path.isfile(demo.path(name)) and not name.endswith((".pid", ".lock", ".shm", ".port")):
                shutil.copy(demo.path(name), self.path(name))
        with open(demo.path("fleet.conf"), encoding="utf-8") as f:
            fleet = f.read().replace('socket = "', f'socket = "{demo.dir}/').replace(f"{demo.dir}/{demo.dir}/", demo.dir + "/")
        with open(self.path("fleet.conf"), "w", encoding="utf-8") as f:
            f.write(fleet.replace(demo.path(AWAY + ".sock"), real))
        self.start_daemon()

    def group_at(self, location, group):
        return self.first.group_at(location, group)

    def see_through(self, name):
        t = self.test
        over = t.wait_for(lambda: self.operation(name)["state"] in ("completed", "paused"), f"{name} ends")
        operation = self.operation(name)
        if not over or not t.check(operation["state"] == "completed", "as it was meant"):
            t.note(f"{operation['state']}: {operation['why']}\n" +
                   "\n".join(f"{s['number']} {s['state']} {s['title']}: {s['detail']}" for s in operation["steps"]))
        return operation


def succeeds(t, other, operation):
    """What the new leader does while the old one stands still."""
    t.wait_for(other.wait_ready, "another daemon takes over, on what the first one has stored")
    done = other.see_through(operation["id"])
    t.equal(done["epoch"], operation["epoch"], "it finishes the operation, under its own epoch")
    t.wait_for(lambda: other.is_active_in("payments", AWAY), "payments runs in North Europe")
    other.wait_up(HOME, AWAY)
    status, _, err = other.run("failback", "payments", "--reason", "it goes home again")
    t.equal((status, err), (0, ""), "the way home is proposed")
    home = other.proposal("payments")["id"]
    t.equal(other.sign(home)[0], 0, "and signed")
    other.see_through(home)
    t.wait_for(lambda: other.is_active_in("payments", HOME), "payments is home")
    t.check(other.group_at(AWAY, "payments")["epoch"] > operation["epoch"], "North Europe knows the newer epoch")


def picture(demo):
    """What a command would have changed at either side."""
    found = {}
    for location in (HOME, AWAY):
        at = demo.group_at(location, "payments")
        found[location] = (at["epoch"], at["data"]["role"], at["data"]["gate"], at["data"]["lineage"],
                           [w["enabled"] for w in at["workflows"]], demo.state(location)["boots"])
    return found


def main():
    with Test() as t:
        demo = Demo(t)
        line, real = start(t, demo)
        with line:
            operation = hold_the_promotion(t, demo, line)
            t.check(operation["past_pnr"], "behind the point of no return")
            os.kill(demo.daemon.pid, signal.SIGSTOP)
            other = Successor(t, demo, real)
            succeeds(t, other, operation)
            before = picture(demo)
            line.held.set()
            t.wait_for(lambda: not line.waiting, "then the late command arrives")
            # The target answers in order: what is asked now is answered behind it.
            fetch(line.path, "/health")
            t.equal(picture(demo), before, "it has no effect")
            os.kill(demo.daemon.pid, signal.SIGCONT)
            paused = until(lambda: demo.operation(operation["id"])["state"] == "paused")
            t.check(paused, "the old leader hears that it is one, and stops")
            promote = next(s for s in demo.operation(operation["id"])["steps"] if s["kind"] == "promote")
            t.equal(promote["state"], "failed", "its step says so")
            t.note(promote["detail"])
            demo.wait_up(HOME, AWAY)
            t.equal(picture(demo), before, "and whatever it tried since had no effect either")
            t.equal(other.group("payments")["mode"], "normal", "to the new leader all is well")


main()
