#!/usr/bin/env python3
"""The whole main job through the keyboard of the real console, in a small terminal and in a large one: `!` breaks
a region, the statement is read and signed, the failover watched, the region mended, everything brought home.
Covers C1, C2, C4, C5."""

import os
import re
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import LIMIT, Test, until
from demo import fetch, patient_programs, seconds
from terminal import Terminal, need_tmux, read_to_the_end


class Fleet:
    """The truth behind the console: the daemon and the regions of the demo in `directory`."""

    def __init__(self, directory):
        self.dir = directory

    def get(self, target):
        return fetch(os.path.join(self.dir, "signalboxd.sock"), target)[1]

    def get_region(self, location):
        return fetch(os.path.join(self.dir, location + ".control.sock"), "/site/v1/state")[1]

    def state(self, location, group):
        return next(g for g in self.get_region(location)["groups"] if g["group"] == group)

    def newest(self, group, kind):
        every = self.get("/v1/operations")["operations"]
        return max((o for o in every if o["group"] == group and o["kind"] == kind),
                   key=lambda o: o["proposed_at"], default=None)


def statement_of(screen):
    """Whose statement is on the screen; None: no statement."""
    found = re.search(r"MOVE +(\S+) ", screen.screen())
    return found.group(1) if found else None


def find_statement(screen, group):
    """Goes from statement to statement until it is the one of the group; each is waited for, or the key that is still
    on its way would lead on from the right one."""
    for _ in range(6):
        before = statement_of(screen)
        if before == group:
            return True
        screen.press("s")
        until(lambda: statement_of(screen) not in (None, before))
    return statement_of(screen) == group


def phrase_of(screen):
    found = until(lambda: re.search(r"Type exactly: (.*)", screen.screen()))
    return found.group(1).rstrip(" │") if found else ""


def sign(t, screen, group, reason):
    t.check(find_statement(screen, group), f"s leads to the statement of {group}")
    t.check(read_to_the_end(screen), "once read to its end it can be signed")
    phrase = phrase_of(screen)
    t.check(group in phrase, f"the form says what to type: {phrase}")
    screen.type(phrase)
    screen.press("Tab")
    screen.type(reason)
    screen.press("Tab")
    screen.type("INC-4711")
    # The key stays closed for a moment, so that one on its way cannot land.
    screen.wait("Ready: ctrl-s", name="the sign key opens")
    t.check(screen.press_until("C-s", "recorded by"), "the receipt says who recorded it")
    return phrase


def drill(t, screen, fleet):
    """An exercise that only looks, by keys alone: another word, another phrase, nothing moved."""
    screen.press("A")
    screen.wait("ARMED", name="A arms the keys that change something")
    before = fleet.get("/v1/groups/payments")["epoch"]
    t.wait_for(lambda: all(l["verdict"]["state"] == "up" for l in fleet.get("/v1/locations")["locations"]),
               "all regions are seen up")
    screen.press("2")
    screen.press("g")
    screen.wait("payments", "explain", name="screen 2 lists payments")
    screen.press("D")
    screen.wait("propose: DRILL payments", "isolated", name="D asks for the exercise")
    screen.type("do its targets answer?")
    screen.press("C-s")
    screen.wait("DRILL, ISOLATED", name="its statement is called a drill")
    phrase = sign(t, screen, "payments", "the yearly look")
    t.equal(phrase, "DRILL payments ISOLATED", "and has a phrase of its own")
    screen.press("5")
    t.check(until(lambda: re.search(r"DRILL.*payments +✓ completed", screen.screen())),
            "screen 5 shows the drill completed")
    t.equal(fleet.get("/v1/groups/payments")["epoch"], before, "nothing was moved")
    screen.press("A")
    screen.press("1")


def acknowledge(t, screen, fleet):
    """The finding that the practice fleet begins with: known, until a date."""
    screen.press("A")
    screen.wait("ARMED", name="A arms the keys that change something")
    screen.press("6")
    screen.wait("R09", "eastus", name="screen 6 says that nobody watches East US from outside")
    screen.press("c")
    screen.wait("ACKNOWLEDGE R09:location/eastus", name="c asks what is known of it")
    screen.type("it is practice")
    screen.press("Tab")
    screen.type("14d")
    screen.press("C-s")
    screen.wait("known to", name="it is known, and stays listed")
    notes = [f["acknowledged_note"] for f in fleet.get("/v1/readiness")["findings"] if f["rule"] == "R09"]
    t.equal(notes, ["it is practice"], "the backend has it")
    screen.press("A")
    screen.press("1")


