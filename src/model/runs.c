#include "model/runs.h"

#include <string.h>

RunRecord *run_record_new(const char *id, const char *location)
{
    RunRecord *record = g_new0(RunRecord, 1);
    record->id = g_strdup(id);
    record->location = g_strdup(location);
    return record;
}

static RunRecord *run_record_copy(const RunRecord *record)
{
    RunRecord *copy = g_new(RunRecord, 1);
    *copy = *record;
    copy->id = g_strdup(record->id);
    copy->location = g_strdup(record->location);
    copy->trigger = g_strdup(record->trigger);
    copy->code = g_strdup(record->code);
    return copy;
}

void run_record_free(RunRecord *record)
{
    if (!record)
        return;
    g_free(record->id);
    g_free(record->location);
    g_free(record->trigger);
    g_free(record->code);
    g_free(record);
}

static void free_record(gpointer data)
{
    run_record_free(data);
}

static void free_tally(gpointer data)
{
    FireTally *tally = data;
    g_free(tally->trigger);
    g_free(tally);
}

RunHistory *run_history_new(guint limit)
{
    RunHistory *history = g_new(RunHistory, 1);
    history->runs = g_ptr_array_new_with_free_func(free_record);
    history->open = g_ptr_array_new_with_free_func(free_record);
    history->tallies = g_ptr_array_new_with_free_func(free_tally);
    history->limit = limit;
    return history;
}

void run_history_free(RunHistory *history)
{
    if (!history)
        return;
    g_ptr_array_unref(history->runs);
    g_ptr_array_unref(history->open);
    g_ptr_array_unref(history->tallies);
    g_free(history);
}

// ---- Entering -------------------------------------------------------------------------------------

// What is told later is kept, but for what it leaves out: a target that came back may know less.
static RunRecord *updated(const RunRecord *known, const RunRecord *news)
{
    RunRecord *record = run_record_copy(news);
    record->start_ms = news->start_ms ? news->start_ms : known->start_ms;
    record->scheduled_ms = news->scheduled_ms ? news->scheduled_ms : known->scheduled_ms;
    if (!record->trigger)
        record->trigger = g_strdup(known->trigger);
    return record;
}

static bool is_same(const RunRecord *a, const RunRecord *b)
{
    return a->state == b->state && a->start_ms == b->start_ms && a->end_ms == b->end_ms &&
           a->scheduled_ms == b->scheduled_ms && g_strcmp0(a->code, b->code) == 0 &&
           g_strcmp0(a->trigger, b->trigger) == 0;
}

static bool is_run(const RunRecord *a, const RunRecord *b)
{
    return strcmp(a->id, b->id) == 0 && strcmp(a->location, b->location) == 0;
}

// True if it is one that was dropped while it went on; once it has ended it is forgotten.
static bool is_open(RunHistory *history, const RunRecord *record)
{
    for (guint i = 0; i < history->open->len; i++) {
        if (!is_run(history->open->pdata[i], record))
            continue;
        if (record->state != RUN_STATE_RUNNING)
            g_ptr_array_remove_index_fast(history->open, i);
        return true;
    }
    return false;
}

static bool update(RunHistory *history, guint i, const RunRecord *record)
{
    RunRecord *known = history->runs->pdata[i];
    RunRecord *fresh = updated(known, record);
    bool same = is_same(known, fresh);
    if (!same)
        history->runs->pdata[i] = fresh; // what borrows from a run that stays may go on
    run_record_free(same ? fresh : known);
    return !same;
}

bool run_history_add(RunHistory *history, const RunRecord *record)
{
    guint place = history->runs->len;
    if (is_open(history, record))
        return false;
    for (guint i = history->runs->len; i-- > 0;) {
        const RunRecord *known = history->runs->pdata[i];
        if (is_run(known, record))
            return update(history, i, record);
        if (known->start_ms > record->start_ms)
            place = i;
    }
    // What was dropped once is not taken in again by the next answer; nor what nobody knows the start of.
    if (!record->start_ms || (place == 0 && history->runs->len >= history->limit))
        return false;
    g_ptr_array_insert(history->runs, (gint)place, run_record_copy(record));
    return true;
}

bool run_history_joins(const RunHistory *history, const GPtrArray *records)
{
    for (guint i = 0; i < records->len; i++)
        for (guint k = history->runs->len; k-- > 0;)
            if (is_run(history->runs->pdata[k], records->pdata[i]))
                return true;
    return false;
}

