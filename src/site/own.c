// The region's own API: health, data, routers, replication from the peer.
#include <string.h>

#include "base/timefmt.h"
#include "site/site.h"

static void handle_health(Site *site, HttpRequest *request)
{
    const Region *region = site->region;
    if (site->fault.stale && site->health) { // what a cache before it would say
        site_reply(site, request, 200, json_incref(site->health));
        return;
    }
    json_t *checks = json_array();
    bool degraded = region->zones->len > 0;
    for (guint i = 0; i < region->dependencies->len; i++) {
        const Dependency *dependency = g_ptr_array_index(region->dependencies, i);
        degraded = degraded || dependency->down;
        json_array_append_new(checks, json_pack("{s:s,s:s}", "name", dependency->name, "status",
                                                dependency->down ? "down" : "up"));
    }
    json_t *faults = json_array();
    for (guint i = 0; i < region->zones->len; i++)
        json_array_append_new(faults, json_string(g_ptr_array_index(region->zones, i)));
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:o,s:o}", "status", degraded ? "degraded" : "up", "region",
                  region->name, "boot_id", region->boot_id, "checks", checks, "faults", faults);
    wire_set_time_ms(json, "now", site_now_ms(site));
    const char *nonce = http_request_query(request, "nonce");
    if (nonce)
        json_object_set_new(json, "nonce", json_string(nonce));
    json_decref(site->health);
    site->health = json_incref(json);
    site_reply(site, request, 200, json);
}

static void handle_state(Site *site, HttpRequest *request)
{
    site_settle(site);
    site_reply(site, request, 200, site_state_json(site));
}

static SiteGroup *find_group(Site *site, HttpRequest *request)
{
    const char *name = http_request_var(request, "group");
    SiteGroup *group = region_group(site->region, name);
    if (!group)
        site_refuse(site, request, 404, "ResourceNotFound",
                    "There is no such group at this region.");
    return group;
}

static void handle_group(Site *site, HttpRequest *request)
{
    site_settle(site);
    SiteGroup *group = find_group(site, request);
    if (!group)
        return;
    json_t *json = site_group_json(site, group);
    // "?runs=WORKFLOW&since=TIME": its history too.
    const char *name = http_request_query(request, "runs");
    const char *since = http_request_query(request, "since");
    const Workflow *workflow = name ? region_workflow(site->region, group->name, name) : NULL;
    gint64 since_ms = 0;
    if (since)
        time_parse(since, &since_ms, NULL);
    if (workflow) {
        const Run *oldest = g_queue_peek_tail((GQueue *)&workflow->runs);
        json_object_set_new(json, "runs", site_runs_json(workflow, since_ms));
        json_object_set_new(json, "runs_cut",
                            json_boolean(oldest && workflow->runs.length >= RUN_HISTORY_MAX &&
                                         oldest->start_ms > since_ms));
    }
    site_reply_group(site, request, group, 200, json);
}

static bool find_verb(const char *word, SiteVerb *ret_verb)
{
    for (guint i = 0; i < VERB_COUNT; i++) {
        if (strcmp(VERB_NAMES[i], word) != 0)
            continue;
        *ret_verb = (SiteVerb)i;
        return true;
    }
    return false;
}

// True if the verb is for that kind of target.
static bool verb_fits(SiteVerb verb, const SiteTarget *target)
{
    if (verb == VERB_FENCE)
        return true;
    if (target->workflow)
        return verb == VERB_ENABLE || verb == VERB_DISABLE;
    if (target->router)
        return verb == VERB_ROUTE;
    return verb != VERB_ENABLE && verb != VERB_DISABLE && verb != VERB_ROUTE;
}

static void command(Site *site, HttpRequest *request, const SiteTarget *target)
{
    SiteVerb verb;
    SiteCommand command;
    if (!find_verb(http_request_var(request, "verb"), &verb) || !verb_fits(verb, target)) {
        site_refuse(site, request, 404, "ResourceNotFound", "There is no such command here.");
        return;
    }
    if (!site_command(site, request, &command))
        return;
    g_autoptr(json_t) body = site_body(site, request);
    if (!body)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    command.forced = wire_bool_opt(&root, "forced", false);
    command.to = wire_text_opt(&root, "to", NULL);
    g_autoptr(GError) error = NULL;
    if (!wire_reader_finish(&reader, &error))
        site_reply_error(site, request, target->group, error);
    else
        site_act(site, request, verb, target, &command, json_object());
}

