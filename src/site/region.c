#include "site/region-private.h"

#include <string.h>

#include "base/error.h"

static void group_free(gpointer data)
{
    SiteGroup *group = data;
    g_free(group->name);
    data_free(group->data);
    g_free(group);
}

static void target_free(gpointer data)
{
    RouterTarget *target = data;
    g_free(target->url);
    g_free(target->socket);
    g_free(target);
}

void router_add_target(Router *router, const char *location, const char *url, const char *socket)
{
    RouterTarget *target = g_new0(RouterTarget, 1);
    target->url = g_strdup(url);
    target->socket = g_strdup(socket);
    g_hash_table_replace(router->targets, g_strdup(location), target);
}

static void router_free(gpointer data)
{
    Router *router = data;
    g_free(router->group);
    g_free(router->name);
    g_free(router->to);
    g_free(router->to_at_first);
    g_free(router->workflow);
    g_free(router->last_error);
    g_hash_table_unref(router->targets);
    g_free(router);
}

static void dependency_free(gpointer data)
{
    Dependency *dependency = data;
    g_free(dependency->name);
    g_free(dependency->zone);
    g_free(dependency);
}

Region *region_new(const char *name, IdSource *ids)
{
    Region *region = g_new0(Region, 1);
    region->name = g_strdup(name);
    region->boot_id = g_strdup("");
    region->ids = ids;
    region->groups = g_ptr_array_new_with_free_func(group_free);
    region->workflows = g_ptr_array_new_with_free_func((GDestroyNotify)workflow_free);
    region->routers = g_ptr_array_new_with_free_func(router_free);
    region->stocks = g_ptr_array_new_with_free_func((GDestroyNotify)stock_free);
    region->dependencies = g_ptr_array_new_with_free_func(dependency_free);
    region->zones = g_ptr_array_new_with_free_func(g_free);
    g_queue_init(&region->keys);
    return region;
}

void region_free(Region *region)
{
    if (!region)
        return;
    region_forget_keys(region);
    g_ptr_array_unref(region->zones);
    g_ptr_array_unref(region->dependencies);
    g_ptr_array_unref(region->stocks);
    g_ptr_array_unref(region->routers);
    g_ptr_array_unref(region->workflows);
    g_ptr_array_unref(region->groups);
    g_free(region->boot_id);
    g_free(region->name);
    g_free(region);
}

SiteGroup *region_group(const Region *region, const char *name)
{
    for (guint i = 0; i < region->groups->len; i++) {
        SiteGroup *group = g_ptr_array_index(region->groups, i);
        if (g_ascii_strcasecmp(group->name, name) == 0)
            return group;
    }
    return NULL;
}

Workflow *region_workflow(const Region *region, const char *group, const char *name)
{
    for (guint i = 0; i < region->workflows->len; i++) {
        Workflow *workflow = g_ptr_array_index(region->workflows, i);
        if (g_ascii_strcasecmp(workflow->name, name) == 0 &&
            (!group || g_ascii_strcasecmp(workflow->group, group) == 0))
            return workflow;
    }
    return NULL;
}

Router *region_router(const Region *region, const char *group, const char *name)
{
    for (guint i = 0; i < region->routers->len; i++) {
        Router *router = g_ptr_array_index(region->routers, i);
        if (g_ascii_strcasecmp(router->name, name) == 0 &&
            (!group || g_ascii_strcasecmp(router->group, group) == 0))
            return router;
    }
    return NULL;
}

Stock *region_stock(const Region *region, const char *group, const char *name)
{
    for (guint i = 0; i < region->stocks->len; i++) {
        Stock *stock = g_ptr_array_index(region->stocks, i);
        if (g_ascii_strcasecmp(stock->name, name) == 0 &&
            g_ascii_strcasecmp(stock->group, group) == 0)
            return stock;
    }
    return NULL;
}

SiteGroup *region_add_group(Region *region, const char *name)
{
    if (region->groups->len >= GROUPS_MAX || region_group(region, name))
        return NULL;
    SiteGroup *group = g_new0(SiteGroup, 1);
    group->name = g_strdup(name);
    group->peer_in_flight = group->peer_abandoned = -1;
    group->taken_base = group->taken_in_flight = -1;
    g_ptr_array_add(region->groups, group);
    return group;
}

Workflow *region_add_workflow(Region *region, const char *group, const char *name, TriggerType type)
{
    if (region->workflows->len >= WORKFLOWS_MAX || region_workflow(region, group, name))
        return NULL;
    Workflow *workflow = workflow_new(group, name, type);
    g_ptr_array_add(region->workflows, workflow);
    return workflow;
}

