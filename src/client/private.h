// What the files of client/ share.
#pragma once

#include "client/client.h"
#include "http/client.h"
#include "http/ndjson.h"
#include "http/sse.h"

typedef struct Attempt Attempt;

struct Client {
    ClientConfig config;
    char *token;
    HttpClient *http;
    Picture *picture;
    Journal *journal;
    GPtrArray *unsettled; // of JournalEntry *

    // ---- link ----
    guint current;       // index of the endpoint in use, or to be tried first
    GPtrArray *attempts; // of Attempt *: snapshots under way
    HttpCall *events;    // NULL = no stream
    SseReader sse;
    Picture *next; // filled by a snapshot while an older picture stays; NULL = filled in place
    guint tried;   // endpoints tried in this round
    guint rounds;  // rounds without success
    guint retry;   // timer
    guint hedge;   // timer
    guint told;    // idle source that calls `changed`

    // ---- presence ----
    char *watching;
    guint presence; // timer
};

const Endpoint *client_endpoint(const Client *client, guint index);

// Calls `changed` soon, once.
void client_tell(Client *client);

// For the array of attempts.
void attempt_free(gpointer attempt);

void link_start(Client *client);
void link_stop(Client *client);

// Takes one delta's JSON text into `picture`. False with the reason if it cannot be read.
bool delta_take(Picture *picture, const char *text, gsize n, guint64 *ret_end, bool *ret_reload,
                GError **error);

// Asks after every unsettled sign-off. Called when a picture has come.
void settle_all(Client *client);
