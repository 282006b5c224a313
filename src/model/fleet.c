#include "model/fleet.h"

#include <string.h>

#include "base/none.h"
#include "base/text.h"

static void trigger_free(gpointer data)
{
    Trigger *trigger = data;
    g_free(trigger->name);
    g_free(trigger->split);
    recurrence_release(&trigger->recurrence);
    g_free(trigger);
}

static void instance_free(gpointer data)
{
    Instance *instance = data;
    g_hash_table_unref(instance->parameters);
    g_ptr_array_unref(instance->uses);
    g_ptr_array_unref(instance->resources);
    g_free(instance);
}

static void workload_free(gpointer data)
{
    Workload *workload = data;
    g_free(workload->name);
    g_free(workload->id);
    g_free(workload->driver);
    g_free(workload->router);
    g_ptr_array_unref(workload->triggers);
    g_ptr_array_unref(workload->instances);
    g_ptr_array_unref(workload->stages);
    g_ptr_array_unref(workload->depends_on);
    g_ptr_array_unref(workload->uses);
    g_ptr_array_unref(workload->regions);
    g_free(workload->release);
    g_ptr_array_unref(workload->losses);
    g_ptr_array_unref(workload->more_losses);
    g_hash_table_unref(workload->parameters);
    g_hash_table_unref(workload->rehearsal);
    g_free(workload);
}

static void resource_free(gpointer data)
{
    Resource *resource = data;
    g_free(resource->name);
    g_free(resource->title);
    g_free(resource->to_name);
    g_free(resource->gateway_name);
    g_free(resource->copy_of_name);
    g_ptr_array_unref(resource->copies);
    g_free(resource);
}

static void own_step_free(gpointer data)
{
    OwnStep *step = data;
    g_free(step->name);
    g_free(step->title);
    g_free(step->who);
    g_free(step);
}

static void group_free(gpointer data)
{
    Group *group = data;
    g_free(group->name);
    g_free(group->title);
    g_ptr_array_unref(group->standbys);
    g_ptr_array_unref(group->workloads);
    g_ptr_array_unref(group->reduced);
    g_ptr_array_unref(group->nonproduction);
    g_ptr_array_unref(group->unmanaged);
    g_hash_table_unref(group->responsibilities);
    g_hash_table_unref(group->rehearsal);
    g_free(group->owner);
    g_free(group->standby_cost);
    g_free(group->failed_over_cost);
    for (guint i = 0; i < NOTICE_COUNT; i++)
        g_free(group->notices[i]);
    g_ptr_array_unref(group->steps);
    g_free(group);
}

static void location_free(gpointer data)
{
    Location *location = data;
    g_free(location->name);
    g_free(location->title);
    g_free(location->pair);
    g_free(location->health.url);
    g_free(location->health.socket);
    g_ptr_array_unref(location->zones);
    g_ptr_array_unref(location->instances);
    g_ptr_array_unref(location->resources);
    g_hash_table_unref(location->parameters);
    g_hash_table_unref(location->rehearsal);
    g_free(location);
}

static void parts_free(gpointer data)
{
    g_ptr_array_unref(data);
}

Fleet *fleet_new(const char *name)
{
    Fleet *fleet = g_new0(Fleet, 1);
    fleet->name = g_strdup(name);
    fleet->refs = 1;
    fleet->parallel = 8;
    fleet->locations = g_ptr_array_new_with_free_func(location_free);
    fleet->groups = g_ptr_array_new_with_free_func(group_free);
    fleet->workloads = g_ptr_array_new();
    fleet->resources = g_ptr_array_new_with_free_func(resource_free);
    fleet->resource_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->location_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->group_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->workload_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    fleet->splits = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, parts_free);
    return fleet;
}

Fleet *fleet_ref(Fleet *fleet)
{
    fleet->refs++;
    return fleet;
}

void fleet_unref(Fleet *fleet)
{
    if (!fleet || --fleet->refs > 0)
        return;
    g_hash_table_unref(fleet->splits);
    g_hash_table_unref(fleet->resource_by_name);
    g_hash_table_unref(fleet->workload_by_id);
    g_hash_table_unref(fleet->group_by_name);
    g_hash_table_unref(fleet->location_by_name);
    g_ptr_array_unref(fleet->workloads);
    g_ptr_array_unref(fleet->groups);
    g_ptr_array_unref(fleet->locations);
    g_ptr_array_unref(fleet->resources);
    g_free(fleet->source);
    g_free(fleet->name);
    g_free(fleet);
}

