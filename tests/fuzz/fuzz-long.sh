#!/bin/sh
# Every fuzzed parser under libFuzzer, from its corpus, a minute each (SB_FUZZ_SECONDS=n); what it finds is kept beside
# the log. Needs clang. SB_FUZZ="wire journal" names those that are wanted.
. "$SB_TOP_SRCDIR/tests/lib/tap.sh"

command -v clang >/dev/null || skip_all "clang is not installed"
build=$SB_TOP_BUILDDIR/build-fuzz
flags="-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined"
mkdir -p "$build" && cd "$build" || exit 1
[ -f Makefile ] || CC=clang "$SB_TOP_SRCDIR/configure" -q --disable-hardening CFLAGS="$flags" >configure.log 2>&1
for name in ${SB_FUZZ:-conf http journal ssh wire}; do
    if ! make -s CPPFLAGS=-DFUZZER LDFLAGS=-fsanitize=fuzzer "tests/fuzz/fuzz-$name" >"$name.log" 2>&1; then
        tail -n 20 "$name.log" | sed 's/^/# /'
        fail "fuzz-$name is built for libFuzzer"
        continue
    fi
    mkdir -p "found-$name"
    "tests/fuzz/fuzz-$name" -max_total_time="${SB_FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -artifact_prefix="$build/found-$name/" "found-$name" "$SB_TOP_SRCDIR/tests/fuzz/corpus-$name" >"$name.log" 2>&1
    status=$?
    [ "$status" = 0 ] || tail -n 40 "$name.log" | sed 's/^/# /'
    ok "fuzz-$name finds nothing in ${SB_FUZZ_SECONDS:-60} s" test "$status" = 0
done
done_testing
