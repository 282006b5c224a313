#!/bin/sh
# The schedule engine: see bench-sched.c.
exec "$SB_TOP_BUILDDIR/tests/bench/bench-sched"
