#include "api/stream.h"

#include <string.h>

#include "api/calm.h"
#include "api/object.h"
#include "api/reply.h"
#include "api/sender.h"
#include "base/timefmt.h"
#include "httpd/stream.h"
#include "model/refusal.h"
#include "wire/delta.h"

enum { RING = 4096, HEARTBEAT_MS = 2000, QUEUE_MAX = 4 * 1024 * 1024, STREAMS = 256 };

// A large fleet is told of evenly: a reader must be able to take what comes in one go.
enum { WAITING_MAX = 200 };

// What is told while nobody listens is only written out if somebody comes back for it: then as the object
// is by that time, which says the same.
typedef struct {
    GBytes *bytes; // NULL = not yet written
    char *name;    // what was noted; NULL = each of its kind is a new one
} Event;

struct EventHub {
    EventHubConfig config;
    Event ring[RING];   // by revision % RING
    guint64 revision;   // of the newest event
    guint64 first;      // revision before the first event of this run
    GPtrArray *streams; // of HttpStream *
    GHashTable *noted;  // "kind key" → NULL, in no order
    GPtrArray *order;   // the same strings in the order noted; owned by the table
    GHashTable *prints; // the same strings, of what was published → guint64 *: its calm_print then
    GHashTable *waiting; // the same strings, of what is calm and not yet told
    guint calm;          // source: what is calm is told when it fires; 0 = nothing waits
    guint changes;       // of engine_changes, the last so many are not yet told
    guint heartbeat;     // source; 0 = nobody listens
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

static void event_clear(Event *event)
{
    g_clear_pointer(&event->bytes, g_bytes_unref);
    g_clear_pointer(&event->name, g_free);
}

static GBytes *event_bytes(const char *event, const char *json)
{
    char *text = g_strdup_printf("event: %s\ndata: %s\n\n", event, json);
    return g_bytes_new_take(text, strlen(text));
}

static void send_all(EventHub *hub, GBytes *bytes)
{
    for (guint i = 0; i < hub->streams->len; i++)
        http_stream_send(hub->streams->pdata[i], bytes);
}

void event_hub_tell(EventHub *hub, const char *event, const char *json)
{
    if (!hub->streams->len)
        return;
    g_autoptr(GBytes) bytes = event_bytes(event, json);
    send_all(hub, bytes);
}

static GBytes *heartbeat_bytes(const EventHub *hub)
{
    g_autofree char *now = time_format_ms(clock_wall_ms(hub->config.clock));
    g_autofree char *json =
        g_strdup_printf("{\"now\":\"%s\",\"revision\":%" G_GUINT64_FORMAT "}", now, hub->revision);
    return event_bytes("heartbeat", json);
}

// Only while somebody listens: an idle daemon sleeps.
static gboolean on_heartbeat(gpointer data)
{
    EventHub *hub = data;
    if (!hub->streams->len) {
        hub->heartbeat = 0;
        return G_SOURCE_REMOVE;
    }
    g_autoptr(GBytes) bytes = heartbeat_bytes(hub);
    send_all(hub, bytes);
    return G_SOURCE_CONTINUE;
}

EventHub *event_hub_new(const EventHubConfig *config)
{
    EventHub *hub = g_new0(EventHub, 1);
    hub->config = *config;
    if (!hub->config.streams)
        hub->config.streams = STREAMS;
    // 4096 revisions a millisecond is more than we can make, and stays below 2^53.
    hub->first = hub->revision = (guint64)clock_wall_ms(config->clock) * 4096;
    hub->streams = g_ptr_array_new();
    hub->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    hub->prints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    hub->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    hub->order = g_ptr_array_new();
    return hub;
}

void event_hub_free(EventHub *hub)
{
    if (!hub)
        return;
    g_clear_handle_id(&hub->heartbeat, g_source_remove);
    g_clear_handle_id(&hub->calm, g_source_remove);
    for (guint i = 0; i < hub->streams->len; i++)
        http_stream_end(hub->streams->pdata[i]);
    for (guint i = 0; i < RING; i++)
        event_clear(&hub->ring[i]);
    g_ptr_array_unref(hub->streams);
    g_ptr_array_unref(hub->order);
    g_hash_table_unref(hub->noted);
    g_hash_table_unref(hub->prints);
    g_hash_table_unref(hub->waiting);
    g_free(hub);
}

guint event_hub_subscribers(const EventHub *hub)
{
    return hub->streams->len;
}

// ---- events ----

// The next one, empty.
static Event *next_event(EventHub *hub)
{
    Event *event = &hub->ring[++hub->revision % RING];
    event_clear(event);
    return event;
}

static GBytes *delta_bytes(guint64 revision, const char *json, gsize n)
{
    GString *text = g_string_sized_new(n + 64);
    g_string_append_printf(text, "id: %" G_GUINT64_FORMAT "\nevent: delta\ndata: ", revision);
    g_string_append_len(text, json, (gssize)n);
    g_string_append(text, "\n\n");
    return g_string_free_to_bytes(text);
}

static GBytes *object_bytes(EventHub *hub, guint64 revision, DeltaKind kind, gconstpointer object)
{
    g_autoptr(GBytes) line = line_cache_get(hub->config.lines, kind, object);
    gsize n;
    const char *text = g_bytes_get_data(line, &n);
    return delta_bytes(revision, text, n - 1); // without its line feed
}

static GBytes *gone_bytes(guint64 revision, DeltaKind kind, const char *key)
{
    g_autoptr(json_t) json = delta_gone_to_json(kind, key);
    g_autofree char *text = wire_format(json);
    return delta_bytes(revision, text, strlen(text));
}

// What each is a new one of cannot be written later.
static void publish_object(EventHub *hub, DeltaKind kind, gconstpointer object)
{
    Event *event = next_event(hub);
    event->bytes = object_bytes(hub, hub->revision, kind, object);
    send_all(hub, event->bytes);
}

// What the engine's kinds are told as.
static const DeltaKind KINDS[] = {
    [ENGINE_FRAME] = DELTA_FRAME,          [ENGINE_LOCATION] = DELTA_LOCATION,
    [ENGINE_GROUP] = DELTA_GROUP,          [ENGINE_WORKLOAD] = DELTA_WORKLOAD,
    [ENGINE_OPERATION] = DELTA_OPERATION,  [ENGINE_FINDING] = DELTA_FINDING,
    [ENGINE_FINDING_GONE] = DELTA_FINDING, [ENGINE_ALARM] = DELTA_ALARM,
    [ENGINE_ALARM_GONE] = DELTA_ALARM,     [ENGINE_CHANGE] = DELTA_CHANGE,
    [ENGINE_AUDIT] = DELTA_AUDIT,          [ENGINE_FLEET] = DELTA_RELOAD,
};

static void on_audit(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    EventHub *hub = data;
    (void)more;
    for (guint i = 0; !error && i < records->len; i++)
        publish_object(hub, DELTA_AUDIT, records->pdata[i]);
}

static void remember(EventHub *hub, EngineObject kind, const char *key)
{
    char *name = g_strdup_printf("%c%s", 'a' + (int)kind, key);
    if (g_hash_table_contains(hub->noted, name)) {
        g_free(name);
        return;
    }
    g_hash_table_add(hub->noted, name);
    g_ptr_array_add(hub->order, name);
}

void event_hub_note(EventHub *hub, EngineObject kind, const char *key)
{
    key = key ? key : "";
    if (kind == ENGINE_CHANGE)
        hub->changes++;
    else if (kind == ENGINE_AUDIT)
        engine_audit(hub->config.engine, g_ascii_strtoll(key, NULL, 10) - 1, 1, on_audit, hub);
    else
        remember(hub, kind, key);
    if (kind != ENGINE_FLEET) {
        line_cache_drop(hub->config.lines, KINDS[kind], key);
        return;
    }
    line_cache_clear(hub->config.lines);
    g_hash_table_remove_all(hub->prints);
    g_hash_table_remove_all(hub->waiting);
}

static GBytes *noted_bytes(EventHub *hub, guint64 revision, const char *name)
{
    DeltaKind kind = KINDS[name[0] - 'a'];
    gconstpointer object = object_find(hub->config.engine, kind, name + 1);
    return object ? object_bytes(hub, revision, kind, object)
                  : gone_bytes(revision, kind, name + 1);
}

static void publish_noted(EventHub *hub, const char *name)
{
    Event *event = next_event(hub);
    event->name = g_strdup(name);
    if (!hub->streams->len)
        return;
    event->bytes = noted_bytes(hub, hub->revision, name);
    send_all(hub, event->bytes);
}

static GBytes *kept_event(EventHub *hub, guint64 revision)
{
    Event *event = &hub->ring[revision % RING];
    if (!event->bytes)
        event->bytes = noted_bytes(hub, revision, event->name);
    return event->bytes;
}

// True if it is as it was when it was last told, but for its age. What it is now is remembered.
static bool only_aged(EventHub *hub, const char *name, guint64 print)
{
    guint64 *told = g_hash_table_lookup(hub->prints, name);
    if (told && print && *told == print)
        return true;
    if (!told)
        g_hash_table_insert(hub->prints, g_strdup(name), told = g_new(guint64, 1));
    *told = print;
    return false;
}

// True if it can wait.
static bool is_calm(EventHub *hub, const char *name)
{
    DeltaKind kind = KINDS[name[0] - 'a'];
    gconstpointer object = object_find(hub->config.engine, kind, name + 1);
    if (object)
        return only_aged(hub, name, calm_print(kind, object));
    g_hash_table_remove(hub->prints, name);
    return false;
}

static void publish_waiting(EventHub *hub)
{
    GHashTableIter iter;
    gpointer name;
    g_clear_handle_id(&hub->calm, g_source_remove);
    g_hash_table_iter_init(&iter, hub->waiting);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        publish_noted(hub, name);
        g_hash_table_iter_remove(&iter);
    }
}

