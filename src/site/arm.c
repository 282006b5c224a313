// The ARM dialect of Microsoft.Logic, as far as signalbox speaks it: lists with pages, states, triggers,
// histories, runs. A resource group is a group of the region; any other name means all its workflows.
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "site/site.h"
#include "wire/recurrence.h"

#define TYPE "Microsoft.Logic/workflows"
#define ROOT "/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Logic/workflows"

// Seven decimals, as the real one writes them. NULL for never. The caller frees.
static char *arm_time(gint64 at_ms)
{
    g_autofree char *text = time_format_ms(at_ms);
    if (!text)
        return NULL;
    text[strlen(text) - 1] = '\0'; // the Z
    return g_strconcat(text, "0000Z", NULL);
}

static void set_time(json_t *object, const char *name, gint64 at_ms)
{
    g_autofree char *text = arm_time(at_ms);
    if (text)
        json_object_set_new(object, name, json_string(text));
}

static const char *state_word(const Workflow *workflow)
{
    return workflow->enabled ? "Enabled" : "Disabled";
}

static char *workflow_id(const Site *site, const Workflow *workflow)
{
    return g_strdup_printf("/subscriptions/%s/resourceGroups/%s/providers/" TYPE "/%s",
                           site->config.subscription, workflow->group, workflow->name);
}

// ---- Workflows ------------------------------------------------------------------------------------

static json_t *definition_json(const Workflow *workflow)
{
    static const char *const types[] = {"Recurrence", "Http", "Request", "HttpWebhook"};
    json_t *trigger =
        json_pack("{s:s}", "type", workflow->api ? "ApiConnection" : types[workflow->type]);
    if (workflow->api) {
        g_autofree char *name =
            g_strdup_printf("@parameters('$connections')['%s']['connectionId']", workflow->api);
        json_object_set_new(trigger, "inputs",
                            json_pack("{s:{s:{s:s}}}", "host", "connection", "name", name));
    }
    if (workflow->rule)
        json_object_set_new(trigger, "recurrence", recurrence_to_json(&workflow->recurrence));
    json_t *triggers = json_object();
    json_object_set_new(triggers, workflow->trigger, trigger);
    json_t *actions = json_object();
    for (guint i = 0; i < workflow->stages->len; i++)
        json_object_set_new(actions, g_ptr_array_index(workflow->stages, i),
                            json_pack("{s:s,s:{}}", "type", "Compose", "runAfter"));
    return json_pack(
        "{s:s,s:s,s:{},s:o,s:o,s:{}}", "$schema",
        "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/"
        "workflowdefinition.json#",
        "contentVersion", "1.0.0.0", "parameters", "triggers", triggers, "actions", actions,
        "outputs");
}

// "collect 2 1;net 0 0": each stage with what waits before it and what is in it. The caller frees.
static char *stages_tag(const Workflow *workflow, gint64 now_ms)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < workflow->stages->len; i++)
        g_string_append_printf(
            text, "%s%s %u %u", i ? ";" : "", (const char *)workflow->stages->pdata[i],
            workflow_before_stage(workflow, i, now_ms), workflow_in_stage(workflow, i, now_ms));
    return g_string_free(text, FALSE);
}

// What its trigger reads from, and through which connection.
static json_t *parameters_json(const Site *site, const Workflow *workflow)
{
    if (!workflow->api)
        return json_object();
    g_autofree char *root = g_strdup_printf("/subscriptions/%s", site->config.subscription);
    g_autofree char *api = g_strdup_printf("%s/providers/Microsoft.Web/locations/%s/managedApis/%s",
                                           root, site->region->name, workflow->api);
    g_autofree char *name = g_strdup_printf("%s-%s", workflow->api, site->region->name);
    g_autofree char *connection = g_strdup_printf(
        "%s/resourceGroups/%s/providers/Microsoft.Web/connections/%s", root, workflow->group, name);
    return json_pack("{s:{s:{s:{s:s,s:s,s:s}}}}", "$connections", "value", workflow->api, "id", api,
                     "connectionId", connection, "connectionName", name);
}

