// Every endpoint is a row here. /v1/… needs a person with a role; HTTP_ROUTE_OPEN rows need nobody.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "model/refusal.h"

const HttpRoute API_ROUTES[] = {
    {"GET", "/healthz", get_healthz, HTTP_ROUTE_OPEN, 0, NULL},
    {"GET", "/readyz", get_readyz, HTTP_ROUTE_OPEN, 0, NULL},
    {"GET", "/metrics", get_metrics, 0, 0, NULL},
    {"GET", "/v1/openapi.yaml", get_openapi, HTTP_ROUTE_OPEN, 0, NULL},
    {"GET", "/v1/whoami", get_whoami, 0, 0, NULL},
    {"GET", "/v1/fleet", get_fleet, 0, 0, NULL},
    {"GET", "/v1/snapshot", get_snapshot, 0, 0, NULL},
    {"GET", "/v1/events", get_events, 0, 0, NULL},
    {"GET", "/v1/locations", get_list, 0, 0, &LIST_LOCATIONS},
    {"GET", "/v1/locations/{id}", get_object, 0, 0, &LIST_LOCATIONS},
    {"GET", "/v1/locations/{l}/lags", get_lags, 0, 0, NULL},
    {"GET", "/v1/groups", get_list, 0, 0, &LIST_GROUPS},
    {"GET", "/v1/groups/{id}", get_object, 0, 0, &LIST_GROUPS},
    {"GET", "/v1/groups/{g}/workloads", get_group_workloads, 0, 0, NULL},
    {"GET", "/v1/groups/{g}/outlook", get_outlook, 0, 0, NULL},
    {"GET", "/v1/groups/{g}/gates/maintenance", get_gate, 0, 0, NULL},
    {"POST", "/v1/groups/{g}/automation", post_automation, 0, 0, NULL},
    {"GET", "/v1/groups/{g}/parity", get_parity, 0, 0, NULL},
    {"GET", "/v1/groups/{g}/snapshots", get_snapshots, 0, 0, NULL},
    {"POST", "/v1/groups/{g}/parity/confirm", post_parity, 0, 0, "confirm"},
    {"POST", "/v1/groups/{g}/parity/withdraw", post_parity, 0, 0, "withdraw"},
    {"POST", "/v1/groups/{g}/plan/review", post_review, 0, 0, NULL},
    {"POST", "/v1/passivations", post_passivation, 0, 0, NULL},
    {"POST", "/v1/passivations/withdraw", post_withdraw_passivation, 0, 0, NULL},
    {"POST", "/v1/automation", post_automation, 0, 0, NULL},
    {"GET", "/v1/workloads", get_list, 0, 0, &LIST_WORKLOADS},
    {"GET", "/v1/workloads/{id*}", get_object, 0, 0, &LIST_WORKLOADS},
    {"GET", "/v1/schedules", get_schedules, 0, 0, NULL},
    {"GET", "/v1/runs", get_runs, 0, 0, NULL},
    {"GET", "/v1/readiness", get_list, 0, 0, &LIST_FINDINGS},
    {"GET", "/v1/alarms", get_list, 0, 0, &LIST_ALARMS},
    {"POST", "/v1/alarms/{id}/acknowledge", post_acknowledge, 0, 0, NULL},
    {"POST", "/v1/alarms/{id}/withdraw", post_withdraw, 0, 0, "alarm"},
    {"POST", "/v1/readiness/{id}/acknowledge", post_accept_finding, 0, 0, NULL},
    {"POST", "/v1/readiness/{id}/withdraw", post_withdraw, 0, 0, "finding"},
    {"GET", "/v1/operations", get_list, 0, 0, &LIST_OPERATIONS},
    {"POST", "/v1/operations", post_operation, 0, 0, NULL},
    {"GET", "/v1/operations/{id}", get_object, 0, 0, &LIST_OPERATIONS},
    {"GET", "/v1/operations/{id}/statement", get_statement, 0, 0, NULL},
    {"GET", "/v1/operations/{id}/report", get_report, 0, 0, NULL},
    {"PUT", "/v1/operations/{id}/signoffs/{signoff}", put_signoff, 0, 0, NULL},
    {"GET", "/v1/operations/{id}/signoffs/{signoff}", get_signoff, 0, 0, NULL},
    {"POST", "/v1/operations/{id}/signoffs/{signoff}/withdraw", post_signoff, 0, 0, "withdraw"},
    {"POST", "/v1/operations/{id}/signoffs/{signoff}/review", post_signoff, 0, 0, "review"},
    {"GET", "/v1/operations/{id}/acts/{n}/statement", get_act_statement, 0, 0, NULL},
    {"GET", "/v1/reviews", get_reviews, 0, 0, NULL},
    {"POST", "/v1/operations/{id}/withdraw", post_command, 0, 0, "withdraw"},
    {"POST", "/v1/operations/{id}/start", post_command, 0, 0, "start"},
    {"POST", "/v1/operations/{id}/hold", post_command, 0, 0, "hold"},
    {"POST", "/v1/operations/{id}/resume", post_command, 0, 0, "resume"},
    {"POST", "/v1/operations/{id}/retry", post_command, 0, 0, "retry"},
    {"POST", "/v1/operations/{id}/skip", post_command, 0, 0, "skip"},
    {"POST", "/v1/operations/{id}/attest", post_command, 0, 0, "attest"},
    {"POST", "/v1/operations/{id}/abort", post_command, 0, 0, "abort"},
    {"POST", "/v1/operations/{id}/steps/{n}/confirm", post_confirm, 0, 0, NULL},
    {"GET", "/v1/audit", get_audit, 0, 0, NULL},
    {"GET", "/v1/audit/head", get_audit_head, 0, 0, NULL},
    {"GET", "/v1/audit/export", get_audit_export, 0, 0, NULL},
    {"GET", "/v1/sinks", get_sinks, 0, 0, NULL},
    {"POST", "/v1/sinks/{id}/test", post_sink_test, 0, 0, NULL},
    {"POST", "/v1/presence", post_presence, 0, 0, NULL},
    {NULL, NULL, NULL, 0, 0, NULL},
};

