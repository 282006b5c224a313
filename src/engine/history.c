#include "engine/history.h"

#include <string.h>

#include "base/timefmt.h"
#include "wire/run.h"

enum {
    TOTAL_MAX = 400000, // runs in memory, of all workloads
    KEPT_MIN = 4,       // … but so many of each
    MARGIN_MS = 5000,   // runs are asked for from a little before the last known one on
    SETTLE_MS = 3000,   // what was to fire so shortly before a look may not be listed yet
    WRITE_EVERY_MS = 30000,
    WRITE_PAUSE_MS = 1000,
    WRITES = 32, // workloads in one transaction
    TOLERANCE_MAX_MS = 60000,
};

struct WorkloadRuns {
    RunHistory *history;
    GArray *counts; // of FireCount, by trigger: without what is still to fire; NULL = count anew
    bool queued;    // to be written
    gint64 written_ms;
};

void workload_runs_free(WorkloadRuns *runs)
{
    if (!runs)
        return;
    run_history_free(runs->history);
    g_clear_pointer(&runs->counts, g_array_unref);
    g_free(runs);
}

static WorkloadRuns *find(const Engine *engine, const char *workload)
{
    return g_hash_table_lookup(engine->runs, workload);
}

static guint limit_of(const Engine *engine)
{
    return CLAMP(TOTAL_MAX / MAX(engine->workloads->len, 1), (guint)KEPT_MIN,
                 (guint)RUN_HISTORY_LIMIT);
}

static WorkloadRuns *ensure(Engine *engine, const char *workload)
{
    WorkloadRuns *runs = find(engine, workload);
    if (runs)
        return runs;
    runs = g_new0(WorkloadRuns, 1);
    runs->history = run_history_new(limit_of(engine));
    g_hash_table_insert(engine->runs, g_strdup(workload), runs);
    return runs;
}

const RunHistory *engine_runs(const Engine *engine, const char *workload)
{
    const WorkloadRuns *runs = find(engine, workload);
    return runs ? runs->history : NULL;
}

// ---- Rules ----------------------------------------------------------------------------------------

typedef struct {
    const Engine *engine;
    const Workload *workload;
    const Trigger *trigger;
} Asked;

static gint64 between(const char *location, gint64 after_ms, gint64 before_ms, gpointer data)
{
    const Asked *asked = data;
    const EngineConfig *config = &asked->engine->config;
    const Location *at = fleet_location(asked->engine->fleet, location);
    const Instance *instance = at ? workload_instance(asked->workload, at) : NULL;
    if (!instance || before_ms <= after_ms + 1)
        return 0;
    return MAX(config->fires(instance, asked->trigger, after_ms, before_ms - 1, config->data),
               (gint64)0);
}

// A quarter of the distance between fires, or between the copies of a split schedule: far from any other
// occurrence, however late a run is said to have been scheduled.
static gint64 tolerance(const Engine *engine, const Workload *workload, const Trigger *trigger)
{
    const EngineConfig *config = &engine->config;
    const Instance *first = workload->instances->pdata[0];
    gint64 step_ms = config->step(trigger, config->data);
    gint64 next_ms = step_ms ? 0 : config->next(first, trigger, engine->now_ms, config->data);
    gint64 then_ms = next_ms ? config->next(first, trigger, next_ms, config->data) : 0;
    gint64 apart_ms = step_ms   ? step_ms
                      : then_ms ? then_ms - next_ms
                                : 4 * (gint64)TOLERANCE_MAX_MS;
    for (guint i = 1; i < workload->instances->len; i++) {
        const Instance *other = workload->instances->pdata[i];
        gint64 offset_ms = ABS(other->start_offset_ms - first->start_offset_ms);
        apart_ms = offset_ms ? MIN(apart_ms, offset_ms) : apart_ms;
    }
    return MIN(apart_ms / 4, (gint64)TOLERANCE_MAX_MS);
}

static bool is_countable(const Engine *engine, const Trigger *trigger)
{
    return trigger->type == TRIGGER_RECURRENCE && trigger->has_recurrence && engine->config.fires &&
           engine->config.next;
}

