// When to ask again. Pure arithmetic: exponential, with chance (so that a
// thousand clients of a dead server do not return together), and bounded;
// and what a Retry-After asks for.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    gint64 first_ms;   // the first wait; 0 = 200
    gint64 max_ms;     // no wait is longer, not even one asked for; 0 = 30000
    guint max_retries; // after these it is given up; 0 = for ever
} HttpBackoff;

// How long to wait before retry number `retry` (1 = the first). `chance` is a
// random number, for half of the wait. -1 = given up.
gint64 http_backoff_ms(const HttpBackoff *backoff, guint retry, guint32 chance);

// Reads a Retry-After: seconds, or a date compared with `wall_ms`. False if it
// is neither. Never negative.
bool http_retry_after_parse(const char *text, gint64 wall_ms, gint64 *ret_ms);
