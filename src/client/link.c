// The connection: a snapshot from whichever endpoint answers first, then its event stream. A line that is
// cut is taken up again where it was; if that endpoint does not answer, the next one is asked, in view.
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "client/private.h"
#include "http/retry.h"

enum {
    HEDGE_MS = 150,     // without an answer for so long, the next endpoint is asked too
    CONNECT_MS = 1500,  // a closed port answers at once; a black hole must not cost more
    HEAD_MS = 2000,     // a process that accepts and says nothing
    SILENCE_MS = 15000, // heartbeats come every 2 s
    LINE_MAX_BYTES = 4 * 1024 * 1024,
    SNAPSHOT_MAX_MB = 512,
};

// One snapshot under way.
struct Attempt {
    Client *client;
    guint endpoint;
    HttpCall *call;
    NdjsonReader lines;
    guint timer; // until the answer begins
    bool began;  // this one won: its lines go into the picture
    guint64 end; // revision of its last line; 0 = not come
    GError *error;
};

static void try_next(Client *client);
static void start_events(Client *client);

void attempt_free(gpointer data)
{
    Attempt *attempt = data;
    if (attempt->timer)
        g_source_remove(attempt->timer);
    if (attempt->call)
        http_call_cancel(attempt->call);
    ndjson_reader_release(&attempt->lines);
    g_clear_error(&attempt->error);
    g_free(attempt);
}

static Picture *target(Client *client)
{
    return client->next ? client->next : client->picture;
}

static void set_trouble(Client *client, guint endpoint, const char *why)
{
    Link *link = &client->picture->link;
    g_free(link->trouble);
    link->trouble =
        why ? g_strdup_printf("%s: %s", client_endpoint(client, endpoint)->name, why) : NULL;
}

static void show_endpoint(Client *client, guint endpoint)
{
    Link *link = &client->picture->link;
    g_free(link->endpoint);
    link->endpoint = g_strdup(client_endpoint(client, endpoint)->name);
    link->attempt = endpoint + 1;
    link->endpoints = client->config.endpoints->len;
}

static void heard(Client *client)
{
    client->picture->link.heard_ms = clock_wall_ms(client->config.clock);
    client->picture->link.state = LINK_LIVE;
}

// ---- snapshot ----

static void on_line(const char *line, gsize n, void *data)
{
    Attempt *attempt = data;
    bool reload = false;
    if (!attempt->error)
        delta_take(target(attempt->client), line, n, &attempt->end, &reload, &attempt->error);
}

static bool on_head(HttpCall *call, const HttpResponse *response, void *data)
{
    Attempt *attempt = data;
    Client *client = attempt->client;
    (void)call;
    if (http_response_status(response) != 200)
        return true; // its words are told when it ends
    if (attempt->timer)
        g_source_remove(attempt->timer);
    attempt->timer = 0;
    attempt->began = true;
    // first come, first served: the others were only asked in case
    for (guint i = client->attempts->len; i-- > 0;)
        if (client->attempts->pdata[i] != attempt)
            g_ptr_array_remove_index(client->attempts, i);
    client->current = attempt->endpoint;
    show_endpoint(client, attempt->endpoint);
    heard(client);
    if (client->picture->complete)
        client->next = picture_new();
    else
        picture_clear(client->picture);
    return true;
}

static void on_piece(HttpCall *call, const char *bytes, gsize n, void *data)
{
    Attempt *attempt = data;
    (void)call;
    if (!attempt->began || attempt->error)
        return;
    heard(attempt->client);
    ndjson_reader_feed(&attempt->lines, bytes, n, &attempt->error);
    if (!attempt->client->next)
        client_tell(attempt->client);
}

static void finish_snapshot(Client *client, guint64 revision)
{
    if (client->next) {
        picture_replace(client->picture, client->next);
        g_clear_pointer(&client->next, picture_free);
    }
    client->picture->complete = true;
    client->picture->revision = revision;
    client->picture->version++;
    client->rounds = 0;
    client->tried = 0;
    set_trouble(client, client->current, NULL);
    settle_all(client);
    if (client->config.follow)
        start_events(client);
    client_tell(client);
}

