// What the tests of http/ and httpd/ share: a client and a server in one process on one main loop, waiting
// for conditions with a bound, and a raw peer that behaves as badly as a script says.
#pragma once

#include "http/client.h"
#include "httpd/listen.h"
#include "httpd/server.h"

// The machine may stand still for seconds, with client and server on it: whoever expects an answer has this patience.
enum { LOOP_BOUND_MS = 60000 };

// Runs the main loop until `*flag` (or `*count >= n`); fails the test after LOOP_BOUND_MS.
void loop_until(const bool *flag);
void loop_until_count(const guint *count, guint n);

// Runs the main loop until `server` has `n` connections; fails the test after LOOP_BOUND_MS.
void loop_until_connections(const HttpServer *server, guint n);

// Runs the main loop as long as it has something to do, and at least `ms`.
void loop_for(gint64 ms);

// A private directory, removed with what is in it by dir_remove.
char *dir_make(void);
void dir_remove(char *dir);

// What a call came to.
typedef struct {
    bool done;
    unsigned status;
    char *body;
    gsize body_len;
    char *content_type;
    char *header; // of the name asked for in `want`
    const char *want;
    HttpTiming timing;
    GError *error;
} Answer;

void answer_done(HttpCall *call, const HttpResponse *response, const GError *error, void *answer);
void answer_clear(Answer *answer);

// Sends and waits, with patience where `spec` says nothing. The answer must be cleared.
Answer ask(HttpClient *client, const HttpSpec *spec);
Answer ask_get(HttpClient *client, const char *url, const char *socket_path);

// Asserts that the call failed with `code` and that its sentence holds `word`.
void answer_assert_failed(const Answer *answer, gint code, const char *word);

// A server without manners: sends what its script says when it is asked something, then closes or holds.
typedef struct {
    const char *say;  // may be NULL
    const char *more; // after it, `repeat` times
    guint repeat;
    bool hold;    // keep the connection open afterwards
    bool no_wait; // speak before anything was asked
    bool reset;   // close by a reset
    bool
        keep_first; // answers the first request of a connection whole and keeps it; the script comes then
} BadScript;

typedef struct {
    int fd;
    guint16 port;
    const BadScript *script;
    guint source;
    guint connections;
    guint requests; // times that request bytes came
    GPtrArray *peers;
} BadServer;

void bad_server_init(BadServer *server, const BadScript *script);
// Closes every connection that is open.
void bad_server_hang_up(BadServer *server);
void bad_server_release(BadServer *server);

// A port where nobody listens, and nobody else can: whoever connects is refused.
int raw_bind(guint16 *ret_port);

// A connected raw socket.
int raw_connect(guint16 port);
int raw_connect_unix(const char *path);
void raw_send(int fd, const char *text);

// Reads what is there; `text` may be NULL. False once the other side has closed.
bool raw_read_some(int fd, GString *text);

// Reads on the side of the loop until the other side closes; fails the test after LOOP_BOUND_MS. NUL-terminated.
char *raw_read_all(int fd);

// Reads on the side of the loop until `needle` has come; fails the test after LOOP_BOUND_MS.
char *raw_read_until(int fd, const char *needle);
