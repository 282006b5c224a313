#include "api/stream.h"

#include <string.h>

#include "api/reply.h"
#include "base/timefmt.h"
#include "httpd/stream.h"
#include "model/refusal.h"
#include "wire/delta.h"

enum { RING = 4096, HEARTBEAT_MS = 2000, QUEUE_MAX = 4 * 1024 * 1024, STREAMS = 256 };

typedef struct {
    guint64 revision;
    GBytes *bytes;
} Event;

struct EventHub {
    Engine *engine;
    const Clock *clock;
    guint64 revision;   // of the newest event
    guint64 first;      // revision before the first event of this run
    Event ring[RING];   // by revision % RING
    GPtrArray *streams; // of HttpStream *
    guint streams_max;
    GHashTable *noted; // "kind key" → NULL, in no order
    GPtrArray *order;  // the same strings in the order noted; owned by the table
    guint heartbeat;
    GBytes *snapshot; // of snapshot_revision; NULL = to be made
    guint64 snapshot_revision;
};

// ---- streams ----

static void on_drained(HttpStream *stream, void *data)
{
    EventHub *hub = data;
    // It missed events: it must fetch a snapshot. What comes now is whole again.
    g_autofree char *text = g_strdup_printf(
        "event: gap\ndata: {\"revision\":%" G_GUINT64_FORMAT "}\n\n", hub->revision);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    http_stream_send(stream, bytes);
}

static void on_closed(HttpStream *stream, void *data)
{
    g_ptr_array_remove_fast(((EventHub *)data)->streams, stream);
}

static const HttpStreamCallbacks CALLBACKS = {on_drained, on_closed};

static void send_all(EventHub *hub, GBytes *bytes)
{
    for (guint i = 0; i < hub->streams->len; i++)
        http_stream_send(hub->streams->pdata[i], bytes);
}

void event_hub_tell(EventHub *hub, const char *event, const char *json)
{
    g_autofree char *text = g_strdup_printf("event: %s\ndata: %s\n\n", event, json);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    send_all(hub, bytes);
}

static gboolean on_heartbeat(gpointer data)
{
    EventHub *hub = data;
    if (!hub->streams->len)
        return G_SOURCE_CONTINUE;
    g_autofree char *now = time_format_ms(clock_wall_ms(hub->clock));
    g_autofree char *json =
        g_strdup_printf("{\"now\":\"%s\",\"revision\":%" G_GUINT64_FORMAT "}", now, hub->revision);
    event_hub_tell(hub, "heartbeat", json);
    return G_SOURCE_CONTINUE;
}

EventHub *event_hub_new(Engine *engine, const Clock *clock, guint streams)
{
    EventHub *hub = g_new0(EventHub, 1);
    hub->engine = engine;
    hub->clock = clock;
    // 4096 revisions a millisecond is more than we can make, and stays below 2^53.
    hub->first = hub->revision = (guint64)clock_wall_ms(clock) * 4096;
    hub->streams = g_ptr_array_new();
    hub->streams_max = streams ? streams : STREAMS;
    hub->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    hub->order = g_ptr_array_new();
    hub->heartbeat = g_timeout_add(HEARTBEAT_MS, on_heartbeat, hub);
    return hub;
}

void event_hub_free(EventHub *hub)
{
    if (!hub)
        return;
    g_source_remove(hub->heartbeat);
    for (guint i = 0; i < hub->streams->len; i++)
        http_stream_end(hub->streams->pdata[i]);
    for (guint i = 0; i < RING; i++)
        g_clear_pointer(&hub->ring[i].bytes, g_bytes_unref);
    g_clear_pointer(&hub->snapshot, g_bytes_unref);
    g_ptr_array_unref(hub->streams);
    g_ptr_array_unref(hub->order);
    g_hash_table_unref(hub->noted);
    g_free(hub);
}

guint64 event_hub_revision(const EventHub *hub)
{
    return hub->revision;
}

guint event_hub_subscribers(const EventHub *hub)
{
    return hub->streams->len;
}

// ---- events ----

// Takes `json`.
static void publish(EventHub *hub, json_t *json)
{
    if (!json)
        return;
    g_autofree char *data = wire_format(json);
    json_decref(json);
    Event *event = &hub->ring[++hub->revision % RING];
    g_clear_pointer(&event->bytes, g_bytes_unref);
    char *text = g_strdup_printf("id: %" G_GUINT64_FORMAT "\nevent: delta\ndata: %s\n\n",
                                 hub->revision, data);
    event->revision = hub->revision;
    event->bytes = g_bytes_new_take(text, strlen(text));
    if (hub->streams->len)
        send_all(hub, event->bytes);
}

