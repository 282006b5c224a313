// Sinks: who is told what happens, how each of them is doing, and a test.
#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "view/badge.h"
#include "wire/status.h"

static const char *state_of(const SinkStatus *sink)
{
    return sink->failing_since_ms ? "failing" : sink->dropped ? "has gaps" : "fine";
}

static void sink_row(Printer *printer, const SinkStatus *sink, gint64 now_ms)
{
    char oldest[16], last[16];
    g_autofree char *pending = g_strdup_printf("%" G_GINT64_FORMAT, sink->pending);
    g_autofree char *dropped = g_strdup_printf("%" G_GINT64_FORMAT, sink->dropped);
    age_format(sink->oldest_ms, now_ms, oldest);
    age_format(sink->last_ok_ms, now_ms, last);
    printer_row(printer, sink->name, word_of(&SINK_KIND_NAMES, (int)sink->kind), sink->location,
                state_of(sink), pending, sink->oldest_ms ? oldest : NULL,
                sink->last_ok_ms ? last : NULL, dropped, sink->target, sink->detail);
}

static void free_sink(gpointer data)
{
    sink_status_free(data);
}

// NULL: told.
static GPtrArray *fetch(Session *session, int *ret_code)
{
    g_autoptr(json_t) json = session_get(session, "/v1/sinks", ret_code);
    g_autoptr(GError) error = NULL;
    WireReader reader = {0};
    if (!json)
        return NULL;
    WireAt root = wire_root(&reader, json), list = wire_array(&root, "sinks");
    GPtrArray *sinks = g_ptr_array_new_with_free_func(free_sink);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt at = wire_item(&list, i);
        SinkStatus *sink = shape_read(&SINK_SHAPE, &at, WIRE_LENIENT);
        if (sink)
            g_ptr_array_add(sinks, sink);
    }
    if (wire_reader_finish(&reader, &error))
        return sinks;
    g_ptr_array_unref(sinks);
    *ret_code = session_nonsense(session, error);
    return NULL;
}

static json_t *as_json(const GPtrArray *sinks)
{
    json_t *list = json_array();
    for (guint i = 0; i < sinks->len; i++)
        json_array_append_new(list, shape_to_json(&SINK_SHAPE, sinks->pdata[i]));
    return json_pack("{s:o}", "sinks", list);
}

static int list(Session *session)
{
    static const char *const HEADS[] = {"SINK",    "KIND",      "LOCATION", "STATE",
                                        "WAITING", "OLDEST",    "TOOK ONE", "DROPPED",
                                        "TARGET",  "LAST WORD", NULL};
    int code = EXIT_FINE;
    bool failing = false;
    if (!session_connect(session, &code))
        return code;
    g_autoptr(GPtrArray) sinks = fetch(session, &code);
    if (!sinks)
        return code;
    for (guint i = 0; i < sinks->len; i++)
        failing |= ((const SinkStatus *)sinks->pdata[i])->failing_since_ms != 0;
    if (session->json) {
        print_json(session, as_json(sinks));
    } else {
        Printer *printer = printer_new(session, HEADS);
        for (guint i = 0; i < sinks->len; i++)
            sink_row(printer, sinks->pdata[i], session_now_ms(session));
        printer_end(printer, "Nobody is told: the daemon's file names no sinks.");
    }
    return failing ? EXIT_DOWN : EXIT_FINE;
}

static int test(Session *session, const char *name)
{
    int code = EXIT_FINE;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *id = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/sinks/%s/test", id);
    g_autoptr(json_t) json = session_post(session, path, json_object(), 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session,
                   "%s: a test is on its way. `signalbox sinks` says whether it was taken.", name);
    return EXIT_FINE;
}

int run_sinks(Session *session, int argc, char **argv)
{
    if (argc == 1)
        return list(session);
    if (argc == 3 && g_str_equal(argv[1], "test"))
        return test(session, argv[2]);
    return session_complain(session, EXIT_USAGE, "expected: signalbox sinks [test NAME]");
}
