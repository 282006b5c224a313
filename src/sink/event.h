// What sinks are told: a CloudEvent (version 1.0, JSON) in one line. Besides the standard's attributes it has three
// extensions: `topic`, `severity`, and `sequence`, which only ever grows, so that a receiver can put
// repeated and missing ones in order.
#pragma once

#include "model/names.h"
#include "wire/json.h"

enum { SINK_EVENT_MAX = 512 * 1024 }; // bytes of one; larger data is left out, and said to be

typedef struct {
    Topic topic;
    Severity severity;
    const char *id;      // unique for this source; NULL = from the sequence
    const char *type;    // "signalbox.alarm.raised"
    const char *subject; // "location/westeurope"
    gint64 at_ms;
} EventFacts;

typedef struct {
    guint64 seq; // in the queue
    Topic topic;
    Severity severity;
    gint64 at_ms;
    char *type;
    char *subject;
    char *json; // the whole event, one line without its end
} SinkEvent;

// The event of that place in the queue, as text. `data` is taken. The caller frees.
char *event_format(const EventFacts *facts, const char *source, guint64 seq, json_t *data);

// What event_format wrote. NULL with ERR_CORRUPT. The caller frees.
SinkEvent *sink_event_parse(guint64 seq, const char *json, gsize size, GError **error);
// "alarm.raised location/westeurope: West Europe is down", for a log's reader. The caller frees.
char *sink_event_words(const SinkEvent *event);
void sink_event_free(SinkEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SinkEvent, sink_event_free)