static void handle_data_verb(Site *site, HttpRequest *request)
{
    SiteGroup *group = find_group(site, request);
    if (!group)
        return;
    if (!group->data)
        site_refuse(site, request, 404, "ResourceNotFound",
                    "The group keeps no data at this region.");
    else
        command(site, request, &(SiteTarget){.group = group, .data = true});
}

static void handle_workflow_verb(Site *site, HttpRequest *request)
{
    SiteGroup *group = find_group(site, request);
    if (!group)
        return;
    Workflow *workflow =
        region_workflow(site->region, group->name, http_request_var(request, "name"));
    if (!workflow)
        site_refuse(site, request, 404, "ResourceNotFound", "There is no such workflow.");
    else
        command(site, request, &(SiteTarget){.group = group, .workflow = workflow});
}

static void handle_router_verb(Site *site, HttpRequest *request)
{
    SiteGroup *group = find_group(site, request);
    if (!group)
        return;
    Router *router = region_router(site->region, group->name, http_request_var(request, "name"));
    if (!router)
        site_refuse(site, request, 404, "ResourceNotFound", "There is no such router.");
    else
        command(site, request, &(SiteTarget){.group = group, .router = router});
}

// What a router (or anybody) sends to a request-triggered workflow.
static void handle_invoke(Site *site, HttpRequest *request)
{
    Workflow *workflow = region_workflow(site->region, http_request_var(request, "group"),
                                         http_request_var(request, "name"));
    if (!workflow) {
        site_refuse(site, request, 404, "WorkflowNotFound", "There is no such workflow.");
        return;
    }
    g_autoptr(GError) error = NULL;
    const Run *run = region_invoke(site->region, workflow, site_now_ms(site), &error);
    if (run)
        site_reply(site, request, 202, json_pack("{s:s}", "run", run->id));
    else
        site_reply_error(site, request, NULL, error);
    site_settle(site);
}

// ---- Replication, the receiving side --------------------------------------------------------------

static const char *lineage_at(const WireAt *at, const char *name)
{
    const char *text = wire_text(at, name);
    if (text && strlen(text) > LINEAGE_LEN)
        wire_fail(at, name, "a lineage has at most %d characters.", LINEAGE_LEN);
    return text ? text : "";
}

static void read_entries(const WireAt *at, GArray *entries)
{
    WireAt items = wire_array(at, "entries");
    for (gsize i = 0; i < wire_count(&items); i++) {
        WireAt item = wire_item(&items, i);
        WireAt pair = wire_array(&item, NULL);
        WireAt position = wire_item(&pair, 0);
        WireAt time = wire_item(&pair, 1);
        Commit commit = {wire_integer(&position, NULL, 1, WIRE_INTEGER_MAX),
                         wire_integer(&time, NULL, 0, WIRE_INTEGER_MAX)};
        g_array_append_val(entries, commit);
    }
}

static json_t *receive_data(Region *region, SiteGroup *group, const WireAt *at)
{
    g_autoptr(GArray) entries = g_array_new(false, false, sizeof(Commit));
    read_entries(at, entries);
    DataMessage message = {
        .lineage = lineage_at(at, "lineage"),
        .parent = lineage_at(at, "parent"),
        .fork = wire_integer(at, "fork", 0, WIRE_INTEGER_MAX),
        .position = wire_integer(at, "position", 0, WIRE_INTEGER_MAX),
        .sent_ms = wire_integer(at, "sent_ms", 0, WIRE_INTEGER_MAX),
        .through_ms = wire_integer(at, "through_ms", 0, WIRE_INTEGER_MAX),
        .sealed = wire_bool(at, "sealed"),
        .base = wire_integer(at, "base", -1, WIRE_INTEGER_MAX),
        .base_ms = wire_integer(at, "base_ms", 0, WIRE_INTEGER_MAX),
        .entries = entries,
    };
    if (at->reader->error)
        return NULL;
    DataAnswer answer = region_receive(region, group, &message);
    return json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I}", "name", group->name, "answer",
                     DATA_ANSWER_NAMES[answer.kind], "lineage", answer.lineage, "parent",
                     answer.parent, "fork", (json_int_t)answer.fork, "position",
                     (json_int_t)answer.position, "through_ms", (json_int_t)answer.through_ms,
                     "lost", (json_int_t)answer.lost);
}

