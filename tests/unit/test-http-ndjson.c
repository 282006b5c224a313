// The reader of lines: each case is fed whole, cut at every byte, and byte by byte.
#include <string.h>

#include "base/error.h"
#include "http/ndjson.h"

static void on_line(const char *line, gsize n, void *data)
{
    g_assert_cmpuint(strlen(line), ==, n);
    g_string_append_printf((GString *)data, "[%s]", line);
}

typedef struct {
    const char *in;
    const char *out;
    bool whole; // ends in a whole line
} Case;

static const Case CASES[] = {
    {"", "", true},
    {"{}\n", "[{}]", true},
    {"{}\r\n", "[{}]", true},
    {"{}\n{}\n\n\r\n{}\n", "[{}][{}][{}]", true},
    {"{}\n{", "[{}]", false},
    {"{}", "", false},
    {"a\rb\n", "[a\rb]", true},
};

static void check(const Case *row, gsize first, gsize step)
{
    NdjsonReader reader;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gsize n = strlen(row->in);
    ndjson_reader_init(&reader, 0, on_line, out);
    for (gsize i = 0; i < n;) {
        gsize take = MIN(i ? step : first, n - i);
        g_assert_true(ndjson_reader_feed(&reader, row->in + i, take, &error));
        i += take;
    }
    g_assert_cmpstr(out->str, ==, row->out);
    g_assert_true(ndjson_reader_end(&reader, &error) == row->whole);
    if (!row->whole)
        g_assert_error(error, ERR, ERR_PROTOCOL);
    ndjson_reader_release(&reader);
}

static void test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        gsize n = strlen(CASES[i].in);
        check(&CASES[i], n, n);
        for (gsize cut = 1; cut < n; cut++)
            check(&CASES[i], cut, n);
        check(&CASES[i], 1, 1);
    }
}

static void test_limit(void)
{
    NdjsonReader reader;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    ndjson_reader_init(&reader, 4, on_line, out);
    g_assert_true(ndjson_reader_feed(&reader, "1234\n12", 7, &error));
    g_assert_true(ndjson_reader_feed(&reader, "34", 2, &error));
    g_assert_false(ndjson_reader_feed(&reader, "5", 1, &error));
    g_assert_error(error, ERR, ERR_TOO_LARGE);
    g_assert_nonnull(strstr(error->message, "Line 2 "));
    g_assert_cmpuint(reader.line->len, ==, 4);
    g_assert_false(ndjson_reader_feed(&reader, "\n1\n", 3, NULL)); // for good
    g_assert_cmpstr(out->str, ==, "[1234]");
    ndjson_reader_release(&reader);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/ndjson/table", test_table);
    g_test_add_func("/http/ndjson/limit", test_limit);
    return g_test_run();
}
