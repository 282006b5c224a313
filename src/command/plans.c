// The failover plans: when they were reviewed and tested, and when the next is due; and recording a review.
#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "wire/status.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)

void plans_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"fail-on", 0, 0, G_OPTION_ARG_STRING, &session->args.fail_on,
         "End with 1 if a plan is soon due (warning) or overdue (error)", "warning|error"},
        {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
         "review: what was reviewed; goes into the audit log", "TEXT"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

// "2026-10-12 (41d ago)"; NULL for never.
static char *date_text(gint64 at_ms, gint64 now_ms)
{
    char at[32];
    if (!at_ms)
        return NULL;
    time_format_full(at_ms, at);
    return g_strdup_printf("%.10s (%" G_GINT64_FORMAT "d ago)", at, (now_ms - at_ms) / DAY_MS);
}

static char *due_text(const GroupStatus *group, gint64 now_ms)
{
    gint64 left_ms = group->plan_due_ms - now_ms;
    if (!group->plan_due_ms)
        return g_strdup("now");
    return left_ms < 0 ? g_strdup_printf("overdue by %" G_GINT64_FORMAT "d", -left_ms / DAY_MS)
                       : g_strdup_printf("in %" G_GINT64_FORMAT "d", left_ms / DAY_MS);
}

static void plan_row(Printer *printer, const GroupStatus *group, gint64 now_ms)
{
    g_autofree char *reviewed = date_text(group->plan_reviewed_ms, now_ms);
    g_autofree char *tested = date_text(group->plan_tested_ms, now_ms);
    g_autofree char *due = due_text(group, now_ms);
    printer_row(printer, group->name, reviewed ? reviewed : "never", group->plan_reviewed_by,
                tested ? tested : "never", group->plan_tested_by, due, group->plan_review_note);
}

static json_t *plan_json(const GroupStatus *group)
{
    json_t *status = group_status_to_json(group), *plan = json_object();
    wire_set_text(plan, "group", group->name);
    json_object_update(plan, json_object_get(status, "plan"));
    json_decref(status);
    return plan;
}

static int list(Session *session)
{
    static const char *const HEADS[] = {"GROUP",     "REVIEWED", "BY",   "TESTED",
                                        "TESTED BY", "DUE",      "NOTE", NULL};
    int code = EXIT_FINE, limit = SEVERITY_CRITICAL + 1, worst = -1;
    g_autoptr(GError) error = NULL;
    if (session->args.fail_on &&
        !name_parse(&SEVERITY_NAMES, session->args.fail_on, &limit, &error))
        return session_complain(session, EXIT_USAGE, "%s", error->message);
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    gint64 now_ms = picture_now(picture, clock_wall_ms(session->clock));
    Printer *printer = session->json ? NULL : printer_new(session, HEADS);
    json_t *plans = json_array();
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        worst = MAX(worst, (int)group_status_plan_severity(group, now_ms));
        if (printer)
            plan_row(printer, group, now_ms);
        else
            json_array_append_new(plans, plan_json(group));
    }
    if (printer) {
        printer_end(printer, "The fleet has no groups.");
        json_decref(plans);
    } else
        print_json(session, json_pack("{s:o}", "plans", plans));
    return worst >= limit ? EXIT_REFUSED : EXIT_FINE;
}

static int review(Session *session, const char *group)
{
    int code = EXIT_FINE;
    if (!text_has_word(session->args.reason))
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox plans review GROUP --reason TEXT");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *name = g_uri_escape_string(group, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/v1/groups/%s/plan/review", name);
    json_t *body = json_object();
    wire_set_text(body, "reason", session->args.reason);
    json_t *json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json);
    else {
        print_line(session, "The review of %s is recorded.", group);
        json_decref(json);
    }
    return EXIT_FINE;
}

int run_plans(Session *session, int argc, char **argv)
{
    if (argc == 1)
        return list(session);
    if (argc == 3 && strcmp(argv[1], "review") == 0)
        return review(session, argv[2]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox plans, or plans review GROUP --reason TEXT");
}
