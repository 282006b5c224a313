#!/usr/bin/env python3
"""The console on a fleet of 100,000 workloads, on a pseudo-terminal of 120x40, from outside; one JSON object a line,
as console.py writes them; what each figure means is in doc/FIGURES. SB_BENCH_WORKLOADS says another number.

    large.py [--starts N] [--presses N] [--idle S]
"""

import argparse
import os
import random
import sys

sys.path.insert(0, os.environ.get("SB_TOP_SRCDIR", os.path.join(os.path.dirname(__file__), "../..")) + "/tests/lib")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sbtest import Test, until
from console import HEIGHT, WIDTH, Console, cpu_s, now_ms, peak_mb, tell

WORKLOADS = int(os.environ.get("SB_BENCH_WORKLOADS", "100000"))
GROUP = 100
ON = f"{WORKLOADS} workloads, {WORKLOADS // GROUP} groups, 2 regions, {WIDTH}x{HEIGHT}"
LOCATIONS = ", ".join(f'{{ name = "{n}"; pair = "{p}"; parameters = {{ endpoint = "http://{n}"; '
                      'site_socket = "/nonexistent"; }; }' for n, p in (("a", "b"), ("b", "a")))


class Daemon:
    """Has what Console wants of a demo."""

    def __init__(self, t):
        self.test = t
        self.environment = {**os.environ, "SIGNALBOX_URL": "unix:" + t.path("sock"), "XDG_STATE_HOME": t.path("state")}
        workloads = ", ".join(
            f'{{ name = "w{i}"; kind = "workflow"; driver = "site"; instances = ( {{ location = "a"; }}, '
            '{ location = "b"; } ); triggers = ( { name = "t"; type = "recurrence"; frequency = "Minute"; '
            'interval = 5; } ); }' for i in range(GROUP))
        groups = ",\n".join(f'{{ name = "g{i}"; primary = "a"; standbys = [ "b" ]; rpo = "1m"; rto = "5m"; '
                            f'propose = false; workloads = ( {workloads} ); }}' for i in range(WORKLOADS // GROUP))
        t.write("fleet.conf", f'fleet = "large"; locations = ( {LOCATIONS} );\ngroups = (\n{groups}\n);\n')
        t.write("daemon.conf", 'name = "bridge"; fleet = "fleet.conf"; store = "store.db"; socket = "sock";\n'
                               f'observe = "1h"; users = ( {{ name = "me"; user = {os.getuid()}; '
                               'roles = [ "viewer", "operator" ]; } );\n')
        self.process = t.spawn("signalboxd", "--config", t.path("daemon.conf"), log="daemon.log")

    def is_ready(self):
        return " ready " in self.test.read(self.process.log)


def settle(console):
    """Until it has taken everything in: it writes nothing and needs no processor any more."""
    used_s = -1.0
    while cpu_s(console.pid) - used_s > 0.02:
        used_s = cpu_s(console.pid)
        console.collect(500)


def bench_start(daemon, options):
    frames, readies, costs = [], [], []
    for _ in range(options.starts):
        console = Console(daemon)
        frames.append(console.wait(lambda: b"signalbox" in console.text(), 20000) - console.begun_ms)
        # It says "live" once the whole picture is there.
        readies.append(console.wait(lambda: b" live " in console.text(), 60000) - console.begun_ms)
        settle(console)
        costs.append(cpu_s(console.pid) * 1000)
        console.close()
    tell("large-start-frame", "ms", frames, ON)
    tell("large-start-ready", "ms", readies, ON)
    tell("large-start-cpu", "ms", costs, ON)


def press_all(console, keys, presses, dice):
    """To the first byte of each answer; and the processor's time from key to key, when it has become still."""
    firsts, costs = [], []
    for i in range(presses):
        console.collect(40 + dice.random() * 40)
        before_s, pressed_ms = cpu_s(console.pid), now_ms()
        console.press(keys[i % len(keys)])
        chunk = console.read(2000)
        if chunk:
            firsts.append(chunk[0] - pressed_ms)
        console.quiet(20)
        costs.append((cpu_s(console.pid) - before_s) * 1000)
    return firsts, costs


def bench_keys(daemon, options):
    dice = random.Random(1)
    console = Console(daemon)
    console.wait(lambda: b"what changed" in console.text(), 60000)
    settle(console)
    for screen, name in (("2", "roles"), ("3", "schedules"), ("6", "readiness")):
        console.press(screen)
        console.collect(1000)
        for keys, what in ((["j", "j", "j", "k"], "key"), (["\x1b[6~", "\x1b[6~", "\x1b[5~"], "page")):
            firsts, costs = press_all(console, keys, options.presses, dice)
            tell(f"large-{what}-first-byte", "ms", firsts, ON, screen=name)
            tell(f"large-{what}-cpu", "ms", costs, ON, screen=name)
        console.press("/")
        console.collect(200)
        firsts, costs = press_all(console, list("w42") + ["\x7f"] * 3, 24, dice)
        tell("large-filter-first-byte", "ms", firsts, ON, screen=name)
        tell("large-filter-cpu", "ms", costs, ON, screen=name)
        console.press("\x1b")
        console.collect(500)
    before_s = cpu_s(console.pid)
    console.collect(options.idle * 1000)
    tell("large-idle-cpu", "s/min", (cpu_s(console.pid) - before_s) * 60 / options.idle, ON)
    tell("large-rss-console", "MB", peak_mb(console.pid), ON)
    tell("large-rss-daemon", "MB", peak_mb(daemon.process.pid), ON)
    console.close()


def main():
    parser = argparse.ArgumentParser()
    for name, count in (("starts", 5), ("presses", 100), ("idle", 20)):
        parser.add_argument("--" + name, type=int, default=count)
    options = parser.parse_args()
    sys.stdout = sys.stderr # what a test says is not a figure
    with Test() as t:
        daemon = Daemon(t)
        if not until(daemon.is_ready, 120):
            raise RuntimeError("the daemon does not start: " + t.read(daemon.process.log))
        bench_start(daemon, options)
        bench_keys(daemon, options)


if __name__ == "__main__":
    main()
