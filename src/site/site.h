// The practice region as a program: the Region of region.h behind an HTTP server, a link to its peer,
// and the faults that make it misbehave. One file an API: arm.c, own.c, stocks.c, token.c, fault.c; serve.c
// listens and lets the faults act before any of them; peer.c and routing.c speak outward.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/client.h"
#include "httpd/server.h"
#include "site/config.h"
#include "site/region.h"
#include "wire/json.h"

enum { HELD_MAX = 400, TOKENS_MAX = 64, REPLICATE_BYTES_MAX = 16 * 1024 * 1024 };

typedef enum {
    FAULT_NONE,
    FAULT_DOWN,    // as if the region were gone: refuses connections, nothing runs
    FAULT_HANG,    // takes requests and never answers
    FAULT_SLOW,    // answers late
    FAULT_GARBAGE, // answers nonsense
    FAULT_HUGE,    // answers 100 MB
    FAULT_MUTE,    // does what it is told and never answers
    FAULT_COUNT
} FaultKind;

typedef struct {
    FaultKind kind;
    gint64 delay_ms; // slow
    bool no_replication;
    bool stale;     // its health check answers as at the last time before
    guint throttle; // so many requests are answered 429
    gint64 retry_after_s;
} Fault;

typedef struct {
    char *token;
    gint64 until_ms;
    bool reads; // and nothing else
} Token;

typedef struct {
    SiteConfig config;
    const Clock *clock;
    Log log;
    IdSource ids;
    Region *region;
    SiteJournal *journal;
    HttpClient *client;
    HttpServer *server; // NULL while down
    HttpServer *control;
    HttpRoute *routes; // of `server`
    HttpRoute *control_routes;
    guint16 port; // taken at first, kept over faults
    Fault fault;
    GPtrArray *held; // of HttpRequest *: will not be answered
    GQueue tokens;   // of Token *, oldest first
    GSource *timer;  // for the region's next event
    GSource *peer_timer;
    GSource *route_timer;
    HttpCall *peer_call;  // under way; NULL
    bool peer_again;      // send another as soon as that is answered
    gint64 peer_heard_ms; // when the peer last answered
    char *peer_error;
    json_t *health;    // as it was answered last
    bool write_failed; // the journal could not be written; told once
} Site;

typedef enum { ACCESS_OPEN, ACCESS_TOKEN } EndpointAccess;

// One row of an API.
typedef struct {
    const char *method; // NULL ends a table
    const char *pattern;
    EndpointAccess access;
    void (*handle)(Site *site, HttpRequest *request);
} Endpoint;

extern const Endpoint ARM_ENDPOINTS[];
extern const Endpoint OWN_ENDPOINTS[];
extern const Endpoint STOCK_ENDPOINTS[];
extern const Endpoint CONTROL_ENDPOINTS[];

// Begins: journal, boot, listeners, timers. ERR_… with the reason.
bool site_start(Site *site, GError **error);
void site_stop(Site *site);

// Listens, or closes everything at once (serve.c).
bool site_listen(Site *site, GError **error);
void site_unlisten(Site *site);
bool site_control_listen(Site *site, GError **error);
// Keeps a request without an answer.
void site_hold(Site *site, HttpRequest *request);
// Answers what was held, as far as anybody still listens.
void site_release_held(Site *site);

// Does what is due, and sets the timer for what comes next.
void site_settle(Site *site);
gint64 site_now_ms(const Site *site);

// Replication and requests outward.
void site_peer_start(Site *site);
void site_peer_stop(Site *site);
// Sends a message now, or as soon as the one under way is answered.
void site_peer_kick(Site *site);
void site_routing_start(Site *site);
void site_routing_stop(Site *site);

// Answers (reply.c). `json` is consumed. Commands' answers name the epoch and the boot.
void site_reply(Site *site, HttpRequest *request, unsigned status, json_t *json);
void site_reply_group(Site *site, HttpRequest *request, const SiteGroup *group, unsigned status,
                      json_t *json);
void site_reply_error(Site *site, HttpRequest *request, const SiteGroup *group,
                      const GError *error);
void site_refuse(Site *site, HttpRequest *request, unsigned status, const char *code,
                 const char *message);

// The body as JSON; an empty one as {}. Answers itself and gives NULL if it is not.
json_t *site_body(Site *site, HttpRequest *request);

// Reads epoch, boot id and key from the headers. Answers itself and gives false if they make no sense.
bool site_command(Site *site, HttpRequest *request, SiteCommand *ret_command);

// Carries a command out and answers.
void site_act(Site *site, HttpRequest *request, SiteVerb verb, const SiteTarget *target,
              const SiteCommand *command, json_t *answer);

// Tokens (token.c).
typedef enum { GRANT_NONE, GRANT_READ, GRANT_ALL } Grant;
// What the request's token allows; without one: GRANT_NONE where tokens are asked for.
Grant site_token_grant(Site *site, HttpRequest *request);
void site_tokens_clear(Site *site);
void site_token_handle(Site *site, HttpRequest *request);

// Everything it knows of itself (state.c); new references.
json_t *site_state_json(Site *site);
json_t *site_group_json(Site *site, const SiteGroup *group);
// Runs of a workflow that began at `since_ms` or later, or go on; newest first.
json_t *site_runs_json(const Workflow *workflow, gint64 since_ms);