static void receive_group(Site *site, const WireAt *at, json_t *answers)
{
    const char *name = wire_text(at, "name");
    SiteGroup *group = name ? region_group(site->region, name) : NULL;
    if (!group)
        return;
    group->peer_heard_ms = site_now_ms(site);
    group->peer_in_flight = wire_integer(at, "in_flight", 0, WIRE_INTEGER_MAX);
    group->peer_abandoned = wire_integer(at, "abandoned", 0, WIRE_INTEGER_MAX);
    // What cannot be written down is not in force yet: the next message brings it again.
    region_raise_fence(site->region, group, wire_integer_opt(at, "fence", 0, WIRE_INTEGER_MAX, 0),
                       NULL);
    WireAt data = wire_object_opt(at, "data");
    json_t *answer = data.value && group->data ? receive_data(site->region, group, &data) : NULL;
    if (answer)
        json_array_append_new(answers, answer);
}

static void receive_workflow(Site *site, const WireAt *at)
{
    const char *group = wire_text(at, "group");
    const char *name = wire_text(at, "name");
    Workflow *workflow = group && name ? region_workflow(site->region, group, name) : NULL;
    if (!workflow)
        return;
    WireAt fires = wire_array(at, "fires");
    for (gsize i = 0; i < wire_count(&fires); i++) {
        WireAt fire = wire_item(&fires, i);
        workflow_peer_fired(workflow, wire_integer(&fire, NULL, 0, WIRE_INTEGER_MAX));
    }
    gint64 cursor = wire_integer(at, "cursor", -1, WIRE_INTEGER_MAX);
    if (cursor >= 0)
        workflow_peer_cursor(workflow, cursor);
}

static void handle_replicate(Site *site, HttpRequest *request)
{
    if (site->fault.no_replication) {
        site_refuse(site, request, 503, "ReplicationBroken", "Replication is broken by a fault.");
        return;
    }
    g_autoptr(json_t) body = site_body(site, request);
    if (!body)
        return;
    site_settle(site);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, body);
    g_autoptr(json_t) answers = json_array();
    WireAt groups = wire_array(&root, "groups");
    for (gsize i = 0; i < wire_count(&groups); i++) {
        WireAt item = wire_item(&groups, i);
        WireAt group = wire_object(&item, NULL);
        receive_group(site, &group, answers);
    }
    WireAt workflows = wire_array(&root, "workflows");
    for (gsize i = 0; i < wire_count(&workflows); i++) {
        WireAt item = wire_item(&workflows, i);
        WireAt workflow = wire_object(&item, NULL);
        receive_workflow(site, &workflow);
    }
    g_autoptr(GError) error = NULL;
    if (wire_reader_finish(&reader, &error))
        site_reply(site, request, 200, json_pack("{s:O}", "groups", answers));
    else
        site_reply_error(site, request, NULL, error);
    site_settle(site);
}

const Endpoint OWN_ENDPOINTS[] = {
    {"GET", "/health", ACCESS_OPEN, handle_health},
    {"GET", "/site/v1/state", ACCESS_OPEN, handle_state},
    {"GET", "/site/v1/groups/{group}", ACCESS_OPEN, handle_group},
    {"POST", "/site/v1/groups/{group}/data/{verb}", ACCESS_OPEN, handle_data_verb},
    {"POST", "/site/v1/groups/{group}/workflows/{name}/invoke", ACCESS_OPEN, handle_invoke},
    {"POST", "/site/v1/groups/{group}/workflows/{name}/{verb}", ACCESS_OPEN, handle_workflow_verb},
    {"POST", "/site/v1/groups/{group}/routers/{name}/{verb}", ACCESS_OPEN, handle_router_verb},
    {"POST", "/site/v1/replicate", ACCESS_OPEN, handle_replicate},
    {"POST", "/{tenant}/oauth2/v2.0/token", ACCESS_OPEN, site_token_handle},
    {.method = NULL},
};