static char *status_text(const HttpResponse *response, const GError *error)
{
    if (error)
        return g_strdup(error->message);
    return g_strdup_printf("it answered %u%s", http_response_status(response),
                           http_response_status(response) == 401
                               ? " (not known there: see signalbox(1), tokens)"
                               : "");
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Attempt *attempt = data;
    Client *client = attempt->client;
    (void)call;
    attempt->call = NULL;
    if (attempt->began && !error && !attempt->error && attempt->end) {
        guint64 revision = attempt->end;
        g_ptr_array_set_size(client->attempts, 0);
        finish_snapshot(client, revision);
        return;
    }
    g_autofree char *why = attempt->error             ? g_strdup(attempt->error->message)
                           : attempt->began && !error ? g_strdup("the snapshot was cut off")
                                                      : status_text(response, error);
    set_trouble(client, attempt->endpoint, why);
    g_clear_pointer(&client->next, picture_free);
    g_ptr_array_remove(client->attempts, attempt);
    client_tell(client);
    if (!client->attempts->len)
        try_next(client);
}

static gboolean on_no_head(gpointer data)
{
    Attempt *attempt = data;
    Client *client = attempt->client;
    attempt->timer = 0;
    set_trouble(client, attempt->endpoint, "it accepted the connection and said nothing for 2s");
    g_ptr_array_remove(client->attempts, attempt);
    client_tell(client);
    if (!client->attempts->len)
        try_next(client);
    return G_SOURCE_REMOVE;
}

static void start_attempt(Client *client, guint index)
{
    const Endpoint *endpoint = client_endpoint(client, index);
    Attempt *attempt = g_new0(Attempt, 1);
    g_autofree char *url = g_strconcat(endpoint->base, "/v1/snapshot", NULL);
    attempt->client = client;
    attempt->endpoint = index;
    ndjson_reader_init(&attempt->lines, LINE_MAX_BYTES, on_line, attempt);
    HttpSpec spec = {.url = url,
                     .socket_path = endpoint->socket,
                     .bearer = endpoint->socket ? NULL : client->token,
                     .connect_ms = CONNECT_MS,
                     .total_ms = -1,
                     .silence_ms = SILENCE_MS,
                     .max_body = (gsize)SNAPSHOT_MAX_MB * 1024 * 1024,
                     .head = on_head,
                     .piece = on_piece};
    attempt->timer = g_timeout_add(HEAD_MS, on_no_head, attempt);
    attempt->call = http_client_send(client->http, &spec, on_done, attempt);
    g_ptr_array_add(client->attempts, attempt);
    show_endpoint(client, index);
}

// ---- rounds ----

static gboolean on_retry(gpointer data)
{
    Client *client = data;
    client->retry = 0;
    client->tried = 0;
    try_next(client);
    return G_SOURCE_REMOVE;
}

static void wait_for_round(Client *client)
{
    static const HttpBackoff BACKOFF = {250, 5000, 0};
    gint64 wait_ms = http_backoff_ms(&BACKOFF, ++client->rounds, g_random_int());
    client->picture->link.state = LINK_LOST;
    client->picture->link.retry_ms = clock_wall_ms(client->config.clock) + wait_ms;
    if (!client->retry)
        client->retry = g_timeout_add((guint)wait_ms, on_retry, client);
    client_tell(client);
}

static gboolean on_hedge(gpointer data)
{
    Client *client = data;
    client->hedge = 0;
    bool begun = client->attempts->len == 1 && ((Attempt *)client->attempts->pdata[0])->began;
    if (client->attempts->len && !begun && client->tried < client->config.endpoints->len)
        try_next(client);
    return G_SOURCE_REMOVE;
}

// The next endpoint of this round; when all were tried, a pause.
static void try_next(Client *client)
{
    if (client->tried >= client->config.endpoints->len) {
        wait_for_round(client);
        return;
    }
    guint index = (client->current + client->tried) % client->config.endpoints->len;
    client->tried++;
    client->picture->link.retry_ms = 0;
    if (!client->picture->complete)
        client->picture->link.state = LINK_CONNECTING;
    start_attempt(client, index);
    if (!client->hedge && client->tried < client->config.endpoints->len)
        client->hedge = g_timeout_add(HEDGE_MS, on_hedge, client);
    client_tell(client);
}

// ---- events ----

static void take_heartbeat(Client *client, const char *text, gsize n)
{
    g_autoptr(json_t) json = wire_parse("The heartbeat", text, n, 4096, NULL);
    if (!json)
        return;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    gint64 now_ms = wire_time_ms(&root, "now");
    if (wire_reader_finish(&reader, NULL) && now_ms)
        client->picture->link.clock_ahead_ms = now_ms - clock_wall_ms(client->config.clock);
}

