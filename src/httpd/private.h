// What the files of httpd/ share and nobody else sees.
//
// server.c    configuration, starting and stopping listeners
// listener.c  one libmicrohttpd daemon as a source of the main loop: accepting, running, time
// limits exchange.c  libmicrohttpd's callbacks: a request from its first line to its end request.c
// what handlers may ask of a request, and the answer stream.c    answers without an end
//
// A connection carries one exchange after another. libmicrohttpd owns the sockets and calls us back
// only from within MHD_run; a connection that waits for its handler or has nothing to send is
// "suspended" there.
#pragma once

#include <microhttpd.h>

#include "httpd/listen.h"
#include "httpd/server.h"
#include "httpd/target.h"

typedef struct HttpListener HttpListener;
typedef struct HttpConn HttpConn;

struct HttpServer {
    HttpServerConfig config;
    GPtrArray *listeners; // HttpListener *, owned
    GQueue owed;          // HttpRequest *: handed out and not yet answered
    GQueue streams;       // HttpStream *: connected ones
    guint64 next_id;      // for requests, without the hook
    bool draining;        // no new work
};

struct HttpListener {
    HttpServer *server;
    HttpListen listen;
    HttpLimits limits; // no zeroes left
    struct MHD_Daemon *mhd;
    GSource *source;
    gpointer mhd_tag;    // of libmicrohttpd's epoll descriptor in the source
    gpointer accept_tag; // of the listening socket; NULL once it is closed
    gpointer gone_tag;   // of gone_fd
    int gone_fd;  // epoll of suspended streams' sockets: tells that the other side has hung up
    GQueue conns; // HttpConn *
    gint64 next_reap_ms; // when the next time limit may run out; 0 = none
    gint64 accept_at_ms; // accepting rests until then (no descriptors left); 0 = it does not
    bool resumed;        // a connection was resumed: libmicrohttpd must run again
};

struct HttpConn {
    HttpListener *listener;
    int fd; // libmicrohttpd's
    HttpPeer peer;
    HttpRequest *request; // now being received or answered; NULL between two
    gint64 deadline_ms;   // then the connection is cut; 0 = never
    GList link;           // in listener->conns
};

struct HttpRequest {
    HttpServer *server;          // NULL once the server is gone
    HttpConn *conn;              // NULL once the connection is gone
    struct MHD_Connection *mhd;  // NULL once the connection is gone
    HttpStream *stream;          // the answer, if it is one
    struct MHD_Response *answer; // not yet queued
    char *id;
    char *raw_target; // as received
    char *method;     // NULL until the header is whole
    HttpTarget target;
    HttpMatch match;
    HttpPeer peer;
    GByteArray *body;
    GBytes *body_bytes; // the body, once whole
    gsize max_body;
    gsize received;  // bytes of the body that came, kept or not
    unsigned status; // of the answer; 0 = none yet
    gint64 start_ms; // when the header was whole
    bool handed_out; // the handler has been called
    bool owing;      // … and has not answered yet, for all it knows
    bool by_server;  // the server answers in its place
    bool answered;   // by reply or stream
    bool queued;     // the answer is libmicrohttpd's affair
    bool suspended;
    int refs;   // one for libmicrohttpd, one for the answer owed
    GList link; // in server->owed
    void *data;
    GDestroyNotify free_data;
};

struct HttpStream {
    HttpRequest *request; // NULL once the connection is gone
    const HttpStreamCallbacks *callbacks;
    void *data;
    GQueue queue; // GBytes *
    gsize offset; // of the first one, already sent
    gsize queued; // bytes waiting
    gsize max_queue;
    bool refused; // a send did not fit; until the queue is empty none does
    bool ended;   // nothing more is taken; when the queue is empty, it is over
    bool orphan;  // its owner wants no callback any more
    bool gone;    // the other side has hung up
    bool finite;  // a part of it must not look whole
    bool closing; // `closed` is being called
    guint idle;   // source that reports a stream that was never connected
    GList link;   // in server->streams
};

// listener.c
HttpListener *http_listener_new(HttpServer *server, HttpListen *listen, const HttpLimits *limits,
                                GError **error);
void http_listener_free(HttpListener *listener);
void http_listener_stop_accepting(HttpListener *listener);
void http_listener_run(HttpListener *listener);

// Cuts `conn` off `ms` from now unless told otherwise meanwhile; negative = never.
void http_conn_set_deadline(HttpConn *conn, gint64 ms);
void http_conn_resume(HttpRequest *request);

// exchange.c: the four callbacks of libmicrohttpd; `cls` is the HttpListener.
void *http_exchange_on_uri(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result http_exchange_on_call(void *cls, struct MHD_Connection *mhd, const char *url,
                                      const char *method, const char *version, const char *data,
                                      size_t *data_size, void **con_cls);
void http_exchange_on_completed(void *cls, struct MHD_Connection *mhd, void **con_cls,
                                enum MHD_RequestTerminationCode why);
void http_exchange_on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                                 enum MHD_ConnectionNotificationCode what);

// request.c
void http_request_unref(HttpRequest *request);
// Answers with the server's own words, through the hook if there is one.
void http_request_refuse(HttpRequest *request, unsigned status, const char *sentence);

// stream.c
HttpStream *http_stream_new(gsize max_queue, const HttpStreamCallbacks *callbacks, void *data);
struct MHD_Response *http_stream_attach(HttpStream *stream, HttpRequest *request);
void http_stream_report_unconnected(HttpStream *stream); // there never was a connection
void http_stream_detach(HttpStream *stream);             // the connection is going
void http_stream_finish(HttpStream *stream);  // no more bytes; ends when the queue is empty
void http_stream_hang_up(HttpStream *stream); // the other side has hung up
