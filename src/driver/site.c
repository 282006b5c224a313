// The practice region's own API (signalbox-site): data, routers, what is kept by hand (site-stock.c), and
// workflows where they are not reached through the ARM dialect. Everything it answers carries its epoch and boot id, and it refuses
// older ones: class F.
//
//     endpoint      "http://127.0.0.1:9001"
//     site_socket   Unix socket to reach it through
//     site_group    its name for the group; default: the group's
//     site_workload its name for the workflow or router; default: the workload's
//     token_file    a bearer token; without it the region's own API is open to whoever reaches it
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "driver/site.h"
#include "wire/inventory.h"

// Replication heard longer ago than this has stopped.
enum { STREAM_SILENT_MS = 3000 };

static const char *const PARAMETERS[] = {"endpoint",      "site_socket", "site_group",
                                         "site_workload", "token_file",  NULL};

static const char *const CREDENTIALS[] = {"token_file", NULL};

#define BIT(action) (1u << (action))

static guint actions(const Workload *workload)
{
    if (workload->kind == KIND_ROUTER)
        return BIT(ACTION_REROUTE) | BIT(ACTION_FENCE);
    guint all = BIT(ACTION_ACTIVATE) | BIT(ACTION_PASSIVATE) | BIT(ACTION_FENCE);
    return workload_holds_data(workload) ? all | BIT(ACTION_PROMOTE) | BIT(ACTION_REJOIN) : all;
}

static ProofClass proof(const Workload *workload, bool fenced)
{
    (void)workload;
    (void)fenced;
    return PROOF_FENCING;
}

static bool holds_data(const Job *job)
{
    return job->kind == KIND_ENVIRONMENT || job->kind == KIND_DATABASE;
}

// True for what is kept by hand: catalogs and connectors.
static bool site_holds_stock(const Job *job)
{
    return job->kind == KIND_CATALOG || job->kind == KIND_CONNECTOR;
}

const char *site_group_name(const Job *job)
{
    const char *name = job_parameter(job, "site_group");
    return name ? name : job->group;
}

const char *site_workload_name(const Job *job)
{
    const char *name = job_parameter(job, "site_workload");
    return name ? name : job->name;
}

bool site_token(const Job *job, char **ret_token, GError **error)
{
    const char *file = job_parameter(job, "token_file");
    *ret_token = file ? job_secret(file, error) : NULL;
    return !file || *ret_token;
}

// ---- Observing ------------------------------------------------------------------------------------

static json_t *named(const WireAt *list, const char *name)
{
    for (gsize i = 0; i < wire_count(list); i++) {
        json_t *item = json_array_get(list->value, i);
        if (g_strcmp0(json_string_value(json_object_get(item, "name")), name) == 0)
            return item;
    }
    return NULL;
}

static gint64 count_or_unknown(const WireAt *at, const char *name)
{
    return wire_integer_opt(at, name, 0, WIRE_INTEGER_MAX, -1);
}

// The secondary's end: what it has replayed, and what it last heard of its primary.
static ReplicationStatus *as_secondary(const Job *job, const char *peer, const WireAt *data,
                                       gint64 now_ms)
{
    ReplicationStatus *link = replication_status_new(job->workload, peer, job->location);
    WireAt source = wire_object(data, "source");
    link->replayed_pos = wire_integer(data, "position", 0, WIRE_INTEGER_MAX);
    link->replayed_ms = wire_time_ms_opt(data, "through");
    link->committed_pos = count_or_unknown(&source, "position");
    link->source_at_ms = wire_time_ms_opt(&source, "heard_at");
    link->committed_ms = link->source_at_ms;
    link->observed_at_ms = now_ms;
    link->lag_ms = wire_bool(data, "caught_up") ? 0
                   : link->replayed_ms          ? MAX(0, now_ms - link->replayed_ms)
                                                : -1;
    link->streaming = link->source_at_ms && now_ms - link->source_at_ms < STREAM_SILENT_MS;
    return link;
}

