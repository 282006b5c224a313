#!/usr/bin/env python3
"""A command that comes late: the daemon is stopped (SIGSTOP) while its command is on the way, the next epoch is issued
to the target, then the command arrives, then the daemon goes on (SIGCONT). It has no effect, before or after.

Covers rows 20 and 25 of doc/SAFETY: epochs refuse late commands."""

import os
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test, until
from demo import Demo, SLOW, fetch
from relay import Relay

PROMOTE = "/site/v1/groups/payments/data/promote"


def start(t, demo):
    """The demo's own daemon gives way to ours, which reaches North Europe through a line of ours."""
    demo.wait_up("westeurope", "northeurope")
    demo.stop_daemon()
    path, real = demo.path("northeurope.sock"), demo.path("northeurope.real")
    os.rename(path, real)
    line = Relay(path, real)
    demo.start_daemon()
    t.wait_for(lambda: fetch(demo.socket, "/readyz")[0] == 200, "the daemon is ready", 20 * SLOW)
    demo.wait_up("westeurope", "northeurope")
    return line, real


def hold_the_promotion(t, demo, line):
    line.hold = f"POST {PROMOTE}".encode()
    line.held.clear()
    status, _, err = demo.run("failover", "payments", "--planned", "--reason", "a rehearsal of what comes late")
    t.equal((status, err), (0, ""), "a planned failover is proposed")
    operation = demo.proposal("payments")["id"]
    status, _, err = demo.sign(operation)
    t.equal(status, 0, "and signed")
    t.wait_for(lambda: line.waiting == 1, "its promotion is on the way", 60 * SLOW)
    return demo.operation(operation)


def main():
    with Test() as t:
        demo = Demo(t)
        line, real = start(t, demo)
        with line:
            operation = hold_the_promotion(t, demo, line)
            t.check(operation["past_pnr"], "behind the point of no return")
            os.kill(demo.daemon.pid, signal.SIGSTOP)
            boot = fetch(real, "/health")[1]["boot_id"]
            later = {"x-signalbox-epoch": str(operation["epoch"] + 1), "x-signalbox-boot-id": boot,
                     "x-signalbox-key": "the-next-leader"}
            status, _ = fetch(real, PROMOTE.replace("promote", "passivate"), "POST", {}, later)
            t.equal(status, 200, "another leader, with the next epoch, has the target passive")
            before = demo.group_at("northeurope", "payments")
            line.held.set()
            t.wait_for(lambda: line.waiting == 0, "then the late command arrives")
            # The target answers in order: what is asked now is answered behind it.
            fetch(line.path, "/health")
            now = demo.group_at("northeurope", "payments")
            t.equal((now["data"]["gate"], now["epoch"]), (before["data"]["gate"], operation["epoch"] + 1),
                    "it has no effect")
            os.kill(demo.daemon.pid, signal.SIGCONT)
            paused = until(lambda: demo.operation(operation["id"])["state"] == "paused", 60 * SLOW)
            t.check(paused, "the old leader hears that it is one, and stops")
            now = demo.group_at("northeurope", "payments")
            t.equal((now["data"]["gate"], now["epoch"]), (before["data"]["gate"], operation["epoch"] + 1),
                    "and whatever it tried again had no effect either")
            promote = next(s for s in demo.operation(operation["id"])["steps"] if s["kind"] == "promote")
            t.equal(promote["state"], "failed", "its step says so")
            t.note(promote["detail"])
            t.check(not any(w["enabled"] for w in now["workflows"]), "nothing was activated there")


main()
