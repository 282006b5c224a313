// The backend's API (5-API.md): who asks, may they, is it well-formed; then the engine decides. Every
// route is a row in api/routes.c, and doc/openapi.yaml is held against a running daemon by a test.
#pragma once

#include "api/identity.h"
#include "engine/engine.h"
#include "httpd/server.h"

typedef struct Api Api;

// GET /v1/schedules, checked.
typedef struct {
    gint64 from_ms, to_ms;
    const char *filter;  // a part of the workload's id; NULL or "" = all
    guint offset, limit; // which of the rows
} SchedulesQuery;

typedef struct {
    Engine *engine;
    const Clock *clock;
    const Log *log;
    const IdSource *ids;
    const Identities *identities;
    Store *store;  // for its health in /readyz and /metrics
    guint streams; // event streams at once at most; 0 = 256
    // The schedules of GET /v1/schedules as JSON, which the daemon works out; NULL = none. The caller
    // frees.
    char *(*schedules)(const SchedulesQuery *query, gpointer data);
    // How the sinks are doing: of const SinkStatus *, borrowed; NULL = there are none.
    const GPtrArray *(*sinks)(gpointer data);
    // Sends one of them a test. ERR_NOT_FOUND.
    bool (*test_sink)(const char *name, const char *who, gpointer data, GError **error);
    gpointer data;
} ApiConfig;

// Copies the config; what it points to must outlive the API.
Api *api_new(const ApiConfig *config);
// Ends all streams and closes the listeners.
void api_free(Api *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Api, api_free)

// The server that listens for it: http_server_listen_unix and _tcp are the daemon's to call.
HttpServer *api_server(Api *api);

// The engine's listener: what has changed.
void api_note(Api *api, EngineObject kind, const char *key);
// The engine's run is over: send what was noted.
void api_flush(Api *api);

// Other people know these tokens and uids now (a reload).
void api_set_identities(Api *api, const Identities *identities);