static gboolean on_calm(gpointer data)
{
    EventHub *hub = data;
    hub->calm = 0;
    publish_waiting(hub);
    return G_SOURCE_REMOVE;
}

static void publish_all_noted(EventHub *hub)
{
    for (guint i = 0; i < hub->order->len; i++) {
        const char *name = hub->order->pdata[i];
        if (is_calm(hub, name)) {
            g_hash_table_add(hub->waiting, g_strdup(name));
            continue;
        }
        publish_noted(hub, name);
        g_hash_table_remove(hub->waiting, name);
    }
    g_ptr_array_set_size(hub->order, 0);
    g_hash_table_remove_all(hub->noted);
}

// Each is a new one: as many of the last as were noted.
static void publish_changes(EventHub *hub)
{
    const GPtrArray *changes = engine_changes(hub->config.engine);
    guint count = MIN(hub->changes, changes->len);
    hub->changes = 0;
    for (guint i = changes->len - count; i < changes->len; i++)
        publish_object(hub, DELTA_CHANGE, changes->pdata[i]);
}

void event_hub_flush(EventHub *hub)
{
    publish_all_noted(hub);
    publish_changes(hub);
    guint waiting = g_hash_table_size(hub->waiting);
    if (waiting > WAITING_MAX)
        publish_waiting(hub);
    else if (waiting && !hub->calm)
        hub->calm = g_timeout_add(CALM_MS, on_calm, hub);
}