static FireRule rule_of(Asked *asked)
{
    const EngineConfig *config = &asked->engine->config;
    return (FireRule){.trigger = asked->trigger->name,
                      .only = asked->workload->triggers->len == 1,
                      .tolerance_ms = tolerance(asked->engine, asked->workload, asked->trigger),
                      .step_ms = config->step(asked->trigger, config->data),
                      .adrift = !asked->trigger->recurrence.start.text,
                      .between = between,
                      .data = asked};
}

// ---- Taking in ------------------------------------------------------------------------------------

gint64 history_since(const Engine *engine, const InstanceWatch *watch)
{
    const WorkloadRuns *runs = find(engine, watch->workload->id);
    gint64 since_ms = runs ? run_history_since(runs->history, watch->status->location) : 0;
    return since_ms > MARGIN_MS ? since_ms - MARGIN_MS : 0;
}

enum { RULES_MAX = 16 };

// Drops what is too much; or everything, where what comes next does not join on to it.
static void drop(const Engine *engine, const Workload *workload, RunHistory *history, bool all)
{
    FireRule rules[RULES_MAX];
    Asked asked[RULES_MAX];
    guint n = 0;
    if (!all && history->runs->len <= history->limit)
        return;
    for (guint i = 0; i < workload->triggers->len && n < RULES_MAX; i++) {
        asked[n] = (Asked){engine, workload, workload->triggers->pdata[i]};
        if (!is_countable(engine, asked[n].trigger))
            continue;
        rules[n] = rule_of(&asked[n]);
        n++;
    }
    if (all)
        run_history_break(history, rules, n);
    else
        run_history_trim(history, rules, n);
}

static void changed(Engine *engine, WorkloadRuns *runs, const char *workload)
{
    g_clear_pointer(&runs->counts, g_array_unref);
    if (runs->queued)
        return;
    runs->queued = true;
    g_queue_push_tail(engine->runs_to_write, g_strdup(workload));
}

bool history_take(Engine *engine, const InstanceWatch *watch, const Observation *observation)
{
    bool news = false;
    if (!observation->history || !observation->history->len)
        return false;
    WorkloadRuns *runs = ensure(engine, watch->workload->id);
    if (observation->history_cut && run_history_since(runs->history, watch->status->location) &&
        !run_history_joins(runs->history, observation->history))
        drop(engine, watch->instance->workload, runs->history, true);
    for (guint i = 0; i < observation->history->len; i++)
        news |= run_history_add(runs->history, observation->history->pdata[i]);
    if (!news)
        return false;
    drop(engine, watch->instance->workload, runs->history, false);
    changed(engine, runs, watch->workload->id);
    return true;
}

// ---- Counting -------------------------------------------------------------------------------------

static void count_anew(const Engine *engine, const Workload *workload, WorkloadRuns *runs)
{
    runs->counts = g_array_new(FALSE, TRUE, sizeof(FireCount));
    for (guint i = 0; i < workload->triggers->len; i++) {
        Asked asked = {engine, workload, workload->triggers->pdata[i]};
        FireCount count = {.missed = -1, .doubled = -1, .overdue = -1};
        if (is_countable(engine, asked.trigger)) {
            FireRule rule = rule_of(&asked);
            run_history_count(runs->history, &rule, NULL, 0, &count);
        }
        g_array_append_val(runs->counts, count);
    }
}

// Until when the holder's runs are known: until now where it is given up, else as it was last looked at.
static gint64 known_until(const Engine *engine, const char *workload, const char *holder)
{
    const InstanceWatch *watch = world_instance(engine, workload, holder);
    const LocationStatus *at = world_location(engine, holder);
    if (at && at->verdict.state == VERDICT_DOWN)
        return engine->now_ms;
    return watch ? watch->status->observed_at_ms - SETTLE_MS : 0;
}

