// The routes table: one row an endpoint. Matching is pure: segments of a decoded path against
// patterns.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "httpd/request.h"

enum { HTTP_VARS_MAX = 8 };

typedef enum {
    HTTP_ROUTE_NOCASE = 1 << 0, // literal segments match in any case (ARM's paths)
    HTTP_ROUTE_OPEN = 1 << 1,   // for the user's guard: anybody may; the server itself ignores it
} HttpRouteFlags;

struct HttpRoute {
    const char *method;  // "GET" answers HEAD too; NULL ends the table
    const char *pattern; // "/v1/groups/{g}/workloads"; a last "{rest*}" takes what remains, slashes
                         // included
    void (*handler)(HttpRequest *request, void *data); // data = HttpServerConfig.data
    unsigned flags;                                    // HttpRouteFlags
    gsize max_body;                                    // bytes; 0 = the server's
    const void *arg; // the row's own, for handlers that serve several rows
};

// Variables of a match: names point into the pattern (not NUL-terminated), values are owned.
typedef struct {
    const char *name;
    gsize name_len;
    char *value;
} HttpVar;

typedef struct {
    const HttpRoute *route; // NULL: no row has this path and method
    HttpVar vars[HTTP_VARS_MAX];
    guint n_vars;
    char *allow; // "GET, HEAD, POST": set if rows have the path but not the method; NULL = none has
                 // the path
} HttpMatch;

// True if `route`'s pattern is one that can match: asserted when a server starts.
bool http_route_is_valid(const HttpRoute *route);

// Finds the row for `method` and the decoded `segments`. Where several match, the one whose first
// differing segment is literal wins, so /audit/head comes before /audit/{id}.
void http_match_init(HttpMatch *match, const HttpRoute *routes, const char *method,
                     const char *const *segments, guint n_segments);
void http_match_release(HttpMatch *match);