Location *fleet_add_location(Fleet *fleet, const char *name)
{
    if (g_hash_table_contains(fleet->location_by_name, name))
        return NULL;
    Location *location = g_new0(Location, 1);
    location->name = g_strdup(name);
    location->health =
        (HealthCheck){.interval_ms = 10000, .timeout_ms = 3000, .failures = 3, .recoveries = 2};
    location->zones = list_none();
    location->parameters = table_none();
    location->rehearsal = table_none();
    location->instances = g_ptr_array_new();
    location->resources = g_ptr_array_new();
    location->index = fleet->locations->len;
    g_ptr_array_add(fleet->locations, location);
    g_hash_table_insert(fleet->location_by_name, location->name, location);
    return location;
}

static const Policy POLICY_DEFAULT = {
    .failover = AUTOMATION_MANUAL,
    .approvals = 1,
    .hold_ms = 10 * 1000,
    .expire_ms = 30 * 60 * 1000,
    .evidence_ms = 15 * 1000,
    .rollback_ms = 60 * 60 * 1000,
    .antiflap_ms = 30 * 60 * 1000,
    .step_limit_ms = 60 * 1000,
    .manual_limit_ms = 30 * 60 * 1000,
    .drain_limit_ms = 5 * 60 * 1000,
    .propose = true,
};

Group *fleet_add_group(Fleet *fleet, const char *name)
{
    if (g_hash_table_contains(fleet->group_by_name, name))
        return NULL;
    Group *group = g_new0(Group, 1);
    group->name = g_strdup(name);
    group->standbys = g_ptr_array_new();
    group->workloads = g_ptr_array_new_with_free_func(workload_free);
    group->reduced = list_none();
    group->tier = 5;
    group->nonproduction = list_none();
    group->unmanaged = list_none();
    group->responsibilities = table_none();
    group->rehearsal = table_none();
    group->steps = g_ptr_array_new_with_free_func(own_step_free);
    group->policy = POLICY_DEFAULT;
    group->rpo_ms = 15 * 60 * 1000;
    group->rto_ms = 4 * 60 * 60 * 1000;
    group->failback_limit_ms = 25 * 60 * 1000;
    group->index = fleet->groups->len;
    g_ptr_array_add(fleet->groups, group);
    g_hash_table_insert(fleet->group_by_name, group->name, group);
    return group;
}

OwnStep *group_add_step(Group *group, const char *name)
{
    for (guint i = 0; i < group->steps->len; i++)
        if (g_strcmp0(((const OwnStep *)group->steps->pdata[i])->name, name) == 0)
            return NULL;
    OwnStep *step = g_new0(OwnStep, 1);
    step->name = g_strdup(name);
    step->group = group;
    g_ptr_array_add(group->steps, step);
    return step;
}

Workload *group_add_workload(Fleet *fleet, Group *group, const char *name)
{
    g_autofree char *id = g_strconcat(group->name, "/", name, NULL);
    if (g_hash_table_contains(fleet->workload_by_id, id))
        return NULL;
    Workload *workload = g_new0(Workload, 1);
    workload->name = g_strdup(name);
    workload->id = g_steal_pointer(&id);
    workload->group = group;
    workload->triggers = g_ptr_array_new_with_free_func(trigger_free);
    workload->instances = g_ptr_array_new_with_free_func(instance_free);
    workload->stages = list_none();
    workload->depends_on = list_none();
    workload->uses = list_none();
    workload->regions = list_none();
    workload->losses = list_none();
    workload->more_losses = list_none();
    workload->load = 1;
    workload->parameters = table_none();
    workload->rehearsal = table_none();
    workload->index = fleet->workloads->len;
    g_ptr_array_add(group->workloads, workload);
    g_ptr_array_add(fleet->workloads, workload);
    g_hash_table_insert(fleet->workload_by_id, workload->id, workload);
    return workload;
}

