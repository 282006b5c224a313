// The event stream: deltas into the picture, and signs of life.
#include <string.h>

#include "base/error.h"
#include "client/private.h"

enum {
    STEADY_MS = 5000, // a stream that lived so long was a good one
    PRESENCES_MAX = 1000,
    HEARTBEAT_MAX_BYTES = 4096,
    WORDS_MAX_BYTES = 16 * 1024,
};

static void take_heartbeat(Client *client, const char *text, gsize n)
{
    g_autoptr(json_t) json = wire_parse("The heartbeat", text, n, HEARTBEAT_MAX_BYTES, NULL);
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
    for (gsize i = 0; i < wire_count(&root) && i < PRESENCES_MAX; i++) {
        WireAt item = wire_item(&root, i);
        Presence *presence = g_new0(Presence, 1);
        presence->person = g_strdup(wire_text_opt(&item, "person", ""));
        presence->operation = g_strdup(wire_text_opt(&item, "operation", ""));
        presence->seen_ms = wire_time_ms_opt(&item, "seen_at");
        g_ptr_array_add(picture->presences, presence);
    }
    picture->version++;
    wire_reader_finish(&reader, NULL);
}

// A revision of 0 means that something was missed: everything is fetched again. A delta that cannot be read
// is a gap too: better to fetch again than to show half the truth.
static void take_delta(Client *client, const SseEvent *event)
{
    Picture *picture = client->picture;
    guint64 end = 0;
    bool reload = false;
    bool taken = delta_take(picture, event->data, event->data_len, &end, &reload, NULL);
    picture->revision = taken && !reload ? g_ascii_strtoull(event->id, NULL, 10) : 0;
}

static void on_event(const SseEvent *event, void *data)
{
    Client *client = data;
    if (!client->picture->revision)
        return; // behind a gap: the snapshot will know
    if (strcmp(event->type, "heartbeat") == 0)
        take_heartbeat(client, event->data, event->data_len);
    else if (strcmp(event->type, "presence") == 0)
        take_presence(client, event->data, event->data_len);
    else if (strcmp(event->type, "delta") == 0)
        take_delta(client, event);
    else if (strcmp(event->type, "gap") == 0)
        client->picture->revision = 0;
}

static const SseCallbacks SSE_CALLBACKS = {on_event, NULL, NULL};

static gint64 mono_of(const Client *client)
{
    return clock_mono_ms(client->config.clock);
}

// A stream that lived for a while starts the counts of what went wrong anew.
static void count_life(Client *client)
{
    if (!client->live_since_ms || mono_of(client) - client->live_since_ms < STEADY_MS)
        return;
    client->restarts = 0;
    client->resumed = false;
}

static void fail(Client *client, const char *why)
{
    events_stop(client);
    link_note(client, client->current, why);
    client->picture->link.state = LINK_LOST;
    client_tell(client);
}

static void on_piece(HttpCall *call, const char *bytes, gsize n, void *data)
{
    Client *client = data;
    (void)call;
    if (!client->live_since_ms) { // a no: its words
        g_string_append_len(client->words, bytes,
                            (gssize)MIN(n, WORDS_MAX_BYTES - client->words->len));
        return;
    }
    const Picture *picture = client->picture;
    guint64 version = picture->version;
    bool live = picture->link.state == LINK_LIVE;
    g_autoptr(GError) error = NULL;
    bool fed = sse_reader_feed(&client->sse, bytes, n, &error);
    link_heard(client);
    count_life(client);
    if (!live || picture->version != version) // a heartbeat alone changes nothing that is shown
        client_tell(client);
    if (!fed)
        fail(client, error->message);
    if (!fed || !client->picture->revision)
        link_restart(client);
}

static bool on_head(HttpCall *call, const HttpResponse *response, void *data)
{
    Client *client = data;
    const char *type = http_response_header(response, "Content-Type");
    (void)call;
    if (client->head_timer)
        g_source_remove(client->head_timer);
    client->head_timer = 0;
    if (http_response_status(response) != 200)
        return true; // its words are told when they are whole
    if (!type || !g_str_has_prefix(type, "text/event-stream"))
        return false;
    client->live_since_ms = MAX(mono_of(client), (gint64)1);
    link_heard(client);
    link_note(client, client->current, NULL);
    client_tell(client);
    return true;
}

static char *end_words(const Client *client, const HttpResponse *response, const GError *error)
{
    if (error)
        return g_strdup(error->message);
    if (http_response_status(response) == 200)
        return g_strdup("the stream ended.");
    g_autoptr(GError) no =
        link_error(http_response_status(response), client->words->str, client->words->len);
    return g_strdup(no->message);
}

static void on_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    Client *client = data;
    g_autofree char *why = end_words(client, response, error);
    (void)call;
    client->events = NULL;
    count_life(client);
    // once at the same place, from where it broke off; then everything anew, wherever it is to be had
    bool again = client->live_since_ms && !client->resumed;
    fail(client, why);
    if (!again) {
        link_restart(client);
        return;
    }
    client->resumed = true;
    events_start(client);
}

static gboolean on_no_head(gpointer data)
{
    Client *client = data;
    client->head_timer = 0;
    fail(client, "it accepted the connection and gave no events.");
    link_restart(client);
    return G_SOURCE_REMOVE;
}

void events_start(Client *client)
{
    const Endpoint *endpoint = client_endpoint(client, client->current);
    g_autofree char *url = g_strdup_printf("%s/v1/events?since=%" G_GUINT64_FORMAT, endpoint->base,
                                           client->picture->revision);
    events_stop(client);
    sse_reader_init(&client->sse, LINE_MAX_BYTES, LINE_MAX_BYTES, &SSE_CALLBACKS, client);
    HttpSpec spec = {.url = url,
                     .socket_path = endpoint->socket,
                     .bearer = endpoint->token,
                     .connect_ms = client->config.waits->connect_ms,
                     .total_ms = -1,
                     .silence_ms = client->config.waits->silence_ms,
                     .head = on_head,
                     .piece = on_piece};
    client->head_timer = g_timeout_add((guint)client->config.waits->head_ms, on_no_head, client);
    client->events = http_client_send(client->http, &spec, on_done, client);
}

void events_stop(Client *client)
{
    if (client->head_timer)
        g_source_remove(client->head_timer);
    client->head_timer = 0;
    if (client->events)
        http_call_cancel(client->events);
    client->events = NULL;
    client->live_since_ms = 0;
    g_string_truncate(client->words, 0);
    sse_reader_release(&client->sse);
}
