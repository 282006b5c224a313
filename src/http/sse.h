// A reader of server-sent events (the text/event-stream format): bytes in, as
// they come, events out. Pure: no network, no clock. Lines end in CR, LF or CR
// LF; a line that starts with a colon is a comment; several data lines are
// joined by LF; an empty line sends the event, if it has data. The last id
// stays until another comes. Lines and events have limits: over one, the reader
// stops for good, because what follows cannot be trusted to be a beginning.
#pragma once

#include <glib.h>
#include <stdbool.h>

// One event. Pointers live during the callback only; texts are as they came,
// valid UTF-8, hostile.
typedef struct {
    const char *type; // "message" if not said
    const char *id;   // the last id seen, perhaps an earlier event's; "" if none
    const char *data; // NUL-terminated
    gsize data_len;   // without the NUL
} SseEvent;

typedef struct {
    void (*event)(const SseEvent *event, void *data);
    void (*retry)(gint64 retry_ms,
                  void *data); // how long to wait before coming back; may be NULL
    void (*comment)(const char *text,
                    void *data); // also a sign of life; may be NULL
} SseCallbacks;

typedef struct {
    const SseCallbacks *callbacks;
    void *data;
    gsize max_line; // bytes
    gsize max_data; // bytes of one event's data
    GString *line;  // begun
    GString *event_data;
    GString *type;
    GString *id;    // of the event begun, or inherited
    bool has_data;  // at least one data line, perhaps an empty one
    bool after_cr;  // an LF now belongs to the line before
    guint bom_seen; // bytes of a byte order mark at the start, 0 to 3; 4 = past
                    // the start
    bool failed;
} SseReader;

// `callbacks` is kept, not copied. Zero limits: 1 MiB each.
void sse_reader_init(SseReader *reader, gsize max_line, gsize max_data,
                     const SseCallbacks *callbacks, void *data);
void sse_reader_release(SseReader *reader);

// Takes the next `n` bytes, cut anywhere. ERR_TOO_LARGE over a limit,
// ERR_PROTOCOL for text that is not UTF-8; then nothing more is taken. The
// callbacks must not touch the reader.
bool sse_reader_feed(SseReader *reader, const char *bytes, gsize n, GError **error);
