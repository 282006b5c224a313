// Finding an endpoint that answers, without fetching the picture: all are asked, each a moment after the
// one before it, and the first that knows us is taken.
#include "base/error.h"
#include "client/private.h"
#include "model/refusal.h"

typedef struct {
    Search *search;
    guint endpoint;
    Question *question; // NULL = answered
} Probe;

struct Search {
    Client *client;
    Probe *probes; // as many as there are endpoints
    guint asked;
    guint answered;
    guint first;
    guint timer;
    GString *troubles; // what was tried, and why not
    GError *refusal;   // the first "no"
    ClientDone done;
    gpointer data;
};

static void ask_next(Search *search);

void search_free(Search *search)
{
    if (!search)
        return;
    for (guint i = 0; i < search->asked; i++)
        if (search->probes[i].question)
            question_drop(search->probes[i].question);
    if (search->timer)
        g_source_remove(search->timer);
    search->client->search = NULL;
    g_string_free(search->troubles, TRUE);
    g_clear_error(&search->refusal);
    g_free(search->probes);
    g_free(search);
}

static void finish(Search *search, const Answer *answer)
{
    ClientDone done = search->done;
    gpointer data = search->data;
    search_free(search); // first: `done` may search again
    done(answer->json, answer->text, answer->error, data);
}

// A no is the better answer than silence: it says what to do.
static void give_up(Search *search)
{
    g_autoptr(GError) error =
        search->refusal
            ? g_error_copy(search->refusal)
            : g_error_new(ERR, ERR_UNREACHABLE, "No backend answered. %s", search->troubles->str);
    finish(search, &(Answer){.error = error});
}

static void on_whoami(const Answer *answer, gpointer data)
{
    Probe *probe = data;
    Search *search = probe->search;
    probe->question = NULL;
    search->answered++;
    if (!answer->error) {
        search->client->current = probe->endpoint;
        finish(search, answer);
        return;
    }
    g_string_append_printf(search->troubles, "%s%s: %s", search->troubles->len ? " " : "",
                           client_endpoint(search->client, probe->endpoint)->name,
                           answer->error->message);
    if (answer->error->domain == REFUSAL && !search->refusal)
        search->refusal = g_error_copy(answer->error);
    if (search->answered == search->client->config.endpoints->len)
        give_up(search);
    else if (search->answered == search->asked)
        ask_next(search);
}

static gboolean on_hedge(gpointer data)
{
    Search *search = data;
    search->timer = 0;
    ask_next(search);
    return G_SOURCE_REMOVE;
}

static void ask_next(Search *search)
{
    guint count = search->client->config.endpoints->len;
    if (search->asked == count)
        return;
    Probe *probe = &search->probes[search->asked++];
    const ClientWaits *waits = search->client->config.waits;
    probe->search = search;
    probe->endpoint = (search->first + search->asked - 1) % count;
    Ask ask = {.method = "GET",
               .path = "/v1/whoami",
               .limit_ms = waits->head_ms,
               .endpoint = probe->endpoint};
    probe->question = question_send(search->client, &ask, on_whoami, NULL, probe);
    if (!search->timer && search->asked < count)
        search->timer = g_timeout_add((guint)waits->hedge_ms, on_hedge, search);
}

void client_connect(Client *client, ClientDone done, gpointer data)
{
    g_assert(!client->search);
    Search *search = client->search = g_new0(Search, 1);
    search->client = client;
    search->probes = g_new0(Probe, client->config.endpoints->len);
    search->first = client->current;
    search->troubles = g_string_new(NULL);
    search->done = done;
    search->data = data;
    ask_next(search);
}
