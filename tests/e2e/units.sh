# The units of systemd are such that it takes them, and hardly exposed.
. "$SB_TOP_SRCDIR/tests/lib/tap.sh"

command -v systemd-analyze >/dev/null || skip_all "systemd-analyze is not installed"

for unit in signalboxd.service signalbox-site@.service; do
    file=$scratch/$(echo "$unit" | sed 's/@/@west/')
    # The programs as they were built, not as they will be installed.
    sed "s,^ExecStart=[^ ]*/,ExecStart=$SB_TOP_BUILDDIR/," "$SB_TOP_BUILDDIR/data/systemd/$unit" >"$file"
    is "$(systemd-analyze verify --man=no "$file" 2>&1)" "" "$unit is understood"
    ok "$unit is hardly exposed" systemd-analyze security --offline=true --threshold=25 "$file"
done

done_testing
