// What a group's failover would be like: `signalbox outlook GROUP`.
#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "wire/outlook.h"

static void print_texts(const Session *session, const char *label, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        print_line(session, "%-12s %s", i ? "" : label, (const char *)texts->pdata[i]);
}

static void print_forecast(const Session *session, const Outlook *outlook)
{
    char rto[16], usual[16], p95[16];
    duration_format(outlook->rto_ms, rto);
    if (outlook->no_plan)
        print_line(session, "%-12s %s: no forecast. %s", "RTO", rto, outlook->no_plan);
    else if (outlook->usual_ms < 0)
        print_line(session, "%-12s %s: no forecast, no step was ever carried out", "RTO", rto);
    else {
        duration_format(outlook->usual_ms, usual);
        duration_format(outlook->usual_p95_ms, p95);
        print_line(
            session,
            "%-12s %s: usually %s from the start, 95 of 100 within %s; %u of %u step%s known",
            "RTO", rto, usual, p95, outlook->steps - outlook->unknown_steps, outlook->steps,
            text_plural(outlook->steps));
    }
}

// "0.8s", "unknown"
static void lag_text(gint64 lag_ms, char buffer[16])
{
    if (lag_ms < 0)
        g_strlcpy(buffer, "unknown", 16);
    else
        duration_format_up(lag_ms, buffer);
}

static void print_lags(const Session *session, const Outlook *outlook)
{
    static const char *const HEADS[] = {"REPLICATION", "FROM",  "TO",  "LAG",
                                        "P95",         "WORST", "RPO", NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < outlook->lags->len; i++) {
        const LagHistory *lag = outlook->lags->pdata[i];
        char now[16], p95[16], worst[16], rpo[16];
        lag_text(lag->lag_ms, now);
        lag_text(lag->p95_ms, p95);
        lag_text(lag->worst_ms, worst);
        duration_format(outlook->rpo_ms, rpo);
        printer_row(printer, lag->workload, lag->from, lag->to, now, p95, worst, rpo);
    }
    printer_end(printer, "Nothing replicates.");
}

static void print_outlook(const Session *session, const Outlook *outlook)
{
    print_line(session, "%-12s %s", "GROUP", outlook->group);
    print_line(session, "%-12s %s", "OWNER", outlook->owner ? outlook->owner : "nobody is named");
    if (outlook->blocked)
        print_line(session, "%-12s no failover is proposed: %s", "BLOCKED", outlook->blocked);
    print_line(session, "%-12s %s: %s", "GATE", outlook->gate_open ? "open" : "closed",
               outlook->gate_why);
    print_forecast(session, outlook);
    print_line(session, "%-12s %s%s", "FAILBACK",
               outlook->failback_window ? outlook->failback_window
                                        : "no window: allowed at any time",
               outlook->failback_window ? " UTC" : "");
    print_texts(session, "LIMITED", outlook->reduced);
    print_texts(session, "NON-PROD", outlook->nonproduction);
    print_texts(session, "YOUR OWN", outlook->unmanaged);
    for (guint i = 0; i < outlook->responsibilities->len; i++) {
        const Responsibility *one = outlook->responsibilities->pdata[i];
        print_line(session, "%-12s %s: %s", i ? "" : "PEOPLE", one->step, one->who);
    }
    for (guint i = 0; i < outlook->notices->len; i++) {
        const Notice *notice = outlook->notices->pdata[i];
        print_line(session, "%-12s %s: %s", i ? "" : "NOTICES", notice->when, notice->text);
    }
    print_lags(session, outlook);
}

int run_outlook(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    if (argc != 2)
        return session_complain(session, EXIT_USAGE, "expected: signalbox outlook GROUP");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *name = g_uri_escape_string(argv[1], NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/outlook", name);
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(Outlook) outlook = outlook_from_json(json, WIRE_LENIENT, &error);
    if (!outlook)
        return session_nonsense(session, error);
    print_outlook(session, outlook);
    return EXIT_FINE;
}