// The oldest of a list that goes on there, before `than_ms`.
static gint64 oldest_open(const GPtrArray *runs, const char *location, gint64 than_ms)
{
    for (guint i = 0; i < runs->len; i++) {
        const RunRecord *record = runs->pdata[i];
        if (record->state == RUN_STATE_RUNNING && strcmp(record->location, location) == 0)
            than_ms = MIN(than_ms, record->start_ms);
    }
    return than_ms;
}

gint64 run_history_since(const RunHistory *history, const char *location)
{
    gint64 newest_ms = 0;
    for (guint i = 0; i < history->runs->len; i++) {
        const RunRecord *record = history->runs->pdata[i];
        if (strcmp(record->location, location) == 0)
            newest_ms = record->start_ms;
    }
    if (!newest_ms)
        return 0;
    return oldest_open(history->open, location, oldest_open(history->runs, location, newest_ms));
}

// ---- Counting -------------------------------------------------------------------------------------

static bool is_of(const RunRecord *record, const char *trigger)
{
    return record->scheduled_ms &&
           (!trigger || !record->trigger || strcmp(record->trigger, trigger) == 0);
}

static int by_schedule(gconstpointer a, gconstpointer b)
{
    const RunRecord *x = *(const RunRecord *const *)a, *y = *(const RunRecord *const *)b;
    return x->scheduled_ms < y->scheduled_ms ? -1 : x->scheduled_ms > y->scheduled_ms;
}

GPtrArray *run_history_fires(const RunHistory *history, const char *trigger)
{
    GPtrArray *runs = g_ptr_array_new();
    for (guint i = 0; i < history->runs->len; i++)
        if (is_of(history->runs->pdata[i], trigger))
            g_ptr_array_add(runs, history->runs->pdata[i]);
    g_ptr_array_sort(runs, by_schedule);
    return runs;
}

static bool is_stepped(const FireRule *rule, const char *from, const char *to)
{
    return rule->step_ms && (rule->adrift || strcmp(from, to) == 0);
}

// What was to fire between two runs.
static gint64 missed_between(const FireRule *rule, const RunRecord *before, const RunRecord *run)
{
    gint64 apart_ms = run->scheduled_ms - before->scheduled_ms;
    if (is_stepped(rule, before->location, run->location))
        return MAX((apart_ms + rule->step_ms / 2) / rule->step_ms - 1, (gint64)0);
    return rule->between(run->location, before->scheduled_ms + rule->tolerance_ms,
                         run->scheduled_ms - rule->tolerance_ms, rule->data);
}

// What one run tells, given the one before it.
static void count_pair(const FireRule *rule, const RunRecord *before, const RunRecord *run,
                       gint64 *missed, gint64 *doubled)
{
    gint64 apart_ms = run->scheduled_ms - before->scheduled_ms;
    if (apart_ms > 2 * rule->tolerance_ms)
        *missed += missed_between(rule, before, run);
    else if (apart_ms <= rule->tolerance_ms && strcmp(run->location, before->location) != 0 &&
             run->state != RUN_STATE_SKIPPED && before->state != RUN_STATE_SKIPPED)
        ++*doubled;
}

static FireTally *find_tally(const RunHistory *history, const char *trigger)
{
    for (guint i = 0; i < history->tallies->len; i++) {
        FireTally *tally = history->tallies->pdata[i];
        if (strcmp(tally->trigger, trigger) == 0)
            return tally;
    }
    return NULL;
}

void run_history_count(const RunHistory *history, const FireRule *rule, const char *holder,
                       gint64 until_ms, FireCount *ret_count)
{
    g_autoptr(GPtrArray) runs = run_history_fires(history, rule->only ? NULL : rule->trigger);
    const FireTally *tally = find_tally(history, rule->trigger);
    const RunRecord *last = runs->len ? runs->pdata[runs->len - 1] : NULL;
    *ret_count = (FireCount){.missed = -1, .doubled = -1};
    if (!last)
        return;
    *ret_count = (FireCount){.missed = tally ? tally->missed : 0,
                             .doubled = tally ? tally->doubled : 0,
                             .since_ms = tally ? tally->since_ms
                                               : ((const RunRecord *)runs->pdata[0])->scheduled_ms,
                             .last_ms = last->scheduled_ms,
                             .last_at = last->location};
    for (guint i = 1; i < runs->len; i++)
        count_pair(rule, runs->pdata[i - 1], runs->pdata[i], &ret_count->missed,
                   &ret_count->doubled);
    ret_count->overdue = fires_overdue(rule, ret_count, holder, until_ms);
    ret_count->missed += ret_count->overdue;
}

