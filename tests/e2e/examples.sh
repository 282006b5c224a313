# The examples that are installed are right, each by the program that reads it.
. "$SB_TOP_SRCDIR/tests/lib/tap.sh"

for file in "$SB_TOP_SRCDIR"/data/examples/*; do
    name=$(basename "$file")
    case $name in
    *site*.json) ok "$name" signalbox-site --check --config "$file" ;;
    signalboxd.conf)
        # Its people, their group and the token's file are not on this machine.
        sed -e 's/user = "anna"/user = 1001/' -e 's/user = "bert"/user = 1002/' \
            -e 's/name = "oncall"/name = "0"/' -e "s,/etc/signalbox/,$scratch/," \
            -e "s,^# fleet = .*,fleet = \"$SB_TOP_SRCDIR/data/examples/fleet.conf\";," "$file" >"$scratch/$name"
        (umask 077 && echo 0123456789abcdef0123456789abcdef >"$scratch/pipeline.token")
        ok "$name" signalboxd --check --config "$scratch/$name"
        ;;
    signalbox.conf) ok "$name" signalbox check-config --console "$file" ;;
    *.conf) ok "$name" signalbox check-config "$file" ;;
    *) fail "$name: no program is known to check it" ;;
    esac
done
is "$(signalbox-site --check --config /dev/null >/dev/null 2>&1; echo $?)" 1 "a wrong file is refused"

done_testing
