#include "sink/spool.h"

#include <string.h>

#include "wire/json.h"

enum {
    WAITING_MAX = 10000,      // events in memory while the store takes nothing
    WRITE_EVENTS = 50,        // in one transaction
    WRITE_BYTES = 900 * 1024, // … and their bytes
    RETRY_MS = 1000,          // until the store is asked again
    PLACES_MS = 200,          // places are written together
    READ_MAX = 64
};

#define EVENT_PREFIX "event/"
#define EVENT_END "event/:" // ':' comes after the digits
#define PLACE_PREFIX "event-at/"
#define MARK_KEY "event-mark"

typedef struct {
    char *json;
    gint64 audit; // the record that it tells; 0 = none
} Waiting;

struct Spool {
    SpoolConfig config;
    char *source;
    guint refs; // the owner's, and one for each answer that the store owes
    bool freed;
    bool loaded;
    bool writing;
    bool failed;     // the last write; told once
    guint64 written; // newest event in the store
    guint64 trimmed; // events up to here are gone
    gint64 audit;    // put up to here, written or waiting; -1 = never
    gint64 audit_written;
    GQueue waiting;     // of Waiting *, behind `written`
    GHashTable *places; // name → guint64 *
    GHashTable *moved;  // names whose place is to be written
    guint retry, flush; // sources
};

// ---- life ----

static void waiting_free(gpointer data)
{
    Waiting *waiting = data;
    g_free(waiting->json);
    g_free(waiting);
}

static Spool *keep(Spool *spool)
{
    spool->refs++;
    return spool;
}

static void let_go(Spool *spool)
{
    if (--spool->refs)
        return;
    g_queue_clear_full(&spool->waiting, waiting_free);
    g_hash_table_unref(spool->places);
    g_hash_table_unref(spool->moved);
    g_free(spool->source);
    g_free(spool);
}

Spool *spool_new(const SpoolConfig *config)
{
    Spool *spool = g_new0(Spool, 1);
    spool->config = *config;
    spool->source = g_strdup(config->source);
    spool->refs = 1;
    spool->audit = spool->audit_written = -1;
    g_queue_init(&spool->waiting);
    spool->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    spool->moved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return spool;
}

// ---- keys ----

static char *event_key(guint64 seq)
{
    return g_strdup_printf(EVENT_PREFIX "%020" G_GUINT64_FORMAT, seq);
}

static char *mark_text(guint64 head, gint64 audit)
{
    return g_strdup_printf("{\"head\":%" G_GUINT64_FORMAT ",\"audit\":%" G_GINT64_FORMAT "}", head,
                           audit);
}

static void forget_events(StoreTxn *txn, guint64 from, guint64 to)
{
    g_autofree char *first = event_key(from), *behind = event_key(to + 1);
    StoreSpan span = store_span_between(first, behind);
    store_txn_delete(txn, STORE_BRANCH_THEN, &span);
}

// ---- loading ----

static void take_mark(Spool *spool, const StoreEntry *entry)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    WireReader reader = {0};
    g_autoptr(json_t) json = wire_parse("the sinks' mark", bytes, size, size, NULL);
    if (!json)
        return;
    WireAt root = wire_root(&reader, json);
    gint64 head = wire_integer(&root, "head", 0, WIRE_INTEGER_MAX);
    gint64 audit = wire_integer(&root, "audit", -1, WIRE_INTEGER_MAX);
    if (!wire_reader_finish(&reader, NULL))
        return;
    spool->written = (guint64)head;
    spool->audit = spool->audit_written = audit;
}

static void take_place(Spool *spool, const StoreEntry *entry)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    g_autofree char *text = g_strndup(bytes, size);
    guint64 place;
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &place, NULL))
        g_hash_table_replace(spool->places, g_strdup(entry->key + strlen(PLACE_PREFIX)),
                             g_memdup2(&place, sizeof place));
}

static void on_places(const StoreRange *range, const GError *error, gpointer data)
{
    Spool *spool = data;
    for (guint i = 0; range && i < range->entries->len; i++)
        take_place(spool, range->entries->pdata[i]);
    if (error)
        log_warning(spool->config.log, "where the sinks are could not be read", "why",
                    error->message);
    if (!spool->freed) {
        spool->loaded = true;
        spool->config.loaded(spool->config.data);
    }
    let_go(spool);
}

