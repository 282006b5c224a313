#include "view/plan.h"

#include "base/timefmt.h"
#include "model/rules.h"
#include "view/badge.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)

// A plan is dated by the day.
static void days_ago(gint64 at_ms, gint64 now_ms, char buffer[24])
{
    gint64 days = MAX(now_ms - at_ms, (gint64)0) / DAY_MS;
    if (at_ms <= 0)
        g_strlcpy(buffer, "never", 24);
    else
        g_snprintf(buffer, 24, days ? "%" G_GINT64_FORMAT "d ago" : "today", days);
}

static void say_date(Page *page, const char *label, gint64 at_ms, gint64 now_ms)
{
    char at[32], age[24];
    time_format_full(at_ms, at);
    days_ago(at_ms, now_ms, age);
    if (at_ms > 0)
        page_field(page, label, ROLE_NORMAL, "%.10s (%s)", at, age);
    else
        page_field(page, label, ROLE_WARN,
                   "never, as far as is recorded here and in the fleet file");
}

void plan_say(Page *page, const GroupStatus *group, gint64 now_ms)
{
    char due[32], left[16];
    Severity severity = group_status_plan_severity(group, now_ms);
    time_format_full(group_status_plan_due(group), due);
    duration_format(ABS(group_status_plan_due(group) - now_ms) / DAY_MS * DAY_MS, left);
    page_field(page, "PLAN", ROLE_TITLE, "failover of %s", group->name);
    say_date(page, "REVIEWED", group->plan_reviewed_ms, now_ms);
    if (group->plan_reviewed_by)
        page_field(page, "BY", ROLE_NORMAL, "%s: %s", group->plan_reviewed_by,
                   group->plan_review_note ? group->plan_review_note : "");
    say_date(page, "TESTED", group->plan_tested_ms, now_ms);
    if (group->plan_tested_by)
        page_field(page, "BY", ROLE_NORMAL, "%s", group->plan_tested_by);
    if (!group_status_plan_due(group))
        page_field(page, "DUE", ROLE_WARN, "now");
    else
        page_field(page, "DUE", severity == SEVERITY_INFO ? ROLE_NORMAL : ROLE_WARN, "%.10s, %s %s",
                   due, severity == SEVERITY_ERROR ? "overdue by" : "in", left);
    page_say(page, ROLE_DIM,
             "A plan is reviewed and tested every %d days (rule R17; a warning from %d days on). "
             ":reviewed %s WORDS records a review; a drill is the test. Dates from elsewhere stand "
             "in the "
             "fleet file, at the group's `plan`.",
             PLAN_YEAR_DAYS, PLAN_WARN_DAYS, group->name);
}

void plan_cell_state(const GroupStatus *group, gint64 now_ms, TableCell *cell)
{
    Severity severity = group_status_plan_severity(group, now_ms);
    Badge badge =
        severity == SEVERITY_INFO ? (Badge){GLYPH_UP, ROLE_OK, "fine"} : badge_severity(severity);
    table_cell_state(cell, badge.glyph, badge.role,
                     severity == SEVERITY_ERROR ? "overdue" : badge.word);
}

void plan_cell_facts(const GroupStatus *group, gint64 now_ms, TableCell *cell)
{
    char reviewed[24], tested[24], left[16];
    Severity severity = group_status_plan_severity(group, now_ms);
    Role role = severity == SEVERITY_INFO ? ROLE_NORMAL : ROLE_WARN;
    days_ago(group->plan_reviewed_ms, now_ms, reviewed);
    days_ago(group->plan_tested_ms, now_ms, tested);
    duration_format(ABS(group_status_plan_due(group) - now_ms) / DAY_MS * DAY_MS, left);
    table_cell_printf(cell, role, "%s %s, reviewed %s, tested %s",
                      !group_status_plan_due(group) ? "due"
                      : severity == SEVERITY_ERROR  ? "overdue by"
                                                    : "due in",
                      group_status_plan_due(group) ? left : "now", reviewed, tested);
}