typedef struct {
    DeltaKind kind;
    bool gone;
    // The object as it is now; NULL = it is no longer there.
    gconstpointer (*find)(const Engine *engine, const char *key);
} Source;

static gconstpointer find_frame(const Engine *engine, const char *key)
{
    (void)key;
    return engine_frame(engine);
}

static gconstpointer find_location(const Engine *engine, const char *key)
{
    return engine_location(engine, key);
}

static gconstpointer find_group(const Engine *engine, const char *key)
{
    return engine_group(engine, key);
}

static gconstpointer find_workload(const Engine *engine, const char *key)
{
    return engine_workload(engine, key);
}

static gconstpointer find_operation(const Engine *engine, const char *key)
{
    return engine_operation(engine, key);
}

static gconstpointer find_finding(const Engine *engine, const char *key)
{
    const GPtrArray *all = engine_findings(engine);
    for (guint i = 0; i < all->len; i++)
        if (g_strcmp0(((const Finding *)all->pdata[i])->id, key) == 0)
            return all->pdata[i];
    return NULL;
}

static gconstpointer find_alarm(const Engine *engine, const char *key)
{
    const GPtrArray *all = engine_alarms(engine);
    for (guint i = 0; i < all->len; i++)
        if (g_strcmp0(((const Alarm *)all->pdata[i])->id, key) == 0)
            return all->pdata[i];
    return NULL;
}

static const Source SOURCES[] = {
    [ENGINE_FRAME] = {DELTA_FRAME, false, find_frame},
    [ENGINE_LOCATION] = {DELTA_LOCATION, false, find_location},
    [ENGINE_GROUP] = {DELTA_GROUP, false, find_group},
    [ENGINE_WORKLOAD] = {DELTA_WORKLOAD, false, find_workload},
    [ENGINE_OPERATION] = {DELTA_OPERATION, false, find_operation},
    [ENGINE_FINDING] = {DELTA_FINDING, false, find_finding},
    [ENGINE_FINDING_GONE] = {DELTA_FINDING, true, find_finding},
    [ENGINE_ALARM] = {DELTA_ALARM, false, find_alarm},
    [ENGINE_ALARM_GONE] = {DELTA_ALARM, true, find_alarm},
    [ENGINE_CHANGE] = {DELTA_CHANGE, false, NULL},
    [ENGINE_AUDIT] = {DELTA_AUDIT, false, NULL},
    [ENGINE_FLEET] = {DELTA_RELOAD, true, NULL},
};

static void on_audit(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    EventHub *hub = data;
    (void)more;
    for (guint i = 0; !error && i < records->len; i++)
        publish(hub, delta_to_json(DELTA_AUDIT, records->pdata[i]));
}

static void note_at_once(EventHub *hub, EngineObject kind, const char *key)
{
    if (kind == ENGINE_CHANGE) {
        const GPtrArray *changes = engine_changes(hub->engine);
        if (changes->len)
            publish(hub, delta_to_json(DELTA_CHANGE, changes->pdata[changes->len - 1]));
        return;
    }
    engine_audit(hub->engine, g_ascii_strtoll(key, NULL, 10) - 1, 1, on_audit, hub);
}

void event_hub_note(EventHub *hub, EngineObject kind, const char *key)
{
    if (kind == ENGINE_CHANGE || kind == ENGINE_AUDIT) {
        note_at_once(hub, kind, key);
        return;
    }
    char *name = g_strdup_printf("%c%s", 'a' + (int)kind, key ? key : "");
    if (g_hash_table_contains(hub->noted, name)) {
        g_free(name);
        return;
    }
    g_hash_table_add(hub->noted, name);
    g_ptr_array_add(hub->order, name);
}

static void publish_noted(EventHub *hub, const char *name)
{
    const Source *source = &SOURCES[name[0] - 'a'];
    gconstpointer object = source->find ? source->find(hub->engine, name + 1) : NULL;
    if (object)
        publish(hub, delta_to_json(source->kind, object));
    else
        publish(hub, delta_gone_to_json(source->kind, name + 1));
}

void event_hub_flush(EventHub *hub)
{
    for (guint i = 0; i < hub->order->len; i++)
        publish_noted(hub, hub->order->pdata[i]);
    g_ptr_array_set_size(hub->order, 0);
    g_hash_table_remove_all(hub->noted);
}