static void on_mark(const StoreRange *range, const GError *error, gpointer data)
{
    Spool *spool = data;
    if (range && range->entries->len)
        take_mark(spool, range->entries->pdata[0]);
    if (error)
        log_warning(spool->config.log, "the sinks' mark could not be read", "why", error->message);
    const StoreSpan span = store_span_prefix(PLACE_PREFIX);
    if (!spool->freed)
        store_range(spool->config.store, &span, 0, on_places, keep(spool));
    let_go(spool);
}

void spool_load(Spool *spool)
{
    store_get(spool->config.store, MARK_KEY, on_mark, keep(spool));
}

// ---- writing events ----

static void write_some(Spool *spool);

static gboolean on_retry(gpointer data)
{
    Spool *spool = data;
    spool->retry = 0;
    write_some(spool);
    return G_SOURCE_REMOVE;
}

static guint64 slowest(const Spool *spool)
{
    GHashTableIter iter;
    gpointer place;
    guint64 least = spool->written;
    g_hash_table_iter_init(&iter, spool->places);
    while (g_hash_table_iter_next(&iter, NULL, &place))
        least = MIN(least, *(guint64 *)place);
    return least;
}

typedef struct {
    Spool *spool;
    guint count;
} Writing;

static void written(Spool *spool, guint count)
{
    for (guint i = 0; i < count; i++) {
        Waiting *waiting = g_queue_pop_head(&spool->waiting);
        spool->written++;
        spool->audit_written = MAX(spool->audit_written, waiting->audit);
        waiting_free(waiting);
    }
    if (spool->failed)
        log_info(spool->config.log, "events for the sinks are written again");
    spool->failed = false;
    spool->config.grown(spool->config.data);
    write_some(spool);
}

static void on_written(const StoreTxnResult *result, const GError *error, gpointer data)
{
    Writing *writing = data;
    Spool *spool = writing->spool;
    spool->writing = false;
    if (result && !spool->freed)
        written(spool, writing->count);
    if (error && !spool->freed) {
        if (!spool->failed)
            log_warning(spool->config.log, "events for the sinks wait: the store takes none", "why",
                        error->message);
        spool->failed = true;
        spool->retry = g_timeout_add(RETRY_MS, on_retry, spool);
    }
    g_free(writing);
    let_go(spool);
}

// Up to WRITE_EVENTS of those that wait; how many.
static guint fill(Spool *spool, StoreTxn *txn)
{
    guint count = 0;
    gsize bytes = 0;
    gint64 audit = spool->audit_written;
    for (const GList *at = spool->waiting.head; at && count < WRITE_EVENTS; at = at->next) {
        const Waiting *waiting = at->data;
        bytes += strlen(waiting->json);
        if (count && bytes > WRITE_BYTES)
            break;
        g_autofree char *key = event_key(spool->written + ++count);
        store_txn_put_text(txn, STORE_BRANCH_THEN, key, waiting->json);
        audit = MAX(audit, waiting->audit);
    }
    g_autofree char *mark = mark_text(spool->written + count, audit);
    store_txn_put_text(txn, STORE_BRANCH_THEN, MARK_KEY, mark);
    return count;
}

static void write_some(Spool *spool)
{
    if (spool->writing || spool->retry || !spool->waiting.length)
        return;
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    Writing *writing = g_new0(Writing, 1);
    writing->spool = keep(spool);
    writing->count = fill(spool, txn);
    guint64 head = spool->written + writing->count;
    if (head > SPOOL_EVENTS_MAX + spool->trimmed) {
        guint64 to = MAX(spool->trimmed, head - SPOOL_EVENTS_MAX);
        forget_events(txn, spool->trimmed + 1, to);
        spool->trimmed = to;
    }
    spool->writing = true;
    store_commit(spool->config.store, txn, on_written, writing);
}

void spool_put(Spool *spool, const EventFacts *facts, json_t *data, gint64 audit_seq)
{
    g_assert(spool->loaded);
    if (spool->waiting.length >= WAITING_MAX) {
        json_decref(data);
        return;
    }
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->audit = audit_seq;
    waiting->json =
        event_format(facts, spool->source, spool->written + spool->waiting.length + 1, data);
    spool->audit = MAX(spool->audit, audit_seq);
    g_queue_push_tail(&spool->waiting, waiting);
    write_some(spool);
}

bool spool_is_full(const Spool *spool)
{
    return spool->waiting.length >= WAITING_MAX / 2;
}

guint64 spool_head(const Spool *spool)
{
    return spool->written;
}

gint64 spool_audit(const Spool *spool)
{
    return spool->audit;
}

void spool_begin(Spool *spool, gint64 audit_seq)
{
    spool->audit = spool->audit_written = audit_seq;
}

// ---- places ----

