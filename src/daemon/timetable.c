#include "daemon/timetable.h"

#include <string.h>

#include "base/timefmt.h"
#include "sched/schedule.h"
#include "wire/json.h"

enum {
    OCCURRENCES_MAX = 500, // of one row
    TOTAL_MAX = 50000,     // occurrences of one answer
    FIRES_MAX = 1000000
};

typedef struct {
    const Trigger *trigger;
    gint64 offset_ms;
} RuleKey;

struct Timetable {
    const Clock *clock;
    Zones *zones;
    GHashTable *schedules; // RuleKey * → Schedule *; NULL = the rule cannot be understood
};

static guint key_hash(gconstpointer key)
{
    const RuleKey *rule = key;
    return g_direct_hash(rule->trigger) ^ g_int64_hash(&rule->offset_ms);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const RuleKey *left = a, *right = b;
    return left->trigger == right->trigger && left->offset_ms == right->offset_ms;
}

static void drop_schedule(gpointer schedule)
{
    schedule_free(schedule);
}

Timetable *timetable_new(const Clock *clock)
{
    Timetable *timetable = g_new(Timetable, 1);
    timetable->clock = clock;
    timetable->zones = zones_new();
    timetable->schedules = g_hash_table_new_full(key_hash, key_equal, g_free, drop_schedule);
    return timetable;
}

void timetable_free(Timetable *timetable)
{
    if (!timetable)
        return;
    g_hash_table_unref(timetable->schedules);
    zones_free(timetable->zones);
    g_free(timetable);
}

void timetable_forget(Timetable *timetable)
{
    g_hash_table_remove_all(timetable->schedules);
}

// NULL: no recurrence, or none that can be understood.
static const Schedule *schedule_of(Timetable *timetable, const Trigger *trigger, gint64 offset_ms)
{
    RuleKey key = {trigger, offset_ms};
    gpointer found = NULL;
    if (!trigger->has_recurrence)
        return NULL;
    if (g_hash_table_lookup_extended(timetable->schedules, &key, NULL, &found))
        return found;
    const ScheduleAnchor anchor = {.now_ms = clock_wall_ms(timetable->clock),
                                   .offset_ms = offset_ms};
    Schedule *schedule = schedule_new(&trigger->recurrence, timetable->zones, &anchor, NULL);
    g_hash_table_insert(timetable->schedules, g_memdup2(&key, sizeof key), schedule);
    return schedule;
}

// ---- the engine's questions ----

gint64 timetable_fires(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                       gint64 until_ms, gpointer data)
{
    const Schedule *schedule = schedule_of(data, trigger, instance->start_offset_ms);
    return schedule ? (gint64)schedule_count_between(schedule, after_ms, until_ms, FIRES_MAX) : -1;
}

gint64 timetable_step(const Trigger *trigger, gpointer data)
{
    const Schedule *schedule = schedule_of(data, trigger, 0);
    return schedule ? schedule_step_ms(schedule) : 0;
}

gint64 timetable_next(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                      gpointer data)
{
    const Schedule *schedule = schedule_of(data, trigger, instance->start_offset_ms);
    return schedule ? schedule_next_ms(schedule, after_ms) : 0;
}

char *timetable_rule(const Trigger *trigger, gpointer data)
{
    const Schedule *schedule = schedule_of(data, trigger, 0);
    return schedule ? schedule_describe_short(schedule) : NULL;
}

// ---- the API's question ----

typedef struct {
    Timetable *timetable;
    const Engine *engine;
    gint64 from_ms, to_ms, now_ms;
    guint offset, limit; // which rows
    const char *filter;  // of workloads whose id holds this; NULL = of all
    json_t *rows;
    guint seen;  // rows so far, with those that were left out
    guint total; // occurrences so far
} Question;

// The flags of an occurrence that a change of the clocks brings.
static const struct {
    guint flag;
    const char *word;
} CHANGES[] = {{OCCURRENCE_MOVED, "moved"}, {OCCURRENCE_TWICE, "twice"}};

static void add_change(json_t *list, const Occurrence *occurrence)
{
    for (guint i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        if (!(occurrence->flags & CHANGES[i].flag))
            continue;
        json_t *row = json_object();
        wire_set_time_ms(row, "at", occurrence->at_ms);
        wire_set_text(row, "what", CHANGES[i].word);
        json_array_append_new(list, row);
    }
}

// One row: a trigger at a location, and what is known of its past.
typedef struct {
    const Instance *instance;
    const Trigger *trigger;
    bool known; // `fires` is
    EngineFires fires;
} Row;

