// What the fleet file can only be wrong about as a whole: names that refer to other places, and
// dependencies that run in a circle.
#include "conf/fleet-options.h"

#include <string.h>

#include "base/none.h"

char *fleet_near_location(const Fleet *fleet, const char *name)
{
    Near near = {.text = name};
    for (guint i = 0; i < fleet->locations->len; i++)
        near_try(&near, ((const Location *)fleet->locations->pdata[i])->name);
    return near_hint(&near);
}

// ---- locations ----

static void check_pair(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Location *location = object;
    const Fleet *fleet = reader->root;
    if (strcmp(location->pair, location->name) == 0)
        option_mistake(reader, setting, "a location cannot be its own pair.");
    if (fleet_location(fleet, location->pair))
        return;
    g_autofree char *near = fleet_near_location(fleet, location->pair);
    option_unexpected(reader, setting, "the name of a location of this file", near);
}

void fleet_check_location(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Location *location = object;
    config_setting_t *health = option_setting(setting, "health");
    config_setting_t *timeout = option_setting(health, "timeout");
    if (location->pair)
        option_later(reader, check_pair, option_setting(setting, "pair"), object);
    if (location->health.timeout_ms > location->health.interval_ms)
        option_mistake(reader, timeout ? timeout : health,
                       "the timeout is longer than the interval between two probes.");
}

// ---- workloads ----

// Each text of a list, or the one text that stands in its place.
static config_setting_t *text_at(config_setting_t *setting, int i)
{
    if (config_setting_is_aggregate(setting))
        return config_setting_get_elem(setting, (unsigned)i);
    return i == 0 ? setting : NULL;
}

static Workload *sibling(const OptionReader *reader, const Workload *workload, const char *name)
{
    g_autofree char *id = g_strconcat(workload->group->name, "/", name, NULL);
    return fleet_workload(reader->root, id);
}

// Tells that nobody in the group is called so; only routers are meant where `routers` is set.
static void tell_no_sibling(OptionReader *reader, config_setting_t *setting,
                            const Workload *workload, bool routers)
{
    Near near = {.text = config_setting_get_string(setting)};
    for (guint i = 0; i < workload->group->workloads->len; i++) {
        const Workload *other = workload->group->workloads->pdata[i];
        if (!routers || other->kind == KIND_ROUTER)
            near_try(&near, other->name);
    }
    g_autofree char *hint = near_hint(&near);
    option_unexpected(reader, setting,
                      routers ? "the name of a workload of this group, of kind router"
                              : "the name of a workload of this group",
                      hint);
}

static void check_depends(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    Workload *workload = object;
    config_setting_t *item;
    for (int i = 0; (item = text_at(setting, i)); i++) {
        const char *name = config_setting_get_string(item);
        Workload *other = name ? sibling(reader, workload, name) : NULL;
        if (!name)
            continue; // told when it was read
        if (!other)
            tell_no_sibling(reader, item, workload, false);
        else if (!g_ptr_array_find(workload->depends_on, other, NULL))
            g_ptr_array_add(list_own(&workload->depends_on, NULL), other);
    }
}

static void check_router(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Workload *workload = object;
    const Workload *router = sibling(reader, workload, workload->router);
    if (!router)
        tell_no_sibling(reader, setting, workload, true);
    else if (router->kind != KIND_ROUTER)
        option_mistake(reader, setting,
                       "workload \"%s\" is of kind %s; expected one of kind router.", router->name,
                       name_of(&KIND_NAMES, (int)router->kind));
}

// Where the workload has instances, the group must be able to be.
static void check_instances(OptionReader *reader, config_setting_t *setting,
                            const Workload *workload)
{
    config_setting_t *instances = option_setting(setting, "instances");
    if (!instances || config_setting_type(instances) != CONFIG_TYPE_LIST)
        return; // told when it was read
    for (int i = 0; i < config_setting_length(instances); i++) {
        config_setting_t *place =
            option_setting(config_setting_get_elem(instances, (unsigned)i), "location");
        const char *name = place ? config_setting_get_string(place) : NULL;
        const Location *location = fleet_location(reader->root, name);
        if (location && workload->group->primary && !group_has_location(workload->group, location))
            option_mistake(reader, place,
                           "group \"%s\" is neither at home in \"%s\" nor has it as a standby.",
                           workload->group->name, name);
    }
}

// A parameter that nobody reads is a misspelt one. What a location has may be for its templates alone.
static void check_table(OptionReader *reader, config_setting_t *table, GHashTable *taken,
                        const char *driver, const char *const *read)
{
    for (int i = 0; table && i < config_setting_length(table); i++) {
        config_setting_t *item = config_setting_get_elem(table, (unsigned)i);
        const char *name = config_setting_name(item);
        Near near = {.text = name};
        if (!name || !g_hash_table_contains(taken, name) || g_strv_contains(read, name))
            continue;
        for (const char *const *at = read; *at; at++)
            near_try(&near, *at);
        g_autofree char *hint = near_hint(&near);
        option_mistake(reader, item,
                       "the driver %s reads no parameter \"%s\"%s%s signalboxd(8) lists those that "
                       "it reads.",
                       driver, name, hint, *hint ? "" : ";");
    }
}

static void check_parameters(OptionReader *reader, config_setting_t *setting,
                             const Workload *workload)
{
    const FleetNames *names = reader->context;
    const char *driver = workload->driver;
    const char *const *read =
        names && names->parameters && driver ? names->parameters(driver) : NULL;
    config_setting_t *instances = option_setting(setting, "instances");
    if (!read)
        return;
    check_table(reader, option_setting(setting, "parameters"), workload->parameters, driver, read);
    for (guint i = 0; instances && i < workload->instances->len; i++) {
        const Instance *instance = workload->instances->pdata[i];
        config_setting_t *item = config_setting_get_elem(instances, i);
        check_table(reader, item ? option_setting(item, "parameters") : NULL, instance->parameters,
                    driver, read);
    }
}