static void on_flushed(const StoreTxnResult *result, const GError *error, gpointer data)
{
    (void)result;
    Spool *spool = data;
    if (error && !spool->freed) // what was taken since comes twice after a crash
        log_debug(spool->config.log, "where the sinks are was not written", "why", error->message);
    let_go(spool);
}

static void flush_places(Spool *spool)
{
    GHashTableIter iter;
    gpointer name;
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    g_hash_table_iter_init(&iter, spool->moved);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autofree char *key = g_strconcat(PLACE_PREFIX, (const char *)name, NULL);
        const guint64 *place = g_hash_table_lookup(spool->places, name);
        g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, place ? *place : 0);
        const StoreSpan span = store_span_key(key);
        if (place)
            store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
        else
            store_txn_delete(txn, STORE_BRANCH_THEN, &span);
    }
    g_hash_table_remove_all(spool->moved);
    guint64 taken = slowest(spool);
    if (taken > spool->trimmed) {
        forget_events(txn, spool->trimmed + 1, taken);
        spool->trimmed = taken;
    }
    store_commit(spool->config.store, txn, on_flushed, keep(spool));
}

static gboolean on_flush(gpointer data)
{
    Spool *spool = data;
    spool->flush = 0;
    flush_places(spool);
    return G_SOURCE_REMOVE;
}

static void mark_moved(Spool *spool, const char *sink)
{
    g_hash_table_add(spool->moved, g_strdup(sink));
    if (!spool->flush)
        spool->flush = g_timeout_add(PLACES_MS, on_flush, spool);
}

guint64 spool_place(Spool *spool, const char *sink)
{
    const guint64 *place = g_hash_table_lookup(spool->places, sink);
    guint64 head = spool->written + spool->waiting.length;
    if (place && *place <= head)
        return *place;
    spool_move(spool, sink, head);
    return head;
}

void spool_move(Spool *spool, const char *sink, guint64 seq)
{
    g_hash_table_replace(spool->places, g_strdup(sink), g_memdup2(&seq, sizeof seq));
    mark_moved(spool, sink);
}

static bool is_among(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0)
            return true;
    return false;
}

void spool_set_sinks(Spool *spool, const GPtrArray *names)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, spool->places);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (!is_among(names, name)) {
            mark_moved(spool, name);
            g_hash_table_iter_remove(&iter);
        }
}

void spool_free(Spool *spool)
{
    if (!spool)
        return;
    g_clear_handle_id(&spool->retry, g_source_remove);
    g_clear_handle_id(&spool->flush, g_source_remove);
    if (g_hash_table_size(spool->moved))
        flush_places(spool);
    spool->freed = true;
    let_go(spool);
}

// ---- reading ----

typedef struct {
    Spool *spool;
    SpoolRead done;
    gpointer data;
} Reading;

static void free_event(gpointer data)
{
    sink_event_free(data);
}

static SinkEvent *read_entry(const Spool *spool, const StoreEntry *entry)
{
    gsize size;
    const char *bytes = g_bytes_get_data(entry->value, &size);
    g_autoptr(GError) error = NULL;
    guint64 seq;
    SinkEvent *event = NULL;
    if (g_ascii_string_to_unsigned(entry->key + strlen(EVENT_PREFIX), 10, 1, G_MAXUINT64, &seq,
                                   &error))
        event = sink_event_parse(seq, bytes, size, &error);
    if (!event)
        log_error(spool->config.log, "an event for the sinks cannot be read", "key", entry->key,
                  "why", error->message);
    return event;
}

static void on_read(const StoreRange *range, const GError *error, gpointer data)
{
    Reading *reading = data;
    Spool *spool = reading->spool;
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func(free_event);
    for (guint i = 0; range && i < range->entries->len; i++) {
        SinkEvent *event = read_entry(spool, range->entries->pdata[i]);
        if (event)
            g_ptr_array_add(events, event);
    }
    if (error)
        log_warning(spool->config.log, "events for the sinks could not be read", "why",
                    error->message);
    if (!spool->freed)
        reading->done(events, reading->data);
    g_free(reading);
    let_go(spool);
}

void spool_read(Spool *spool, guint64 after, guint limit, SpoolRead done, gpointer data)
{
    g_autofree char *from = event_key(after + 1);
    const StoreSpan span = store_span_between(from, EVENT_END);
    Reading *reading = g_new0(Reading, 1);
    reading->spool = keep(spool);
    reading->done = done;
    reading->data = data;
    store_range(spool->config.store, &span, MIN(limit, READ_MAX), on_read, reading);
}
