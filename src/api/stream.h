// The event stream and the snapshot it starts from. What the engine says has changed is collected, each
// object once, serialised once and sent to every stream as the same bytes. Events are kept in a ring for
// those who come back: `since` resumes without a gap, or is answered 410 where the ring no longer reaches.
//
// Revisions start from the wall clock, so that those of an earlier run of the daemon are always lower
// and never mean something else.
#pragma once

#include "api/lines.h"
#include "engine/engine.h"
#include "httpd/request.h"

typedef struct EventHub EventHub;

typedef struct {
    Engine *engine;
    const Clock *clock;
    LineCache *lines;
    guint streams; // at once at most, one more is refused; 0 = 256
} EventHubConfig;

// Copies the config; what it points to must outlive the hub.
EventHub *event_hub_new(const EventHubConfig *config);
// Ends all streams.
void event_hub_free(EventHub *hub);

// From the engine's listener: remembered until event_hub_flush.
void event_hub_note(EventHub *hub, EngineObject kind, const char *key);

// Sends what was noted; what is calm (calm.h) waits a few seconds. Call when the engine's run is over.
void event_hub_flush(EventHub *hub);

// Sends an event of another kind to all ("presence"), `json` as its data; not kept in the ring.
void event_hub_tell(EventHub *hub, const char *event, const char *json);

// Of all that is so now: what still waited is sent first.
guint64 event_hub_revision(EventHub *hub);
guint event_hub_subscribers(const EventHub *hub);

// GET /v1/events?since=REV, or Last-Event-ID, which counts more: a client that resumes by itself asks for
// the old address again. `presence` is the data of the first presence event. Consumes the request.
void event_hub_serve(EventHub *hub, HttpRequest *request, const char *presence);

// GET /v1/snapshot: every object as a delta, one a line, ended by {"kind":"end","revision":N}. `first`
// (may be NULL) is a line put before. Consumes the request.
void event_hub_serve_snapshot(EventHub *hub, HttpRequest *request, const char *first);
