// The live statuses, one for each declared thing, and what is carried over when a new fleet comes: what was
// observed of a thing that stays (by name) is not forgotten.
#include "engine/findings.h"

#include "base/text.h"
#include "engine/snapshot.h"

#include "model/split.h"

#include <string.h>

static void free_location(gpointer data)
{
    location_status_free(data);
}

static void free_workload(gpointer data)
{
    workload_status_free(data);
}

static void free_group(gpointer data)
{
    group_status_free(data);
}

static void free_instance_watch(gpointer data)
{
    InstanceWatch *watch = data;
    observation_free(watch->last);
    g_free(watch);
}

static void free_live(gpointer data)
{
    GroupLive *live = data;
    group_record_free(live->record);
    g_free(live->proposed);
    g_free(live);
}

// What there was before a reload.
typedef struct {
    GPtrArray *locations, *groups, *workloads, *watches, *instances;
    GHashTable *location_by_name, *group_by_name, *workload_by_id, *live, *watch_of;
    Fleet *fleet;
} Before;

static Before what_there_is(const Engine *engine)
{
    return (Before){engine->locations,     engine->groups,         engine->workloads,
                    engine->watches,       engine->instances,      engine->location_by_name,
                    engine->group_by_name, engine->workload_by_id, engine->live,
                    engine->watch_of,      engine->fleet};
}

static Before take_before(Engine *engine)
{
    Before before = what_there_is(engine);
    engine->locations = g_ptr_array_new_with_free_func(free_location);
    engine->groups = g_ptr_array_new_with_free_func(free_group);
    engine->workloads = g_ptr_array_new_with_free_func(free_workload);
    engine->watches = g_ptr_array_new_with_free_func(g_free);
    engine->instances = g_ptr_array_new_with_free_func(free_instance_watch);
    engine->location_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    engine->group_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    engine->workload_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    engine->live = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_live);
    engine->watch_of = g_hash_table_new(g_direct_hash, g_direct_equal);
    return before;
}

static void release_before(Before *before)
{
    g_clear_pointer(&before->location_by_name, g_hash_table_unref);
    g_clear_pointer(&before->group_by_name, g_hash_table_unref);
    g_clear_pointer(&before->workload_by_id, g_hash_table_unref);
    g_clear_pointer(&before->live, g_hash_table_unref);
    g_clear_pointer(&before->watch_of, g_hash_table_unref);
    g_clear_pointer(&before->instances, g_ptr_array_unref);
    g_clear_pointer(&before->watches, g_ptr_array_unref);
    g_clear_pointer(&before->workloads, g_ptr_array_unref);
    g_clear_pointer(&before->groups, g_ptr_array_unref);
    g_clear_pointer(&before->locations, g_ptr_array_unref);
    g_clear_pointer(&before->fleet, fleet_unref);
}

static void set_texts(GPtrArray **texts, const GPtrArray *values)
{
    g_clear_pointer(texts, g_ptr_array_unref);
    *texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; values && i < values->len; i++)
        g_ptr_array_add(*texts, g_strdup(values->pdata[i]));
}

static LocationStatus *steal_location(Before *before, const char *name)
{
    guint index = 0;
    LocationStatus *status =
        before->location_by_name ? g_hash_table_lookup(before->location_by_name, name) : NULL;
    if (status && g_ptr_array_find(before->locations, status, &index))
        return g_ptr_array_steal_index(before->locations, index);
    return location_status_new(name);
}

static const LocationWatch *old_watch(const Before *before, const char *name)
{
    for (guint i = 0; before->watches && i < before->watches->len; i++) {
        const LocationWatch *watch = before->watches->pdata[i];
        if (g_str_equal(watch->status->name, name))
            return watch;
    }
    return NULL;
}

static void sum_loads(LocationStatus *status, const Location *location)
{
    status->load = status->standby_load = 0;
    for (guint i = 0; i < location->instances->len; i++) {
        const Workload *workload = ((const Instance *)location->instances->pdata[i])->workload;
        bool waits = workload_is_single_active(workload) && workload->group->primary != location;
        *(waits ? &status->standby_load : &status->load) += workload->load;
    }
}

static void build_location(Engine *engine, Before *before, const Location *location)
{
    const LocationWatch *old = old_watch(before, location->name);
    LocationWatch *watch = g_new0(LocationWatch, 1);
    if (old)
        *watch = *old;
    LocationStatus *status = steal_location(before, location->name);
    watch->location = location;
    watch->status = status;
    watch->dirty = true;
    text_replace(&status->title, location->title);
    text_replace(&status->pair, location->pair);
    status->host = location->host;
    status->capacity = location->capacity;
    set_texts(&status->zones, location->zones);
    sum_loads(status, location);
    status->interval_ms = location->health.interval_ms;
    status->timeout_ms = location->health.timeout_ms;
    status->failures_limit = location->health.failures;
    if (!status->verdict.why)
        status->verdict.why =
            g_strdup(location->health.url ? "not probed yet" : "it has no health check");
    g_ptr_array_add(engine->watches, watch);
    g_ptr_array_add(engine->locations, status);
    g_hash_table_insert(engine->location_by_name, status->name, status);
}

