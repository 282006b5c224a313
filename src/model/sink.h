// A sink is a receiver outside: a webhook, a command, the journal, syslog, a file. It is told what happens,
// at least once and in order, so that health and history survive a location (L17). Here is how it is doing.
#pragma once

#include "model/names.h"

typedef struct {
    char *name;
    SinkKind kind;
    char *location;   // where it stands; NULL = outside the fleet's locations
    char *target;     // for people: host and path of a URL without its query, the program, the path
    gint64 delivered; // events that it has taken since the daemon started
    gint64 pending;   // events behind the newest
    gint64 oldest_ms; // when the oldest one that waits happened; 0 = none waits
    gint64 last_ok_ms;       // when it last took one; 0 = not since the daemon started
    guint failures;          // in a row
    gint64 failing_since_ms; // 0 = it takes what it is given
    gint64 next_try_ms;      // 0 = none is waited for
    gint64 dropped;          // events it never got: the queue was full, or it refused them for good
    char *detail;            // its last words on a failure; NULL
    gint64 observed_at_ms;
} SinkStatus;

SinkStatus *sink_status_new(const char *name, SinkKind kind);
void sink_status_free(SinkStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SinkStatus, sink_status_free)

// NULL if it keeps up; else a sentence on why not: it has failed for longer than `patience_ms`, or has lost events.
// No counts that change from one event to the next stand in it. The caller frees.
char *sink_status_trouble(const SinkStatus *status, gint64 patience_ms, gint64 now_ms);
