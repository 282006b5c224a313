// What ran where: the runs of all locations together (L7).
#include <string.h>

#include "base/timefmt.h"
#include "command/command.h"
#include "wire/run.h"

void runs_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"location", 'l', 0, G_OPTION_ARG_STRING, &session->args.location, "Only at this location",
         "NAME"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &session->args.from, "Started then or later (RFC 3339)",
         "T"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &session->args.to, "Started then or earlier", "T"},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &session->args.count, "So many, up to 1000 (100)", "N"},
        G_OPTION_ENTRY_NULL};
    session->args.count = 100;
    g_option_context_add_main_entries(context, entries, NULL);
}

static char *runs_path(const Arguments *args, const char *workload)
{
    GString *path = g_string_new("/v1/runs");
    g_string_append_printf(path, "?limit=%d", args->count);
    const struct {
        const char *name, *value;
    } parts[] = {{"workload", workload},
                 {"location", args->location},
                 {"from", args->from},
                 {"to", args->to}};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *value =
            parts[i].value ? g_uri_escape_string(parts[i].value, NULL, FALSE) : NULL;
        if (value)
            g_string_append_printf(path, "&%s=%s", parts[i].name, value);
    }
    return g_string_free(path, FALSE);
}

static void run_row(Printer *printer, json_t *json)
{
    g_autoptr(GError) error = NULL;
    RunRecord *run = shape_from_json(&RUN_SHAPE, json, WIRE_LENIENT, &error);
    char started[32], scheduled[32], took[16] = "";
    if (!run)
        return;
    time_format_full(run->start_ms, started);
    time_format_full(run->scheduled_ms, scheduled);
    if (run->end_ms >= run->start_ms && run->end_ms)
        duration_format(run->end_ms - run->start_ms, took);
    g_autofree char *state = g_strdup_printf("%s%s%s", word_of(&RUN_STATE_NAMES, (int)run->state),
                                             run->code ? " " : "", run->code ? run->code : "");
    printer_row(printer, started, json_string_value(json_object_get(json, "workload")),
                run->location, run->trigger, scheduled, state, took, run->id);
    run_record_free(run);
}

int run_runs(Session *session, int argc, char **argv)
{
    static const char *const HEADS[] = {
        "STARTED (UTC)", "WORKLOAD", "LOCATION", "TRIGGER", "SCHEDULED FOR",
        "STATE",         "TOOK",     "ID",       NULL};
    int code = EXIT_FINE;
    if (has_extra(session, argc - (argc > 1), argv + (argc > 1)))
        return EXIT_USAGE;
    if (session->args.count < 1 || session->args.count > 1000)
        return session_complain(session, EXIT_USAGE, "--limit: expected 1 to 1000");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *path = runs_path(&session->args, argc > 1 ? argv[1] : NULL);
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    const json_t *runs = json_object_get(json, "runs");
    Printer *printer = printer_new(session, HEADS);
    for (gsize i = 0; i < json_array_size(runs); i++)
        run_row(printer, json_array_get(runs, i));
    printer_end(printer, "No run was seen.");
    if (json_is_true(json_object_get(json, "more")))
        print_line(session, "There are older ones: --limit, or --to the last line's start.");
    return EXIT_FINE;
}
