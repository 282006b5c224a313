# The examples that are installed are right, each by the program that reads it.
. "$SB_TOP_SRCDIR/tests/lib/tap.sh"

# checked_by PROGRAM ARGUMENT...: of the file $name.
checked_by() {
    if command -v "$1" >/dev/null; then
        ok "$name" "$@"
    else
        skip "$name" "$1 is not built"
    fi
}

for file in "$SB_TOP_SRCDIR"/data/examples/*; do
    name=$(basename "$file")
    case $name in
    *site*.json) ok "$name" signalbox-site --check --config "$file" ;;
    signalboxd.conf) checked_by signalboxd --check --config "$file" ;;
    signalbox.conf) checked_by signalbox check-config --console "$file" ;;
    *.conf) checked_by signalbox check-config "$file" ;;
    *) fail "$name: no program is known to check it" ;;
    esac
done
is "$(signalbox-site --check --config /dev/null >/dev/null 2>&1; echo $?)" 1 "a wrong file is refused"

done_testing