void history_count(const Engine *engine, const Workload *workload, guint i, const char *holder,
                   FireCount *ret_count)
{
    WorkloadRuns *runs = find(engine, workload->id);
    Asked asked = {engine, workload, workload->triggers->pdata[i]};
    *ret_count = (FireCount){.missed = -1, .doubled = -1, .overdue = -1};
    if (!runs || !is_countable(engine, asked.trigger))
        return;
    if (!runs->counts)
        count_anew(engine, workload, runs);
    *ret_count = g_array_index(runs->counts, FireCount, i);
    if (ret_count->missed < 0)
        return;
    if (!holder || !world_instance(engine, workload->id, holder))
        holder = ret_count->last_at;
    FireRule rule = rule_of(&asked);
    gint64 until_ms = known_until(engine, workload->id, holder);
    ret_count->overdue = fires_overdue(&rule, ret_count, holder, until_ms);
    ret_count->missed += ret_count->overdue;
}

// The newest run of another location before the moment; NULL = none is known.
static const RunRecord *last_elsewhere(const RunHistory *history, const FireRule *rule,
                                       const char *to, gint64 at_ms)
{
    g_autoptr(GPtrArray) fires = run_history_fires(history, rule->only ? NULL : rule->trigger);
    for (guint i = fires->len; i-- > 0;) {
        const RunRecord *run = fires->pdata[i];
        if (run->scheduled_ms <= at_ms && strcmp(run->location, to) != 0)
            return run;
    }
    return NULL;
}

gint64 history_missed_before(const Engine *engine, const Workload *workload, const char *to,
                             gint64 activated_ms)
{
    const WorkloadRuns *runs = find(engine, workload->id);
    gint64 missed = -1;
    for (guint i = 0; runs && activated_ms && i < workload->triggers->len; i++) {
        Asked asked = {engine, workload, workload->triggers->pdata[i]};
        if (!is_countable(engine, asked.trigger))
            continue;
        FireRule rule = rule_of(&asked);
        const RunRecord *last = last_elsewhere(runs->history, &rule, to, activated_ms);
        if (!last)
            return -1;
        gint64 apart_ms = activated_ms - last->scheduled_ms;
        missed = MAX(missed, (gint64)0) +
                 (rule.adrift && rule.step_ms
                      ? apart_ms / rule.step_ms
                      : between(to, last->scheduled_ms + rule.tolerance_ms, activated_ms, &asked));
    }
    return missed;
}

bool engine_fires(const Engine *engine, const Instance *instance, const Trigger *trigger,
                  EngineFires *ret_fires)
{
    const Workload *workload = instance->workload;
    const WorkloadRuns *runs = find(engine, workload->id);
    if (!runs || !is_countable(engine, trigger))
        return false;
    *ret_fires =
        (EngineFires){.fires = run_history_fires(
                          runs->history, workload->triggers->len == 1 ? NULL : trigger->name),
                      .tolerance_ms = tolerance(engine, workload, trigger),
                      .until_ms = known_until(engine, workload->id, instance->location->name)};
    return true;
}

// What is due at `holder` from the last run until another location would fire first.
static gint64 missed_until(const Engine *engine, const Workload *workload, const Trigger *trigger,
                           const FireCount *count, const char *holder, gint64 first_ms)
{
    Asked asked = {engine, workload, trigger};
    FireRule rule = rule_of(&asked);
    // The location would be asked to run one that it is due at itself.
    return fires_overdue(&rule, count, holder,
                         first_ms ? first_ms : engine->now_ms + rule.tolerance_ms);
}

static guint index_of(const Workload *workload, const Trigger *trigger)
{
    guint i = 0;
    while (i < workload->triggers->len && workload->triggers->pdata[i] != trigger)
        i++;
    return i;
}

static char *recurrence_words(const Engine *engine, const char *what, const Instance *to,
                              const Trigger *trigger)
{
    const Workload *workload = to->workload;
    const GroupLive *live = world_live(engine, workload->group->name);
    const char *holder = live->record->active;
    gint64 first_ms = engine->config.next(to, trigger, engine->now_ms, engine->config.data);
    const char *title = to->location->title ? to->location->title : to->location->name;
    FireCount count;
    char since[16], first[32];
    g_autofree char *then = NULL;
    history_count(engine, workload, index_of(workload, trigger), holder, &count);
    holder = holder && world_instance(engine, workload->id, holder) ? holder : count.last_at;
    time_format_full(first_ms, first);
    time_format_clock(count.last_ms, since);
    then = first_ms ? g_strdup_printf("%s fires first at %s", title, first)
                    : g_strdup_printf("%s never fires", title);
    if (count.missed < 0)
        return g_strdup_printf("how many runs a %s now misses is not known, as none was seen; %s",
                               what, then);
    gint64 missed = missed_until(engine, workload, trigger, &count, holder, first_ms);
    return missed ? g_strdup_printf("a %s now misses %" G_GINT64_FORMAT
                                    ": due since the last run at %s, never replayed; %s",
                                    what, missed, since, then)
                  : g_strdup_printf("a %s now misses nothing; %s", what, then);
}

