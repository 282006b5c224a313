// The console's line to the backend: endpoints tried in turn, the picture kept up by snapshot and deltas,
// what people ask sent with an answer of three values (done, refused, not known), sign-offs journalled
// before they are sent. It reconnects for ever; the last picture stays meanwhile.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "client/endpoint.h"
#include "client/journal.h"
#include "model/picture.h"
#include "wire/json.h"

typedef struct Client Client;

// How long is waited for what, in milliseconds. What is not found of a sign-off is lost: so long after our own attempt
// has ended, or after another session sent it, as the journal tells; and sure_ms after it was not found first.
typedef struct {
    gint64 hedge_ms;   // without an answer for so long, the next endpoint is asked too
    gint64 connect_ms; // a closed port answers at once; a black hole must not cost more
    gint64 head_ms;    // until an answer begins
    gint64 answer_ms;  // until an answer to a question is whole
    gint64 silence_ms; // between two signs of life on a stream
    gint64 sure_ms;
    gint64 sure_other_ms;
} ClientWaits;

// The usual ones. A process that accepts and says nothing is told within 2 s; heartbeats come every 2 s.
extern const ClientWaits CLIENT_WAITS;

typedef struct {
    const Clock *clock;
    const IdSource *ids;
    GPtrArray *endpoints;     // of Endpoint *; borrowed
    const char *journal;      // directory; NULL = the default
    const ClientWaits *waits; // borrowed; NULL = the usual ones
    bool follow; // keep the picture up by the event stream; false: one snapshot is enough
    // The picture or the link has changed. Not called from within a function of this header.
    void (*changed)(gpointer data);
    // The fate of a sign-off is known now (also of one from an earlier session). NULL: fates are not asked
    // after by themselves, so that none is settled unseen.
    void (*fate)(const JournalEntry *entry, gpointer data);
    // A file of the journal cannot be read: a sentence. NULL: not told.
    void (*trouble)(const char *sentence, gpointer data);
    gpointer data;
} ClientConfig;

// ERR_* if the journal cannot be opened. Starts nothing.
Client *client_new(const ClientConfig *config, GError **error);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

// Begins to connect, and asks after what the journal does not know (of sign-offs that were sent to one of
// these endpoints). Once.
void client_start(Client *client);
// Fetches everything again.
void client_reload(Client *client);

const Picture *client_picture(const Client *client);
// Why the last round over all endpoints gave no picture: REFUSAL_* if one of them said no (who we are is not
// known there), else ERR_UNREACHABLE with what was tried. NULL: there is a picture, or the first round is
// not over. The client goes on trying.
const GError *client_failure(const Client *client);
// What is in the journal and not settled: of JournalEntry *.
const GPtrArray *client_unsettled(const Client *client);

// `json` is the answer's body (borrowed) and `text` the same as it came; with `error` set both may be NULL.
// ERR_UNKNOWN: it may have happened; REFUSAL_*: the backend said no; ERR_PROTOCOL: what answered is no
// backend. Called once, unless the client is freed before.
typedef void (*ClientDone)(json_t *json, const char *text, const GError *error, gpointer data);

// Asks the endpoints, each a moment after the one before, until one knows who we are; the answer is its whoami,
// or within 2 s the first refusal, or ERR_UNREACHABLE with what was tried. For those who do not want the
// whole picture. One at a time.
void client_connect(Client *client, ClientDone done, gpointer data);

// Asks the endpoint in use. `path` begins with "/". The answer must be JSON.
void client_get(Client *client, const char *path, ClientDone done, gpointer data);
// The same for an answer that need not be JSON (then `json` is NULL).
void client_get_text(Client *client, const char *path, ClientDone done, gpointer data);

// Sends `body` (taken; may be NULL). POSTs carry an idempotency key of their own, so that a broken line is no
// second proposal. `revision` is for If-Match; 0 = none.
void client_post(Client *client, const char *path, json_t *body, guint64 revision, ClientDone done,
                 gpointer data);

// Journals and sends a sign-off; makes its id if it has none. `done` is called with the answer: ERR_UNREACHABLE
// means that it was certainly not sent. Its fate comes through the config's `fate` too. ERR_NO_SPACE or
// ERR_INTERNAL: not journalled, so not sent (`done` is called at once then).
void client_sign(Client *client, const SignOff *signoff, ClientDone done, gpointer data);

// Asks what became of a sign-off, whoever sent it: the answer is the sign-off as recorded, or
// REFUSAL_NOT_FOUND (it is not there now; one that was just sent may still come).
void client_find_signoff(Client *client, const char *operation, const char *id, ClientDone done,
                         gpointer data);

// Tells who looks at what; NULL = nothing any more. Repeats itself while it stays the same.
void client_watch(Client *client, const char *operation);
