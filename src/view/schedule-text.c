#include "view/schedule-text.h"

#include <string.h>

#include "base/timefmt.h"
#include "sched/schedule.h"
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

// The trigger's counts stand with the location that has the role.
static const TriggerStatus *counted_trigger(const SheetRow *row, const Picture *picture)
{
    const WorkloadStatus *workload = picture_workload(picture, row->workload);
    const GroupStatus *group = workload ? picture_group(picture, workload->group) : NULL;
    if (!group || g_strcmp0(group->active, row->location) != 0)
        return NULL;
    for (guint i = 0; i < workload->triggers->len; i++) {
        const TriggerStatus *trigger = workload->triggers->pdata[i];
        if (g_strcmp0(trigger->name, row->trigger) == 0)
            return trigger->missed >= 0 ? trigger : NULL;
    }
    return NULL;
}

ScheduleCounts schedule_counts(const SheetRow *row, const ViewContext *context)
{
    const TriggerStatus *trigger = counted_trigger(row, context->picture);
    const InstanceStatus *instance = instance_of(row, context->picture);
    if (trigger)
        return (ScheduleCounts){trigger->missed, trigger->doubled, trigger->counted_ms};
    if (row->counted_ms || !instance)
        return (ScheduleCounts){row->missed, row->doubled, row->counted_ms};
    return (ScheduleCounts){instance->missed, -1, 0};
}

static bool fires(const SheetRow *row, gconstpointer context)
{
    return schedule_is_wanted(row, context);
}

// What a loss costs stands first: a narrow line is cut behind it.
char *schedule_together_words(const GPtrArray *rows, const SheetRow *row,
                              const ViewContext *context)
{
    SheetTogether together = timesheet_together(rows, row, fires, context);
    InstanceState state = schedule_state(row, context);
    GString *words = g_string_new(NULL);
    g_autoptr(GString) split = g_string_new(NULL);
    bool down = state == INSTANCE_UNREACHABLE || state == INSTANCE_FAILED;
    bool tells = together.alone_ms && schedule_is_wanted(row, context);
    char alone[16];
    duration_format(together.alone_ms, alone);
    if (tells && (down || state == INSTANCE_ACTIVE))
        g_string_append_printf(words,
                               down ? "while %s is down, a run lost every %s"
                                    : "if %s goes down, a run lost every %s",
                               picture_title(context->picture, row->location), alone);
    timesheet_append_together(&together, split);
    if (split->len)
        g_string_append_printf(words, "%s%s", words->len ? "; " : "", split->str);
    return g_string_free(words, FALSE);
}

static void format_wall(gint64 wall_ms, char buffer[32])
{
    time_format_full(wall_ms, buffer); // "2026-11-21 03:20:00Z": a wall clock has no Z
    char *z = strrchr(buffer, 'Z');
    if (z)
        *z = '\0';
}

// What the clocks do at an occurrence, or have done since the one before it. NULL: nothing. The caller frees.
static char *clock_words(const SheetRow *row, const Zone *zone, gint64 before_ms, gint64 at_ms)
{
    Occurrence occurrence = {.at_ms = at_ms};
    for (guint i = 0; i < row->changes->len; i++) {
        const SheetChange *change = &g_array_index(row->changes, SheetChange, i);
        if (change->at_ms == at_ms)
            occurrence.flags |=
                strcmp(change->what, "twice") == 0 ? OCCURRENCE_TWICE : OCCURRENCE_MOVED;
    }
    return schedule_clock_words(zone, before_ms, &occurrence);
}

// The operator's zone where it has a name; otherwise mine is its offset as of today.
static void format_mine(const Text *text, const Zone *mine, gint64 at_ms, char buffer[32])
{
    gint64 offset_ms = text->context->utc_offset_min * (gint64)MINUTE_MS;
    format_wall(mine ? zone_to_wall(mine, at_ms) : at_ms + offset_ms, buffer);
}

static void say_heads(const Text *text, const SheetRow *row, const Zone *its, const Zone *mine)
{
    int minutes = text->context->utc_offset_min;
    g_autofree char *offset =
        g_strdup_printf("UTC%+03d:%02d as of today", minutes / 60, ABS(minutes % 60));
    page_say(text->page, ROLE_HEADER, "    %-20s  %-19.19s  mine (%s)", "UTC",
             its ? row->zone : "its zone: unknown", mine ? zone_name(mine) : offset);
}

