# TAP for shell tests. A test sources it, checks things, and ends with `done_testing`:
#
#     . "$SB_TOP_SRCDIR/tests/lib/tap.sh"
#     is "$(echo a)" a "echo says what it was told"
#     wait_for 60 "the file appears" test -e "$scratch/file"
#     done_testing
#
# $scratch is a private directory, removed at the end with every process started by `spawn`.
# shellcheck shell=sh

set -u
tap_count=0
tap_failed=0
tap_pids=
scratch=$(mktemp -d)

tap_cleanup() {
    # The newest first: a daemon outlives the things that talk to it.
    for pid in $tap_pids; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    rm -rf "$scratch"
}
trap tap_cleanup EXIT
trap 'exit 1' HUP INT TERM

# note TEXT...: a line for the reader of the log.
note() {
    printf '%s\n' "$*" | sed 's/^/# /'
}

pass() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $*"
}

fail() {
    tap_count=$((tap_count + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_count - $*"
}

# skip_all WHY: ends the test; what it needs is not on this machine.
skip_all() {
    echo "1..0 # SKIP $*"
    exit 0
}

# skip NAME WHY: one check that cannot be made here.
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# ok NAME COMMAND...: passes when the command does.
ok() {
    tap_name=$1
    shift
    if "$@" >"$scratch/ok.log" 2>&1; then
        pass "$tap_name"
    else
        fail "$tap_name"
        note "$* ended with a failure and said:"
        note "$(head -c 4000 "$scratch/ok.log")"
    fi
}

# is GOT WANTED NAME
is() {
    if [ "$1" = "$2" ]; then
        pass "$3"
    else
        fail "$3"
        note "got:    $1"
        note "wanted: $2"
    fi
}

# like TEXT EXTENDED-REGEX NAME: passes when a line of TEXT matches.
like() {
    if printf '%s\n' "$1" | grep -Eq -e "$2"; then
        pass "$3"
    else
        fail "$3"
        note "no line matches $2 in:"
        note "$(printf '%s\n' "$1" | head -c 4000)"
    fi
}

# unlike TEXT EXTENDED-REGEX NAME: passes when no line of TEXT matches.
unlike() {
    if printf '%s\n' "$1" | grep -Eq -e "$2"; then
        fail "$3"
        note "a line matches $2 in:"
        note "$(printf '%s\n' "$1" | head -c 4000)"
    else
        pass "$3"
    fi
}

# until_ok SECONDS COMMAND...: tries the command until it passes; fails when time is up. The last try comes behind
# that, for a machine that stood still meanwhile.
until_ok() {
    tap_end=$(($(date +%s) + $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        if [ "$(date +%s)" -ge "$tap_end" ]; then
            "$@" >/dev/null 2>&1
            return
        fi
        sleep 0.05
    done
}

# wait_for SECONDS NAME COMMAND...: a check that the command passes within that time.
wait_for() {
    tap_limit=$1
    tap_name=$2
    shift 2
    if until_ok "$tap_limit" "$@"; then
        pass "$tap_name"
    else
        fail "$tap_name"
        note "still false after $tap_limit s: $*"
    fi
}

# spawn LOG COMMAND...: starts it in the background, output into LOG; the pid is in $spawned.
spawn() {
    tap_log=$1
    shift
    "$@" >"$tap_log" 2>&1 </dev/null &
    spawned=$!
    tap_pids="$spawned $tap_pids"
}

done_testing() {
    echo "1..$tap_count"
    [ "$tap_failed" = 0 ]
    exit
}
