#include "view/schedule-text.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/words.h"

enum { NEXT_SHOWN = 20, MINUTE_MS = 60 * 1000 };

typedef struct {
    Page *page;
    const ViewContext *context;
    const ScheduleFacts *facts;
} Text;

static const InstanceStatus *instance_of(const SheetRow *row, const Picture *picture)
{
    const WorkloadStatus *workload = picture_workload(picture, row->workload);
    return workload ? workload_status_at(workload, row->location) : NULL;
}

InstanceState schedule_state(const SheetRow *row, const ViewContext *context)
{
    const InstanceStatus *instance = instance_of(row, context->picture);
    return instance ? badge_aged_instance(instance, context->now_ms) : row->state;
}

bool schedule_is_wanted(const SheetRow *row, const ViewContext *context)
{
    const InstanceStatus *instance = instance_of(row, context->picture);
    return instance &&
           (instance->desired == INSTANCE_UNKNOWN ? instance->primary
                                                  : instance->desired == INSTANCE_ACTIVE);
}

char *schedule_together_words(const GPtrArray *rows, const SheetRow *row,
                              const ViewContext *context)
{
    SheetTogether together = timesheet_together(rows, row);
    InstanceState state = schedule_state(row, context);
    char alone[16], all[16];
    GString *words = g_string_new(NULL);
    duration_format(together.alone_ms, alone);
    duration_format(together.widest_ms, all);
    if (together.rows > 1 && together.is_split && together.alone_ms)
        g_string_append_printf(words, "split in %u: every %s together, %s alone", together.rows,
                               all, alone);
    bool down = state == INSTANCE_UNREACHABLE || state == INSTANCE_FAILED;
    bool tells = together.alone_ms && schedule_is_wanted(row, context);
    if (tells && (down || state == INSTANCE_ACTIVE))
        g_string_append_printf(words,
                               down ? "%swhile %s is down, a run lost every %s"
                                    : "%sif %s goes down, a run lost every %s",
                               words->len ? "; " : "",
                               picture_title(context->picture, row->location), alone);
    return g_string_free(words, FALSE);
}

static void format_wall(gint64 wall_ms, char buffer[32])
{
    time_format_full(wall_ms, buffer); // "2026-11-21 03:20:00Z": a wall clock has no Z
    char *z = strrchr(buffer, 'Z');
    if (z)
        *z = '\0';
}

static const char *change_at(const SheetRow *row, gint64 at_ms)
{
    for (guint i = 0; i < row->changes->len; i++) {
        const SheetChange *change = &g_array_index(row->changes, SheetChange, i);
        if (change->at_ms == at_ms)
            return strcmp(change->what, "twice") == 0 ? "  ! the hour comes twice: the first of it"
                                                      : "  ! the hour is skipped: it fires later";
    }
    return "";
}

static void say_times(const Text *text, const SheetRow *row)
{
    const Zone *zone = zones_get(text->facts->zones, row->zone, NULL);
    int minutes = text->context->utc_offset_min;
    guint shown = 0;
    page_say(text->page, ROLE_HEADER, "    %-20s  %-19.19s  mine (UTC%+03d:%02d as of today)",
             "UTC", zone ? row->zone : "its zone: unknown", minutes / 60, ABS(minutes % 60));
    for (guint i = 0; i < row->times->len && shown < NEXT_SHOWN; i++) {
        gint64 at_ms = g_array_index(row->times, gint64, i);
        char utc[32], its[32] = "?", mine[32];
        if (at_ms <= text->context->now_ms)
            continue;
        time_format_full(at_ms, utc);
        if (zone)
            format_wall(zone_to_wall(zone, at_ms), its);
        format_wall(at_ms + (gint64)minutes * MINUTE_MS, mine);
        page_say(text->page, ROLE_NORMAL, "%2u  %-20s  %-19s  %-19s%s", ++shown, utc, its, mine,
                 change_at(row, at_ms));
    }
    if (!shown)
        page_say(text->page, ROLE_DIM, "It does not fire within a year.");
}

static void say_state(const Text *text, const SheetRow *row)
{
    Badge badge = badge_instance(schedule_state(row, text->context));
    const InstanceStatus *instance = instance_of(row, text->context->picture);
    char seen[24];
    ago_format(instance ? instance->observed_at_ms : 0, text->context->now_ms,
               badge.role == ROLE_ACTIVE || badge.role == ROLE_PASSIVE, seen);
    page_field(text->page, "state", badge.role, "%s%s (seen %s)", badge.word,
               badge.role == ROLE_ACTIVE    ? ": it fires"
               : badge.role == ROLE_PASSIVE ? ": it would fire if it were active"
               : badge.role == ROLE_ALARM   ? ": it cannot fire"
                                            : ": whether it fires is not known",
               seen);
}

// What ran where, as far as each place tells.
static void say_runs(const Text *text, const SheetRow *row)
{
    const WorkloadStatus *workload = picture_workload(text->context->picture, row->workload);
    for (guint i = 0; workload && i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        char at[32], age[24];
        time_format_full(instance->last_run_ms, at);
        ago_format(instance->last_run_ms, text->context->now_ms, true, age);
        g_autofree char *missed =
            instance->missed < 0 ? g_strdup("missed an unknown number")
                                 : g_strdup_printf("missed %" G_GINT64_FORMAT, instance->missed);
        page_field(text->page, i ? "" : "runs", instance->missed ? ROLE_WARN : ROLE_NORMAL,
                   "%s: last %s%s%s%s, %s",
                   picture_title(text->context->picture, instance->location),
                   instance->last_run_ms ? at : "run not seen", instance->last_run_ms ? " (" : "",
                   instance->last_run_ms ? age : "", instance->last_run_ms ? ")" : "", missed);
    }
}

void schedule_text_fill(Page *page, const ViewContext *context, const ScheduleFacts *facts)
{
    const SheetRow *near = facts->near;
    Text text = {page, context, facts};
    pager_begin(page->pager);
    if (!near) {
        page_say(page, ROLE_UNKNOWN, "This trigger is no longer there. Esc leads back.");
        return;
    }
    page_field(page, "trigger", ROLE_TITLE, "%s/%s in %s", near->workload, near->trigger,
               picture_title(context->picture, near->location));
    page_field(page, "rule", ROLE_NORMAL, "%s (%s)", near->rule, near->zone);
    say_state(&text, near);
    g_autofree char *together = schedule_together_words(facts->sheet, near, context);
    if (*together)
        page_field(page, "together", ROLE_NORMAL, "%s", together);
    say_runs(&text, near);
    for (guint i = 0; i < near->notes->len; i++)
        page_field(page, i ? "" : "open", ROLE_WARN, "%s", (const char *)near->notes->pdata[i]);
    pager_rule(page->pager, "next 20");
    if (facts->far)
        say_times(&text, facts->far);
    else
        page_say(page, ROLE_DIM, "%s", facts->trouble ? facts->trouble : "Fetching …");
}