// The primary's end: what it has committed, and what its secondary said last.
static ReplicationStatus *as_primary(const Job *job, const char *peer, const WireAt *data,
                                     gint64 now_ms)
{
    ReplicationStatus *link = replication_status_new(job->workload, job->location, peer);
    WireAt replica = wire_object(data, "replica");
    link->committed_pos = wire_integer(data, "position", 0, WIRE_INTEGER_MAX);
    link->committed_ms = wire_time_ms_opt(data, "committed_at");
    link->source_at_ms = now_ms;
    link->replayed_pos = count_or_unknown(&replica, "position");
    link->replayed_ms = wire_time_ms_opt(&replica, "through");
    link->observed_at_ms = wire_time_ms_opt(&replica, "heard_at");
    link->lag_ms = link->replayed_ms ? MAX(0, now_ms - link->replayed_ms) : -1;
    link->streaming = link->observed_at_ms && now_ms - link->observed_at_ms < STREAM_SILENT_MS;
    return link;
}

static void read_data(const Job *job, const WireAt *root, Observation *observation)
{
    static const char *const roles[] = {"secondary", "primary"};
    static const char *const gates[] = {"sealed", "draining", "open"};
    static const InstanceState states[] = {INSTANCE_PASSIVE, INSTANCE_TRANSITIONING,
                                           INSTANCE_ACTIVE};
    WireAt data = wire_object(root, "data");
    bool primary = wire_choice(&data, "role", roles, G_N_ELEMENTS(roles)) == 1;
    guint gate = wire_choice(&data, "gate", gates, G_N_ELEMENTS(gates));
    const char *peer = wire_text_opt(root, "peer", NULL);
    const char *lineage = wire_text(&data, "lineage");
    observation->state = primary ? states[gate] : INSTANCE_PASSIVE;
    observation->runs = gate == 1 ? (int)wire_integer(root, "in_flight", 0, G_MAXINT) : 0;
    if (!peer || (primary && wire_bool(&data, "superseded")))
        return;
    ReplicationStatus *link = primary ? as_primary(job, peer, &data, observation->at_ms)
                                      : as_secondary(job, peer, &data, observation->at_ms);
    link->lineage = g_strdup(lineage);
    observation->replication =
        g_ptr_array_new_with_free_func((GDestroyNotify)replication_status_free);
    g_ptr_array_add(observation->replication, link);
}

static RunState run_state(const char *word)
{
    static const struct {
        const char *word;
        RunState state;
    } STATES[] = {{"Running", RUN_STATE_RUNNING},
                  {"Succeeded", RUN_STATE_SUCCEEDED},
                  {"Failed", RUN_STATE_FAILED},
                  {"Aborted", RUN_STATE_CANCELLED},
                  {"Skipped", RUN_STATE_SKIPPED}};
    for (guint i = 0; word && i < G_N_ELEMENTS(STATES); i++)
        if (strcmp(word, STATES[i].word) == 0)
            return STATES[i].state;
    return RUN_STATE_UNKNOWN;
}

static void read_runs(const Job *job, const WireAt *root, Observation *observation)
{
    WireAt list = wire_array_opt(root, "runs");
    observation->history_cut = wire_bool_opt(root, "runs_cut", false);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt outer = wire_item(&list, i);
        WireAt at = wire_object(&outer, NULL);
        RunRecord *run = run_record_new(wire_text(&at, "id"), job->location);
        run->trigger = g_strdup(wire_text_opt(&at, "trigger", NULL));
        run->state = run_state(wire_text_opt(&at, "status", NULL));
        run->code = g_strdup(wire_text_opt(&at, "code", NULL));
        run->scheduled_ms = wire_time_ms_opt(&at, "scheduled_at");
        run->start_ms = wire_time_ms_opt(&at, "started_at");
        run->end_ms = wire_time_ms_opt(&at, "ended_at");
        if (run->id)
            observation_add_run(observation, run);
        else
            run_record_free(run);
    }
}