def fault_west(screen, fleet, kind):
    """! and Enter, as often as it takes: a console does not wait long for a region that stands still."""
    is_down = lambda: fleet.get_region("westeurope")["down"]
    end = time.monotonic() + LIMIT
    while is_down() != (kind == "down") and time.monotonic() < end:
        screen.press("!")
        until(lambda: screen.has(":fault westeurope"))
        offered = screen.has(f":fault westeurope {kind}")
        screen.press("Enter" if offered else "Escape")
        until(lambda: is_down() == (kind == "down") if offered else not screen.has(":fault westeurope"), LIMIT / 6)
    return is_down() == (kind == "down")


def break_west(t, screen, fleet):
    t.check(fault_west(screen, fleet, "down"), "! offers to break West Europe")
    screen.wait("DOWN", name="West Europe is shown down")
    screen.wait("for your sign-off", name="a sign-off is wanted")


def fail_over(t, screen, fleet):
    screen.press("A")
    screen.wait("ARMED", name="A arms the keys that change something")
    before = fleet.state("northeurope", "payments")["data"]
    sign(t, screen, "payments", "West Europe is gone")
    operation = fleet.newest("payments", "failover")
    screen.press("5")
    t.check(until(lambda: re.search(r"failover payments +✓ completed", screen.screen())),
            "screen 5 shows it completed")
    screen.press("2")
    t.check(until(lambda: re.search(r"settle.*✗.*● ACTIVE", screen.screen())),
            "screen 2 shows the roles turned over")
    bound = fleet.get("/v1/operations/" + operation["id"])["statement"]["loss"]["bound_s"]
    west = fleet.state("westeurope", "payments")["data"]
    lost = seconds(west["committed_at"]) - seconds(before["through"])
    t.check(lost <= bound, f"the bound that was signed, {bound} s, holds: {lost:.2f} s were lost")


def mend_west(t, screen, fleet):
    t.check(fault_west(screen, fleet, "recover"), "! offers to mend it")
    screen.press("1")
    t.wait_for(lambda: fleet.get("/v1/locations/westeurope")["verdict"]["state"] == "up",
               "West Europe is judged up again")
    screen.wait_gone("DOWN", "West Europe is well again on the screen")


def go_home(t, screen, fleet):
    screen.press("2", "g")
    screen.wait("GROUP / WORKLOAD")
    screen.press("B")
    screen.wait("propose", name="B asks for a reason")
    screen.type("West Europe is whole")
    screen.press("C-s")
    screen.wait("LIVE FAILBACK", name="the way home is proposed, and its statement opens")
    phrase = sign(t, screen, "payments", "nothing is lost")
    gone = fleet.newest("payments", "failback")["statement"]["loss"]["discards"]
    t.equal(phrase, f"FAIL BACK payments TO westeurope DISCARD {gone}" if gone else "payments",
            "the group's name is enough, unless rejoining discards what was lost")
    screen.press("5")
    t.check(until(lambda: re.search(r"failback payments +✓ completed", screen.screen())),
            "it is completed")
    t.equal(fleet.get("/v1/groups/payments")["mode"], "normal", "payments is at home")


def story(t, width, height):
    name = f"{width}x{height}"
    directory = t.path(name)
    screen = Terminal(t, width, height, "signalbox", "demo", "--dir", directory, name=name + "-tty",
                      env=patient_programs(t))
    fleet = Fleet(directory)
    screen.wait("try this", "West Europe", "UP", name=f"at {name} the console opens with its card")
    t.check(max(len(line) for line in screen.lines()) <= width, "no line is wider than the terminal")
    t.wait_for(lambda: fleet.state("northeurope", "payments")["data"]["committed_at"], "data is replicated")
    if width < 100:
        drill(t, screen, fleet)
        acknowledge(t, screen, fleet)
    break_west(t, screen, fleet)
    screen.resize(width - 13, height - 3)
    screen.wait("DOWN", name="a resize keeps the picture")
    screen.resize(width, height)
    fail_over(t, screen, fleet)
    mend_west(t, screen, fleet)
    go_home(t, screen, fleet)
    screen.press("q")
    t.equal(screen.ended(), 0, "q leaves")
    t.equal(screen.restored(), [], "the terminal is as it was")
    t.check(not os.path.exists(os.path.join(directory, "signalboxd.sock")) or
            not alive(directory), "everything was taken down")
    screen.close()


def alive(directory):
    with open(os.path.join(directory, "signalboxd.pid"), encoding="ascii") as f:
        return os.path.exists(f"/proc/{int(f.read())}")


if __name__ == "__main__":
    need_tmux()
    with Test() as t:
        for size in sys.argv[1:] or ("80x24", "200x50"):
            story(t, *map(int, size.split("x")))
