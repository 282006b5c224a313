// The HTTP server of the daemon and of the practice region: libmicrohttpd on the program's own main
// loop, with no thread of its own. A server has one table of routes and any number of listeners,
// each with limits of its own, so that a flood on TCP cannot lock an operator out of the Unix
// socket.
//
// A request is handed to its route's handler only when it is whole: decoded, within limits, valid
// UTF-8. The handler answers at once, or keeps the request and answers later (request.h), or turns
// it into a stream (stream.h). What is wrong before a handler is reached (404, 405, 413 …) the
// server answers itself, through the `refuse` hook if one is given.
//
// Time limits: a header or a body that trickles in is cut off, an idle connection is closed, a
// reader that takes nothing for `idle_ms` is cut off. Streams may be silent for ever.
//
// The server ignores SIGPIPE for the whole program if nobody else handles it.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/clock.h"
#include "httpd/request.h"
#include "httpd/route.h"
#include "httpd/stream.h"

typedef struct HttpServer HttpServer;

// What one listener puts up with. A zero means the default in brackets; -1 means without limit.
typedef struct {
    int connections;        // open at once [256]; one more is answered 503 and closed
    int connections_per_ip; // from one address, TCP only [without limit]; one more is closed
    int header_ms;          // from the connection to a whole request header [10000]
    int body_ms;            // from the header to the end of the body [30000]
    int idle_ms;            // without a byte while one is awaited; between two requests [30000]
    int reply_ms;           // for taking a whole answer that is no stream [120000]
    int memory;             // bytes for header and send buffer of one connection [8192]
} HttpLimits;

// What the access log gets to know, when a request is over. Pointers live during the call only.
typedef struct {
    const HttpRequest *request; // for its id, method, path, peer; never the Authorization header
    unsigned status;            // as answered; 0 if the connection went before an answer
    gsize body_bytes;           // received
    gint64 duration_ms;         // from the whole header to the end of the answer
    bool cut_off;               // the answer did not get through
} HttpAccess;

// Optional hooks; `data` is the server's.
typedef struct {
    // The route is known and the header whole, the body not yet read: the place to ask who it is.
    // False = refused; then it has answered by http_request_reply.
    bool (*guard)(HttpRequest *request, void *data);

    // Must answer `request` with `status`; `sentence` says why. For one look of all errors.
    void (*refuse)(HttpRequest *request, unsigned status, const char *sentence, void *data);

    // Called once a request, when it is over.
    void (*access)(const HttpAccess *access, void *data);

    // A new id for a request; the server frees it. Without this hook: a running number.
    char *(*new_id)(void *data);
} HttpHooks;

typedef struct {
    const HttpRoute *routes; // static table, ended by a row without a method; kept, not copied
    const Clock *clock;      // for the time limits
    HttpHooks hooks;         // all may be NULL
    gsize max_body;          // bytes of a request's body; 0 = 1 MiB; a row may say otherwise
    void *data;              // handed to handlers and hooks
} HttpServerConfig;

// Makes a server that listens nowhere yet. Asserts that the routes are well-formed.
HttpServer *http_server_new(const HttpServerConfig *config);

// Closes everything at once: streams end, open requests are answered 503 as far as that goes
// without waiting, sockets close, socket files are removed. Requests still held by handlers stay
// valid until they are answered into nothing. Not from within a handler or hook.
void http_server_free(HttpServer *server);

// Listens on a Unix socket with permission bits `mode` (0600 if 0). A socket file on which nobody
// answers is replaced; one that is alive is ERR_BUSY. `limits` may be NULL.
bool http_server_listen_unix(HttpServer *server, const char *path, mode_t mode,
                             const HttpLimits *limits, GError **error);

// Listens on a numeric address and port; port 0 takes a free one, which `ret_port` (may be NULL)
// tells.
bool http_server_listen_tcp(HttpServer *server, const char *address, guint16 port,
                            const HttpLimits *limits, guint16 *ret_port, GError **error);

// Stops listening, ends every stream after what is queued, answers new requests 503. What is being
// answered goes on. Once http_server_connections is 0, or patience is over: http_server_free.
void http_server_drain(HttpServer *server);

// Connections open now, on all listeners.
guint http_server_connections(const HttpServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)