// Who reads is told of a revision that has all they read, also what could have waited.
guint64 event_hub_revision(EventHub *hub)
{
    publish_all_noted(hub);
    publish_waiting(hub);
    return hub->revision;
}

// ---- serving ----

static bool wanted_since(HttpRequest *request, guint64 *ret_since, bool *ret_given)
{
    const char *text = http_request_header(request, "Last-Event-ID");
    if (!text)
        text = http_request_query(request, "since");
    *ret_given = text != NULL;
    *ret_since = 0;
    return !text || g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, ret_since, NULL);
}

static bool is_kept(const EventHub *hub, guint64 since)
{
    guint64 oldest = MAX(hub->first, hub->revision - RING);
    return since >= oldest && since <= hub->revision;
}

// False, and refused.
static bool may_listen(const EventHub *hub, HttpRequest *request, guint64 *ret_since)
{
    bool given;
    if (!wanted_since(request, ret_since, &given)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "since must be a revision: a whole number as given in `id`.");
        return false;
    }
    if (given && !is_kept(hub, *ret_since)) {
        reply_refusal(request, REFUSAL_GONE,
                      "Events since %" G_GUINT64_FORMAT " are no longer kept: fetch /v1/snapshot "
                      "again and go on from its revision.",
                      *ret_since);
        return false;
    }
    if (hub->streams->len >= hub->config.streams) {
        reply_refusal(request, REFUSAL_UNAVAILABLE,
                      "%u event streams are open, and no more are served (limits.streams).",
                      hub->streams->len);
        return false;
    }
    if (!given)
        *ret_since = hub->revision;
    return true;
}

static void send_new(HttpStream *stream, GBytes *bytes)
{
    http_stream_send(stream, bytes);
    g_bytes_unref(bytes);
}

