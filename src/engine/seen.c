#include "engine/seen.h"

#include "model/verdict.h"
#include "wire/status.h"

static const WireField RUN_FIELDS[] = {
    {"first_failure_at", FIELD_TIME, FIELD(FailureRun, first_ms)},
    {"probed_at", FIELD_TIME, FIELD(FailureRun, last_ms), .required = true},
    {"down_since", FIELD_TIME, FIELD(FailureRun, fell_ms)},
};

static gpointer make_run(void)
{
    return g_new0(FailureRun, 1);
}

static const WireShape RUN_SHAPE =
    SHAPE("run of failed probes", FailureRun, RUN_FIELDS, make_run, g_free);

// Nobody waits for it: if it is not recorded, more is stated after a restart.
static void on_kept(const StoreTxnResult *result, const GError *error, gpointer data)
{
    (void)result, (void)error, (void)data;
}

// Takes `json`; NULL = the key goes.
static void keep(Engine *engine, const char *prefix, const char *name, json_t *json)
{
    g_autofree char *key = g_strconcat(prefix, name, NULL);
    g_autofree char *text = json ? wire_format(json) : NULL;
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    StoreSpan span = store_span_key(key);
    if (text)
        store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    else
        store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    json_decref(json);
    store_commit(engine->config.store, txn, on_kept, NULL);
}

// ---- Locations -----------------------------------------------------------------------------------

// The hole between the two runs is no larger than one that a verdict outlives.
static bool goes_on(const FailureRun *before, const VantageStatus *vantage,
                    const HealthCheck *health)
{
    return before->first_ms && vantage->failures == 1 &&
           vantage->first_failure_ms - before->last_ms <= verdict_lapse_ms(health);
}

static void keep_run(Engine *engine, LocationWatch *watch, const VantageStatus *vantage)
{
    FailureRun run = {vantage->first_failure_ms, vantage->history[vantage->history_len - 1].at_ms,
                      watch->fell_ms};
    bool any = vantage->failures || watch->fell_ms;
    if (any)
        keep(engine, "seen/location/", watch->location->name, shape_to_json(&RUN_SHAPE, &run));
    else if (watch->run_kept)
        keep(engine, "seen/location/", watch->location->name, NULL);
    watch->run_kept = any;
}

void seen_probe(Engine *engine, LocationWatch *watch, VantageStatus *vantage)
{
    if (goes_on(&watch->before, vantage, &watch->location->health))
        vantage->first_failure_ms = watch->before.first_ms;
    watch->before = (FailureRun){0};
    keep_run(engine, watch, vantage);
}

void seen_verdict(Engine *engine, LocationWatch *watch, const VantageStatus *vantage)
{
    Verdict *verdict = &watch->status->verdict;
    if (verdict->state == VERDICT_DOWN && watch->fell_ms)
        verdict->since_ms = MIN(verdict->since_ms, watch->fell_ms);
    if (verdict->state == VERDICT_DOWN)
        watch->fell_ms = verdict->since_ms;
    else if (verdict->state != VERDICT_UNKNOWN) // what nobody sees has not come back
        watch->fell_ms = 0;
    if (vantage && vantage->history_len)
        keep_run(engine, watch, vantage);
}

bool seen_take_location(Engine *engine, const char *name, json_t *json, GError **error)
{
    const Location *location = fleet_location(engine->fleet, name);
    g_autofree FailureRun *run = shape_from_json(&RUN_SHAPE, json, WIRE_LENIENT, error);
    if (!run)
        return false;
    if (!location)
        return true;
    LocationWatch *watch = engine->watches->pdata[location->index];
    watch->before = *run;
    watch->run_kept = true;
    watch->fell_ms = run->fell_ms;
    return true;
}

// ---- Groups --------------------------------------------------------------------------------------

static const WireField FALL_FIELDS[] = {
    {"since", FIELD_TIME, FIELD(FailureRun, fell_ms), .required = true},
};

static const WireShape FALL_SHAPE = SHAPE("fall", FailureRun, FALL_FIELDS, make_run, g_free);

void seen_fall(Engine *engine, GroupLive *live)
{
    FailureRun fall = {.fell_ms = live->fell_ms};
    if (live->fell_kept_ms == live->fell_ms)
        return;
    live->fell_kept_ms = live->fell_ms;
    keep(engine, "seen/fall/", live->group->name,
         live->fell_ms ? shape_to_json(&FALL_SHAPE, &fall) : NULL);
}

bool seen_take_fall(Engine *engine, const char *name, json_t *json, GError **error)
{
    GroupLive *live = world_live(engine, name);
    g_autofree FailureRun *fall = shape_from_json(&FALL_SHAPE, json, WIRE_LENIENT, error);
    if (fall && live)
        live->fell_ms = live->fell_kept_ms = fall->fell_ms;
    return fall != NULL;
}

static bool is_silent(const Engine *engine, const char *location)
{
    const LocationStatus *status = world_location(engine, location);
    return status && derive_first_failure(status);
}

static json_t *link_to_json(const Engine *engine, const ReplicationStatus *link)
{
    json_t *json = shape_to_json(&REPLICATION_SHAPE, link);
    wire_set_time_ms(json, "silent_since", derive_source_silent(engine, link));
    return json;
}

// While its source is silent, what a link says of it stands still: written once is enough.
void seen_group(Engine *engine, GroupLive *live)
{
    const GPtrArray *links = live->status->replication;
    gint64 newest_ms = 0, silent_ms = 0;
    for (guint i = 0; i < links->len; i++) {
        const ReplicationStatus *link = links->pdata[i];
        if (!is_silent(engine, link->from))
            continue;
        newest_ms = MAX(newest_ms, link->source_at_ms);
        silent_ms = MAX(silent_ms, derive_source_silent(engine, link));
    }
    if (newest_ms <= live->links_kept_ms && silent_ms <= live->silent_kept_ms)
        return;
    live->links_kept_ms = newest_ms;
    live->silent_kept_ms = silent_ms;
    json_t *list = json_array();
    for (guint i = 0; i < links->len; i++)
        json_array_append_new(list, link_to_json(engine, links->pdata[i]));
    keep(engine, "seen/group/", live->group->name, list);
}

static void take_silence(const Engine *engine, GroupLive *live, const ReplicationStatus *link,
                         json_t *json)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    InstanceWatch *source = world_instance(engine, link->workload, link->from);
    gint64 silent_ms = MAX(wire_time_ms_opt(&root, "silent_since"), 0);
    live->silent_kept_ms = MAX(live->silent_kept_ms, silent_ms);
    if (source)
        source->silent_before_ms = MAX(source->silent_before_ms, silent_ms);
    wire_reader_finish(&reader, NULL);
}

bool seen_take_group(Engine *engine, const char *name, json_t *json, GError **error)
{
    GroupLive *live = world_live(engine, name);
    size_t i;
    json_t *item;
    json_array_foreach(json, i, item)
    {
        ReplicationStatus *link = shape_from_json(&REPLICATION_SHAPE, item, WIRE_LENIENT, error);
        if (!link)
            return false;
        if (live) {
            take_silence(engine, live, link, item);
            live->links_kept_ms = MAX(live->links_kept_ms, link->source_at_ms);
            g_ptr_array_add(live->status->replication, link);
        } else
            replication_status_free(link);
    }
    return true;
}