// What may stand behind the "?" of a path. Handlers that are not here take nothing: a misspelt parameter
// would otherwise be a question that nobody asked.
static const struct {
    void (*handler)(HttpRequest *request, void *data);
    const char *names[6];
} QUERIES[] = {
    {get_list, {"filter", "limit", "cursor", NULL}},
    {get_group_workloads, {"filter", "limit", "cursor", NULL}},
    {get_schedules, {"from", "to", "filter", "offset", "limit", NULL}},
    {get_runs, {"workload", "location", "from", "to", "limit", NULL}},
    {get_parity, {"kind", "limit", NULL}},
    {get_events, {"since", NULL}},
    {get_report, {"format", NULL}},
    {get_audit, {"after", "limit", NULL}},
};

static const char *const *query_of(const HttpRoute *route)
{
    static const char *const NOTHING[] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(QUERIES); i++)
        if (QUERIES[i].handler == route->handler)
            return QUERIES[i].names;
    return NOTHING;
}

static bool is_listed(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool request_check_query(HttpRequest *request)
{
    const char *const *names = query_of(http_request_route(request));
    guint n;
    const HttpQueryItem *items = http_request_query_items(request, &n);
    for (guint i = 0; i < n; i++) {
        if (is_listed(names, items[i].name))
            continue;
        g_autofree char *known = g_strjoinv(", ", (char **)(gpointer)names);
        reply_refusal(request, REFUSAL_BAD_REQUEST, "The parameter \"%.40s\" is not known; %s%s.",
                      items[i].name, *known ? "known here: " : "there are none here", known);
        return false;
    }
    return true;
}