Instance *workload_add_instance(Workload *workload, Location *location)
{
    if (workload_instance(workload, location))
        return NULL;
    Instance *instance = g_new0(Instance, 1);
    instance->workload = workload;
    instance->location = location;
    instance->parameters = table_none();
    instance->uses = list_none();
    instance->resources = list_none();
    instance->index = workload->instances->len;
    g_ptr_array_add(workload->instances, instance);
    if (location)
        g_ptr_array_add(location->instances, instance);
    return instance;
}

Trigger *workload_add_trigger(Workload *workload, const char *name)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        if (strcmp(((Trigger *)workload->triggers->pdata[i])->name, name) == 0)
            return NULL;
    Trigger *trigger = g_new0(Trigger, 1);
    trigger->name = g_strdup(name);
    g_ptr_array_add(workload->triggers, trigger);
    return trigger;
}

void fleet_enter_splits(Fleet *fleet, const Workload *workload)
{
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        if (!trigger->split || trigger->type != TRIGGER_RECURRENCE)
            continue;
        GPtrArray *parts = g_hash_table_lookup(fleet->splits, trigger->split);
        if (!parts) {
            parts = g_ptr_array_new_with_free_func(g_free);
            g_hash_table_insert(fleet->splits, trigger->split, parts);
        }
        const SplitPart part = {workload, trigger};
        g_ptr_array_add(parts, g_memdup2(&part, sizeof part));
    }
}

const GPtrArray *fleet_split(const Fleet *fleet, const Trigger *trigger)
{
    return trigger->split ? g_hash_table_lookup(fleet->splits, trigger->split) : NULL;
}

Resource *fleet_add_resource(Fleet *fleet, const char *name)
{
    if (g_hash_table_contains(fleet->resource_by_name, name))
        return NULL;
    Resource *resource = g_new0(Resource, 1);
    resource->name = g_strdup(name);
    resource->installations = 1;
    resource->copies = g_ptr_array_new();
    resource->index = fleet->resources->len;
    g_ptr_array_add(fleet->resources, resource);
    g_hash_table_insert(fleet->resource_by_name, resource->name, resource);
    return resource;
}

void resource_place(Resource *resource)
{
    if (resource->location)
        g_ptr_array_add(resource->location->resources, resource);
    if (resource->copy_of)
        g_ptr_array_add(resource->copy_of->copies, resource);
}

void instance_use(Instance *instance, Resource *resource)
{
    if (!g_ptr_array_find(instance->resources, resource, NULL))
        g_ptr_array_add(list_own(&instance->resources, NULL), resource);
}

Location *fleet_location(const Fleet *fleet, const char *name)
{
    return name ? g_hash_table_lookup(fleet->location_by_name, name) : NULL;
}

Group *fleet_group(const Fleet *fleet, const char *name)
{
    return name ? g_hash_table_lookup(fleet->group_by_name, name) : NULL;
}

Workload *fleet_workload(const Fleet *fleet, const char *id)
{
    return id ? g_hash_table_lookup(fleet->workload_by_id, id) : NULL;
}

Resource *fleet_resource(const Fleet *fleet, const char *name)
{
    return name ? g_hash_table_lookup(fleet->resource_by_name, name) : NULL;
}

Instance *workload_instance(const Workload *workload, const Location *location)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        Instance *instance = workload->instances->pdata[i];
        if (instance->location == location)
            return instance;
    }
    return NULL;
}

Workload *group_workload(const Group *group, const char *name)
{
    for (guint i = 0; i < group->workloads->len; i++) {
        Workload *workload = group->workloads->pdata[i];
        if (strcmp(workload->name, name) == 0)
            return workload;
    }
    return NULL;
}

bool group_has_location(const Group *group, const Location *location)
{
    return group->primary == location || g_ptr_array_find(group->standbys, location, NULL);
}

bool group_runs_at(const Group *group, const Location *location)
{
    bool routers_only = true;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = g_ptr_array_index(group->workloads, i);
        if (workload->kind == KIND_ROUTER)
            continue;
        routers_only = false;
        if (workload_instance(workload, location))
            return true;
    }
    return routers_only;
}

