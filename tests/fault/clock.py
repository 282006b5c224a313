#!/usr/bin/env python3
"""A real daemon whose wall clock is set forward and back by an hour while a statement waits (libfaketime; the monotonic
clock stays). Nothing expires or begins by it, the jump is in the audit log, and it can still be signed and done.

Covers row 42 of doc/SAFETY."""

import glob
import json
import os
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import Test
from demo import Demo, seconds

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)


def set_clock(t, demo, offset):
    """Takes effect at the daemon's next look at its clock."""
    with open(t.path("offset.new"), "w", encoding="ascii") as f:
        f.write(offset + "\n")
    os.rename(t.path("offset.new"), t.path("offset"))


def records(demo, action):
    _, export, _ = demo.run("audit", "export")
    return [r for r in map(json.loads, export.splitlines()) if r["action"] == action]


def start_faked(t, demo):
    demo.stop_daemon()
    set_clock(t, demo, "+0")
    demo.start_daemon("env", "LD_PRELOAD=" + LIBRARY, "FAKETIME_TIMESTAMP_FILE=" + t.path("offset"),
                      "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_RESET=1")
    demo.wait_up()


with Test() as t:
    if not LIBRARY:
        Test.skip_all("faketime is not installed")
    if os.environ.get("SB_SANITIZERS", "no") != "no":
        Test.skip_all("libfaketime and the sanitizers do not go together")
    demo = Demo(t)
    demo.wait_up()
    start_faked(t, demo)
    status, _, err = demo.run("failover", "payments", "--reason", "a rehearsal")
    t.check(status == 0, "payments is proposed") or t.note(err)
    name = demo.proposal("payments")["id"]
    expires = seconds(demo.operation(name)["expires_at"])
    for number, (offset, by) in enumerate((("+3600s", 3600), ("-3600s", -3600)), 1):
        set_clock(t, demo, offset)
        t.wait_for(lambda: len(records(demo, "clock.jumped")) == number, f"set to {offset}: the jump is recorded")
        operation = demo.operation(name)
        t.equal(operation["state"], "awaiting-sign-off", "it still waits")
        t.check(abs(seconds(operation["expires_at"]) - expires - by) < 60, "its deadline moved along")
    t.equal(len(records(demo, "operation.deadline-moved")), 2, "which is recorded, too")
    demo.wait_up()

    def signed():
        operation = demo.operation(name)
        confirm = operation["statement"]["confirm"]
        return demo.run("signoff", name, "--approve", "--reason", "seen it", "--confirm", confirm, "--id", "so-clock",
                        "--no-signature")[0] == 0
    t.wait_for(signed, "with fresh evidence it is signed")
    t.wait_for(lambda: demo.operation(name)["state"] in ("completed", "paused"), "and carried out")
    t.equal(demo.operation(name)["state"], "completed", "well")
    status, export, _ = demo.run("audit", "export")
    t.write("export", export)
    t.equal(demo.run("audit", "verify", t.path("export"))[0], 0, "the log is whole")