static InstanceWatch *old_instance(const Before *before, const Instance *instance)
{
    const Workload *workload =
        before->fleet ? fleet_workload(before->fleet, instance->workload->id) : NULL;
    const Location *location =
        workload ? fleet_location(before->fleet, instance->location->name) : NULL;
    const Instance *old = location ? workload_instance(workload, location) : NULL;
    return old ? g_hash_table_lookup(before->watch_of, old) : NULL;
}

static void build_instance(Engine *engine, Before *before, WorkloadStatus *workload,
                           const Instance *instance)
{
    InstanceWatch *watch = g_new0(InstanceWatch, 1);
    InstanceWatch *old = old_instance(before, instance);
    guint index = 0;
    if (old) {
        *watch = *old;
        old->last = NULL;
    }
    if (old && g_ptr_array_find(old->workload->instances, old->status, &index))
        watch->status = g_ptr_array_steal_index(old->workload->instances, index);
    else {
        watch->status = instance_status_new(instance->location->name);
        watch->status->runs = -1;
        watch->status->missed = -1;
    }
    watch->instance = instance;
    watch->workload = workload;
    watch->status->primary = instance->location == instance->workload->group->primary;
    g_ptr_array_add(workload->instances, watch->status);
    g_ptr_array_add(engine->instances, watch);
    g_hash_table_insert(engine->watch_of, (gpointer)instance, watch);
}

gint64 world_next_fire(const Instance *instance, const Trigger *trigger, gpointer data)
{
    const Engine *engine = data;
    const EngineConfig *config = &engine->config;
    return config->next ? config->next(instance, trigger, engine->now_ms, config->data) : 0;
}

static void build_trigger(const Engine *engine, WorkloadStatus *status, const Workload *workload,
                          const Trigger *trigger)
{
    Split split;
    TriggerStatus *copy = trigger_status_new();
    copy->name = g_strdup(trigger->name);
    copy->type = trigger->type;
    copy->keeper = trigger->keeper;
    copy->ordered = trigger->ordered;
    if (trigger->has_recurrence && engine->config.rule)
        copy->rule = engine->config.rule(trigger, engine->config.data);
    const GPtrArray *parts = fleet_split(engine->fleet, trigger);
    if (parts ? split_of_parts(parts, world_next_fire, (gpointer)engine, &split)
              : split_of(workload, trigger, &split))
        copy->split = split_words(&split);
    g_ptr_array_add(status->triggers, copy);
}

static void build_workload(Engine *engine, Before *before, const Workload *workload)
{
    WorkloadStatus *status = workload_status_new(workload->group->name, workload->name);
    status->kind = workload->kind;
    status->pattern = workload->pattern;
    status->single_active = workload_is_single_active(workload);
    text_replace(&status->driver, workload->driver);
    text_replace(&status->router, workload->router);
    status->proof = driver_proof(engine->config.driver, workload);
    uses_build(status, workload);
    for (guint i = 0; i < workload->triggers->len; i++)
        build_trigger(engine, status, workload, workload->triggers->pdata[i]);
    g_ptr_array_add(engine->workloads, status);
    g_hash_table_insert(engine->workload_by_id, status->id, status);
    snapshot_show(engine, status->id);
    for (guint i = 0; i < workload->instances->len; i++)
        build_instance(engine, before, status, workload->instances->pdata[i]);
}

// The record as it was; or as the store had it while the fleet did not know the group; or a first one.
static GroupRecord *record_for(Engine *engine, Before *before, const Group *group)
{
    GroupLive *old = before->live ? g_hash_table_lookup(before->live, group->name) : NULL;
    gpointer key, orphan;
    if (old)
        return g_steal_pointer(&old->record);
    if (g_hash_table_steal_extended(engine->orphans, group->name, &key, &orphan)) {
        g_free(key);
        return orphan;
    }
    GroupRecord *record = group_record_new(group->name);
    record->active = g_strdup(group->primary->name);
    record->mode = MODE_NORMAL;
    record->since_ms = engine->now_ms;
    return record;
}

static Operation *find_open(const Engine *engine, const char *group)
{
    for (guint i = engine->operations->len; i-- > 0;) {
        Operation *operation = engine->operations->pdata[i];
        if (!operation_has_ended(operation) && g_str_equal(operation->group, group))
            return operation;
    }
    return NULL;
}