void event_hub_serve(EventHub *hub, HttpRequest *request, const char *presence)
{
    guint64 since;
    if (!may_listen(hub, request, &since))
        return;
    HttpStream *stream = reply_stream(request, "text/event-stream", 0, QUEUE_MAX, &CALLBACKS, hub);
    if (!stream)
        return;
    g_ptr_array_add(hub->streams, stream);
    if (!hub->heartbeat)
        hub->heartbeat = g_timeout_add(HEARTBEAT_MS, on_heartbeat, hub);
    // At once: the console knows the clock, that it is live, and who else looks.
    send_new(stream, heartbeat_bytes(hub));
    send_new(stream, event_bytes("presence", presence));
    for (guint64 revision = since + 1; revision <= hub->revision; revision++)
        http_stream_send(stream, kept_event(hub, revision));
}

// ---- the snapshot ----

// What is wanted first comes first: a console paints the frame before the last workload has come.
static void add_world(LineSender *sender, const Engine *engine)
{
    line_sender_add(sender, DELTA_FRAME, engine_frame(engine));
    line_sender_add_all(sender, DELTA_ALARM, engine_alarms(engine));
    line_sender_add_all(sender, DELTA_OPERATION, engine_operations(engine));
    line_sender_add_all(sender, DELTA_LOCATION, engine_locations(engine));
    line_sender_add_all(sender, DELTA_GROUP, engine_groups(engine));
    line_sender_add_all(sender, DELTA_WORKLOAD, engine_workloads(engine));
    line_sender_add_all(sender, DELTA_FINDING, engine_findings(engine));
    line_sender_add_all(sender, DELTA_CHANGE, engine_changes(engine));
}

// The JSON of an event as it is kept.
static void add_kept(LineSender *sender, GBytes *event)
{
    static const char BEFORE[] = "\ndata: ";
    gsize n;
    const char *text = g_bytes_get_data(event, &n);
    const char *json = memmem(text, n, BEFORE, strlen(BEFORE));
    json += strlen(BEFORE);
    g_autofree char *line = g_strndup(json, n - (gsize)(json - text) - 1); // with one line feed
    line_sender_add_text(sender, line);
}

// A new fleet is told by the stream alone: everything is fetched again then.
static bool is_reloaded(const EventHub *hub, guint64 since)
{
    for (guint64 revision = since + 1; revision <= hub->revision; revision++) {
        const Event *event = &hub->ring[revision % RING];
        if (event->name && KINDS[event->name[0] - 'a'] == DELTA_RELOAD)
            return true;
    }
    return false;
}

// What was told since, each object once.
static void add_told(LineSender *sender, const EventHub *hub, guint64 since)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint64 revision = since + 1; revision <= hub->revision; revision++) {
        const Event *event = &hub->ring[revision % RING];
        if (!event->name)
            add_kept(sender, event->bytes);
        else if (g_hash_table_add(names, event->name)) {
            DeltaKind kind = KINDS[event->name[0] - 'a'];
            line_sender_add_key(sender, kind, event->name + 1);
        }
    }
}

// A snapshot under way.
typedef struct {
    EventHub *hub;
    guint64 since; // what was told up to there is in it
    bool ended;
} Follow;

// Events go on while it is sent. The ring must still reach back to the revision that it ends with.
static void follow(LineSender *sender, guint rest, gpointer data)
{
    Follow *follow = data;
    EventHub *hub = follow->hub;
    if (follow->ended)
        return;
    event_hub_flush(hub);
    if (hub->revision - follow->since > RING / 4 && is_kept(hub, follow->since) &&
        !is_reloaded(hub, follow->since)) {
        add_told(sender, hub, follow->since);
        follow->since = hub->revision;
    } else if (rest == 0) {
        g_autofree char *end = g_strdup_printf(
            "{\"kind\":\"end\",\"revision\":%" G_GUINT64_FORMAT "}\n", follow->since);
        line_sender_add_text(sender, end);
        follow->ended = true;
    }
}

// The revision is that of the beginning, or of when much had changed: what changes behind it the events tell again.
void event_hub_serve_snapshot(EventHub *hub, HttpRequest *request, const char *first)
{
    event_hub_flush(hub);
    LineSender *sender = line_sender_new(hub->config.engine, hub->config.lines, SENDER_DELTAS);
    Follow *state = g_new(Follow, 1);
    *state = (Follow){hub, hub->revision, false};
    if (first)
        line_sender_add_text(sender, first);
    add_world(sender, hub->config.engine);
    line_sender_set_more(sender, follow, state, g_free);
    line_sender_start(sender, request, 0);
}
