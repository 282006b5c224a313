// What the files of client/ share:
//   client.c    the client's life, presence
//   ask.c       one question, one answer
//   search.c    an endpoint that answers, for those who do not want the picture
//   link.c      rounds over the endpoints; snapshot.c and events.c fill the picture through it
//   sign.c      sign-offs: journalled, sent, asked after until their fate is known
#pragma once

#include "client/client.h"
#include "http/client.h"
#include "http/ndjson.h"
#include "http/sse.h"

enum { LINE_MAX_BYTES = 4 * 1024 * 1024 };

typedef struct Search Search;
typedef struct Question Question;

struct Client {
    ClientConfig config;
    HttpClient *http;
    Picture *picture;
    Journal *journal;
    GPtrArray *unsettled; // of JournalEntry *
    GPtrArray *questions; // of Question *: open, so that none is leaked when the client goes
    Search *search;       // NULL = none under way

    // ---- link ----
    guint current;       // index of the endpoint in use, or to be tried first
    guint first;         // with which this round began
    guint tried;         // endpoints tried in this round
    guint rounds;        // without success
    guint restarts;      // of the stream since it last lived for a while
    GPtrArray *attempts; // of Attempt *: snapshots under way
    Picture *next;     // filled by a snapshot while an older picture stays; NULL = filled in place
    GString *troubles; // what was tried in this round, and why not
    GError *refusal;   // an endpoint of this round that answered with a no
    GError *failure;   // of the whole round; NULL = there is a picture, or it is being tried
    guint retry;       // timer
    guint hedge;       // timer
    guint told;        // idle source that calls `changed`

    // ---- events ----
    HttpCall *events; // NULL = no stream
    SseReader sse;
    GString *words;       // of an answer that is a no
    guint head_timer;     // until the stream's answer begins
    gint64 live_since_ms; // monotonic; 0 = this stream has not begun
    bool resumed;         // it was taken up again once since it last lived for a while

    // ---- fates ----
    guint settling;  // timer
    guint settle_ms; // until the next round of asking

    // ---- presence ----
    char *watching;
    guint presence; // timer
};

const Endpoint *client_endpoint(const Client *client, guint index);

// Calls `changed` soon, once.
void client_tell(Client *client);

// ---- ask.c ----

typedef struct {
    json_t *json;        // borrowed; NULL = none
    const char *text;    // as it came
    const GError *error; // NULL = answered with 2xx
    bool never_sent;     // with `error`: it certainly did not reach anybody
} Answer;

typedef void (*AnswerFunc)(const Answer *answer, gpointer data);

typedef struct {
    const char *method;
    const char *path;
    json_t *body; // borrowed; NULL = none
    guint64 revision;
    const char *key;
    gint64 limit_ms;   // 0 = the usual answer_ms
    guint endpoint;    // index
    bool as_it_comes;  // the answer need not be JSON
    bool never_repeat; // http/client.h
} Ask;

// Asks; `func` is called once, later, unless the question is dropped or the client freed before: then `drop`
// (may be NULL) gets the data.
Question *question_send(Client *client, const Ask *ask, AnswerFunc func, GDestroyNotify drop,
                        gpointer data);
void question_drop(Question *question);

// ---- search.c ----

void search_free(Search *search);

// ---- link.c ----

void link_start(Client *client);
void link_stop(Client *client);

// As link_start, but not at once if that was done a moment ago: a backend that breaks off each time must
// not be asked in circles.
void link_restart(Client *client);

// The next endpoint of this round; when all were tried, a pause.
void link_try_next(Client *client);

// Notes why `endpoint` did not do. NULL: it does.
void link_note(Client *client, guint endpoint, const char *why);
void link_show(Client *client, guint endpoint);
void link_heard(Client *client);

// A whole snapshot has come.
void link_has_picture(Client *client, guint64 revision);

// The words of an answer that is no 200: the problem's sentence if it holds one. A new error.
GError *link_error(unsigned status, const char *body, gsize size);

// ---- snapshot.c ----

void snapshot_ask(Client *client, guint endpoint);
bool snapshot_has_begun(const Client *client);
// For the array of attempts.
void attempt_free(gpointer attempt);

// ---- events.c ----

void events_start(Client *client);
void events_stop(Client *client);

// ---- sign.c ----

void sign_read_journal(Client *client);
// Asks after every sign-off whose fate is not known: at once, or in a while.
void sign_settle_now(Client *client);
void sign_settle_soon(Client *client);

// ---- delta.c ----

// Takes one line's JSON text into `picture`. False with the reason if it cannot be read.
bool delta_take(Picture *picture, const char *text, gsize n, guint64 *ret_end, bool *ret_reload,
                GError **error);
