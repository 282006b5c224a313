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

typedef struct {
    const Clock *clock;
    const IdSource *ids;
    GPtrArray *endpoints; // of Endpoint *; borrowed
    const char *token;    // for TCP endpoints; NULL = none; copied
    const char *journal;  // directory; NULL = the default
    bool follow;          // keep the picture up by the event stream; false: one snapshot is enough
    // The picture or the link has changed. Not called from within a function of this header.
    void (*changed)(gpointer data);
    // The fate of a sign-off is known now (also of one from an earlier session).
    void (*fate)(const JournalEntry *entry, gpointer data);
    gpointer data;
} ClientConfig;

// ERR_* if the journal cannot be opened. Starts nothing.
Client *client_new(const ClientConfig *config, GError **error);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

// Begins to connect, and asks after what the journal does not know.
void client_start(Client *client);
// Fetches everything again.
void client_reload(Client *client);

const Picture *client_picture(const Client *client);
// What is in the journal and not settled: of JournalEntry *.
const GPtrArray *client_unsettled(const Client *client);

// `json` is the answer's body (borrowed, NULL if it has none) and `text` the same as it came; with `error` set both
// may be NULL. ERR_UNKNOWN: it may have happened; REFUSAL_*: the backend said no.
typedef void (*ClientDone)(json_t *json, const char *text, const GError *error, gpointer data);

// Tries the endpoints in turn until one knows who we are, 2 s at most for each; the answer is its whoami. For
// those who do not want the whole picture.
void client_connect(Client *client, ClientDone done, gpointer data);

// Asks the endpoint in use (or the first that answers). `path` begins with "/".
void client_get(Client *client, const char *path, ClientDone done, gpointer data);

// Sends `body` (taken; may be NULL). POSTs carry an idempotency key of their own, so that a broken line is no
// second proposal. `revision` is for If-Match; 0 = none.
void client_post(Client *client, const char *path, json_t *body, guint64 revision, ClientDone done,
                 gpointer data);

// Journals and sends a sign-off; makes its id if it has none. `done` is called with the answer. Its fate comes
// through the config's `fate` too. ERR_NO_SPACE or ERR_INTERNAL: not journalled, so not sent.
void client_sign(Client *client, const SignOff *signoff, ClientDone done, gpointer data);

// Tells who looks at what; NULL = nothing any more. Repeats itself while it stays the same.
void client_watch(Client *client, const char *operation);