// What became of those that are past, as lists of moments.
static void set_fates(const Question *question, const Row *at, const Occurrence *found, guint count,
                      json_t *row)
{
    static const char *const LISTS[] = {[FIRE_RAN] = "ran",
                                        [FIRE_DOUBLED] = "doubled_at",
                                        [FIRE_SKIPPED] = "skipped_at",
                                        [FIRE_MISSED] = "missed_at"};
    const EngineFires *fires = &at->fires;
    for (guint fate = 0; fate < G_N_ELEMENTS(LISTS); fate++)
        if (LISTS[fate])
            json_object_set_new(row, LISTS[fate], json_array());
    for (guint i = 0; at->known && i < count && found[i].at_ms <= question->now_ms; i++) {
        FireFate fate = run_fate(fires->fires, at->instance->location->name, found[i].at_ms,
                                 fires->tolerance_ms, fires->until_ms);
        g_autofree char *text = time_format_ms(found[i].at_ms);
        if (fate < (FireFate)G_N_ELEMENTS(LISTS) && LISTS[fate])
            json_array_append_new(json_object_get(row, LISTS[fate]), json_string(text ? text : ""));
    }
}

// Where the list begins: with the time that is asked for, or later, so that what comes next has its place in it.
static gint64 list_start(const Question *question, const Schedule *schedule, guint room)
{
    gint64 from_ms = question->from_ms, now_ms = question->now_ms;
    gint64 step_ms = schedule_step_ms(schedule);
    guint past = room / 2;
    if (now_ms < from_ms || now_ms >= question->to_ms ||
        schedule_count_between(schedule, from_ms - 1, now_ms, past + 1) <= past)
        return from_ms;
    return MAX(from_ms, now_ms - past * step_ms);
}

// It fires to the end of the time that is asked for, always in the same step: a list that is cut says no less.
static bool fires_on(const Question *question, const Schedule *schedule)
{
    gint64 step_ms = schedule_step_ms(schedule);
    gint64 last_ms = schedule_next_ms(schedule, question->to_ms - step_ms - 1);
    return step_ms && last_ms && last_ms < question->to_ms;
}

static void set_occurrences(Question *question, const Schedule *schedule, const Row *at,
                            json_t *row)
{
    Occurrence found[OCCURRENCES_MAX + 1];
    json_t *list = json_array(), *changes = json_array();
    guint room = MIN(OCCURRENCES_MAX, TOTAL_MAX - question->total);
    gint64 start_ms = list_start(question, schedule, room);
    guint count = schedule_next(schedule, start_ms - 1, room + 1, found);
    guint i = 0;
    for (; i < MIN(count, room) && found[i].at_ms < question->to_ms; i++) {
        g_autofree char *text = time_format_ms(found[i].at_ms);
        json_array_append_new(list, json_string(text ? text : ""));
        add_change(changes, &found[i]);
    }
    question->total += i;
    json_object_set_new(row, "occurrences", list);
    bool cut = i == room && i < count && found[i].at_ms < question->to_ms;
    json_object_set_new(row, "more", json_boolean(cut || start_ms > question->from_ms));
    json_object_set_new(row, "throughout", json_boolean(fires_on(question, schedule)));
    gint64 first_ms = schedule_next_ms(schedule, question->from_ms - 1);
    wire_set_time_ms(row, "first_at", first_ms < question->to_ms ? first_ms : 0);
    json_object_set_new(row, "dst", changes);
    set_fates(question, at, found, i, row);
}

static void set_notes(const Schedule *schedule, json_t *row)
{
    json_t *open = json_array(), *warnings = json_array();
    const ScheduleNote *note;
    for (guint i = 0; (note = schedule_note(schedule, i)); i++)
        json_array_append_new(note->ambiguous ? open : warnings,
                              note->reading ? json_sprintf("%s %s", note->text, note->reading)
                                            : json_string(note->text));
    json_object_set_new(row, "ambiguous", open);
    json_object_set_new(row, "warnings", warnings);
}

static void set_count(json_t *row, const char *name, gint64 count)
{
    json_object_set_new(row, name, count < 0 ? json_null() : json_integer(count));
}

static bool holds_role(const Question *question, const Instance *instance)
{
    const GroupStatus *group = engine_group(question->engine, instance->workload->group->name);
    return group && g_strcmp0(group->active, instance->location->name) == 0;
}

// The trigger's counts stand with the location that has the role; with the others only what went missing
// since they went down.
static void set_observed(const Question *question, const Instance *instance, const Trigger *trigger,
                         json_t *row)
{
    const char *location = instance->location->name;
    const WorkloadStatus *status = engine_workload(question->engine, instance->workload->id);
    const InstanceStatus *at = status ? workload_status_at(status, location) : NULL;
    guint nth = 0;
    bool found = g_ptr_array_find(instance->workload->triggers, trigger, &nth);
    const TriggerStatus *counts = status && found ? status->triggers->pdata[nth] : NULL;
    bool recurs = trigger->type == TRIGGER_RECURRENCE;
    bool known = recurs && holds_role(question, instance) && counts && counts->missed >= 0;
    wire_set_text(row, "state", name_of(&INSTANCE_NAMES, (int)(at ? at->state : INSTANCE_UNKNOWN)));
    set_count(row, "missed", known ? counts->missed : at && recurs ? at->missed : -1);
    set_count(row, "doubled", known ? counts->doubled : -1);
    wire_set_time_ms(row, "counted_since", known ? counts->counted_ms : 0);
    json_object_set_new(row, "replays", json_boolean(trigger->type == TRIGGER_POLLING));
}