static void read_stages(const WireAt *workflow, Observation *observation)
{
    WireAt list = wire_array_opt(workflow, "stages");
    for (gsize i = 0; i < MIN(wire_count(&list), (gsize)JOB_STAGES_MAX); i++) {
        WireAt outer = wire_item(&list, i);
        WireAt at = wire_object(&outer, NULL);
        StageStatus *stage = stage_status_new(wire_text(&at, "name"));
        stage->queued = (int)wire_integer_opt(&at, "queued", 0, G_MAXINT, -1);
        stage->in_flight = (int)wire_integer_opt(&at, "in_flight", 0, G_MAXINT, -1);
        observation_add_stage(observation, stage);
    }
}

static void read_workflow(const Job *job, const WireAt *root, Observation *observation)
{
    WireAt list = wire_array(root, "workflows");
    json_t *found = named(&list, site_workload_name(job));
    if (!found) {
        wire_fail(root, "workflows", "there is no workflow '%s'.", site_workload_name(job));
        return;
    }
    WireAt at = {.reader = root->reader, .up = root, .name = "workflow", .value = found};
    observation->state = wire_bool(&at, "enabled") ? INSTANCE_ACTIVE : INSTANCE_PASSIVE;
    observation->runs = (int)wire_integer(&at, "in_flight", 0, G_MAXINT);
    observation->last_run_ms = wire_time_ms_opt(&at, "last_run_at");
    observation->missed_recurrences = wire_integer(&at, "missed", 0, WIRE_INTEGER_MAX);
    read_stages(&at, observation);
    read_runs(job, root, observation);
}

static void read_router(const Job *job, const WireAt *root, Observation *observation)
{
    WireAt list = wire_array(root, "routers");
    json_t *found = named(&list, site_workload_name(job));
    if (!found) {
        wire_fail(root, "routers", "there is no router '%s'.", site_workload_name(job));
        return;
    }
    WireAt at = {.reader = root->reader, .up = root, .name = "router", .value = found};
    observation->state = INSTANCE_ACTIVE;
    observation->routed_to = g_strdup(wire_text(&at, "to"));
}

static bool read_group(const Job *job, json_t *json, Observation *observation, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    observation->ok = true;
    observation->at_ms = wire_time_ms(&root, "now");
    observation->epoch = wire_integer(&root, "epoch", 0, WIRE_INTEGER_MAX);
    observation->boot_id = g_strdup(wire_text(&root, "boot_id"));
    observation->maintains_limits = wire_bool(&root, "limited");
    // Once a group, by the workload that holds its data.
    if (holds_data(job)) {
        observation->lost_transactions = count_or_unknown(&root, "lost_transactions");
        observation->abandoned_runs = count_or_unknown(&root, "taken_abandoned_runs");
    }
    if (job->kind == KIND_ROUTER)
        read_router(job, &root, observation);
    else if (holds_data(job))
        read_data(job, &root, observation);
    else
        read_workflow(job, &root, observation);
    return wire_reader_finish(&reader, error);
}

static void on_observed(Job *job, const HttpResponse *response, const GError *error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(Observation) observation = observation_new();
    if (error) {
        job_blind(job, error);
        return;
    }
    g_autoptr(json_t) json = job_json(response, &reason);
    if (!json)
        job_blind(job, reason);
    else if (!read_group(job, json, observation, &reason))
        job_puzzled(job, false, "The answer makes no sense: %s", reason->message);
    else
        job_observed(job, observation);
}

// Of a workflow the history is asked for too, from where it is known.
static char *group_url(const Job *job, const char *endpoint)
{
    bool runs = job->kind != KIND_ROUTER && !holds_data(job);
    g_autofree char *since = time_format_ms(job->since_ms);
    g_autofree char *name = g_uri_escape_string(site_workload_name(job), NULL, false);
    return g_strdup_printf("%s/site/v1/groups/%s%s%s%s%s", endpoint, site_group_name(job),
                           runs ? "?runs=" : "", runs ? name : "", runs && since ? "&since=" : "",
                           runs && since ? since : "");
}

