// What fires when, where: the fleet's schedules, and what any recurrence means.
#include <string.h>

#include "command/command.h"

void schedules_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &session->args.from, "From this time (RFC 3339; now)",
         "T"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &session->args.to, "To this time (an hour later)", "T"},
        {"filter", 'f', 0, G_OPTION_ARG_FILENAME, &session->args.filter,
         "Only workloads whose id holds this", "TEXT"},
        {"after", 0, 0, G_OPTION_ARG_STRING, &session->args.after,
         "next: strictly after this time (now)", "T"},
        {"count", 0, 0, G_OPTION_ARG_INT, &session->args.count, "next: so many, up to 1000 (20)",
         "N"},
        {"zone", 0, 0, G_OPTION_ARG_STRING, &session->args.zone,
         "next: my zone, a Windows or IANA name (this machine's)", "Z"},
        {"created", 0, 0, G_OPTION_ARG_STRING, &session->args.created,
         "next: when a rule without a start was saved", "T"},
        G_OPTION_ENTRY_NULL};
    session->args.count = NEXT_DEFAULT;
    g_option_context_add_main_entries(context, entries, NULL);
}

static char *schedules_path(const Arguments *args)
{
    GString *path = g_string_new("/v1/schedules");
    const struct {
        const char *name, *value;
    } parts[] = {{"from", args->from}, {"to", args->to}, {"filter", args->filter}};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *value =
            parts[i].value ? g_uri_escape_string(parts[i].value, NULL, FALSE) : NULL;
        if (value)
            g_string_append_printf(path, "%c%s=%s", strchr(path->str, '?') ? '&' : '?',
                                   parts[i].name, value);
    }
    return g_string_free(path, FALSE);
}

static void print_schedules(const Session *session, json_t *json)
{
    static const char *const HEADS[] = {"WORKLOAD", "TRIGGER",    "LOCATION", "STATE",
                                        "RULE",     "NEXT (UTC)", "MISSED",   NULL};
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    WireAt rows = wire_array_opt(&root, "schedules");
    Printer *printer = printer_new(session, HEADS);
    for (gsize i = 0; i < wire_count(&rows); i++) {
        WireAt row = wire_item(&rows, i);
        gint64 missed = wire_integer_opt(&row, "missed", 0, G_MAXINT32, -1);
        g_autofree char *count = missed > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, missed) : NULL;
        printer_row(printer, wire_text_opt(&row, "workload", NULL),
                    wire_text_opt(&row, "trigger", NULL), wire_text_opt(&row, "location", NULL),
                    wire_text_opt(&row, "state", NULL), wire_text_opt(&row, "rule", NULL),
                    wire_text_opt(&row, "next_at", NULL), count);
    }
    printer_end(printer, "No trigger has a schedule.");
    wire_reader_finish(&reader, NULL);
}

int run_schedules(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc > 1 && strcmp(argv[1], "next") == 0)
        return argc == 3 ? run_next(session, argv[2])
                         : session_complain(session, EXIT_USAGE,
                                            "expected: signalbox schedules next RULE-JSON, one "
                                            "argument (- reads it from standard input)");
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *path = schedules_path(&session->args);
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_schedules(session, json);
    return EXIT_FINE;
}