static json_t *workflow_json(Site *site, const Workflow *workflow)
{
    const SiteGroup *group = region_group(site->region, workflow->group);
    g_autofree char *id = workflow_id(site, workflow);
    g_autofree char *epoch = g_strdup_printf("%" G_GINT64_FORMAT, group ? group->fence : 0);
    g_autofree char *missed = g_strdup_printf("%u", workflow->missed->len);
    g_autofree char *stages = stages_tag(workflow, site_now_ms(site));
    json_t *properties =
        json_pack("{s:s,s:s,s:s,s:o,s:o}", "provisioningState", "Succeeded", "state",
                  state_word(workflow), "version", "1", "definition", definition_json(workflow),
                  "parameters", parameters_json(site, workflow));
    set_time(properties, "createdTime", site->region->booted_ms);
    set_time(properties, "changedTime", workflow->changed_ms);
    json_t *json = json_pack(
        "{s:o,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s}}", "properties", properties, "id", id, "name",
        workflow->name, "type", TYPE, "location", site->region->name, "tags", "signalbox-epoch",
        epoch, "signalbox-boot-id", site->region->boot_id, "signalbox-missed", missed);
    if (*stages)
        json_object_set_new(json_object_get(json, "tags"), "signalbox-stages", json_string(stages));
    return json;
}

static json_t *trigger_json(Site *site, const Workflow *workflow)
{
    g_autofree char *id = workflow_id(site, workflow);
    g_autofree char *trigger_id = g_strdup_printf("%s/triggers/%s", id, workflow->trigger);
    json_t *properties =
        json_pack("{s:s,s:s}", "provisioningState", "Succeeded", "state", state_word(workflow));
    set_time(properties, "createdTime", site->region->booted_ms);
    set_time(properties, "changedTime", workflow->changed_ms);
    set_time(properties, "lastExecutionTime", workflow->last_fire_ms);
    if (workflow->enabled && workflow->type != TRIGGER_REQUEST)
        set_time(properties, "nextExecutionTime", workflow->next_ms);
    if (workflow->rule) {
        json_object_set_new(properties, "recurrence", recurrence_to_json(&workflow->recurrence));
        json_object_set_new(properties, "status",
                            json_string(workflow->enabled ? "Waiting" : "Paused"));
    }
    return json_pack("{s:o,s:s,s:s,s:s}", "properties", properties, "id", trigger_id, "name",
                     workflow->trigger, "type", TYPE "/triggers");
}

static json_t *run_json(Site *site, const Workflow *workflow, const Run *run)
{
    g_autofree char *id = workflow_id(site, workflow);
    g_autofree char *run_id = g_strdup_printf("%s/runs/%s", id, run->id);
    json_t *trigger = json_pack("{s:s,s:s}", "name", workflow->trigger, "status", "Succeeded");
    set_time(trigger, "startTime", run->start_ms);
    set_time(trigger, "endTime", run->start_ms);
    set_time(trigger, "scheduledTime", run->scheduled_ms);
    json_t *properties =
        json_pack("{s:s,s:{s:s},s:o,s:{}}", "status", RUN_STATUS_NAMES[run->status], "correlation",
                  "clientTrackingId", run->id, "trigger", trigger, "outputs");
    set_time(properties, "startTime", run->start_ms);
    if (run->status != RUN_RUNNING)
        set_time(properties, "endTime", run->end_ms);
    if (run->code)
        json_object_set_new(properties, "code", json_string(run->code));
    return json_pack("{s:o,s:s,s:s,s:s}", "properties", properties, "id", run_id, "name", run->id,
                     "type", TYPE "/runs");
}

