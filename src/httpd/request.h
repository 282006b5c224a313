// One request as a handler sees it: whole, decoded, within limits. Every text it gives is valid
// UTF-8 without control characters, and still hostile: escape it before it reaches a terminal or a
// log.
//
// Each request is answered exactly once, by http_request_reply or http_request_stream: at once in
// the handler, or later. Until then the pointer is valid, even if the client has gone or the server
// has been freed meanwhile (the answer then goes nowhere); after it, the pointer is not to be used
// again.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct HttpRequest HttpRequest;
typedef struct HttpRoute HttpRoute;

typedef struct {
    bool local;       // over a Unix socket: uid, gid and pid are the kernel's word
    uid_t uid;        // (uid_t)-1 if not local
    gid_t gid;        // (gid_t)-1 if not local
    pid_t pid;        // 0 if not local or not known
    char address[64]; // "127.0.0.1:4711", "[::1]:4711"; "unix" if local
} HttpPeer;

typedef struct {
    const char *name; // NULL ends a list
    const char *value;
} HttpHeader;

typedef struct {
    const char *name;  // decoded
    const char *value; // decoded; "" without "="
} HttpQueryItem;

// The request's id, as given by the server's hook; also sent back as X-Request-Id.
const char *http_request_id(const HttpRequest *request);

// "GET", "HEAD" (handled by GET's handler; the body of the answer is dropped), "POST" …
const char *http_request_method(const HttpRequest *request);

// The path as it came, percent signs and all; for logs. Without the query.
const char *http_request_path(const HttpRequest *request);

// The row of the routes table that matched; NULL in a refusal before that.
const HttpRoute *http_request_route(const HttpRequest *request);

// The path variable `{name}`, decoded, never empty; NULL if the route has none of that name.
const char *http_request_var(const HttpRequest *request, const char *name);

// The query parameter `name`, the first if there are several; NULL if absent.
const char *http_request_query(const HttpRequest *request, const char *name);

// All query parameters, in order.
const HttpQueryItem *http_request_query_items(const HttpRequest *request, guint *ret_n);

// The header `name` (any case); NULL if absent, or if the connection has gone.
const char *http_request_header(const HttpRequest *request, const char *name);

// The body; empty if there was none, never NULL. The request owns it.
GBytes *http_request_body(const HttpRequest *request);

const HttpPeer *http_request_peer(const HttpRequest *request);

// True if a local peer's process belongs to group `gid`, as its own or a supplementary one.
bool http_request_peer_in_group(const HttpRequest *request, gid_t gid);

// A pointer of the handlers' and hooks' own (who the guard found this to be …). `free_func` may be
// NULL.
void http_request_set_data(HttpRequest *request, void *data, GDestroyNotify free_func);
void *http_request_data(const HttpRequest *request);

// Answers. `body` may be NULL (empty) and is referenced, not copied: the same bytes can go to any
// number of clients. `headers` (may be NULL) is a list ended by a NULL name; all strings are
// copied. Consumes the request.
void http_request_reply(HttpRequest *request, unsigned status, const char *content_type,
                        GBytes *body, const HttpHeader *headers);

// As above, with a NUL-terminated text of which a copy is made.
void http_request_reply_text(HttpRequest *request, unsigned status, const char *content_type,
                             const char *text);
