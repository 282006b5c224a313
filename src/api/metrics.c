// For machines that watch the watchdog: Prometheus text, liveness, readiness; and the contract itself.
#include <string.h>

#include "api/openapi.h"
#include "api/private.h"
#include "api/reply.h"
#include "wire/json.h"

static void head(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP signalbox_%s %s\n# TYPE signalbox_%s %s\n", name, help,
                           name, type);
}

static void value(GString *text, const char *name, double number)
{
    g_string_append_printf(text, "signalbox_%s %.17g\n", name, number);
}

static void single(GString *text, const char *name, const char *type, const char *help,
                   double number)
{
    head(text, name, type, help);
    value(text, name, number);
}

// Names are checked when they are read (text_is_name), so they need no escaping here.
static void location_metrics(GString *text, const Engine *engine)
{
    const GPtrArray *locations = engine_locations(engine);
    head(text, "location_up", "gauge", "1 if the verdict is up, 0.5 degraded, 0 down, -1 unknown.");
    for (guint i = 0; i < locations->len; i++) {
        static const char *const NUMBERS[] = {"-1", "1", "0.5", "0"};
        const LocationStatus *location = locations->pdata[i];
        g_string_append_printf(text, "signalbox_location_up{location=\"%s\"} %s\n", location->name,
                               NUMBERS[location->verdict.state]);
    }
    head(text, "probe_latency_seconds", "gauge",
         "Latency of good probes, by quantile; absent if there are none.");
    for (guint i = 0; i < locations->len; i++) {
        const LocationStatus *location = locations->pdata[i];
        if (!location->p50_us)
            continue; // no good probe is known: absent, not 0
        g_string_append_printf(
            text,
            "signalbox_probe_latency_seconds{location=\"%s\",quantile=\"0.5\"} %.6f\n"
            "signalbox_probe_latency_seconds{location=\"%s\",quantile=\"0.99\"} %.6f\n",
            location->name, (double)location->p50_us / 1e6, location->name,
            (double)location->p99_us / 1e6);
    }
}

static void group_metrics(GString *text, const Engine *engine)
{
    const GPtrArray *groups = engine_groups(engine);
    head(text, "group_mode", "gauge", "1 for the mode the group is in.");
    for (guint i = 0; i < groups->len; i++) {
        const GroupStatus *group = groups->pdata[i];
        g_string_append_printf(text, "signalbox_group_mode{group=\"%s\",mode=\"%s\"} 1\n",
                               group->name, name_of(&MODE_NAMES, (int)group->mode));
    }
    head(text, "group_loss_bound_seconds", "gauge",
         "Data that a failover now would lose at most; absent if unknown.");
    for (guint i = 0; i < groups->len; i++) {
        const GroupStatus *group = groups->pdata[i];
        if (group->loss.known)
            g_string_append_printf(text, "signalbox_group_loss_bound_seconds{group=\"%s\"} %.3f\n",
                                   group->name, (double)group->loss.loss_ms / 1000.0);
    }
}

static void operation_metrics(GString *text, const Engine *engine)
{
    guint counts[OPERATION_STATES] = {0};
    const GPtrArray *operations = engine_operations(engine);
    for (guint i = 0; i < operations->len; i++)
        counts[((const Operation *)operations->pdata[i])->state]++;
    head(text, "operations", "gauge", "Operations by state.");
    for (int i = 0; i < OPERATION_STATES; i++)
        g_string_append_printf(text, "signalbox_operations{state=\"%s\"} %u\n",
                               name_of(&OPERATION_STATE_NAMES, i), counts[i]);
}

void get_metrics(HttpRequest *request, void *data)
{
    const Api *api = data;
    const Engine *engine = api->config.engine;
    const FrameStatus *frame = engine_frame(engine);
    GString *text = g_string_new(NULL);
    location_metrics(text, engine);
    group_metrics(text, engine);
    operation_metrics(text, engine);
    single(text, "findings", "gauge", "Readiness rules that do not hold.",
           engine_findings(engine)->len);
    single(text, "alarms", "gauge", "Alarms, acknowledged or not.", engine_alarms(engine)->len);
    single(text, "store_ok", "gauge", "1 if decisions can be recorded.", frame->store_ok);
    single(text, "audit_seq", "counter", "Records in the audit log.", (double)frame->audit_seq);
    single(text, "api_requests_total", "counter", "Requests that reached a route.",
           (double)api->requests);
    single(text, "api_refused_total", "counter", "Requests refused before a handler.",
           (double)api->refused);
    single(text, "event_streams", "gauge", "Open event streams.", event_hub_subscribers(api->hub));
    single(text, "start_time_seconds", "gauge", "When the daemon started.",
           (double)api->started_ms / 1000.0);
    http_request_reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", text->str);
    g_string_free(text, TRUE);
}

void get_healthz(HttpRequest *request, void *data)
{
    (void)data;
    http_request_reply_text(request, 200, "text/plain; charset=utf-8", "ok\n");
}

// Ready: decisions can be recorded. The reasons are for people and load balancers alike.
void get_readyz(HttpRequest *request, void *data)
{
    const Api *api = data;
    const StoreStatus *store = store_status(api->config.store);
    json_t *reasons = json_array();
    if (store->health != STORE_HEALTHY)
        json_array_append_new(reasons, json_sprintf("store: %s", store->reason));
    if (!engine_frame(api->config.engine)->fleet)
        json_array_append_new(reasons, json_string("the fleet is not loaded yet"));
    bool ready = json_array_size(reasons) == 0;
    reply_json(request, ready ? 200 : 503,
               json_pack("{s:b, s:o}", "ready", ready, "reasons", reasons), 0);
}

void get_openapi(HttpRequest *request, void *data)
{
    (void)data;
    http_request_reply_text(request, 200, "application/yaml", OPENAPI_TEXT);
}
