// Snapshots under way: the first endpoint that begins to answer fills the picture, line by line.
#include <string.h>

#include "base/error.h"
#include "client/private.h"
#include "model/refusal.h"

enum { SNAPSHOT_MAX_MB = 512, WORDS_MAX_BYTES = 16 * 1024 };

typedef struct {
    Client *client;
    guint endpoint;
    HttpCall *call;
    NdjsonReader lines;
    GString *words; // of an answer that is a no
    guint timer;    // until the answer begins
    bool began;     // this one won: its lines go into the picture
    guint64 end;    // revision of its last line; 0 = not come
    GError *error;
} Attempt;

void attempt_free(gpointer data)
{
    Attempt *attempt = data;
    if (attempt->timer)
        g_source_remove(attempt->timer);
    if (attempt->call)
        http_call_cancel(attempt->call);
    ndjson_reader_release(&attempt->lines);
    g_string_free(attempt->words, TRUE);
    g_clear_error(&attempt->error);
    g_free(attempt);
}

bool snapshot_has_begun(const Client *client)
{
    return client->attempts->len == 1 && ((const Attempt *)client->attempts->pdata[0])->began;
}

// This endpoint does not do: the next one. Frees the attempt.
static void fail(Attempt *attempt, const GError *why)
{
    Client *client = attempt->client;
    if (why->domain == REFUSAL && !client->refusal)
        client->refusal = g_error_copy(why);
    link_note(client, attempt->endpoint, why->message);
    if (attempt->began)
        g_clear_pointer(&client->next, picture_free);
    g_ptr_array_remove(client->attempts, attempt);
    client_tell(client);
    if (!client->attempts->len)
        link_try_next(client);
}

static void on_line(const char *line, gsize n, void *data)
{
    Attempt *attempt = data;
    Client *client = attempt->client;
    Picture *picture = client->next ? client->next : client->picture;
    bool reload = false;
    if (!attempt->error)
        delta_take(picture, line, n, &attempt->end, &reload, &attempt->error);
}

static void begin(Attempt *attempt)
{
    Client *client = attempt->client;
    attempt->began = true;
    // first come, first served: the others were only asked in case
    for (guint i = client->attempts->len; i-- > 0;)
        if (client->attempts->pdata[i] != attempt)
            g_ptr_array_remove_index(client->attempts, i);
    client->current = attempt->endpoint;
    link_show(client, attempt->endpoint);
    link_heard(client);
    if (client->picture->complete)
        client->next = picture_new();
    else
        picture_clear(client->picture);
}

static bool on_head(HttpCall *call, const HttpResponse *response, void *data)
{
    Attempt *attempt = data;
    (void)call;
    if (attempt->timer)
        g_source_remove(attempt->timer);
    attempt->timer = 0;
    if (http_response_status(response) == 200)
        begin(attempt);
    return true; // the words of a no are told when they are whole
}

static void on_piece(HttpCall *call, const char *bytes, gsize n, void *data)
{
    Attempt *attempt = data;
    (void)call;
    if (!attempt->began) {
        g_string_append_len(attempt->words, bytes,
                            (gssize)MIN(n, WORDS_MAX_BYTES - attempt->words->len));
        return;
    }
    GError *error = NULL;
    bool fed = ndjson_reader_feed(&attempt->lines, bytes, n, &error);
    if (!fed && !attempt->error)
        attempt->error = g_steal_pointer(&error);
    g_clear_error(&error);
    if (attempt->error) { // what follows cannot be better
        g_autoptr(GError) why = g_steal_pointer(&attempt->error);
        fail(attempt, why);
        return;
    }
    link_heard(attempt->client);
    if (!attempt->client->next)
        client_tell(attempt->client);
}

// Why it is no snapshot; NULL = it is one. A new error.
static GError *judge(const Attempt *attempt, const HttpResponse *response, const GError *error)
{
    if (error)
        return g_error_copy(error);
    if (!attempt->began)
        return link_error(http_response_status(response), attempt->words->str, attempt->words->len);
    if (!attempt->end)
        return g_error_new(ERR, ERR_PROTOCOL, "the snapshot has no end: it was cut off.");
    return NULL;
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Attempt *attempt = data;
    Client *client = attempt->client;
    g_autoptr(GError) why = judge(attempt, response, error);
    (void)call;
    attempt->call = NULL;
    if (why) {
        fail(attempt, why);
        return;
    }
    guint64 revision = attempt->end;
    g_ptr_array_set_size(client->attempts, 0);
    link_has_picture(client, revision);
}

static gboolean on_no_head(gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(GError) why =
        g_error_new(ERR, ERR_TIMEOUT, "it accepted the connection and said nothing for %.1f s.",
                    (double)attempt->client->config.waits->head_ms / 1000.0);
    attempt->timer = 0;
    fail(attempt, why);
    return G_SOURCE_REMOVE;
}

void snapshot_ask(Client *client, guint index)
{
    const Endpoint *endpoint = client_endpoint(client, index);
    Attempt *attempt = g_new0(Attempt, 1);
    g_autofree char *url = g_strconcat(endpoint->base, "/v1/snapshot", NULL);
    attempt->client = client;
    attempt->endpoint = index;
    attempt->words = g_string_new(NULL);
    ndjson_reader_init(&attempt->lines, LINE_MAX_BYTES, on_line, attempt);
    HttpSpec spec = {.url = url,
                     .socket_path = endpoint->socket,
                     .bearer = endpoint->token,
                     .connect_ms = client->config.waits->connect_ms,
                     .total_ms = -1,
                     .silence_ms = client->config.waits->silence_ms,
                     .max_body = (gsize)SNAPSHOT_MAX_MB * 1024 * 1024,
                     .head = on_head,
                     .piece = on_piece};
    attempt->timer = g_timeout_add((guint)client->config.waits->head_ms, on_no_head, attempt);
    attempt->call = http_client_send(client->http, &spec, on_done, attempt);
    g_ptr_array_add(client->attempts, attempt);
    link_show(client, index);
}
