// Fuzzed: what reads bytes from the network without a library between. The first byte chooses the reader,
// the second how the rest is cut. With libFuzzer: clang -fsanitize=fuzzer,address -DFUZZER. Without it, the
// program replays the files of a corpus folder, and checks that cutting makes no difference.
#include <string.h>

#include "http/ndjson.h"
#include "http/retry.h"
#include "http/sse.h"
#include "httpd/target.h"

enum { LIMIT = 4096 };

static void on_event(const SseEvent *event, void *data)
{
    g_string_append_printf((GString *)data, "[%s|%s|%zu]", event->type, event->id, event->data_len);
    g_string_append_len((GString *)data, event->data, (gssize)event->data_len);
}

static void on_retry(gint64 ms, void *data)
{
    g_string_append_printf((GString *)data, "(%" G_GINT64_FORMAT ")", ms);
}

static void on_comment(const char *text, void *data)
{
    g_string_append((GString *)data, text);
}

static void on_line(const char *line, gsize n, void *data)
{
    g_string_append_printf((GString *)data, "[%zu]", n);
    g_string_append_len((GString *)data, line, (gssize)n);
}

static void read_sse(const char *bytes, gsize n, gsize step, GString *out)
{
    static const SseCallbacks CALLBACKS = {
        .event = on_event, .retry = on_retry, .comment = on_comment};
    SseReader reader;
    bool alive = true;
    sse_reader_init(&reader, LIMIT, LIMIT, &CALLBACKS, out);
    for (gsize i = 0; i < n && alive; i += step)
        alive = sse_reader_feed(&reader, bytes + i, MIN(step, n - i), NULL);
    g_assert(reader.line->len <= LIMIT && reader.event_data->len <= LIMIT);
    sse_reader_release(&reader);
}

static void read_ndjson(const char *bytes, gsize n, gsize step, GString *out)
{
    NdjsonReader reader;
    bool alive = true;
    ndjson_reader_init(&reader, LIMIT, on_line, out);
    for (gsize i = 0; i < n && alive; i += step)
        alive = ndjson_reader_feed(&reader, bytes + i, MIN(step, n - i), NULL);
    g_assert(reader.line->len <= LIMIT);
    ndjson_reader_end(&reader, NULL);
    ndjson_reader_release(&reader);
}

static void read_target(const char *bytes, gsize n, gsize step, GString *out)
{
    (void)step;
    HttpTarget target;
    g_autofree char *raw = g_strndup(bytes, n);
    if (!http_target_parse(raw, &target, NULL))
        return;
    for (guint i = 0; i < target.n_segments; i++)
        g_string_append(out, target.segments[i]);
    for (guint i = 0; i < target.n_query; i++)
        g_string_append_printf(out, "%s=%s", target.query[i].name, target.query[i].value);
    g_assert(g_utf8_validate(out->str, (gssize)out->len, NULL));
    http_target_release(&target);
}

static void read_retry_after(const char *bytes, gsize n, gsize step, GString *out)
{
    (void)step;
    gint64 ms;
    g_autofree char *text = g_strndup(bytes, n);
    if (http_retry_after_parse(text, 0, &ms))
        g_string_append_printf(out, "%d", ms >= 0);
}

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize n);

int LLVMFuzzerTestOneInput(const guint8 *bytes, gsize n)
{
    static void (*const READERS[])(const char *bytes, gsize n, gsize step, GString *out) = {
        read_sse,
        read_ndjson,
        read_target,
        read_retry_after,
    };
    if (n < 2)
        return 0;
    g_autoptr(GString) whole = g_string_new(NULL);
    g_autoptr(GString) cut = g_string_new(NULL);
    gsize reader = bytes[0] % G_N_ELEMENTS(READERS);
    READERS[reader]((const char *)bytes + 2, n - 2, MAX(n, 1), whole);
    READERS[reader]((const char *)bytes + 2, n - 2, (gsize)bytes[1] % 16 + 1, cut);
    g_assert(g_string_equal(whole, cut));
    return 0;
}

#ifndef FUZZER
static void test_replay(gconstpointer path)
{
    g_autofree char *bytes = NULL;
    gsize n;
    g_assert_true(g_file_get_contents((const char *)path, &bytes, &n, NULL));
    // Every cut, not only the one the file asks for.
    for (guint step = 0; step < 16 && n >= 2; step++) {
        bytes[1] = (char)step;
        LLVMFuzzerTestOneInput((const guint8 *)bytes, n);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *folder =
        g_build_filename(g_getenv("SB_TOP_SRCDIR") ? g_getenv("SB_TOP_SRCDIR") : ".", "tests",
                         "fuzz", "corpus-http", NULL);
    GDir *entries = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(entries);
    const char *name;
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *test = g_strconcat("/fuzz/http/", name, NULL);
        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_replay, g_free);
    }
    g_dir_close(entries);
    return g_test_run();
}
#endif
