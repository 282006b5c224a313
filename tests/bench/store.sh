#!/bin/sh
# What the store's writes and reads cost; see bench-store.c.
set -eu
exec "$SB_TOP_BUILDDIR/tests/bench/bench-store" "$@"
