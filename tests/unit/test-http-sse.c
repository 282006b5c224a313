// The reader of server-sent events: each case is fed whole, cut at every byte, and byte by byte.
#include <string.h>

#include "base/error.h"
#include "http/sse.h"

static void on_event(const SseEvent *event, void *data)
{
    g_assert_true(event->data[event->data_len] == '\0');
    g_string_append_printf((GString *)data, "[%s|%s|%s]", event->type, event->id, event->data);
}

static void on_retry(gint64 ms, void *data)
{
    g_string_append_printf((GString *)data, "(retry %d)", (int)ms);
}

static void on_comment(const char *text, void *data)
{
    g_string_append_printf((GString *)data, "(%s)", text);
}

static const SseCallbacks CALLBACKS = {.event = on_event, .retry = on_retry, .comment = on_comment};

typedef struct {
    const char *in;
    const char *out;
} Case;

static const Case CASES[] = {
    {"", ""},
    {"data: a\n\n", "[message||a]"},
    {"data: a\r\n\r\n", "[message||a]"},
    {"data: a\r\r", "[message||a]"},
    {"data: a\r\n\r", "[message||a]"},
    {"data: a\n\rdata: b\r\n\n", "[message||a][message||b]"},
    {"data:a\n\n", "[message||a]"},
    {"data:  a\n\n", "[message|| a]"},
    {"data: a\ndata: b\ndata: c\n\n", "[message||a\nb\nc]"},
    {"data\n\n", "[message||]"},
    {"data:\n\n", "[message||]"},
    {"data\ndata\n\n", "[message||\n]"},
    {"data: a", ""},
    {"data: a\n", ""},
    {"\n\n\n", ""},
    {"event: x\n\ndata: a\n\n", "[message||a]"},
    {"event: x\ndata: a\n\ndata: b\n\n", "[x||a][message||b]"},
    {"id: 7\ndata: a\n\ndata: b\n\n", "[message|7|a][message|7|b]"},
    {"id: 7\n\ndata: b\n\n", "[message|7|b]"},
    {"id: 7\ndata: a\n\nid\ndata: b\n\n", "[message|7|a][message||b]"},
    {": a comment\ndata: a\n\n", "( a comment)[message||a]"},
    {":\n", "()"},
    {":\r\n:\r\n", "()()"},
    {"retry: 1500\n", "(retry 1500)"},
    {"retry: 15x\nretry: -1\nretry:\nretry: 99999999999\n", ""},
    {"unknown: a\nDATA: b\ndata : c\n data: d\n\n", ""},
    {"data: a: b\n\n", "[message||a: b]"},
    {"\xef\xbb\xbf"
     "data: a\n\n",
     "[message||a]"},
    {"\xef\xbb\xbf\xef\xbb\xbf"
     "data: a\n\ndata: b\n\n",
     "[message||b]"},
    {"\xef\xbb\x80: a\n\ndata: b\n\n", "[message||b]"},
    {"data: \xe4\xb8\xad\xf0\x9f\x9a\x86\n\n", "[message||\xe4\xb8\xad\xf0\x9f\x9a\x86]"},
};

static void check(const Case *row, gsize first, gsize step)
{
    SseReader reader;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    gsize n = strlen(row->in);
    sse_reader_init(&reader, 0, 0, &CALLBACKS, out);
    for (gsize i = 0; i < n;) {
        gsize take = MIN(i ? step : first, n - i);
        g_assert_true(sse_reader_feed(&reader, row->in + i, take, &error));
        g_assert_no_error(error);
        i += take;
    }
    g_assert_cmpstr(out->str, ==, row->out);
    sse_reader_release(&reader);
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

static bool feed(SseReader *reader, const char *text, gint code)
{
    g_autoptr(GError) error = NULL;
    bool taken = sse_reader_feed(reader, text, strlen(text), &error);
    if (!taken)
        g_assert_error(error, ERR, code);
    return taken;
}

static void test_limits(void)
{
    SseReader reader;
    g_autoptr(GString) out = g_string_new(NULL);
    sse_reader_init(&reader, 10, 8, &CALLBACKS, out);
    g_assert_true(feed(&reader, "data:12345\n\n", 0)); // a line of ten
    g_assert_true(
        feed(&reader, "data:1234\ndata:123\n\n", 0)); // data of eight, the LF between counted
    g_assert_true(feed(&reader, "data:1234\n", 0));
    g_assert_false(feed(&reader, "data:4567\n", ERR_TOO_LARGE)); // would be nine
    g_assert_false(feed(&reader, "data:1\n\n", ERR_PROTOCOL));   // for good
    g_assert_cmpstr(out->str, ==, "[message||12345][message||1234\n123]");
    sse_reader_release(&reader);
    sse_reader_init(&reader, 10, 8, &CALLBACKS, out);
    g_assert_true(feed(&reader, "1234567890", 0));
    g_assert_false(feed(&reader, "1", ERR_TOO_LARGE));
    g_assert_cmpuint(reader.line->len, <=, 10);
    sse_reader_release(&reader);
}

static void test_bad_utf8(void)
{
    static const char *const LINES[] = {"data: \xff\n", "data: \xc3\n", "\xed\xa0\x80\n",
                                        ": \xe2\x82\n", "id: \xc0\x80\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(LINES); i++) {
        SseReader reader;
        g_autoptr(GString) out = g_string_new(NULL);
        sse_reader_init(&reader, 0, 0, &CALLBACKS, out);
        g_assert_false(feed(&reader, LINES[i], ERR_PROTOCOL));
        g_assert_cmpstr(out->str, ==, "");
        sse_reader_release(&reader);
    }
}

static void test_nul(void)
{
    static const char BYTES[] = "id: 1\nid: 2\0003\ndata: a\0b\n\n";
    SseReader reader;
    g_autoptr(GString) out = g_string_new(NULL);
    sse_reader_init(&reader, 0, 0, &CALLBACKS, out);
    g_assert_true(sse_reader_feed(&reader, BYTES, sizeof BYTES - 1, NULL));
    g_assert_cmpstr(out->str, ==, "[message|1|a]"); // printed up to the NUL
    sse_reader_release(&reader);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/sse/table", test_table);
    g_test_add_func("/http/sse/limits", test_limits);
    g_test_add_func("/http/sse/bad-utf8", test_bad_utf8);
    g_test_add_func("/http/sse/nul", test_nul);
    return g_test_run();
}
