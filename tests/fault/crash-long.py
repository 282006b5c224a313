#!/usr/bin/env python3
"""As crash.py, at every point: each fdatasync of an operation, and every seventh write to the store's file, both
ways, until the operation ends before the kill."""

import os
import shutil
import sys

sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/lib")
sys.path.insert(0, os.environ["SB_TOP_SRCDIR"] + "/tests/fault")
from sbtest import Test
from demo import Demo
import crash


def until_it_ends(t, demo, call, step, most):
    """The operation is faster than a kill only behind its last point: two such rounds in a row are the end."""
    alive = 0
    for nth in range(step, most, step):
        alive = 0 if crash.Round(t, demo, call, nth).run() else alive + 1
        if alive == 2:
            t.note(f"{call} {nth}: the end")
            return
    t.check(False, f"the operation ends before {call} {most}")


if not shutil.which("strace"):
    Test.skip_all("strace is not installed")
with Test() as t:
    if crash.can_trace(t):
        demo = Demo(t)
        demo.wait_up()
        until_it_ends(t, demo, "fdatasync", 1, 100)
        until_it_ends(t, demo, "pwrite64", 7, 2000)
    else:
        t.skip("the daemon is killed at its write-ahead points", "strace may not trace here")
