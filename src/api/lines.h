// Objects as they are sent, serialised once: most of what is asked for is the same from one question to the next. A line
// is a delta (wire/delta.h) with a line feed; the object within it is what lists hold.
//
// What is kept must be dropped when the object changes: the engine tells, event_hub_note drops. No more than
// LINES_BYTES_MAX are kept: a fleet of a hundred thousand workloads has a hundred megabytes of lines, and making one
// anew costs a few microseconds.
#pragma once

#include "wire/delta.h"

enum { LINES_BYTES_MAX = 16 * 1024 * 1024 };

typedef struct LineCache LineCache;

// Empty. What it has given out stays good when it is freed.
LineCache *line_cache_new(void);
void line_cache_free(LineCache *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineCache, line_cache_free)

// `{"kind":"group","key":"payments","object":{…}}` and a line feed. A new reference.
GBytes *line_cache_get(LineCache *lines, DeltaKind kind, gconstpointer object);

// The object alone, without a line feed: a part of the line, borrowed from it.
const char *line_object(GBytes *line, gsize *ret_length);

// The object of that key has changed, or is gone.
void line_cache_drop(LineCache *lines, DeltaKind kind, const char *key);

// Everything has.
void line_cache_clear(LineCache *lines);