Router *region_add_router(Region *region, const char *group, const char *name)
{
    if (region->routers->len >= WORKFLOWS_MAX || region_router(region, group, name))
        return NULL;
    Router *router = g_new0(Router, 1);
    router->group = g_strdup(group);
    router->name = g_strdup(name);
    router->targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, target_free);
    g_ptr_array_add(region->routers, router);
    return router;
}

Stock *region_add_stock(Region *region, const char *group, const char *name, bool connector)
{
    if (region->stocks->len >= WORKFLOWS_MAX || region_stock(region, group, name))
        return NULL;
    Stock *stock = stock_new(group, name, connector);
    g_ptr_array_add(region->stocks, stock);
    return stock;
}

guint region_in_flight(const Region *region, const SiteGroup *group)
{
    guint n = 0;
    for (guint i = 0; i < region->workflows->len; i++) {
        const Workflow *workflow = g_ptr_array_index(region->workflows, i);
        if (strcmp(workflow->group, group->name) == 0)
            n += workflow->in_flight;
    }
    return n;
}

gint64 region_taken_abandoned(const SiteGroup *group)
{
    const DataStore *data = group->data;
    if (!data || data->role != DATA_PRIMARY || !data->parent[0])
        return 0;
    bool known = group->taken_base >= 0 && group->peer_abandoned > group->taken_base;
    return known ? group->peer_abandoned - group->taken_base : group->taken_in_flight;
}

void region_counts(const Region *region, const SiteGroup *group, gint64 *ret_missed,
                   gint64 *ret_doubled)
{
    *ret_missed = *ret_doubled = 0;
    for (guint i = 0; i < region->workflows->len; i++) {
        const Workflow *workflow = g_ptr_array_index(region->workflows, i);
        if (strcmp(workflow->group, group->name) != 0)
            continue;
        *ret_missed += workflow->missed->len;
        *ret_doubled += workflow->doubled;
    }
}

// ---- What happens by itself ---------------------------------------------------------------------

void region_note(Region *region, const char *format, ...)
{
    if (!region->journal)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    site_journal_add(region->journal, "%s", line);
}

void region_note_data(Region *region, const SiteGroup *group)
{
    const DataStore *data = group->data;
    region_note(region,
                "data %s %d %d %s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %s %" G_GINT64_FORMAT,
                group->name, (int)data->role, (int)data->gate, data->lineage,
                data->parent[0] ? data->parent : "-", data->fork, data->position,
                data->committed_ms, data->through_ms, data->lost, data->superseded ? 1 : 0,
                data->successor[0] ? data->successor : "-", data->successor_fork);
}

static void name_run(Workflow *workflow, Run *run, gpointer user_data)
{
    Region *region = user_data;
    g_snprintf(run->id, sizeof run->id, "%05" G_GINT64_FORMAT "%015" G_GUINT64_FORMAT,
               region->boots, ++region->runs);
    region_note(region, "run %s %s %s", workflow->group, workflow->name, run->id);
}

static void commit(Region *region, SiteGroup *group, gint64 now_ms)
{
    data_commit(group->data, now_ms);
    region_note(region, "c %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, group->name,
                group->data->position, now_ms);
}

static void end_run(Region *region, Workflow *workflow, Run *run, gint64 now_ms)
{
    SiteGroup *group = region_group(region, workflow->group);
    bool writes = group && group->data;
    bool refused =
        writes && (group->data->role != DATA_PRIMARY || group->data->gate == DATA_SEALED);
    if (writes && !refused)
        commit(region, group, now_ms);
    workflow_end(workflow, run, refused ? RUN_FAILED : RUN_SUCCEEDED,
                 refused ? "DataNotWritable" : NULL, now_ms);
    region_note(region, "end %s", run->id);
}

static void advance_workflow(Region *region, Workflow *workflow, gint64 now_ms)
{
    guint64 fires = workflow->fires_total;
    gint64 cursor = workflow->cursor;
    workflow_fire_due(workflow, now_ms, name_run, region);
    if (workflow->fires_total != fires)
        region_note(region, "fired %s %s %" G_GINT64_FORMAT, workflow->group, workflow->name,
                    workflow->last_fire_ms);
    if (workflow->cursor != cursor)
        region_note(region, "cursor %s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, workflow->group,
                    workflow->name, workflow->cursor, workflow->polled);
    for (Run *run; (run = workflow_ended(workflow, now_ms)) != NULL;)
        end_run(region, workflow, run, now_ms);
}