bool workload_is_single_active(const Workload *workload)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        if (((const Trigger *)workload->triggers->pdata[i])->keeper == KEEPER_CLIENT)
            return true;
    return workload->pattern == PATTERN_ACTIVE_PASSIVE;
}

bool workload_holds_data(const Workload *workload)
{
    return workload->kind == KIND_ENVIRONMENT || workload->kind == KIND_DATABASE;
}

static const char *placeholder_value(const Instance *instance, const char *name, bool rehearsal)
{
    const char *value = NULL;
    if (strcmp(name, "location") == 0)
        return instance->location->name;
    if (strcmp(name, "group") == 0)
        return instance->workload->group->name;
    if (strcmp(name, "workload") == 0)
        return instance->workload->name;
    if (!g_str_has_prefix(name, "location."))
        return NULL;
    name += strlen("location.");
    if (rehearsal)
        value = g_hash_table_lookup(instance->location->rehearsal, name);
    return value ? value : g_hash_table_lookup(instance->location->parameters, name);
}

// Unknown placeholders stay as they are: a URL may hold braces of its own.
static char *expand(const Instance *instance, const char *text, bool rehearsal)
{
    GString *out = g_string_new(NULL);
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        g_autofree char *name = end ? g_strndup(text + 1, (gsize)(end - text - 1)) : NULL;
        const char *value = name ? placeholder_value(instance, name, rehearsal) : NULL;
        if (value) {
            g_string_append(out, value);
            text = end + 1;
        } else
            g_string_append_c(out, *text++);
    }
    return g_string_free(out, FALSE);
}

char *instance_expand(const Instance *instance, const char *text)
{
    return expand(instance, text, false);
}

static const char *parameter_of(const Instance *instance, const char *name)
{
    const char *value = g_hash_table_lookup(instance->parameters, name);
    if (!value)
        value = g_hash_table_lookup(instance->workload->parameters, name);
    if (!value)
        value = g_hash_table_lookup(instance->location->parameters, name);
    return value;
}

char *instance_parameter(const Instance *instance, const char *name)
{
    const char *value = parameter_of(instance, name);
    return value ? expand(instance, value, false) : NULL;
}

char *instance_rehearsal(const Instance *instance, const char *name, bool apart)
{
    const char *value = g_hash_table_lookup(instance->workload->rehearsal, name);
    if (!value)
        value = g_hash_table_lookup(instance->workload->group->rehearsal, name);
    if (!value)
        value = g_hash_table_lookup(instance->location->rehearsal, name);
    if (!value && !apart)
        value = parameter_of(instance, name);
    return value ? expand(instance, value, true) : NULL;
}

bool instance_has_rehearsal(const Instance *instance)
{
    return g_hash_table_size(instance->workload->rehearsal) ||
           g_hash_table_size(instance->workload->group->rehearsal) ||
           g_hash_table_size(instance->location->rehearsal);
}

// "East US" is "eastus".
static bool same_region(const char *a, const char *b)
{
    while (*a || *b) {
        while (*a == ' ' || *a == '-')
            a++;
        while (*b == ' ' || *b == '-')
            b++;
        if (g_ascii_tolower(*a) != g_ascii_tolower(*b))
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return true;
}

const char *workload_release(const Workload *workload)
{
    bool none = !workload->release || strcmp(workload->release, "none") == 0;
    return workload->kind == KIND_CONNECTOR && !none ? workload->release : NULL;
}

bool workload_supports(const Workload *workload, const Location *location)
{
    for (guint i = 0; i < workload->regions->len; i++)
        if (same_region(workload->regions->pdata[i], location->name) ||
            (location->title && same_region(workload->regions->pdata[i], location->title)))
            return true;
    return !workload->regions->len;
}

const GPtrArray *instance_uses(const Instance *instance)
{
    return instance->uses->len ? instance->uses : instance->workload->uses;
}

char *fleet_counts(const Fleet *fleet)
{
    guint locations = fleet->locations->len, groups = fleet->groups->len;
    return g_strdup_printf("%u location%s, %u group%s, %u workload%s", locations,
                           text_plural(locations), groups, text_plural(groups),
                           fleet->workloads->len, text_plural(fleet->workloads->len));
}
