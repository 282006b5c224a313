# The examples that are installed are right, each by the program that reads it.
. "$SB_TOP_SRCDIR/tests/lib/tap.sh"

for file in "$SB_TOP_SRCDIR"/data/examples/*; do
    name=$(basename "$file")
    case $name in
    *site*.json) ok "$name" signalbox-site --check --config "$file" ;;
    *) fail "$name: no program is known to check it" ;;
    esac
done
is "$(signalbox-site --check --config /dev/null >/dev/null 2>&1; echo $?)" 1 "a wrong file is refused"

done_testing