static json_t *history_json(Site *site, const Workflow *workflow, const Run *run)
{
    g_autofree char *id = workflow_id(site, workflow);
    g_autofree char *history =
        g_strdup_printf("%s/triggers/%s/histories/%s", id, workflow->trigger, run->id);
    bool fired = run->status != RUN_SKIPPED;
    json_t *properties =
        json_pack("{s:s,s:b}", "status", fired ? "Succeeded" : "Skipped", "fired", fired ? 1 : 0);
    if (fired) {
        json_object_set_new(properties, "code", json_string("OK"));
        json_object_set_new(properties, "run", json_pack("{s:s}", "name", run->id));
    }
    set_time(properties, "startTime", run->start_ms);
    set_time(properties, "endTime", run->start_ms);
    set_time(properties, "scheduledTime", run->scheduled_ms);
    return json_pack("{s:o,s:s,s:s,s:s}", "properties", properties, "id", history, "name", run->id,
                     "type", TYPE "/triggers/histories");
}

// ---- Lists ----------------------------------------------------------------------------------------

static guint number_of(HttpRequest *request, const char *name, guint fallback)
{
    guint64 value;
    const char *text = http_request_query(request, name);
    return text && g_ascii_string_to_unsigned(text, 10, 0, 1000000, &value, NULL) ? (guint)value
                                                                                  : fallback;
}

// The link to the page after `skip` items: absolute, with the version and an encoded token in it.
static json_t *next_link(HttpRequest *request, guint skip)
{
    const char *host = http_request_header(request, "Host");
    const char *version = http_request_query(request, "api-version");
    const char *filter = http_request_query(request, "$filter");
    const char *top = http_request_query(request, "$top");
    g_autofree char *filter_text = filter ? g_uri_escape_string(filter, NULL, false) : NULL;
    g_autofree char *link = g_strdup_printf(
        "http://%s%s?api-version=%s%s%s%s%s&%%24skiptoken=%u", host ? host : "localhost",
        http_request_path(request), version ? version : "", filter_text ? "&%24filter=" : "",
        filter_text ? filter_text : "", top ? "&%24top=" : "", top ? top : "", skip);
    return json_string(link);
}

// Takes `items` (all of them) down to the page that is asked for.
static json_t *page_json(Site *site, HttpRequest *request, json_t *items)
{
    guint skip = number_of(request, "$skiptoken", 0);
    guint size = MAX(1, MIN(number_of(request, "$top", site->config.page), site->config.page));
    guint total = (guint)json_array_size(items);
    json_t *value = json_array();
    for (guint i = skip; i < total && i - skip < size; i++)
        json_array_append(value, json_array_get(items, i));
    json_decref(items);
    json_t *json = json_pack("{s:o}", "value", value);
    if (skip + size < total)
        json_object_set_new(json, "nextLink", next_link(request, skip + size));
    return json;
}

static bool version_missing(Site *site, HttpRequest *request)
{
    if (http_request_query(request, "api-version"))
        return false;
    site_refuse(site, request, 400, "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.");
    return true;
}

static void handle_list(Site *site, HttpRequest *request)
{
    if (version_missing(site, request))
        return;
    site_settle(site);
    const char *rg = http_request_var(request, "rg");
    const SiteGroup *group = rg ? region_group(site->region, rg) : NULL;
    json_t *items = json_array();
    for (guint i = 0; i < site->region->workflows->len; i++) {
        const Workflow *workflow = g_ptr_array_index(site->region->workflows, i);
        if (!group || strcmp(workflow->group, group->name) == 0)
            json_array_append_new(items, workflow_json(site, workflow));
    }
    site_reply_group(site, request, group, 200, page_json(site, request, items));
}

static Workflow *find(Site *site, HttpRequest *request, SiteGroup **ret_group)
{
    if (version_missing(site, request))
        return NULL;
    site_settle(site);
    const char *rg = http_request_var(request, "rg");
    const char *name = http_request_var(request, "workflow");
    const SiteGroup *group = region_group(site->region, rg);
    Workflow *workflow = region_workflow(site->region, group ? group->name : NULL, name);
    if (!workflow) {
        g_autofree char *text = g_strdup_printf(
            "The Resource '" TYPE "/%s' under resource group '%s' was not found.", name, rg);
        site_refuse(site, request, 404, "ResourceNotFound", text);
        return NULL;
    }
    *ret_group = region_group(site->region, workflow->group);
    return workflow;
}

