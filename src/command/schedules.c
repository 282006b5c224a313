// What fires when, where: the fleet's schedules, and what any recurrence means.
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "view/timesheet.h"

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

static char *count_text(gint64 count)
{
    return count > 0 ? g_strdup_printf("%" G_GINT64_FORMAT, count) : NULL;
}

static void schedule_row(Printer *printer, const SheetRow *row)
{
    char next[32];
    g_autofree char *missed = row->counts ? count_text(row->missed) : NULL;
    g_autofree char *doubled = count_text(row->doubled);
    time_format_full(row->next_ms, next);
    printer_row(printer, row->workload, row->trigger, row->location,
                word_of(&INSTANCE_NAMES, (int)row->state), row->rule, next, missed, doubled,
                row->state == INSTANCE_ACTIVE ? NULL : row->failover_now);
}

static bool fires(const SheetRow *row, gconstpointer data)
{
    (void)data;
    return row->state == INSTANCE_ACTIVE;
}

// "payments/settle/every-10", or what a split schedule is called.
static char *schedule_name(const SheetRow *row)
{
    return row->split ? g_strdup_printf("The schedule %s", row->split)
                      : g_strdup_printf("%s/%s", row->workload, row->trigger);
}

// How the copies of a trigger or the parts of a schedule lie together, once for each that is split.
static void print_together(const Session *session, const GPtrArray *rows, guint i)
{
    SheetTogether together = timesheet_together(rows, rows->pdata[i], fires, NULL);
    g_autoptr(GString) words = g_string_new(NULL);
    g_autofree char *name = schedule_name(rows->pdata[i]);
    g_autofree char *before = i ? schedule_name(rows->pdata[i - 1]) : NULL;
    timesheet_append_together(&together, words);
    if (words->len && g_strcmp0(name, before) != 0)
        print_line(session, "%s: %s", name, words->str);
}

// False: told, the answer made no sense.
static bool print_schedules(const Session *session, const json_t *json, int *ret_exit)
{
    static const char *const HEADS[] = {"WORKLOAD",       "TRIGGER",    "LOCATION", "STATE",
                                        "RULE",           "NEXT (UTC)", "MISSED",   "TWICE",
                                        "IF MOVED THERE", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = wire_format(json);
    SheetWindow window;
    g_autoptr(GPtrArray) rows = timesheet_read(text, &window, &error);
    if (!rows) {
        *ret_exit = session_nonsense(session, error);
        return false;
    }
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < rows->len; i++)
        schedule_row(printer, rows->pdata[i]);
    printer_end(printer,
                session->args.filter ? "No trigger matches." : "No trigger has a schedule.");
    for (guint i = 0; i < rows->len; i++)
        print_together(session, rows, i);
    if (window.offset + rows->len < window.total)
        print_line(session, "%u of %u rows shown: --filter names some.", rows->len, window.total);
    return true;
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
    else if (!print_schedules(session, json, &code))
        return code;
    return EXIT_FINE;
}
