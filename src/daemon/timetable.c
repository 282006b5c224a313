#include "daemon/timetable.h"

#include <string.h>

#include "base/timefmt.h"
#include "sched/schedule.h"
#include "wire/json.h"

enum {
    OCCURRENCES_MAX = 500, // of one row
    ROWS_MAX = 2000,
    TOTAL_MAX = 50000, // occurrences of one answer
    MISSED_MAX = 1000000
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

gint64 timetable_missed(const Instance *instance, gint64 from_ms, gint64 to_ms, gpointer data)
{
    const GPtrArray *triggers = instance->workload->triggers;
    gint64 missed = 0;
    for (guint i = 0; i < triggers->len; i++) {
        const Trigger *trigger = triggers->pdata[i];
        if (trigger->type != TRIGGER_RECURRENCE)
            continue;
        const Schedule *schedule = schedule_of(data, trigger, instance->start_offset_ms);
        if (!schedule)
            return -1;
        missed += (gint64)schedule_count_between(schedule, from_ms, to_ms, MISSED_MAX);
    }
    return missed;
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
    json_t *rows;
    guint total; // occurrences so far
    bool more;   // rows were left out
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

static void set_occurrences(Question *question, const Schedule *schedule, json_t *row)
{
    Occurrence found[OCCURRENCES_MAX + 1];
    json_t *list = json_array(), *changes = json_array();
    guint room = MIN(OCCURRENCES_MAX, TOTAL_MAX - question->total);
    guint count = schedule_next(schedule, question->from_ms - 1, room + 1, found);
    guint i = 0;
    for (; i < MIN(count, room) && found[i].at_ms < question->to_ms; i++) {
        g_autofree char *at = time_format_ms(found[i].at_ms);
        json_array_append_new(list, json_string(at ? at : ""));
        add_change(changes, &found[i]);
    }
    question->total += i;
    json_object_set_new(row, "occurrences", list);
    json_object_set_new(row, "more",
                        json_boolean(i == room && i < count && found[i].at_ms < question->to_ms));
    json_object_set_new(row, "dst", changes);
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

static void set_observed(const Question *question, const Instance *instance, const Trigger *trigger,
                         json_t *row)
{
    const WorkloadStatus *status = engine_workload(question->engine, instance->workload->id);
    const InstanceStatus *at = status ? workload_status_at(status, instance->location->name) : NULL;
    bool counted = at && at->missed >= 0 && trigger->type == TRIGGER_RECURRENCE;
    wire_set_text(row, "state", name_of(&INSTANCE_NAMES, (int)(at ? at->state : INSTANCE_UNKNOWN)));
    json_object_set_new(row, "missed", counted ? json_integer(at->missed) : json_null());
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

static void add_row(Question *question, const Instance *instance, const Trigger *trigger)
{
    const Schedule *schedule = schedule_of(question->timetable, trigger, instance->start_offset_ms);
    if (!schedule)
        return;
    if (json_array_size(question->rows) >= ROWS_MAX || question->total >= TOTAL_MAX) {
        question->more = true;
        return;
    }
    json_t *row = json_object();
    wire_set_text(row, "workload", instance->workload->id);
    wire_set_text(row, "trigger", trigger->name);
    wire_set_text(row, "type", name_of(&TRIGGER_NAMES, (int)trigger->type));
    wire_set_text(row, "location", instance->location->name);
    set_observed(question, instance, trigger, row);
    set_rule(question, schedule, row);
    set_occurrences(question, schedule, row);
    set_notes(schedule, row);
    json_array_append_new(question->rows, row);
}

static void add_workload(Question *question, const Workload *workload)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        for (guint j = 0; j < workload->instances->len; j++)
            add_row(question, workload->instances->pdata[j], workload->triggers->pdata[i]);
}

char *timetable_json(Timetable *timetable, const Engine *engine, gint64 from_ms, gint64 to_ms,
                     const char *filter)
{
    const Fleet *fleet = engine_fleet(engine);
    Question question = {.timetable = timetable,
                         .engine = engine,
                         .from_ms = from_ms,
                         .to_ms = to_ms,
                         .now_ms = clock_wall_ms(timetable->clock),
                         .rows = json_array()};
    for (guint i = 0; i < fleet->workloads->len && !question.more; i++) {
        const Workload *workload = fleet->workloads->pdata[i];
        if (!filter || strstr(workload->id, filter))
            add_workload(&question, workload);
    }
    g_autoptr(json_t) json = json_object();
    json_object_set_new(json, "schedules", question.rows);
    json_object_set_new(json, "more", json_boolean(question.more));
    return wire_format(json);
}