// Credentials of a rehearsal are there to be lesser ones.
static void check_rehearsal(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Workload *workload = object;
    const FleetNames *names = reader->context;
    config_setting_t *own = option_setting(setting, "rehearsal");
    for (guint i = 0; i < workload->instances->len; i++) {
        const Instance *instance = workload->instances->pdata[i];
        for (const char *const *at = names->credentials; instance->location && *at; at++) {
            g_autofree char *live = instance_parameter(instance, *at);
            g_autofree char *rehearsal = instance_rehearsal(instance, *at, true);
            if (!live || g_strcmp0(live, rehearsal) != 0)
                continue;
            option_mistake(reader, own ? own : setting,
                           "the rehearsal of \"%s\" in \"%s\" has the live credentials (%s): "
                           "expected others, that may only read.",
                           workload->name, instance->location->name, *at);
            return;
        }
    }
}

// A part alone is none: probably a name is misspelt.
static void check_splits(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Workload *workload = object;
    const Fleet *fleet = reader->root;
    config_setting_t *triggers = option_setting(setting, "triggers");
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        const GPtrArray *parts = fleet_split(fleet, trigger);
        if (parts && parts->len == 1)
            option_mistake(reader, triggers,
                           "trigger \"%s\" is the only part of the split schedule \"%s\"; expected "
                           "a trigger of another workload with the same split.",
                           trigger->name, trigger->split);
    }
}

void fleet_check_workload(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Workload *workload = object;
    fleet_enter_splits(reader->root, workload);
    option_later(reader, check_splits, setting, object);
    config_setting_t *depends = option_setting(setting, "depends_on");
    if (depends)
        option_later(reader, check_depends, depends, object);
    if (workload->router)
        option_later(reader, check_router, option_setting(setting, "router"), object);
    check_instances(reader, setting, workload);
    check_parameters(reader, setting, workload);
    option_later(reader, fleet_resolve_uses, setting, object);
    const FleetNames *names = reader->context;
    if (names && names->credentials)
        option_later(reader, check_rehearsal, setting, object);
}

// ---- circles ----

typedef enum { NEW, OPEN, DONE } Mark;

typedef struct {
    GHashTable *marks; // of Mark by Workload *
    GPtrArray *way;    // of Workload *: from where we started to where we are
} Walk;

static Mark mark_of(const Walk *walk, const Workload *workload)
{
    return (Mark)GPOINTER_TO_INT(g_hash_table_lookup(walk->marks, workload));
}

static void set_mark(Walk *walk, Workload *workload, Mark mark)
{
    g_hash_table_insert(walk->marks, workload, GINT_TO_POINTER((int)mark));
}

// The next dependency of the workload at the end of the way that is not done; NULL = all are.
static Workload *next_dependency(const Walk *walk)
{
    const Workload *last = walk->way->pdata[walk->way->len - 1];
    for (guint i = 0; i < last->depends_on->len; i++)
        if (mark_of(walk, last->depends_on->pdata[i]) != DONE)
            return last->depends_on->pdata[i];
    return NULL;
}

static char *circle_text(const Walk *walk, const Workload *start)
{
    GString *text = g_string_new(NULL);
    guint i = 0;
    while (walk->way->pdata[i] != start)
        i++;
    for (; i < walk->way->len; i++)
        g_string_append_printf(text, "%s, ", ((const Workload *)walk->way->pdata[i])->name);
    g_string_append(text, start->name);
    return g_string_free(text, FALSE);
}

// Walks from `start` along the dependencies; the circle it finds as a text, or NULL. No recursion: a chain
// may be as long as the file.
static char *find_circle(Walk *walk, Workload *start)
{
    g_ptr_array_set_size(walk->way, 0);
    g_ptr_array_add(walk->way, start);
    set_mark(walk, start, OPEN);
    while (walk->way->len) {
        Workload *next = next_dependency(walk);
        if (!next) {
            set_mark(walk, walk->way->pdata[walk->way->len - 1], DONE);
            g_ptr_array_set_size(walk->way, (int)walk->way->len - 1);
        } else if (mark_of(walk, next) == OPEN)
            return circle_text(walk, next);
        else {
            set_mark(walk, next, OPEN);
            g_ptr_array_add(walk->way, next);
        }
    }
    return NULL;
}

static void check_circles(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Group *group = object;
    g_autoptr(GHashTable) marks = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) way = g_ptr_array_new();
    Walk walk = {marks, way};
    for (guint i = 0; i < group->workloads->len; i++) {
        if (mark_of(&walk, group->workloads->pdata[i]) == DONE)
            continue;
        g_autofree char *circle = find_circle(&walk, group->workloads->pdata[i]);
        if (circle) {
            option_mistake(reader, setting,
                           "the workloads depend on each other in a circle: %s; none of them could "
                           "be activated first.",
                           circle);
            return; // the marks are used up; the next run tells the next circle
        }
    }
}

// ---- groups ----

void fleet_check_group(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const Group *group = object;
    config_setting_t *standbys = option_setting(setting, "standbys");
    config_setting_t *workloads = option_setting(setting, "workloads");
    if (group->primary && g_ptr_array_find(group->standbys, group->primary, NULL))
        option_mistake(reader, standbys, "the primary \"%s\" cannot be its own standby.",
                       group->primary->name);
    if (workloads)
        option_later(reader, check_circles, workloads, object);
    fleet_check_responsibilities(reader, setting, group);
}
