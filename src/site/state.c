// What the region says of itself, as JSON: the truth that a statement's estimate is compared with.
#include <string.h>

#include "site/site.h"

static const char *const ROLE_WORDS[] = {"secondary", "primary"};
static const char *const GATE_WORDS[] = {"sealed", "draining", "open"};

// -1 = not known.
static void set_known(json_t *object, const char *name, gint64 value)
{
    json_object_set_new(object, name, value < 0 ? json_null() : json_integer(value));
}

static json_t *data_json(const DataStore *data)
{
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:I,s:I}", "role", ROLE_WORDS[data->role], "gate",
                  GATE_WORDS[data->gate], "lineage", data->lineage, "parent", data->parent, "fork",
                  (json_int_t)data->fork, "position", (json_int_t)data->position);
    wire_set_time_ms(json, "committed_at", data->committed_ms);
    wire_set_time_ms(json, "through", data->through_ms);
    json_t *source = json_object();
    set_known(source, "position", data->source_position);
    wire_set_time_ms(source, "heard_at", data->source_ms);
    json_object_set_new(source, "sealed", json_boolean(data->source_sealed));
    json_object_set_new(json, "source", source);
    json_t *replica = json_object();
    set_known(replica, "position", data->acked);
    wire_set_time_ms(replica, "through", data->acked_through_ms);
    wire_set_time_ms(replica, "heard_at", data->acked_at_ms);
    json_object_set_new(json, "replica", replica);
    json_object_set_new(json, "caught_up", json_boolean(data_caught_up(data)));
    json_object_set_new(json, "superseded", json_boolean(data->superseded));
    return json;
}

// What its trigger left out is no run.
static const Run *last_run(const Workflow *workflow)
{
    for (GList *at = workflow->runs.head; at; at = at->next)
        if (((const Run *)at->data)->status != RUN_SKIPPED)
            return at->data;
    return NULL;
}

static json_t *workflow_json(const Workflow *workflow, gint64 now_ms)
{
    json_t *json = json_pack(
        "{s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:b}", "name", workflow->name, "type",
        name_of(&TRIGGER_NAMES, (int)workflow->type), "enabled", workflow->enabled ? 1 : 0,
        "in_flight", (json_int_t)workflow->in_flight, "started", (json_int_t)workflow->started,
        "queued", (json_int_t)workflow_queued(workflow, now_ms), "missed",
        (json_int_t)workflow->missed->len, "doubled", (json_int_t)workflow->doubled, "subscribed",
        workflow->subscribed ? 1 : 0);
    const Run *last = last_run(workflow);
    wire_set_time_ms(json, "next_at", workflow->enabled ? workflow->next_ms : 0);
    wire_set_time_ms(json, "last_run_at", last ? last->start_ms : 0);
    json_t *stages = json_array();
    for (guint i = 0; i < workflow->stages->len; i++)
        json_array_append_new(
            stages, json_pack("{s:s,s:I,s:I}", "name", g_ptr_array_index(workflow->stages, i),
                              "queued", (json_int_t)workflow_before_stage(workflow, i, now_ms),
                              "in_flight", (json_int_t)workflow_in_stage(workflow, i, now_ms)));
    json_object_set_new(json, "stages", stages);
    return json;
}

json_t *site_runs_json(const Workflow *workflow, gint64 since_ms)
{
    json_t *list = json_array();
    for (GList *at = workflow->runs.head; at; at = at->next) {
        const Run *run = at->data;
        if (run->start_ms < since_ms && run->status != RUN_RUNNING)
            continue;
        json_t *json = json_pack("{s:s,s:s,s:s,s:s?}", "id", run->id, "trigger", workflow->trigger,
                                 "status", RUN_STATUS_NAMES[run->status], "code", run->code);
        wire_set_time_ms(json, "scheduled_at", run->scheduled_ms);
        wire_set_time_ms(json, "started_at", run->start_ms);
        wire_set_time_ms(json, "ended_at", run->status == RUN_RUNNING ? 0 : run->end_ms);
        json_array_append_new(list, json);
    }
    return list;
}

static json_t *router_json(const Router *router)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:I,s:s?}", "name", router->name, "to", router->to, "sent",
                     (json_int_t)router->sent, "answered", (json_int_t)router->answered, "failed",
                     (json_int_t)router->failed, "last_error", router->last_error);
}

json_t *site_group_json(Site *site, const SiteGroup *group)
{
    const Region *region = site->region;
    gint64 now_ms = site_now_ms(site);
    gint64 missed;
    gint64 doubled;
    region_counts(region, group, &missed, &doubled);
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:I,s:I,s:b}", "group", group->name, "region", region->name,
                  "boot_id", region->boot_id, "epoch", (json_int_t)group->fence, "in_flight",
                  (json_int_t)region_in_flight(region, group), "limited", region->limited ? 1 : 0);
    wire_set_time_ms(json, "now", now_ms);
    wire_set_text(json, "peer", site->config.peer_name);
    json_object_set_new(json, "data", group->data ? data_json(group->data) : json_null());
    set_known(json, "lost_transactions", group->data ? group->data->lost : 0);
    set_known(json, "abandoned_runs", group->abandoned);
    set_known(json, "peer_abandoned_runs", group->peer_abandoned);
    set_known(json, "taken_abandoned_runs", region_taken_abandoned(group));
    set_known(json, "missed_fires", missed);
    set_known(json, "doubled_fires", doubled);
    json_t *workflows = json_array();
    for (guint i = 0; i < region->workflows->len; i++) {
        const Workflow *workflow = g_ptr_array_index(region->workflows, i);
        if (strcmp(workflow->group, group->name) == 0)
            json_array_append_new(workflows, workflow_json(workflow, now_ms));
    }
    json_object_set_new(json, "workflows", workflows);
    json_t *routers = json_array();
    for (guint i = 0; i < region->routers->len; i++) {
        const Router *router = g_ptr_array_index(region->routers, i);
        if (strcmp(router->group, group->name) == 0)
            json_array_append_new(routers, router_json(router));
    }
    json_object_set_new(json, "routers", routers);
    return json;
}

json_t *site_state_json(Site *site)
{
    const Region *region = site->region;
    json_t *json = json_pack("{s:s,s:s,s:I,s:b,s:s?}", "region", region->name, "boot_id",
                             region->boot_id, "boots", (json_int_t)region->boots, "down",
                             region->down ? 1 : 0, "peer_error", site->peer_error);
    wire_set_time_ms(json, "now", site_now_ms(site));
    wire_set_time_ms(json, "peer_heard_at", site->peer_heard_ms);
    json_t *groups = json_array();
    for (guint i = 0; i < region->groups->len; i++)
        json_array_append_new(groups, site_group_json(site, g_ptr_array_index(region->groups, i)));
    json_object_set_new(json, "groups", groups);
    return json;
}
