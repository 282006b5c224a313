#!/usr/bin/env python3
"""The console when things go: its backend is killed and comes back, a sign-off is cut off on its way, its terminal is
told to go, it is killed itself. Covers C5, and invariants 5 and 6 of doc/DESIGN."""

import os
import re
import signal
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/tty")
from sbtest import Test, until
from demo import Demo, patient_programs
from terminal import Terminal, need_tmux
from keyboard import find_statement, phrase_of, read_to_the_end


def console(t, demo, name, *more):
    screen = Terminal(t, 100, 30, "signalbox", "console", "--demo", demo.dir, *more, env=demo.environment, name=name)
    screen.wait("West Europe", "live", name=f"{name}: the console shows the fleet")
    return screen


def stale_age(screen):
    """In seconds: "STALE 1m20s"."""
    found = re.search(r"STALE (?:(\d+)m)?(?:(\d+)s)?", screen.screen())
    return 60 * int(found.group(1) or 0) + int(found.group(2) or 0) if found else 0


def test_backend_killed(t, demo):
    """Its picture stays while ages count on; nothing is to be done once it is back."""
    screen = console(t, demo, "killed")
    demo.stop_daemon()
    screen.wait("STALE", name="a killed backend: the frame says STALE")
    screen.wait("West Europe", "North Europe", "East US", "Europe · primary of 3", name="the last picture stays")
    first = until(lambda: stale_age(screen))
    t.check(first and until(lambda: stale_age(screen) > first), "its age counts on")
    screen.press("A", "2", "F")
    screen.type("it is gone")
    t.check(not screen.has("Proposed"), "nothing is proposed into the void")
    screen.press("Escape")
    until(lambda: screen.has("GROUP / WORKLOAD"))
    demo.start_daemon()
    screen.wait_gone("STALE", "the backend is back: live again by itself")
    demo.wait_up("westeurope", "northeurope")
    screen.press("1")
    screen.wait("live", "UP", name="and what it shows is new")
    screen.press("q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()


def test_signoff_cut_off(t, demo):
    """The daemon stops right after ctrl-s, and dies: what became of the sign-off is asked and said."""
    screen = console(t, demo, "cut-off", "--arm")
    demo.fault("westeurope", "down")
    screen.wait("for your sign-off")
    t.check(find_statement(screen, "payments") and read_to_the_end(screen), "the statement of payments can be signed")
    screen.type(phrase_of(screen))
    screen.press("Tab")
    screen.type("West Europe is gone")
    screen.wait("Ready: ctrl-s", name="the sign key opens")
    os.kill(demo.daemon.pid, signal.SIGSTOP)
    screen.press("C-s")
    t.check(until(lambda: re.search("sending|still asking", screen.screen())), "it is journalled and on its way")
    demo.stop_daemon()
    screen.wait("UNKNOWN, still asking", name="the line breaks: its fate is not known, which is said")
    demo.start_daemon()
    t.check(until(lambda: re.search("never reached|recorded by", screen.screen())),
            "the backend is back: its fate is asked and shown")
    said_lost = screen.has("never reached")
    operation = demo.operations("payments")[0]
    t.equal(len(operation["signoffs"]), 0 if said_lost else 1, "and it is the truth")
    screen.press("q", "q")
    t.equal(screen.ended(), 0, "q leaves")
    screen.close()
    again = console(t, demo, "again")
    t.check(not again.has("still asking"), "another console has nothing more to ask")
    again.press("q")
    again.ended()
    again.close()


def test_ways_out(t, demo):
    for name, leave, wanted in (("ctrl-c", lambda s: s.press("C-c"), None),
                                ("SIGTERM", lambda s: os.kill(s.pid(), signal.SIGTERM), None),
                                ("SIGHUP", lambda s: os.kill(s.pid(), signal.SIGHUP), None),
                                (":q", lambda s: (s.press(":"), s.type("q"), s.press("Enter")), 0)):
        screen = console(t, demo, "out-" + re.sub(r"\W", "", name))
        leave(screen)
        status = screen.ended()
        t.check(status is not None and (wanted is None or status == wanted), f"{name} ends it")
        t.equal(screen.restored(), [], f"after {name} the terminal is as it was")
        screen.close()


def test_demo_killed(t):
    """kill -9 of the demo's console: nothing it started stays, nor does its directory."""
    parent = t.path("runtime")
    os.mkdir(parent, 0o700)
    screen = Terminal(t, 80, 24, "signalbox", "demo", env={**patient_programs(t), "XDG_RUNTIME_DIR": parent},
                      name="demo-killed")
    screen.wait("try this", name="a demo in a directory of its own")
    directory = os.path.join(parent, os.listdir(parent)[0])
    pids = []
    for name in ("signalboxd", "westeurope", "northeurope", "eastus", "demo"):
        with open(os.path.join(directory, name + ".pid"), encoding="ascii") as f:
            pids.append(int(f.read()))
    os.kill(screen.pid(), signal.SIGKILL)
    t.wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids),
               "killed itself, it leaves no process behind")
    t.wait_for(lambda: not os.path.exists(directory), "and no directory")
    screen.close()


if __name__ == "__main__":
    need_tmux()
    with Test() as t:
        demo = Demo(t)
        demo.wait_up()
        test_ways_out(t, demo)
        test_backend_killed(t, demo)
        test_signoff_cut_off(t, demo)
        test_demo_killed(t)
