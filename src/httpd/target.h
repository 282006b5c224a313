// The request target ("/v1/groups/a%20b?limit=5") taken apart: percent-decoding, UTF-8, limits.
// Pure. Slashes divide before decoding, so an encoded one (%2F) is part of a segment, never a
// divider.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "httpd/request.h"

enum {
    HTTP_TARGET_MAX = 8192,        // bytes of the whole target
    HTTP_TARGET_SEGMENTS_MAX = 32, // segments of a path
    HTTP_TARGET_QUERY_MAX = 64,    // query parameters
};

typedef struct {
    char *path;      // as it came, without the query; valid UTF-8
    char **segments; // decoded, n_segments of them, then NULL; "/" has none
    guint n_segments;
    HttpQueryItem *query; // decoded, n_query of them
    guint n_query;
    char *arena; // holds the decoded texts
} HttpTarget;

// Parses. ERR_INVALID with a sentence for bad escapes, control characters, bad UTF-8, "." and ".."
// segments, empty segments, too many parts; ERR_TOO_LARGE over HTTP_TARGET_MAX.
bool http_target_parse(const char *raw, HttpTarget *ret_target, GError **error);
void http_target_release(HttpTarget *target);