static void build_group(Engine *engine, Before *before, const Group *group)
{
    const GroupLive *old = before->live ? g_hash_table_lookup(before->live, group->name) : NULL;
    GroupLive *live = g_new0(GroupLive, 1);
    if (old) {
        *live = *old;
        live->proposed = g_strdup(old->proposed);
    }
    GroupStatus *status = group_status_new(group->name);
    live->group = group;
    live->status = status;
    live->record = record_for(engine, before, group);
    live->open = find_open(engine, group->name);
    live->dirty = true;
    text_replace(&status->title, group->title);
    text_replace(&status->primary, group->primary->name);
    g_clear_pointer(&status->standbys, g_ptr_array_unref);
    status->standbys = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < group->standbys->len; i++)
        g_ptr_array_add(status->standbys,
                        g_strdup(((const Location *)group->standbys->pdata[i])->name));
    status->rpo_ms = group->rpo_ms;
    status->rto_ms = group->rto_ms;
    status->workloads = group->workloads->len;
    status->failover = group->policy.failover;
    status->approvals = group->policy.approvals;
    status->four_eyes = group->policy.four_eyes;
    status->signature = group->policy.signature;
    status->evidence_ms = group->policy.evidence_ms;
    status->plan_reviewed_ms = group->plan_reviewed_ms;
    status->plan_tested_ms = group->plan_tested_ms;
    set_texts(&status->reduced, group->reduced);
    g_ptr_array_add(engine->groups, status);
    g_hash_table_insert(engine->group_by_name, status->name, status);
    g_hash_table_insert(engine->live, g_strdup(group->name), live);
}

// Records of groups that are gone: the store still has them, and they may come back.
static void keep_orphans(Engine *engine, Before *before)
{
    GHashTableIter iter;
    gpointer name, value;
    if (!before->live)
        return;
    g_hash_table_iter_init(&iter, before->live);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        GroupLive *live = value;
        if (live->record && live->record->revision)
            g_hash_table_replace(engine->orphans, g_strdup(name), g_steal_pointer(&live->record));
    }
}

static void count_roles(Engine *engine, const Fleet *fleet)
{
    for (guint i = 0; i < fleet->groups->len; i++) {
        const Group *group = fleet->groups->pdata[i];
        world_location(engine, group->primary->name)->primary_of++;
        for (guint j = 0; j < group->standbys->len; j++)
            world_location(engine, ((const Location *)group->standbys->pdata[j])->name)
                ->standby_of++;
    }
    for (guint i = 0; i < engine->instances->len; i++) {
        const InstanceWatch *watch = engine->instances->pdata[i];
        world_location(engine, watch->status->location)->instances++;
    }
}

void world_build(Engine *engine, Fleet *fleet)
{
    Before before = take_before(engine);
    engine->fleet = fleet_ref(fleet);
    for (guint i = 0; i < fleet->locations->len; i++)
        build_location(engine, &before, fleet->locations->pdata[i]);
    for (guint i = 0; i < engine->locations->len; i++) {
        LocationStatus *status = engine->locations->pdata[i];
        status->primary_of = status->standby_of = status->instances = 0;
    }
    for (guint i = 0; i < fleet->workloads->len; i++)
        build_workload(engine, &before, fleet->workloads->pdata[i]);
    for (guint i = 0; i < fleet->groups->len; i++)
        build_group(engine, &before, fleet->groups->pdata[i]);
    count_roles(engine, fleet);
    keep_orphans(engine, &before);
    release_before(&before);
    text_replace(&engine->frame.fleet, fleet->name);
    engine->frame.production = fleet->production;
    engine->frame.locations = fleet->locations->len;
    engine->frame.groups = fleet->groups->len;
    engine->frame.workloads = fleet->workloads->len;
    engine->alarms_dirty = true;
    findings_touch_all(engine);
}

void world_clear(Engine *engine)
{
    Before before = take_before(engine);
    engine->fleet = NULL;
    release_before(&before);
    before = what_there_is(engine); // empty now
    engine->locations = engine->groups = engine->workloads = NULL;
    engine->watches = engine->instances = NULL;
    engine->location_by_name = engine->group_by_name = engine->workload_by_id = NULL;
    engine->live = engine->watch_of = NULL;
    release_before(&before);
}

GroupLive *world_live(const Engine *engine, const char *group)
{
    return g_hash_table_lookup(engine->live, group);
}

InstanceWatch *world_instance(const Engine *engine, const char *workload_id, const char *location)
{
    const Workload *workload = workload_id ? fleet_workload(engine->fleet, workload_id) : NULL;
    const Location *at = location ? fleet_location(engine->fleet, location) : NULL;
    const Instance *instance = workload && at ? workload_instance(workload, at) : NULL;
    return instance ? g_hash_table_lookup(engine->watch_of, instance) : NULL;
}

LocationStatus *world_location(const Engine *engine, const char *name)
{
    return name ? g_hash_table_lookup(engine->location_by_name, name) : NULL;
}

const char *world_title(const Engine *engine, const char *name)
{
    const Location *location = fleet_location(engine->fleet, name);
    return location && location->title ? location->title : name;
}

WorkloadStatus *world_workload(const Engine *engine, const char *id)
{
    return id ? g_hash_table_lookup(engine->workload_by_id, id) : NULL;
}

Operation *world_operation(const Engine *engine, const char *id)
{
    return id ? g_hash_table_lookup(engine->operation_by_id, id) : NULL;
}

void world_group_dirty(Engine *engine, const char *group)
{
    GroupLive *live = world_live(engine, group);
    if (live)
        live->dirty = true;
}
