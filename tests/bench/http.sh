#!/bin/sh
# The HTTP server and client: see bench-http.c.
exec "$SB_TOP_BUILDDIR/tests/bench/bench-http"
