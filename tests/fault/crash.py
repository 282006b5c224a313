#!/usr/bin/env python3
"""The daemon is killed (kill -9) at its writes to the store, in every kind of operation and act, and started again; people
go on as they would. Each comes to its end, every effect is there exactly once, the audit chain is whole, and nothing
was ever active in two places.

    crash.py                    the important writes of every kind, each at a moment by chance
    crash.py --seed N           the same as that run
    crash.py --kind NAME        one kind (or several)
    crash.py --all MOMENT       at every write, one after the other, at this moment of it (see strike.c)
    crash.py --alone            at every write, in a round of its own

Covers invariants 1, 3, 4 and 5 of doc/DESIGN."""

import argparse
import os
import random
import re
import sys
import time

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/fault")
from sbtest import SLOW, Test
from demo import Demo
import acts
import kinds
from killing import Failed, MOMENTS, Struck, Watcher, library

KINDS = [k for module in (kinds, acts) for k in vars(module).values()
         if isinstance(k, type) and issubclass(k, kinds.Kind) and k.name and k.__module__ == module.__name__]


class Lane:
    """A demo of its own, and the kinds that are played on it one after the other."""

    def __init__(self, t, made, stage):
        self.t = t
        self.demo = Demo(t)
        self.demo.wait_up()
        self.struck = Struck(t, self.demo, made, lambda text: stage(self, text))
        self.struck.see(self.struck.is_ready, "the daemon is ready")
        self.struck.singles = {g["name"]: self.singles(g["name"]) for g in self.demo.get("/v1/groups")["groups"]}
        self.watcher = Watcher(self.demo, self.struck.singles)
        self.rounds = 0

    def singles(self, group):
        workloads = self.demo.get(f"/v1/groups/{group}/workloads")["workloads"]
        return [w["name"] for w in workloads if w["single_active"] and w["kind"] != "router"]

    def play(self, kind, plan):
        """One round; how often the daemon was killed in it."""
        self.rounds += 1
        began = set_up = time.monotonic()
        played = kind(self.struck, self.watcher, f"{kind.name} {self.rounds}")
        self.struck.plan()
        name = kind.name
        try:
            self.struck.rest()
            self.watcher.allowed = False
            self.watcher.seen.clear()
            played.begin()
            self.struck.plan(*plan)
            set_up = time.monotonic()
            played.play()
            self.struck.rest()
            wrong = played.mistakes()
        except Failed as failed:
            wrong = [str(failed)]
        struck, writes = self.struck.lines("struck"), self.struck.lines("writes")
        wrong += [f"active in two places: {what}" for what in self.watcher.seen]
        if self.struck.broken:
            wrong.append(self.struck.broken)
        ended = time.monotonic()
        self.sound = self.t.check(not wrong, f"{name}: killed {len(struck)} times, every effect is there once")
        if not self.sound:
            self.t.note("\n".join(wrong + ["killed:"] + struck + ["written:"] + writes))
        self.t.note(f"{name}: {set_up - began:.1f} s before, {ended - set_up:.1f} s; {len(writes)} writes")
        return struck

    def end(self):
        self.watcher.over.set()
        self.struck.end()


def plans(lane, kind, options):
    """The plan of each round of a kind."""
    chance = random.Random(f"{options.seed} {kind.name}")
    if options.all:
        yield [f"{options.all} *"]
    elif options.alone:
        # What it writes when nothing happens; then once more for each of these writes.
        lane.play(kind, [])
        writes = {re.sub(r"\bop-[a-z0-9-]+", "*", write): None for write in lane.struck.lines("writes")}
        for write in writes if lane.sound else ():
            yield [f"{chance.choice(MOMENTS)} {write} "]
    else:
        plan = kind.sample(chance)
        # Instrumented programs take their time; the others have all of it.
        yield plan if SLOW == 1 else chance.sample(plan, min(len(plan), 3))


def run_lane(t, made, chosen, options):
    lane = Lane(t, made, kinds.STAGES[chosen[0].lane])
    lane.struck.patience = 5 if options.all else 2
    for kind in chosen:
        meant = struck = 0
        for plan in plans(lane, kind, options):
            meant += len(plan)
            struck += len(lane.play(kind, plan))
            if not lane.sound:
                lane.end()
                return  # the stage of the next round would not be what it expects
        # Alone, what is written now and then (observations) may not come in its own round.
        t.check(struck >= meant * (1 if options.alone else 2) // 3, f"{kind.name}: {struck} kills where {meant} were meant")
    lane.end()


def merge(t, process):
    """What a lane of its own has found."""
    status = process.wait()
    for line in t.read(process.log).splitlines():
        found = re.match(r"(not )?ok \d+ - (.*)", line)
        if found:
            t.check(not found[1], found[2])
        elif not line.startswith("1.."):
            print(line, flush=True)
    t.check(status == 0, f"{process.log} ended well")


def run_all(t, made, chosen, options):
    """The lanes side by side: they mostly wait."""
    started = []
    for lane in sorted({k.lane for k in chosen}):
        command = [sys.executable, os.environ["SB_TOP_SRCDIR"] + "/tests/fault/crash.py", "--library", made,
                   "--seed", str(options.seed)]
        command += [word for k in chosen if k.lane == lane for word in ("--kind", k.name)]
        command += ["--all", options.all] if options.all else ["--alone"] if options.alone else []
        started.append(t.spawn(*command, log=f"lane-{lane}"))
    for process in started:
        merge(t, process)


def parse(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kind", action="append", choices=[k.name for k in KINDS])
    parser.add_argument("--all", choices=MOMENTS)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--library")
    return parser.parse_args(arguments)


def main(options):
    with Test() as t:
        chosen = [k for k in KINDS if not options.kind or k.name in options.kind]
        if options.library:
            run_lane(t, options.library, chosen, options)
            return
        t.note(f"seed {options.seed}")
        made = library(t)
        if made:
            run_all(t, made, chosen, options)
        else:
            t.skip("the daemon is killed at its writes", "no compiler")


if __name__ == "__main__":
    main(parse())
