#!/usr/bin/env python3
"""As crash.py, at every write of every kind, at each moment of it: first one after the other in the same round, so that no
life of the daemon writes much; then each write in a round of its own."""

import os
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/fault")
from sbtest import Test
import crash
from killing import MOMENTS, library

with Test() as t:
    made = library(t)
    seed = str(crash.parse().seed)
    t.note("seed " + seed)
    for more in [("--all", moment) for moment in MOMENTS] + [("--alone",)] if made else ():
        t.note(" ".join(more))
        crash.run_all(t, made, crash.KINDS, crash.parse(["--seed", seed, *more]))
    if not made:
        t.skip("the daemon is killed at its writes", "no compiler")
