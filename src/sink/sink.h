// One sink: takes the queue's events in order, at its own pace. A delivery that fails is tried again, after waits that
// grow to a minute; what the receiver refuses for good is left out after a few tries, and counted.
#pragma once

#include "model/sink.h"
#include "sink/spool.h"
#include "sink/transport.h"

typedef struct Sink Sink;

typedef struct {
    const Clock *clock;
    const Log *log;
    Spool *spool;
    void (*changed)(gpointer data); // its status has
    gpointer data;
} SinkConfig;

// `conf` is borrowed for its life. It begins where it was, when sink_wake is called. A sink that cannot be opened
// (its token is gone) is there and says so, and tries again.
Sink *sink_new(const ConfSink *conf, const SinkConfig *config);

// What is under way is given up: it comes again, from the queue.
void sink_free(Sink *sink);

// There may be something new.
void sink_wake(Sink *sink);

// Owned by the sink, brought up to date by this call.
const SinkStatus *sink_status(Sink *sink);

const ConfSink *sink_conf(const Sink *sink);