static void say_times(const Text *text, const SheetRow *row)
{
    const Zone *zone = zones_get(text->facts->zones, row->zone, NULL);
    const char *name = text->context->zone;
    const Zone *mine = name ? zones_get(text->facts->zones, name, NULL) : NULL;
    gint64 before_ms = text->context->now_ms;
    guint shown = 0;
    say_heads(text, row, zone, mine);
    for (guint i = 0; i < row->times->len && shown < NEXT_SHOWN; i++) {
        gint64 at_ms = g_array_index(row->times, gint64, i);
        char utc[32], its[32] = "?", my[32];
        if (at_ms <= text->context->now_ms)
            continue;
        g_autofree char *clocks = zone ? clock_words(row, zone, before_ms, at_ms) : NULL;
        time_format_full(at_ms, utc);
        if (zone)
            format_wall(zone_to_wall(zone, at_ms), its);
        format_mine(text, mine, at_ms, my);
        page_say(text->page, clocks ? ROLE_WARN : ROLE_NORMAL, "%2u  %-20s  %-19s  %-19s%s%s",
                 ++shown, utc, its, my, clocks ? "  ! " : "", clocks ? clocks : "");
        before_ms = at_ms;
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

// What was missed and doubled, by the runs of all locations.
static void say_counts(const Text *text, const SheetRow *row)
{
    ScheduleCounts counts = schedule_counts(row, text->context);
    char since[32];
    if (!row->counts) {
        page_field(text->page, "missed", ROLE_DIM,
                   "nothing: after a pause a polling trigger works through what came meanwhile");
        return;
    }
    time_format_full(counts.since_ms, since);
    if (counts.since_ms)
        page_field(text->page, "missed", counts.missed || counts.doubled ? ROLE_WARN : ROLE_NORMAL,
                   "%" G_GINT64_FORMAT " that nobody ran (a recurrence is not replayed), "
                   "%" G_GINT64_FORMAT " that two locations ran, since %s",
                   MAX(counts.missed, (gint64)0), MAX(counts.doubled, (gint64)0), since);
    else if (counts.missed > 0)
        page_field(text->page, "missed", ROLE_WARN,
                   "%" G_GINT64_FORMAT " since the location went down; they are not replayed",
                   counts.missed);
}

static void say_run(const Text *text, const RunRecord *run)
{
    char started[32], planned[16], took[16] = "";
    time_format_full(run->start_ms, started);
    time_format_clock(run->scheduled_ms, planned);
    if (run->end_ms > run->start_ms)
        duration_format(run->end_ms - run->start_ms, took);
    bool failed = run->state == RUN_STATE_FAILED || run->state == RUN_STATE_CANCELLED;
    page_say(text->page, failed ? ROLE_WARN : ROLE_NORMAL,
             "    %-20s  %-16s  %-9s  %-6s  for %s%s%s", started,
             picture_title(text->context->picture, run->location),
             word_of(&RUN_STATE_NAMES, (int)run->state), took, planned, run->code ? "  " : "",
             run->code ? run->code : "");
}

// What ran where, in one list: the newest first.
static void say_runs(const Text *text)
{
    const GPtrArray *runs = text->facts->runs;
    pager_rule(text->page->pager, "runs of every location, newest first");
    if (!runs)
        page_say(text->page, ROLE_DIM, "Fetching …");
    else if (!runs->len)
        page_say(text->page, ROLE_DIM, "No run was seen.");
    for (guint i = 0; runs && i < runs->len; i++)
        say_run(text, runs->pdata[i]);
}

// What the rule leaves open, then what else is to be known of it.
static void say_notes(const Text *text, const SheetRow *row)
{
    for (guint i = 0; i < row->notes->len; i++) {
        bool open = i < row->open;
        bool first = i == 0 || i == row->open;
        page_field(text->page,
                   !first ? ""
                   : open ? "open"
                          : "note",
                   open ? ROLE_WARN : ROLE_NORMAL, "%s", (const char *)row->notes->pdata[i]);
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
    if (strstr(near->rule, near->zone))
        page_field(page, "rule", ROLE_NORMAL, "%s", near->rule);
    else
        page_field(page, "rule", ROLE_NORMAL, "%s (%s)", near->rule, near->zone);
    say_state(&text, near);
    g_autofree char *together = schedule_together_words(facts->sheet, near, context);
    if (*together)
        page_field(page, "together", ROLE_NORMAL, "%s", together);
    say_counts(&text, near);
    const SheetRow *fresh = facts->far ? facts->far : near;
    if (fresh->failover_now && !schedule_is_wanted(near, context))
        page_field(page, "if moved", ROLE_NORMAL, "%s", fresh->failover_now);
    say_notes(&text, near);
    pager_rule(page->pager, "next 20");
    if (facts->far)
        say_times(&text, facts->far);
    else
        page_say(page, ROLE_DIM, "%s", facts->trouble ? facts->trouble : "Fetching …");
    say_runs(&text);
}
