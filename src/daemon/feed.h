// What becomes an event for the sinks: the audit log's records, notices to customers, alarms, verdicts, findings,
// reminders of plans that are due, and checkpoints of the audit log, signed where there is a key. A checkpoint that
// left the house contradicts a log that is rewritten later.
#pragma once

#include "engine/engine.h"
#include "sink/sinks.h"

typedef struct Feed Feed;

typedef struct {
    Engine *engine;
    Sinks *sinks;
    const Clock *clock;
    const Log *log;
    const char *checkpoint_key; // private key file; NULL = not signed; copied
} FeedConfig;

Feed *feed_new(const FeedConfig *config);
// NULL is fine. Before the sinks and the engine.
void feed_free(Feed *feed);

// Engine and sinks have loaded: what was missed is put, what stands is told once.
void feed_begin(Feed *feed);

// The engine's listener: what has changed.
void feed_note(Feed *feed, EngineObject kind, const char *key);

// The sinks have taken something: what had no room in the queue may have some now.
void feed_catch_up(Feed *feed);

// Another key (a reload).
void feed_set_key(Feed *feed, const char *checkpoint_key);