// Transactions of the group's own load, as many as its rate has made by now.
static void advance_load(Region *region, SiteGroup *group, gint64 now_ms)
{
    if (group->load <= 0 || !group->data || group->data->gate != DATA_OPEN) {
        group->load_from_ms = 0;
        return;
    }
    // A clock that jumped, or a machine that slept: what is long past is not made up for.
    if (group->load_from_ms == 0 || now_ms - group->load_from_ms > 3600000) {
        group->load_from_ms = now_ms;
        group->load_done = 0;
    }
    gint64 due = (gint64)((double)(now_ms - group->load_from_ms) * group->load / 1000.0);
    for (; group->load_done < due; group->load_done++)
        commit(region, group, now_ms);
}

void region_advance_drain(Region *region, SiteGroup *group)
{
    if (!group->data || group->data->gate != DATA_DRAINING || region_in_flight(region, group) > 0)
        return;
    data_seal(group->data);
    region_note_data(region, group);
}

bool region_advance(Region *region, gint64 now_ms, GError **error)
{
    if (region->down)
        return true;
    for (guint i = 0; i < region->workflows->len; i++)
        advance_workflow(region, g_ptr_array_index(region->workflows, i), now_ms);
    for (guint i = 0; i < region->groups->len; i++) {
        SiteGroup *group = g_ptr_array_index(region->groups, i);
        advance_load(region, group, now_ms);
        region_advance_drain(region, group);
    }
    if (!region->journal)
        return true;
    return site_journal_size(region->journal) > JOURNAL_LONG
               ? site_journal_flush(region->journal, false, error) && region_compact(region, error)
               : site_journal_flush(region->journal, false, error);
}

DataAnswer region_receive(Region *region, SiteGroup *group, const DataMessage *message)
{
    DataStore *data = group->data;
    gint64 position = data->position;
    DataRole role = data->role;
    g_autofree char *lineage = g_strdup(data->lineage);
    bool superseded = data->superseded;
    DataAnswer answer = data_receive(data, message);
    for (guint i = 0; i < message->entries->len; i++) {
        Commit entry = g_array_index(message->entries, Commit, i);
        if (entry.position > position && entry.position <= data->position &&
            answer.kind == DATA_TOOK)
            region_note(region, "c %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, group->name,
                        entry.position, entry.at_ms);
    }
    if (role != data->role || strcmp(lineage, data->lineage) != 0 ||
        superseded != data->superseded || message->base_ms > 0)
        region_note_data(region, group);
    return answer;
}

void region_heard(Region *region, SiteGroup *group, const DataAnswer *answer, gint64 now_ms)
{
    DataStore *data = group->data;
    DataRole role = data->role;
    gint64 lost = data->lost;
    bool superseded = data->superseded;
    data_heard(data, answer, now_ms);
    if (role != data->role || superseded != data->superseded || lost != data->lost)
        region_note_data(region, group);
}

static void sooner(gint64 *next_ms, gint64 at_ms)
{
    if (at_ms > 0 && (*next_ms == 0 || at_ms < *next_ms))
        *next_ms = at_ms;
}

gint64 region_next_ms(const Region *region)
{
    gint64 next_ms = 0;
    if (region->down)
        return 0;
    for (guint i = 0; i < region->workflows->len; i++)
        sooner(&next_ms, workflow_next_ms(g_ptr_array_index(region->workflows, i)));
    for (guint i = 0; i < region->groups->len; i++) {
        const SiteGroup *group = g_ptr_array_index(region->groups, i);
        if (group->load > 0 && group->data && group->data->gate == DATA_OPEN)
            sooner(&next_ms, group->load_from_ms == 0
                                 ? 1
                                 : group->load_from_ms + (gint64)((double)(group->load_done + 1) *
                                                                  1000.0 / group->load));
    }
    return next_ms;
}

const Run *region_invoke(Region *region, Workflow *workflow, gint64 now_ms, GError **error)
{
    if (!workflow->enabled) {
        g_set_error(error, ERR, ERR_REFUSED, "The workflow '%s' is not enabled.", workflow->name);
        return NULL;
    }
    Run *run = workflow_start(workflow, now_ms, now_ms, name_run, region);
    if (!run) {
        g_set_error(error, ERR, ERR_BUSY, "The workflow '%s' has %d runs in flight already.",
                    workflow->name, RUNS_IN_FLIGHT_MAX);
        return NULL;
    }
    workflow->last_fire_ms = now_ms;
    return run;
}
