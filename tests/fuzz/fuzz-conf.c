// Fuzzed: the loaders of configuration files. The first byte chooses the file's kind; an even one is
// taken for part of it, so that whole files can be used as they are. With libFuzzer: clang
// -fsanitize=fuzzer,address -DFUZZER. Without it, the program replays the files of a corpus folder.
//
// What must hold: an answer is a configuration or at least one mistake, never both; and what is read can
// be dumped and read back to the same.
#include <sys/mman.h>
#include <unistd.h>

#include "conf/console.h"
#include "conf/daemon.h"
#include "conf/fleet.h"

// libconfig loses a text that stands where its grammar expects none: once for each file that has a syntax
// error, not for each that is read.
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

// The dump, or NULL with mistakes.
typedef char *(*Load)(const char *path, GPtrArray *mistakes);

static char *load_fleet(const char *path, GPtrArray *mistakes)
{
    g_autoptr(Fleet) fleet = NULL;
    return conf_load_fleet(path, NULL, &fleet, mistakes) ? conf_dump_fleet(fleet) : NULL;
}

static char *load_daemon(const char *path, GPtrArray *mistakes)
{
    g_autoptr(DaemonConfig) config = NULL;
    return conf_load_daemon(path, false, &config, mistakes) ? conf_dump_daemon(config) : NULL;
}

static char *load_console(const char *path, GPtrArray *mistakes)
{
    g_autoptr(ConsoleConfig) config = NULL;
    return conf_load_console(path, &config, mistakes) ? conf_dump_console(config) : NULL;
}

static char *load_bytes(Load load, const void *bytes, gsize n)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    int fd = memfd_create("conf", MFD_CLOEXEC);
    g_assert(fd >= 0 && write(fd, bytes, n) == (gssize)n);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    char *dump = load(path, mistakes);
    g_autofree char *told = mistakes_format(mistakes);
    g_assert((dump == NULL) == (mistakes->len > 0));
    g_assert(g_utf8_validate(told, -1, NULL));
    close(fd);
    return dump;
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n);

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n)
{
    static const Load LOADS[] = {load_fleet, load_daemon, load_console};
    if (!n)
        return 0;
    Load load = LOADS[bytes[0] % G_N_ELEMENTS(LOADS)];
    gsize skip = bytes[0] & 1;
    g_autofree char *dump = load_bytes(load, bytes + skip, n - skip);
    if (dump) {
        g_autofree char *again = load_bytes(load, dump, strlen(dump));
        g_assert_cmpstr(dump, ==, again);
    }
    return 0;
}

#ifndef FUZZER
static void replay(Load load, const char *path)
{
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_autofree char *dump = load_bytes(load, bytes, n);
    g_autofree char *again = dump ? load_bytes(load, dump, strlen(dump)) : NULL;
    g_assert_cmpstr(dump, ==, again);
}

// The file, its beginnings, and the file with single bytes turned into others, by all loaders.
static void test_replay(gconstpointer data)
{
    static const char OTHERS[] = "\"{}()[];,=@#/*\\\n\x80";
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(data, &bytes, &n, NULL));
    replay(load_fleet, data);
    replay(load_daemon, data);
    replay(load_console, data);
    for (gsize i = 0; i < n; i += 1 + n / 97) {
        g_free(load_bytes(load_fleet, bytes, i));
        char kept = bytes[i];
        bytes[i] = OTHERS[i % (sizeof OTHERS - 1)];
        LLVMFuzzerTestOneInput((const guint8 *)bytes, n);
        g_free(load_bytes(load_fleet, bytes, n));
        bytes[i] = kept;
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder =
        g_build_filename(g_getenv("SB_TOP_SRCDIR") ? g_getenv("SB_TOP_SRCDIR") : ".", "tests",
                         "fuzz", "corpus-conf", NULL);
    GDir *entries = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(entries);
    const char *name;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *test = g_strconcat("/fuzz/conf/", name, NULL);
        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_replay, g_free);
    }
    g_dir_close(entries);
    return g_test_run();
}
#endif
