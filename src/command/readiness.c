// Would a failover work today? The rules that do not hold, for people and for pipelines; and acknowledging
// one of them.
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "wire/status.h"

static const char ACK_USAGE[] =
    "expected: signalbox readiness ack ID --note TEXT --until DATE (or --for DURATION), or "
    "readiness ack ID --withdraw --reason TEXT";

void readiness_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"group", 'g', 0, G_OPTION_ARG_STRING, &session->args.group,
         "Only what touches this group: itself, its workloads, its locations", "GROUP"},
        {"fail-on", 0, 0, G_OPTION_ARG_STRING, &session->args.fail_on,
         "End with 1 from this severity on; what is acknowledged does not count", "warning|error"},
        {"note", 0, 0, G_OPTION_ARG_FILENAME, &session->args.note,
         "ack: what is known of it; statements and the audit log show it", "TEXT"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &session->args.until,
         "ack: when it counts again (a date, or RFC 3339)", "DATE"},
        {"for", 0, 0, G_OPTION_ARG_STRING, &session->args.lasts,
         "ack: or for how long from now (14d, 12h)", "DURATION"},
        {"withdraw", 0, 0, G_OPTION_ARG_NONE, &session->args.undo,
         "ack: takes the acknowledgement back: it counts again", NULL},
        {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
         "ack --withdraw: why; goes into the audit log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void finding_row(Printer *printer, const Finding *finding)
{
    char until[32];
    time_format_full(finding->acknowledged_until_ms, until);
    g_autofree char *known =
        finding->acknowledged_by
            ? g_strdup_printf("%s until %.10s", finding->acknowledged_by, until)
            : NULL;
    printer_row(printer, finding->id, finding->title,
                word_of(&SEVERITY_NAMES, (int)finding->severity), known, finding->facts,
                finding->way_out);
}

// Prints what touches the group (NULL: all). The worst severity that nobody has acknowledged; -1 = none.
static int list(const Session *session, const Picture *picture, const GroupStatus *group)
{
    static const char *const HEADS[] = {"ID",    "RULE",    "SEVERITY", "ACKNOWLEDGED",
                                        "FACTS", "WAY OUT", NULL};
    int worst = -1;
    Printer *printer = session->json ? NULL : printer_new(session, HEADS);
    json_t *list = json_array();
    for (guint i = 0; i < picture_count(picture, SHELF_FINDINGS); i++) {
        const Finding *finding = picture_at(picture, SHELF_FINDINGS, i);
        if (group && !finding_touches(finding, group))
            continue;
        if (!finding->acknowledged_by)
            worst = MAX(worst, (int)finding->severity);
        if (printer)
            finding_row(printer, finding);
        else
            json_array_append_new(list, finding_to_json(finding));
    }
    if (printer) {
        printer_end(printer, "Every rule holds.");
        json_decref(list);
    } else
        print_json(session, json_pack("{s:o}", "findings", list));
    return worst;
}

static int show(Session *session)
{
    int code = EXIT_FINE, limit = SEVERITY_CRITICAL + 1;
    g_autoptr(GError) error = NULL;
    const Arguments *args = &session->args;
    if (args->fail_on && !name_parse(&SEVERITY_NAMES, args->fail_on, &limit, &error))
        return session_complain(session, EXIT_USAGE, "%s", error->message);
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    const GroupStatus *group = args->group ? picture_group(picture, args->group) : NULL;
    if (args->group && !group)
        return session_complain(session, EXIT_USAGE, "There is no group %s.", args->group);
    return list(session, picture, group) >= limit ? EXIT_REFUSED : EXIT_FINE;
}

// ---- acknowledging ----

// A date ends with its day's beginning in UTC. 0 = told.
static gint64 read_until(const Session *session)
{
    g_autoptr(GError) error = NULL;
    gint64 at_ms = 0, length_ms = 0;
    const char *until = session->args.until;
    if (!until) {
        if (duration_parse(session->args.lasts, &length_ms, &error))
            return session_now_ms(session) + length_ms;
        session_complain(session, EXIT_USAGE, "--for: %s", error->message);
        return 0;
    }
    g_autofree char *moment =
        strchr(until, 'T') ? g_strdup(until) : g_strconcat(until, "T00:00:00Z", NULL);
    if (!time_parse(moment, &at_ms, NULL))
        session_complain(session, EXIT_USAGE,
                         "--until is \"%.40s\"; expected a date such as 2026-12-31, or a moment.",
                         until);
    return at_ms;
}

// Posts it, and says so. `verb`: the end of the path.
static int post(Session *session, const char *id, const char *verb, json_t *body, const char *said)
{
    int code = EXIT_FINE;
    g_autofree char *name = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/readiness/%s/%s", name, verb);
    g_autoptr(json_t) json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session, "%s: %s.", id, said);
    return EXIT_FINE;
}

static int withdraw(Session *session, const char *id)
{
    int code = EXIT_FINE;
    const Arguments *args = &session->args;
    if (!text_has_word(args->reason) || args->note || args->until || args->lasts)
        return session_complain(session, EXIT_USAGE, "%s", ACK_USAGE);
    if (!session_connect(session, &code))
        return code;
    json_t *body = json_object();
    wire_set_text(body, "reason", args->reason);
    return post(session, id, "withdraw", body, "counts again");
}

static int acknowledge(Session *session, const char *id)
{
    int code = EXIT_FINE;
    const Arguments *args = &session->args;
    if (args->undo)
        return withdraw(session, id);
    if (!text_has_word(args->note) || !args->until == !args->lasts)
        return session_complain(session, EXIT_USAGE, "%s", ACK_USAGE);
    if (!session_connect(session, &code))
        return code;
    gint64 until_ms = read_until(session);
    if (!until_ms)
        return EXIT_USAGE;
    json_t *body = json_object();
    wire_set_text(body, "note", args->note);
    wire_set_time_ms(body, "until", until_ms);
    char until[32];
    time_format_full(until_ms, until);
    g_autofree char *said = g_strconcat("acknowledged until ", until, NULL);
    return post(session, id, "acknowledge", body, said);
}

int run_readiness(Session *session, int argc, char **argv)
{
    bool acks = argc > 1 && strcmp(argv[1], "ack") == 0;
    if (acks && argc == 3)
        return acknowledge(session, argv[2]);
    if (acks)
        return session_complain(session, EXIT_USAGE, "%s", ACK_USAGE);
    if (has_extra(session, argc, argv))
        return EXIT_USAGE;
    if (session->args.note || session->args.until || session->args.lasts || session->args.undo)
        return session_complain(session, EXIT_USAGE, "%s", ACK_USAGE);
    return show(session);
}
