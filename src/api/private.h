// What the files of api/ share.
#pragma once

#include "api/api.h"
#include "api/lines.h"
#include "api/presence.h"
#include "api/stream.h"

struct Api {
    ApiConfig config;
    HttpServer *server;
    EventHub *hub;
    LineCache *lines;
    GHashTable *pages;      // char * (the question) → GBytes *: lists as they were answered …
    guint64 pages_revision; // … at this revision
    gsize pages_bytes;
    PresenceBook *presence;
    guint64 requests;
    guint64 refused;
    gint64 started_ms;
};

extern const HttpRoute API_ROUTES[];

// True if the route of `request` understands every query parameter of it; else refused, naming the first.
bool request_check_query(HttpRequest *request);

// The person that the guard found; never NULL in a handler of a route that is not open.
const Person *request_person(const HttpRequest *request);

// Sends who looks at what, if that has changed.
void api_tell_presence(Api *api, bool changed);

// Handlers; `data` is the Api. Each answers its request once, now or later; what it is asked and answers is in
// doc/openapi.yaml, its path in routes.c.
void get_whoami(HttpRequest *request, void *data);
void get_fleet(HttpRequest *request, void *data);
void get_snapshot(HttpRequest *request, void *data);
void get_events(HttpRequest *request, void *data);
void get_list(HttpRequest *request, void *data);   // arg = the kind's row
void get_object(HttpRequest *request, void *data); // arg = the kind's row
void get_group_workloads(HttpRequest *request, void *data);
void get_schedules(HttpRequest *request, void *data);
void get_runs(HttpRequest *request, void *data);
void get_statement(HttpRequest *request, void *data);
void get_outlook(HttpRequest *request, void *data);
void get_parity(HttpRequest *request, void *data);
void get_snapshots(HttpRequest *request, void *data);
void get_lags(HttpRequest *request, void *data);
void get_report(HttpRequest *request, void *data);
void get_act_statement(HttpRequest *request, void *data);
void get_reviews(HttpRequest *request, void *data);
void get_gate(HttpRequest *request, void *data);
void get_audit(HttpRequest *request, void *data);
void get_audit_head(HttpRequest *request, void *data);
void get_audit_export(HttpRequest *request, void *data);
void get_openapi(HttpRequest *request, void *data);
void get_metrics(HttpRequest *request, void *data);
void get_healthz(HttpRequest *request, void *data);
void get_readyz(HttpRequest *request, void *data);

void post_operation(HttpRequest *request, void *data);
void put_signoff(HttpRequest *request, void *data);
void get_signoff(HttpRequest *request, void *data);
void post_signoff(HttpRequest *request, void *data); // arg = "withdraw" or "review"
void post_command(HttpRequest *request, void *data); // arg = the command's name
void post_confirm(HttpRequest *request, void *data);
void post_passivation(HttpRequest *request, void *data);
void post_withdraw(HttpRequest *request, void *data);
void post_withdraw_passivation(HttpRequest *request, void *data);
void post_automation(HttpRequest *request, void *data);
void post_review(HttpRequest *request, void *data);
void post_acknowledge(HttpRequest *request, void *data);
void post_accept_finding(HttpRequest *request, void *data);
void post_parity(HttpRequest *request, void *data); // arg = "confirm" or "withdraw"
void get_sinks(HttpRequest *request, void *data);
void post_sink_test(HttpRequest *request, void *data);
void post_presence(HttpRequest *request, void *data);

// Rows for get_list and get_object.
typedef struct ListKind ListKind;
extern const ListKind LIST_LOCATIONS, LIST_GROUPS, LIST_WORKLOADS, LIST_OPERATIONS, LIST_FINDINGS,
    LIST_ALARMS;
