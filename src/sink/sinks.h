// All sinks together, and the queue that they read. What happens is put here once; each sink gets it at least once, in
// order, at its own pace, across restarts of this daemon and of the receiver.
//
//   spool.c  the queue on disk    sink.c  one sink's pace    transport.c  the kinds: webhook.c command.c
//   event.c  what is sent         alertmanager.c             file.c datagram.c
#pragma once

#include "model/sink.h"
#include "sink/sink.h"

typedef struct Sinks Sinks;

typedef struct {
    Store *store;
    const Clock *clock;
    const Log *log;
    const char *source;             // of the events: "/signalbox/FLEET/DAEMON"; copied
    void (*loaded)(gpointer data);  // from now on sinks_put may be called
    void (*changed)(gpointer data); // how a sink is doing has changed. Called from the loop
    gpointer data;
} SinksConfig;

Sinks *sinks_new(const SinksConfig *config);
// NULL is fine. Before the store.
void sinks_free(Sinks *sinks);

// Reads where everything was. `loaded` is called once.
void sinks_load(Sinks *sinks);

// These are the sinks from now on: of ConfSink *, borrowed until the next call. What stays under its name goes on
// where it was.
void sinks_set(Sinks *sinks, const GPtrArray *confs);

// As spool_put. Without a sink nothing is kept.
void sinks_put(Sinks *sinks, const EventFacts *facts, json_t *data, gint64 audit_seq);

Spool *sinks_spool(Sinks *sinks);

// How all are doing: of const SinkStatus *, borrowed until the next call. The array is the callee's.
const GPtrArray *sinks_status(Sinks *sinks);

// Sends a test to that sink, and to no other. ERR_NOT_FOUND names those that there are. Whether it was taken shows in
// its status.
bool sinks_test(Sinks *sinks, const char *name, const char *who, GError **error);
