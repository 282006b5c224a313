#include "replay.h"

static gsize places;

static void test_replay(gconstpointer data)
{
    static const char OTHERS[] = "\"{}[],:0-.ent\\ \x80";
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents(data, &bytes, &n, NULL));
    LLVMFuzzerTestOneInput((const guint8 *)bytes, n);
    for (gsize i = 0; i < n; i += 1 + n / places) {
        char kept = bytes[i];
        LLVMFuzzerTestOneInput((const guint8 *)bytes, i);
        bytes[i] = OTHERS[i % (sizeof OTHERS - 1)];
        LLVMFuzzerTestOneInput((const guint8 *)bytes, n);
        bytes[i] = kept;
    }
}

int replay_run(int argc, char **argv, const char *corpus, gsize many)
{
    const char *top = g_getenv("SB_TOP_SRCDIR");
    g_test_init(&argc, &argv, NULL);
    places = many;
    g_autofree char *folder = g_build_filename(top ? top : ".", "tests", "fuzz", corpus, NULL);
    GDir *entries = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(entries);
    const char *name;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *test = g_strdup_printf("/fuzz/%s/%s", corpus, name);
        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_replay, g_free);
    }
    g_dir_close(entries);
    return g_test_run();
}