// ---- serving ----

static bool wanted_since(HttpRequest *request, guint64 *ret_since, bool *ret_given)
{
    const char *text = http_request_query(request, "since");
    if (!text)
        text = http_request_header(request, "Last-Event-ID");
    char *end = NULL;
    *ret_given = text != NULL;
    *ret_since = text ? g_ascii_strtoull(text, &end, 10) : 0;
    return !text || (*text && end && !*end);
}

static bool is_kept(const EventHub *hub, guint64 since)
{
    guint64 oldest = MAX(hub->first, hub->revision > RING ? hub->revision - RING : 0);
    return since >= oldest && since <= hub->revision;
}

void event_hub_serve(EventHub *hub, HttpRequest *request)
{
    guint64 since;
    bool given;
    if (!wanted_since(request, &since, &given)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "since must be a revision: a whole number as given in `id`.");
        return;
    }
    if (given && !is_kept(hub, since)) {
        reply_refusal(request, REFUSAL_GONE,
                      "Events since %" G_GUINT64_FORMAT
                      " are no longer kept: fetch /v1/snapshot again and go on "
                      "from its revision.",
                      since);
        return;
    }
    if (hub->streams->len >= hub->streams_max) {
        reply_refusal(request, REFUSAL_UNAVAILABLE,
                      "%u event streams are open, and no more are served (limits.streams).",
                      hub->streams->len);
        return;
    }
    const HttpHeader headers[] = {{"Cache-Control", "no-store"}, {NULL, NULL}};
    HttpStream *stream =
        http_request_stream(request, 200, "text/event-stream", headers, QUEUE_MAX, &CALLBACKS, hub);
    g_ptr_array_add(hub->streams, stream);
    for (guint64 revision = given ? since + 1 : hub->revision + 1; revision <= hub->revision;
         revision++)
        http_stream_send(stream, hub->ring[revision % RING].bytes);
    on_heartbeat(hub); // at once: the console knows the clock and that it is live
}

static void append_line(GString *text, json_t *json)
{
    g_autofree char *line = wire_format(json);
    json_decref(json);
    g_string_append(text, line);
    g_string_append_c(text, '\n');
}

static void append_all(GString *text, DeltaKind kind, const GPtrArray *objects)
{
    for (guint i = 0; i < objects->len; i++)
        append_line(text, delta_to_json(kind, objects->pdata[i]));
}

// What is wanted first comes first: a console paints the frame before the last workload has come.
static GBytes *make_snapshot(const EventHub *hub)
{
    const Engine *engine = hub->engine;
    GString *text = g_string_sized_new(64 * 1024);
    append_line(text, delta_to_json(DELTA_FRAME, engine_frame(engine)));
    append_all(text, DELTA_ALARM, engine_alarms(engine));
    append_all(text, DELTA_OPERATION, engine_operations(engine));
    append_all(text, DELTA_LOCATION, engine_locations(engine));
    append_all(text, DELTA_GROUP, engine_groups(engine));
    append_all(text, DELTA_WORKLOAD, engine_workloads(engine));
    append_all(text, DELTA_FINDING, engine_findings(engine));
    append_all(text, DELTA_CHANGE, engine_changes(engine));
    g_string_append_printf(text, "{\"kind\":\"end\",\"revision\":%" G_GUINT64_FORMAT "}\n",
                           hub->revision);
    return g_string_free_to_bytes(text);
}

void event_hub_serve_snapshot(EventHub *hub, HttpRequest *request, const char *first)
{
    event_hub_flush(hub);
    if (!hub->snapshot || hub->snapshot_revision != hub->revision) {
        g_clear_pointer(&hub->snapshot, g_bytes_unref);
        hub->snapshot = make_snapshot(hub);
        hub->snapshot_revision = hub->revision;
    }
    static const HttpStreamCallbacks NONE = {NULL, NULL};
    const HttpHeader headers[] = {{"Cache-Control", "no-store"}, {NULL, NULL}};
    gsize room = g_bytes_get_size(hub->snapshot) + (first ? strlen(first) : 0) + 1024;
    HttpStream *stream =
        http_request_stream(request, 200, "application/x-ndjson", headers, room, &NONE, NULL);
    if (first) {
        g_autoptr(GBytes) line = g_bytes_new(first, strlen(first));
        http_stream_send(stream, line);
    }
    http_stream_send(stream, hub->snapshot);
    http_stream_end(stream);
}