gint64 fires_overdue(const FireRule *rule, const FireCount *count, const char *holder,
                     gint64 until_ms)
{
    // So late may a run be, so late it is missed.
    gint64 from_ms = count->last_ms + rule->tolerance_ms, due_ms = until_ms - rule->tolerance_ms;
    if (!count->last_ms || !holder || due_ms <= from_ms)
        return 0;
    if (is_stepped(rule, count->last_at, holder))
        return (due_ms - count->last_ms) / rule->step_ms;
    return rule->between(holder, from_ms, due_ms, rule->data);
}

// ---- Dropping -------------------------------------------------------------------------------------

// Enters in the tally what is between runs that go and those that stay: each pair whose first one goes.
static void tally_up(RunHistory *history, const FireRule *rule, guint excess)
{
    g_autoptr(GPtrArray) runs = run_history_fires(history, rule->only ? NULL : rule->trigger);
    g_autoptr(GHashTable) going = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < excess; i++)
        g_hash_table_add(going, history->runs->pdata[i]);
    FireTally *tally = find_tally(history, rule->trigger);
    if (!tally && runs->len) {
        tally = g_new0(FireTally, 1);
        tally->trigger = g_strdup(rule->trigger);
        tally->since_ms = ((const RunRecord *)runs->pdata[0])->scheduled_ms;
        g_ptr_array_add(history->tallies, tally);
    }
    // Runs are dropped by their start and paired by their occurrence, which is the same order but for what
    // was run late: a pair is entered when its first one goes and is not counted from what stays.
    for (guint i = 0; i + 1 < runs->len; i++)
        if (g_hash_table_contains(going, runs->pdata[i]))
            count_pair(rule, runs->pdata[i], runs->pdata[i + 1], &tally->missed, &tally->doubled);
}

static void drop_oldest(RunHistory *history, guint n)
{
    for (guint i = 0; i < n; i++) {
        const RunRecord *record = history->runs->pdata[i];
        if (record->state == RUN_STATE_RUNNING && history->open->len < RUN_HISTORY_OPEN)
            g_ptr_array_add(history->open, run_record_copy(record));
    }
    if (n)
        g_ptr_array_remove_range(history->runs, 0, n);
}

void run_history_trim(RunHistory *history, const FireRule *rules, guint n_rules)
{
    if (history->runs->len <= history->limit)
        return;
    guint excess = history->runs->len - history->limit;
    for (guint i = 0; i < n_rules; i++)
        tally_up(history, &rules[i], excess);
    drop_oldest(history, excess);
}

void run_history_break(RunHistory *history, const FireRule *rules, guint n_rules)
{
    for (guint i = 0; i < n_rules; i++)
        tally_up(history, &rules[i], history->runs->len);
    drop_oldest(history, history->runs->len);
}

// ---- One occurrence -------------------------------------------------------------------------------

// The first of the fires at or after a moment.
static guint first_from(const GPtrArray *fires, gint64 from_ms)
{
    guint low = 0, high = fires->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (((const RunRecord *)fires->pdata[middle])->scheduled_ms < from_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

FireFate run_fate(const GPtrArray *fires, const char *location, gint64 at_ms, gint64 tolerance_ms,
                  gint64 until_ms)
{
    guint first = first_from(fires, at_ms - tolerance_ms), here = 0, elsewhere = 0, skipped = 0;
    for (guint i = first; i < fires->len; i++) {
        const RunRecord *run = fires->pdata[i];
        if (run->scheduled_ms > at_ms + tolerance_ms)
            break;
        bool is_here = strcmp(run->location, location) == 0, ran = run->state != RUN_STATE_SKIPPED;
        here += is_here && ran;
        elsewhere += !is_here && ran;
        skipped += is_here && !ran;
    }
    if (here)
        return elsewhere ? FIRE_DOUBLED : FIRE_RAN;
    if (elsewhere)
        return FIRE_NONE;
    if (skipped)
        return FIRE_SKIPPED;
    if (first == 0 || at_ms + tolerance_ms > until_ms)
        return FIRE_UNKNOWN;
    return strcmp(((const RunRecord *)fires->pdata[first - 1])->location, location) == 0
               ? FIRE_MISSED
               : FIRE_NONE;
}