static void set_rule(const Question *question, const Schedule *schedule, json_t *row)
{
    g_autofree char *rule = schedule_describe(schedule);
    gint64 next_ms = schedule_next_ms(schedule, question->now_ms);
    wire_set_text(row, "rule", rule);
    wire_set_text(row, "zone", zone_name(schedule_zone(schedule)));
    wire_set_time_ms(row, "next_at", next_ms);
    if (next_ms)
        wire_set_seconds_ms(row, "in_s", next_ms - question->now_ms);
    else
        json_object_set_new(row, "in_s", json_null());
}

// A rule that does not say what it counts from is counted from the first run that was seen. NULL: it says.
static Schedule *anchored(const Question *question, const Row *at)
{
    const Recurrence *rule = &at->trigger->recurrence;
    if (rule->start.text || recurrence_has_schedule(rule) || !at->known || !at->fires.fires->len)
        return NULL;
    const RunRecord *first = at->fires.fires->pdata[0];
    const ScheduleAnchor anchor = {.created_ms = first->scheduled_ms,
                                   .now_ms = question->now_ms,
                                   .offset_ms = at->instance->start_offset_ms};
    return schedule_new(rule, question->timetable->zones, &anchor, NULL);
}

static void add_row(Question *question, const Instance *instance, const Trigger *trigger)
{
    Row at = {.instance = instance, .trigger = trigger};
    const Schedule *schedule =
        schedule_of(question->timetable, at.trigger, instance->start_offset_ms);
    if (!schedule)
        return;
    at.known = engine_fires(question->engine, instance, at.trigger, &at.fires);
    g_autoptr(Schedule) own = anchored(question, &at);
    json_t *row = json_object();
    wire_set_text(row, "workload", instance->workload->id);
    wire_set_text(row, "trigger", at.trigger->name);
    wire_set_text(row, "split", at.trigger->split);
    wire_set_text(row, "type", name_of(&TRIGGER_NAMES, (int)at.trigger->type));
    wire_set_text(row, "location", instance->location->name);
    set_observed(question, instance, at.trigger, row);
    set_rule(question, own ? own : schedule, row);
    set_occurrences(question, own ? own : schedule, &at, row);
    set_notes(schedule, row);
    g_autofree char *words =
        holds_role(question, instance)
            ? NULL
            : engine_move_words(question->engine, "failover", instance, at.trigger);
    wire_set_text(row, "failover_now", words);
    json_array_append_new(question->rows, row);
    if (at.known)
        g_ptr_array_unref(at.fires.fires);
}

// Rows are counted without a look at their rules: there may be a great many.
static void add_trigger(Question *question, const Workload *workload, const Trigger *trigger)
{
    for (guint i = 0; trigger->has_recurrence && i < workload->instances->len; i++) {
        bool wanted = question->seen >= question->offset &&
                      question->seen - question->offset < question->limit &&
                      question->total < TOTAL_MAX;
        if (wanted)
            add_row(question, workload->instances->pdata[i], trigger);
        question->seen++;
    }
}

static bool is_asked_for(const Question *question, const Workload *workload)
{
    return !question->filter || strstr(workload->id, question->filter);
}

// The parts of a split schedule stand together, where the first of them is.
static void add_parts(Question *question, const GPtrArray *parts, const Trigger *trigger)
{
    const SplitPart *first = NULL;
    for (guint i = 0; i < parts->len; i++) {
        const SplitPart *part = parts->pdata[i];
        if (!is_asked_for(question, part->workload))
            continue;
        first = first ? first : part;
        if (first->trigger != trigger)
            return;
        add_trigger(question, part->workload, part->trigger);
    }
}

static void add_workload(Question *question, const Workload *workload)
{
    const Fleet *fleet = engine_fleet(question->engine);
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        const GPtrArray *parts = fleet_split(fleet, trigger);
        if (parts)
            add_parts(question, parts, trigger);
        else
            add_trigger(question, workload, trigger);
    }
}

char *timetable_json(Timetable *timetable, const Engine *engine, const SchedulesQuery *query)
{
    const Fleet *fleet = engine_fleet(engine);
    Question question = {.timetable = timetable,
                         .engine = engine,
                         .from_ms = query->from_ms,
                         .to_ms = query->to_ms,
                         .now_ms = clock_wall_ms(timetable->clock),
                         .offset = query->offset,
                         .limit = query->limit,
                         .filter = query->filter,
                         .rows = json_array()};
    for (guint i = 0; i < fleet->workloads->len; i++) {
        const Workload *workload = fleet->workloads->pdata[i];
        if (is_asked_for(&question, workload))
            add_workload(&question, workload);
    }
    g_autoptr(json_t) json = json_object();
    gsize rows = json_array_size(question.rows);
    json_object_set_new(json, "schedules", question.rows);
    json_object_set_new(json, "offset", json_integer(query->offset));
    json_object_set_new(json, "total", json_integer(question.seen));
    json_object_set_new(json, "more", json_boolean(query->offset + rows < question.seen));
    return wire_format(json);
}
