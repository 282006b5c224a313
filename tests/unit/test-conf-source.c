// Reading files: what is too large, too deep, no text or not there is refused before anything parses it,
// and every line is told by where it really stands.
#include "conf/source.h"

#include "conf-scratch.h"

static char *told_by(Scratch *scratch, const char *path)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(Source) source = source_load(path, mistakes);
    g_assert_cmpint(source == NULL, ==, mistakes->len > 0);
    return scratch_tell(scratch, mistakes);
}

static void test_refused(void)
{
    static const struct {
        const char *bytes;
        gssize length;
        const char *told;
    } ROWS[] = {
        {"a = 1;\nb = \"\xff\";\n", -1, "f.conf:2: a byte here is no text in UTF-8."},
        {"a = 1;\n\n\0", 9, "f.conf:3: a byte here is no text in UTF-8."},
        {"a = 1;\nb = \"text\n\nc = \\\"", -1, "f.conf:2: a text begins here and is never closed."},
        {"/* x */\n/* y", -1, "f.conf:2: a comment begins here and is never closed."},
        {"@include \"none.conf\"\n", -1,
         "f.conf:1: \"none.conf\" cannot be read: No such file or directory."},
        {"\n  @include \".\"\n", -1, "f.conf:2: \".\" is not a file."},
        {"@include \"f.conf\"\n", -1,
         "f.conf:1: \"f.conf\" is not included: files include each other more than 8 deep, or "
         "there "
         "are more than 1000."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Scratch scratch = scratch_new();
        const char *path = scratch_bytes(&scratch, "f.conf", ROWS[i].bytes, ROWS[i].length);
        g_autofree char *told = told_by(&scratch, path);
        g_assert_cmpstr(told, ==, ROWS[i].told);
        scratch_release(&scratch);
    }
}

static void test_no_file(void)
{
    Scratch scratch = scratch_new();
    g_autofree char *path = g_build_filename(scratch.folder, "none.conf", NULL);
    g_autofree char *told = told_by(&scratch, path);
    g_assert_cmpstr(told, ==,
                    "none.conf: \"none.conf\" cannot be read: No such file or directory.");
    g_autofree char *folder = told_by(&scratch, scratch.folder);
    g_assert_true(g_str_has_suffix(folder, "is not a file."));
    scratch_release(&scratch);
}

static void test_deep(void)
{
    Scratch scratch = scratch_new();
    g_autofree char *open = g_strnfill(100000, '(');
    g_autofree char *text = g_strdup_printf("a = 1;\nb = %s\n", open);
    g_autofree char *told = told_by(&scratch, scratch_write(&scratch, "f.conf", text));
    g_assert_cmpstr(
        told, ==,
        "f.conf:2: braces, brackets and parentheses stand more than 32 deep within each "
        "other here.");
    // Those in texts and comments do not count.
    g_autofree char *quiet =
        g_strdup_printf("a = \"%s\"; # %s\n/* %s\n%s */ // %s\n", open, open, open, open, open);
    g_autofree char *nothing = told_by(&scratch, scratch_write(&scratch, "g.conf", quiet));
    g_assert_cmpstr(nothing, ==, "");
    scratch_release(&scratch);
}

// A hole in a file costs no disk.
static void test_huge(void)
{
    Scratch scratch = scratch_new();
    const char *path = scratch_write(&scratch, "f.conf", "a = 1;\n");
    g_assert_cmpint(truncate(path, SOURCE_BYTES_MAX + 1), ==, 0);
    g_autofree char *told = told_by(&scratch, path);
    g_assert_cmpstr(told, ==, "f.conf: \"f.conf\" is too large: at most 64 MiB are read in all.");
    scratch_release(&scratch);
}

static void test_lines(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    const char *path = scratch_write(&scratch, "f.conf",
                                     "one\n"
                                     "@include \"sub/g.conf\"\n"
                                     "\"a text\n"
                                     "@include \\\"none.conf\\\"\n"
                                     "\" # @include\n"
                                     "/*\n"
                                     "@include \"none.conf\"\n"
                                     "*/ last");
    scratch_write(&scratch, "sub/g.conf", "two\n\t@include \"h.conf\" # here\nthree");
    scratch_write(&scratch, "sub/h.conf", "four\n");
    g_autoptr(Source) source = source_load(path, mistakes);
    g_assert_nonnull(source);
    g_assert_cmpstr(source_text(source), ==,
                    "one\ntwo\nfour\nthree\n\"a text\n@include \\\"none.conf\\\"\n\" # @include\n"
                    "/*\n@include \"none.conf\"\n*/ last\n");
    static const struct {
        guint line;
        const char *file;
        int number;
    } ROWS[] = {{1, "f.conf", 1},  {2, "g.conf", 1},  {3, "h.conf", 1},
                {4, "g.conf", 3},  {5, "f.conf", 3},  {7, "f.conf", 5},
                {10, "f.conf", 8}, {99, "f.conf", 8}, {0, "f.conf", 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *name = g_path_get_basename(source_file(source, ROWS[i].line));
        g_assert_cmpstr(name, ==, ROWS[i].file);
        g_assert_cmpint(source_line(source, ROWS[i].line), ==, ROWS[i].number);
    }
    scratch_release(&scratch);
}

static void test_empty(void)
{
    Scratch scratch = scratch_new();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(Source) source = source_load(scratch_write(&scratch, "f.conf", ""), mistakes);
    g_assert_cmpstr(source_text(source), ==, "");
    g_assert_cmpint(source_line(source, 1), ==, 0);
    g_assert_nonnull(source_file(source, 1));
    scratch_release(&scratch);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/source/refused", test_refused);
    g_test_add_func("/conf/source/no-file", test_no_file);
    g_test_add_func("/conf/source/deep", test_deep);
    g_test_add_func("/conf/source/huge", test_huge);
    g_test_add_func("/conf/source/lines", test_lines);
    g_test_add_func("/conf/source/empty", test_empty);
    return g_test_run();
}
