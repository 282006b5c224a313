#!/bin/sh
# The way of a picture: see bench-screen.c.
exec "$SB_TOP_BUILDDIR/tests/bench/bench-screen"
