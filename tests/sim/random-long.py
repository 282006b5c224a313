#!/usr/bin/env python3
"""100,000 random histories (test-sim-random), other ones than those of every day; as many at a time as there are
processors. SIM_COUNT=n plays that many, SB_SEED=n begins there."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
from sbtest import BUILDDIR, Test

COUNT = int(os.environ.get("SIM_COUNT") or 100000)
FIRST = int(os.environ.get("SB_SEED") or 10000)
LOT = 2500

with Test() as t:
    def play(first):
        status, out, err = t.run(BUILDDIR + "/tests/sim/test-sim-random", "--seed", str(first), "--count",
                                 str(min(LOT, FIRST + COUNT - first)), seconds=3400)
        return first, status, "\n".join(l for l in (out + err).splitlines() if "seed" in l and "random seed" not in l)

    with ThreadPoolExecutor(max(os.cpu_count() // 2, 1)) as pool:
        for first, status, said in pool.map(play, range(FIRST, FIRST + COUNT, LOT)):
            t.check(status == 0, f"histories from seed {first}")
            t.note(said)
