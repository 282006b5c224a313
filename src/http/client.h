// The HTTP client: libcurl on the program's main loop, asynchronous, with
// limits on everything that comes from outside. HTTP/1.1 only, no redirects, no
// proxy from the environment, no content encodings.
//
// A call ends in exactly one callback, unless it is cancelled; callbacks come
// from the main loop, never from within a function of this header, and may call
// anything here.
//
// What went wrong is said in a sentence (what was tried, why it failed) and by
// its code:
//   ERR_INVALID      the request itself makes no sense; nothing was sent
//   ERR_UNREACHABLE  no connection; or it broke, and the request has no second
//   effect if repeated ERR_TIMEOUT      no whole answer in time, and the
//   request has no second effect if repeated ERR_UNKNOWN      sent, no whole
//   answer, and it may have had its effect: ask, do not repeat ERR_TOO_LARGE
//   the answer is over its limit and was cut off ERR_PROTOCOL     the answer is
//   no HTTP, or the TLS handshake failed
// An answer with any status, 500 too, is no error here. Sentences and logs
// never hold the query of a URL or a header's value: secrets travel in both.
//
// The client ignores SIGPIPE for the whole program if nobody else handles it.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/clock.h"

typedef struct HttpClient HttpClient;
typedef struct HttpCall HttpCall;

// Text is kept as long as the client, by copy. All may be NULL or zero.
typedef struct {
    const char *user_agent; // NULL = "signalbox"
    const char *proxy;      // URL; NULL = none, whatever the environment says
    const char *ca_file;    // PEM of the only CA trusted; NULL = the system's CAs
    const char *cert_file;  // PEM of our certificate
    const char *key_file;   // PEM of its key
    const char *pinned_key; // "sha256//…" of the server's public key
    guint connections_kept; // idle ones at most; 0 = 256; should not be below the
                            // number of targets
    guint calls_per_host;   // at once to one host:port or socket, the rest waits; 0
                            // = no limit
} HttpClientConfig;

typedef struct {
    const char *name; // NULL ends a list
    const char *value;
} HttpField;

// A response, as far as it came. Lives during the callback only.
typedef struct HttpResponse HttpResponse;

typedef struct {
    gint64 connect_us;    // until connected, with TLS; 0 on a kept connection
    gint64 first_byte_us; // until the answer's first byte; 0 if none came
    gint64 total_us;      // until the end
} HttpTiming;

// The end. `error` is NULL if there is a whole response. `response` is never
// NULL; with an error it holds what had come (status 0 = no status line).
typedef void (*HttpDoneFunc)(HttpCall *call, const HttpResponse *response, const GError *error,
                             void *data);

// The response's header is whole. False = not wanted: the call ends at once
// with ERR_CANCELLED.
typedef bool (*HttpHeadFunc)(HttpCall *call, const HttpResponse *response, void *data);

// A piece of the body, as it came.
typedef void (*HttpPieceFunc)(HttpCall *call, const char *bytes, gsize n, void *data);

// What to ask. Everything is copied (the body referenced) by http_client_send.
typedef struct {
    const char *method;       // NULL = "GET"
    const char *url;          // http or https, without user and password
    const char *socket_path;  // Unix socket to use instead of the URL's host; NULL = none
    const HttpField *headers; // ended by a NULL name; may be NULL
    const char *bearer;       // token for "Authorization: Bearer …"; may be NULL
    const char *content_type; // of the body
    GBytes *body;             // may be NULL
    bool idempotent;          // for POST and PATCH: repeating has no second effect
                              // (idempotency key)
    bool never_repeat;        // PUT and DELETE too: sent and no whole answer is ERR_UNKNOWN, and
                              // libcurl does not repeat it on a fresh connection; for what is asked
                              // after, not sent again
    gint64 connect_ms;        // limit for name, connection and TLS; 0 = 5000
    gint64 total_ms;          // limit for everything; 0 = 30000, or none if `piece` is
                              // set; -1 = none
    gint64 silence_ms;        // limit between two bytes of the answer's body; 0 = none
    gsize max_body;           // bytes; 0 = 1 MiB; with `piece`: of the whole stream, 0 = no
                              // limit
    HttpHeadFunc head;        // may be NULL
    HttpPieceFunc piece;      // if set, the body is not collected
} HttpSpec;

HttpClient *http_client_new(const Clock *clock, const HttpClientConfig *config);

// Cancels every call (no callback) and closes every connection. May be called
// from a callback.
void http_client_free(HttpClient *client);

// Starts a call; `done` is called once, later, even if the request makes no
// sense. The handle is valid until then, or until it is cancelled.
HttpCall *http_client_send(HttpClient *client, const HttpSpec *spec, HttpDoneFunc done, void *data);

// Gives a call up; no callback comes any more. What was sent may still have its
// effect.
void http_call_cancel(HttpCall *call);

// Calls under way.
guint http_client_calls(const HttpClient *client);

unsigned http_response_status(const HttpResponse *response);

// The value of the header `name` (any case), the first if there are several;
// NULL if absent. Hostile text.
const char *http_response_header(const HttpResponse *response, const char *name);

// The body; empty if there is none or it was taken in pieces. Owned by the
// response; take a reference to keep it.
GBytes *http_response_body(const HttpResponse *response);

const HttpTiming *http_response_timing(const HttpResponse *response);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpClient, http_client_free)
