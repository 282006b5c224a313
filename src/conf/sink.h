// A sink as the daemon's file declares it: who is told, of what, in which form.
#pragma once

#include "model/names.h"

typedef struct {
    char *name;
    SinkKind kind;
    char *location;     // where it stands; NULL = outside the fleet's locations
    guint topics;       // bits by Topic
    Severity severity;  // the mildest that it is told
    SinkFormat format;  // of a webhook
    char *url;          // of a webhook
    char *token_file;   // of a webhook: bearer token; NULL = none
    char *ca_file;      // of a webhook: the only CA trusted; NULL = the system's
    GPtrArray *command; // of char *: program and arguments
    char *path;         // of a file: where; of journal and syslog: their socket
    gint64 timeout_ms;  // for one delivery
    gint64 patience_ms; // failing longer than this raises an alarm
} ConfSink;

void conf_sink_free(ConfSink *sink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfSink, conf_sink_free)