static void take_presence(Client *client, const char *text, gsize n)
{
    g_autoptr(json_t) json = wire_parse("The presence event", text, n, LINE_MAX_BYTES, NULL);
    Picture *picture = client->picture;
    if (!json)
        return;
    WireReader reader = {0};
    WireAt root = wire_root_array(&reader, json);
    g_ptr_array_set_size(picture->presences, 0);
    for (gsize i = 0; i < wire_count(&root) && i < 1000; i++) {
        WireAt item = wire_item(&root, i);
        Presence *presence = g_new0(Presence, 1);
        presence->person = g_strdup(wire_text(&item, "person"));
        presence->operation = g_strdup(wire_text(&item, "operation"));
        presence->seen_ms = wire_time_ms_opt(&item, "seen_at");
        g_ptr_array_add(picture->presences, presence);
    }
    picture->version++;
    wire_reader_finish(&reader, NULL);
}

static void on_event(const SseEvent *event, void *data)
{
    Client *client = data;
    guint64 end = 0;
    bool reload = false;
    if (strcmp(event->type, "heartbeat") == 0) {
        take_heartbeat(client, event->data, event->data_len);
    } else if (strcmp(event->type, "presence") == 0) {
        take_presence(client, event->data, event->data_len);
    } else if (strcmp(event->type, "gap") == 0) {
        reload = true;
    } else if (strcmp(event->type, "delta") == 0) {
        // one that cannot be read is a gap too: better to fetch again than to show half the truth
        reload = !delta_take(client->picture, event->data, event->data_len, &end, &reload, NULL) ||
                 reload;
        client->picture->revision = g_ascii_strtoull(event->id, NULL, 10);
    }
    if (reload)
        client->picture->revision = 0;
}

static const SseCallbacks SSE_CALLBACKS = {on_event, NULL, NULL};

static void on_event_bytes(HttpCall *call, const char *bytes, gsize n, void *data)
{
    Client *client = data;
    (void)call;
    bool fed = sse_reader_feed(&client->sse, bytes, n, NULL);
    heard(client);
    client_tell(client);
    if (!fed || !client->picture->revision)
        client_reload(client);
}

static void on_events_done(HttpCall *call, const HttpResponse *response, const GError *error,
                           void *data)
{
    Client *client = data;
    (void)call;
    client->events = NULL;
    g_autofree char *why = error                                   ? g_strdup(error->message)
                           : http_response_status(response) == 200 ? g_strdup("the stream ended")
                                                                   : status_text(response, NULL);
    bool again = http_response_status(response) == 200 && client->picture->link.state == LINK_LIVE;
    set_trouble(client, client->current, why);
    client->picture->link.state = LINK_LOST;
    client_tell(client);
    // once at the same place, from where it broke off; then everything anew, wherever it is to be had
    if (again && client->picture->revision)
        start_events(client);
    else
        link_start(client);
}

static bool on_events_head(HttpCall *call, const HttpResponse *response, void *data)
{
    Client *client = data;
    (void)call;
    if (http_response_status(response) == 200) {
        heard(client);
        set_trouble(client, client->current, NULL);
        client_tell(client);
    }
    return true;
}

static void start_events(Client *client)
{
    const Endpoint *endpoint = client_endpoint(client, client->current);
    g_autofree char *url = g_strdup_printf("%s/v1/events?since=%" G_GUINT64_FORMAT, endpoint->base,
                                           client->picture->revision);
    sse_reader_release(&client->sse);
    sse_reader_init(&client->sse, LINE_MAX_BYTES, LINE_MAX_BYTES, &SSE_CALLBACKS, client);
    HttpSpec spec = {.url = url,
                     .socket_path = endpoint->socket,
                     .bearer = endpoint->socket ? NULL : client->token,
                     .connect_ms = CONNECT_MS,
                     .total_ms = -1,
                     .silence_ms = SILENCE_MS,
                     .head = on_events_head,
                     .piece = on_event_bytes};
    client->events = http_client_send(client->http, &spec, on_events_done, client);
}

void link_start(Client *client)
{
    link_stop(client);
    client->tried = 0;
    try_next(client);
}

void link_stop(Client *client)
{
    if (client->retry)
        g_source_remove(client->retry);
    if (client->hedge)
        g_source_remove(client->hedge);
    client->retry = client->hedge = 0;
    if (client->events)
        http_call_cancel(client->events);
    client->events = NULL;
    g_ptr_array_set_size(client->attempts, 0);
    g_clear_pointer(&client->next, picture_free);
}
