// What the files of http/ share and nobody else sees.
//
// client.c    the loop: sockets, timer, deliveries, life
// call.c      one call: from a spec to a libcurl handle, what libcurl hands
// back, the end response.c  what came failure.c   libcurl's result and ours as
// a code and a sentence
//
// libcurl must not be called back from its own callbacks. So those only take
// notes on the call and put it on the client's `ready` queue; users hear of it
// after libcurl has returned.
#pragma once

#include <curl/curl.h>

#include "http/client.h"

struct HttpResponse {
    unsigned status;
    GString *headers; // name NUL value NUL …
    GByteArray *body; // being collected
    GBytes *bytes;    // the body, at the end
    HttpTiming timing;
};

// Why we ended a call ourselves.
typedef enum {
    CUT_NOT,
    CUT_BODY,     // larger than its limit
    CUT_HEADER,   // larger than ours
    CUT_UNWANTED, // the head callback said no
    CUT_SILENCE,  // no byte for too long
    CUT_WAITED,   // its turn did not come in time
} HttpCut;

struct HttpClient {
    const Clock *clock;
    HttpClientConfig config; // owns its texts
    CURLM *multi;
    int epoll_fd; // libcurl's sockets
    GSource *source;
    gpointer tag;
    gint64 timer_at_ms;  // when libcurl wants to be called; 0 = never
    gint64 limits_at_ms; // when the first of our own limits may run out; 0 = none
    GQueue calls;        // HttpCall *: all
    GQueue ready;        // HttpCall *: something to tell their users
    GHashTable *lanes;   // host → Lane: counts calls, holds those that wait; unused
                         // without a limit
    GPtrArray *spare;    // CURL *: handles without a call
    HttpCall *telling;   // whose callback runs; NULL if that call was cancelled in it
    bool closed;         // freed by its user, still in a callback
    int refs;
};

struct HttpCall {
    HttpClient *client;
    CURL *easy; // NULL before it starts and after it has ended
    HttpDoneFunc done;
    HttpHeadFunc head;
    HttpPieceFunc piece;
    void *data;
    char *method;
    char *url;
    char *shown; // "GET http://host/path", for sentences: without the query
    char *socket_path;
    char *lane; // NULL = not counted
    struct curl_slist *fields;
    GBytes *upload;
    bool idempotent;
    gint64 connect_ms;
    gint64 total_ms; // -1 = none
    gint64 silence_ms;
    gsize max_body; // 0 = no limit
    gint64 start_ms;
    gint64 last_byte_ms;
    HttpResponse response;
    gsize received;    // bytes of the body
    GByteArray *inbox; // pieces to be told
    bool head_whole;   // status and headers are there
    bool head_told;
    bool finished; // nothing more comes
    HttpCut cut;
    GError *error; // how it ended
    char curl_words[CURL_ERROR_SIZE];
    GList link;       // in client->calls
    GList ready_link; // in client->ready, if data is set
    GList lane_link;  // waiting for its turn, if data is set
};

// client.c
void http_client_make_ready(HttpCall *call);
CURL *http_client_take_handle(HttpClient *client);
void http_client_give_handle(HttpClient *client, CURL *easy);

// call.c
HttpCall *http_call_new(HttpClient *client, const HttpSpec *spec, HttpDoneFunc done, void *data);
void http_call_free(HttpCall *call);
// Hands the call to libcurl. On failure the call is finished with its error.
void http_call_start(HttpCall *call);
// libcurl is done with it.
void http_call_finish(HttpCall *call, CURLcode result);
// We are done with it.
void http_call_cut(HttpCall *call, HttpCut cut);
// When its next own limit runs out; 0 = it has none.
gint64 http_call_limit_at(const HttpCall *call);

// response.c
void http_response_init(HttpResponse *response);
void http_response_release(HttpResponse *response);
// Takes note of one header line as libcurl hands it over. False over our limit.
bool http_response_take_line(HttpResponse *response, const char *line, gsize n);

// failure.c
GError *http_failure_of(const HttpCall *call, CURLcode result);
