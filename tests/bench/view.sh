#!/bin/sh
# The screens at scale: see bench-view.c.
exec "$SB_TOP_BUILDDIR/tests/bench/bench-view"
