#!/bin/sh
# The rules at scale: see bench-rules.c.
exec "$SB_TOP_BUILDDIR/tests/bench/bench-rules"