char *engine_move_words(const Engine *engine, const char *what, const Instance *to,
                        const Trigger *trigger)
{
    if (trigger->type == TRIGGER_POLLING)
        return g_strdup("misses nothing: once it is enabled again it works through what came "
                        "meanwhile");
    return is_countable(engine, trigger) ? recurrence_words(engine, what, to, trigger) : NULL;
}

void history_recount(Engine *engine)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, engine->runs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        WorkloadRuns *runs = value;
        runs->history->limit = limit_of(engine);
        g_clear_pointer(&runs->counts, g_array_unref);
    }
}

// ---- The store ------------------------------------------------------------------------------------

void history_load(Engine *engine, const char *workload, const char *bytes, gsize size)
{
    g_autoptr(json_t) json = wire_parse(workload, bytes, size, STORE_VALUE_MAX, NULL);
    RunHistory *history =
        json ? shape_from_json(&RUN_HISTORY_SHAPE, json, WIRE_LENIENT, NULL) : NULL;
    if (!history)
        return;
    WorkloadRuns *runs = ensure(engine, workload);
    history->limit = runs->history->limit;
    run_history_free(runs->history);
    runs->history = history;
}

static void on_written(const StoreTxnResult *result, const GError *error, gpointer data)
{
    Engine *engine = engine_unlink(data);
    (void)result,
        (void)error; // not written: it is asked for again, or written with the next change
    if (engine)
        engine->runs_writing = false;
}

// The next workload that may be written again; NULL if none may yet. The caller frees.
static char *next_to_write(const Engine *engine)
{
    const char *head = g_queue_peek_head(engine->runs_to_write);
    const WorkloadRuns *runs = head ? find(engine, head) : NULL;
    if (!head || (runs && runs->written_ms && engine->mono_ms < runs->written_ms + WRITE_EVERY_MS))
        return NULL;
    return g_queue_pop_head(engine->runs_to_write);
}

// Puts a workload's history into the transaction; how many bytes that were.
static gsize put(Engine *engine, StoreTxn *txn, const char *workload)
{
    WorkloadRuns *runs = find(engine, workload);
    if (!runs)
        return 0;
    g_autofree char *key = g_strconcat("runs/", workload, NULL);
    g_autoptr(json_t) json = shape_to_json(&RUN_HISTORY_SHAPE, runs->history);
    g_autofree char *text = wire_format(json);
    runs->queued = false;
    runs->written_ms = engine->mono_ms;
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return strlen(text);
}

void history_run(Engine *engine, gint64 *due_ms)
{
    char *workload;
    gsize bytes = 0;
    if (engine->runs_writing || g_queue_is_empty(engine->runs_to_write) || !engine->healthy)
        return;
    if (engine->mono_ms < engine->runs_write_ms) {
        engine_sooner(due_ms, engine->runs_write_ms);
        return;
    }
    StoreTxn *txn = NULL;
    for (guint i = 0;
         i < WRITES && bytes < STORE_VALUE_MAX / 2 && (workload = next_to_write(engine)); i++) {
        txn = txn ? txn : store_txn_new(STORE_BATCHED);
        bytes += put(engine, txn, workload);
        g_free(workload);
    }
    engine->runs_write_ms = engine->mono_ms + WRITE_PAUSE_MS;
    if (!g_queue_is_empty(engine->runs_to_write))
        engine_sooner(due_ms, engine->runs_write_ms);
    if (!txn)
        return;
    engine->runs_writing = true;
    store_commit(engine->config.store, txn, on_written, engine_link(engine));
}