static void handle_get(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    Workflow *workflow = find(site, request, &group);
    if (workflow)
        site_reply_group(site, request, group, 200, workflow_json(site, workflow));
}

static void command(Site *site, HttpRequest *request, SiteVerb verb)
{
    SiteGroup *group;
    SiteCommand command;
    Workflow *workflow = find(site, request, &group);
    if (workflow && site_command(site, request, &command))
        site_act(site, request, verb, &(SiteTarget){.group = group, .workflow = workflow}, &command,
                 NULL);
}

static void handle_enable(Site *site, HttpRequest *request)
{
    command(site, request, VERB_ENABLE);
}

static void handle_disable(Site *site, HttpRequest *request)
{
    command(site, request, VERB_DISABLE);
}

static void handle_triggers(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    const Workflow *workflow = find(site, request, &group);
    if (!workflow)
        return;
    json_t *items = json_array();
    json_array_append_new(items, trigger_json(site, workflow));
    site_reply_group(site, request, group, 200, page_json(site, request, items));
}

static Workflow *find_trigger(Site *site, HttpRequest *request, SiteGroup **ret_group)
{
    Workflow *workflow = find(site, request, ret_group);
    if (!workflow ||
        g_ascii_strcasecmp(http_request_var(request, "trigger"), workflow->trigger) == 0)
        return workflow;
    site_refuse(site, request, 404, "WorkflowTriggerNotFound", "The workflow has no such trigger.");
    return NULL;
}

static void handle_trigger(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    const Workflow *workflow = find_trigger(site, request, &group);
    if (workflow)
        site_reply_group(site, request, group, 200, trigger_json(site, workflow));
}

// "startTime ge 2026-01-01T00:00:00Z and status eq 'Running'", or one of the two: the status that is asked for; NULL = any.
// The caller frees.
static char *filter_status(const char *filter)
{
    const char *at = filter ? strstr(filter, "status eq '") : NULL;
    const char *begin = at ? at + strlen("status eq '") : NULL;
    const char *end = begin ? strchr(begin, '\'') : NULL;
    return begin ? g_strndup(begin, end ? (gsize)(end - begin) : 0) : NULL;
}

// From when on; 0 = ever.
static gint64 filter_since(const char *filter)
{
    gint64 since_ms = 0;
    if (!filter || g_ascii_strncasecmp(filter, "startTime ge ", 13) != 0)
        return 0;
    g_autofree char *moment = g_strndup(filter + 13, strcspn(filter + 13, " "));
    time_parse(moment, &since_ms, NULL);
    return since_ms;
}

static void handle_histories(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    const Workflow *workflow = find_trigger(site, request, &group);
    if (!workflow)
        return;
    json_t *items = json_array();
    const char *filter = http_request_query(request, "$filter");
    g_autofree char *status = filter_status(filter);
    gint64 since_ms = filter_since(filter);
    for (GList *at = workflow->runs.head; at; at = at->next) {
        const Run *run = at->data;
        const char *word = run->status == RUN_SKIPPED ? "Skipped" : "Succeeded";
        if (run->start_ms >= since_ms && (!status || g_ascii_strcasecmp(status, word) == 0))
            json_array_append_new(items, history_json(site, workflow, run));
    }
    site_reply_group(site, request, group, 200, page_json(site, request, items));
}

static void run_by_hand(Site *site, HttpRequest *request, Workflow *workflow,
                        const SiteGroup *group)
{
    g_autoptr(GError) error = NULL;
    const Run *run = region_invoke(site->region, workflow, site_now_ms(site), &error);
    if (run)
        site_reply_group(site, request, group, 202, json_pack("{s:s}", "run", run->id));
    else
        site_reply_error(site, request, group, error);
    site_settle(site);
}

static void handle_run(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    Workflow *workflow = find_trigger(site, request, &group);
    if (workflow)
        run_by_hand(site, request, workflow, group);
}