static void observe(Job *job)
{
    const char *endpoint = job_parameter(job, "endpoint");
    if (!endpoint) {
        job_puzzled(job, false, "No parameter \"endpoint\" says where the region is.");
        return;
    }
    if (site_holds_stock(job)) {
        site_stock_observe(job);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *url = group_url(job, endpoint), *token = NULL;
    if (!site_token(job, &token, &error)) {
        job_blind(job, error);
        return;
    }
    job_send(
        job,
        &(HttpSpec){.url = url, .socket_path = job_parameter(job, "site_socket"), .bearer = token},
        on_observed);
}

// ---- Acting ---------------------------------------------------------------------------------------

// A connector is made anew from its kept configuration (D2).
static bool restores(const Job *job)
{
    return job->configuration && job->kind == KIND_CONNECTOR && job->action == ACTION_ACTIVATE;
}

static const char *verb_of(const Job *job)
{
    if (restores(job))
        return "restore";
    static const char *const data[ACTION_COUNT] = {[ACTION_ACTIVATE] = "activate",
                                                   [ACTION_PASSIVATE] = "passivate",
                                                   [ACTION_FENCE] = "fence",
                                                   [ACTION_PROMOTE] = "promote",
                                                   [ACTION_REJOIN] = "rejoin"};
    static const char *const workflow[ACTION_COUNT] = {
        [ACTION_ACTIVATE] = "enable", [ACTION_PASSIVATE] = "disable", [ACTION_FENCE] = "fence"};
    static const char *const router[ACTION_COUNT] = {
        [ACTION_REROUTE] = "route", [ACTION_FENCE] = "fence"};
    return (job->kind == KIND_ROUTER ? router : holds_data(job) ? data : workflow)[job->action];
}

static char *command_url(const Job *job, const char *endpoint)
{
    if (holds_data(job))
        return g_strdup_printf("%s/site/v1/groups/%s/data/%s", endpoint, site_group_name(job),
                               verb_of(job));
    return g_strdup_printf("%s/site/v1/groups/%s/%s/%s/%s", endpoint, site_group_name(job),
                           job->kind == KIND_ROUTER ? "routers"
                           : site_holds_stock(job)  ? "stocks"
                                                    : "workflows",
                           site_workload_name(job), verb_of(job));
}

static void act(Job *job);

static void on_acted(Job *job, const HttpResponse *response, const GError *error)
{
    job_settle(job, response, error, act);
}

static void act(Job *job)
{
    const char *endpoint = job_parameter(job, "endpoint");
    if (!endpoint || !verb_of(job)) {
        job_acted(job, OUTCOME_REFUSED, "No parameter \"endpoint\" says where the region is.");
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *url = command_url(job, endpoint), *token = NULL;
    if (!site_token(job, &token, &error)) {
        job_acted(job, OUTCOME_REFUSED, error->message);
        return;
    }
    g_autoptr(json_t) json = json_pack("{s:b}", "forced", job->forced ? 1 : 0);
    wire_set_text(json, "to", job->to);
    if (restores(job))
        json_object_set_new(json, "entities", inventory_to_json(job->configuration));
    char *text = wire_format(json);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    HttpField headers[6];
    char epoch[24];
    job_headers(job, headers, epoch);
    job_send(job,
             &(HttpSpec){.method = "POST",
                         .url = url,
                         .socket_path = job_parameter(job, "site_socket"),
                         .headers = headers,
                         .bearer = token,
                         .content_type = "application/json",
                         .body = body},
             on_acted);
}

const Driver DRIVER_SITE = {"site", actions, proof, observe, act, PARAMETERS, CREDENTIALS};