static void handle_runs(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    const Workflow *workflow = find(site, request, &group);
    if (!workflow)
        return;
    g_autofree char *status = filter_status(http_request_query(request, "$filter"));
    gint64 since_ms = filter_since(http_request_query(request, "$filter"));
    json_t *items = json_array();
    for (GList *at = workflow->runs.head; at; at = at->next) {
        const Run *run = at->data;
        if (run->start_ms >= since_ms && run->status != RUN_SKIPPED &&
            (!status || g_ascii_strcasecmp(status, RUN_STATUS_NAMES[run->status]) == 0))
            json_array_append_new(items, run_json(site, workflow, run));
    }
    site_reply_group(site, request, group, 200, page_json(site, request, items));
}

// ---- Callbacks ------------------------------------------------------------------------------------

// The signature of a callback URL: good as long as this life of the region.
static char *callback_signature(const Site *site, const Workflow *workflow)
{
    g_autofree char *text =
        g_strdup_printf("%s/%s/%s", site->region->boot_id, workflow->group, workflow->name);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static void handle_callback_url(Site *site, HttpRequest *request)
{
    SiteGroup *group;
    const Workflow *workflow = find(site, request, &group);
    if (!workflow)
        return;
    const char *host = http_request_header(request, "Host");
    g_autofree char *signature = callback_signature(site, workflow);
    g_autofree char *base = g_strdup_printf("http://%s/workflows/%s/%s", host ? host : "localhost",
                                            workflow->group, workflow->name);
    g_autofree char *url =
        g_strdup_printf("%s/triggers/%s/paths/invoke?api-version=2019-05-01&sig=%s", base,
                        workflow->trigger, signature);
    site_reply_group(site, request, group, 200,
                     json_pack("{s:s,s:s,s:s,s:{s:s,s:s}}", "value", url, "method", "POST",
                               "basePath", base, "queries", "api-version", "2019-05-01", "sig",
                               signature));
}

static void handle_callback(Site *site, HttpRequest *request)
{
    Workflow *workflow = region_workflow(site->region, http_request_var(request, "group"),
                                         http_request_var(request, "workflow"));
    g_autofree char *signature = workflow ? callback_signature(site, workflow) : NULL;
    const char *given = http_request_query(request, "sig");
    if (!workflow)
        site_refuse(site, request, 404, "WorkflowNotFound", "The workflow could not be found.");
    else if (!given || strcmp(given, signature) != 0)
        site_refuse(site, request, 401, "DirectApiAuthorizationRequired",
                    "The request has no good signature.");
    else
        run_by_hand(site, request, workflow, NULL);
}

const Endpoint ARM_ENDPOINTS[] = {
    {"GET", "/subscriptions/{subscription}/providers/Microsoft.Logic/workflows", ACCESS_TOKEN,
     handle_list},
    {"GET", ROOT, ACCESS_TOKEN, handle_list},
    {"GET", ROOT "/{workflow}", ACCESS_TOKEN, handle_get},
    {"POST", ROOT "/{workflow}/enable", ACCESS_TOKEN, handle_enable},
    {"POST", ROOT "/{workflow}/disable", ACCESS_TOKEN, handle_disable},
    {"POST", ROOT "/{workflow}/listCallbackUrl", ACCESS_TOKEN, handle_callback_url},
    {"GET", ROOT "/{workflow}/triggers", ACCESS_TOKEN, handle_triggers},
    {"GET", ROOT "/{workflow}/triggers/{trigger}", ACCESS_TOKEN, handle_trigger},
    {"GET", ROOT "/{workflow}/triggers/{trigger}/histories", ACCESS_TOKEN, handle_histories},
    {"POST", ROOT "/{workflow}/triggers/{trigger}/run", ACCESS_TOKEN, handle_run},
    {"POST", ROOT "/{workflow}/triggers/{trigger}/listCallbackUrl", ACCESS_TOKEN,
     handle_callback_url},
    {"GET", ROOT "/{workflow}/runs", ACCESS_TOKEN, handle_runs},
    {"POST", "/workflows/{group}/{workflow}/triggers/{trigger}/paths/invoke", ACCESS_OPEN,
     handle_callback},
    {.method = NULL},
};
