#include "store/memory.h"

#include <string.h>

#include "store/local.h"

// STORE_RESERVE changes that a full disk still takes.
enum { RESERVE_WRITES = 16 };

typedef struct {
    StoreEventKind kind;
    StoreEntry *entry;
} MemoryEvent;

struct StoreImage {
    GTree *entries;     // key → StoreEntry
    GHashTable *leases; // id → time to live
    GPtrArray *events;  // MemoryEvent, oldest first
    BackendState state;
};

typedef struct {
    Backend backend;
    StoreImage *content;
    Store *store; // whose backend this is
    StoreFaultFunc fault;
    gpointer fault_data;
    guint64 planned_write; // which write the planned fault strikes
    StoreFault planned;
    guint64 writes;
    StoreFault striking; // the fault of the write under way
    bool full;
    guint reserve; // writes left in it
    bool reserve_open;
    bool crashed;
} Memory;

// ---- content ----

static int compare_keys(gconstpointer a, gconstpointer b, gpointer user_data)
{
    (void)user_data;
    return strcmp(a, b);
}

static void event_free(gpointer data)
{
    MemoryEvent *event = data;
    store_entry_free(event->entry);
    g_free(event);
}

static void content_put(StoreImage *content, const StoreEntry *entry)
{
    StoreEntry *copy = store_entry_copy(entry);
    g_tree_replace(content->entries, copy->key, copy);
}

static void content_add_event(StoreImage *content, StoreEventKind kind, const StoreEntry *entry)
{
    MemoryEvent *event = g_new(MemoryEvent, 1);
    *event = (MemoryEvent){kind, store_entry_copy(entry)};
    g_ptr_array_add(content->events, event);
}

static void content_put_lease(StoreImage *content, guint64 lease, gint64 ttl_ms)
{
    g_hash_table_insert(content->leases, g_memdup2(&lease, sizeof lease),
                        g_memdup2(&ttl_ms, sizeof ttl_ms));
}

static StoreImage *content_new(void)
{
    StoreImage *content = g_new0(StoreImage, 1);
    content->entries = g_tree_new_full(compare_keys, NULL, NULL, (GDestroyNotify)store_entry_free);
    content->leases = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    content->events = g_ptr_array_new_with_free_func(event_free);
    content->state.revision = 1;
    return content;
}

static StoreImage *content_copy(const StoreImage *from)
{
    StoreImage *content = content_new();
    for (GTreeNode *at = g_tree_node_first(from->entries); at; at = g_tree_node_next(at))
        content_put(content, g_tree_node_value(at));
    for (guint i = 0; i < from->events->len; i++) {
        const MemoryEvent *event = g_ptr_array_index(from->events, i);
        content_add_event(content, event->kind, event->entry);
    }
    GHashTableIter i;
    gpointer lease, ttl_ms;
    g_hash_table_iter_init(&i, from->leases);
    while (g_hash_table_iter_next(&i, &lease, &ttl_ms))
        content_put_lease(content, *(guint64 *)lease, *(gint64 *)ttl_ms);
    content->state = from->state;
    return content;
}

void store_image_free(StoreImage *image)
{
    if (!image)
        return;
    g_tree_unref(image->entries);
    g_hash_table_unref(image->leases);
    g_ptr_array_unref(image->events);
    g_free(image);
}

// ---- transactions and faults ----

static bool memory_load(Backend *backend, BackendState *ret_state, GError **error)
{
    (void)error;
    *ret_state = ((Memory *)backend)->content->state;
    return true;
}

static StoreFault next_fault(Memory *memory)
{
    memory->writes++;
    if (memory->fault)
        return memory->fault(memory->writes, memory->fault_data);
    return memory->writes == memory->planned_write ? memory->planned : STORE_FAULT_NONE;
}

static void crash(Memory *memory)
{
    memory->crashed = true;
    local_store_crash(memory->store);
}

static bool fail(GError **error, ErrCode code)
{
    g_set_error_literal(error, ERR, (gint)code,
                        code == ERR_NO_SPACE
                            ? "The disk that holds the store is full: not recorded, not done."
                            : "The store's answer was lost: it may or may not have been recorded.");
    return false;
}

// Faults that leave nothing behind strike here, so that nothing ever has to be undone.
static bool memory_begin(Backend *backend, bool durable, GError **error)
{
    (void)durable;
    Memory *memory = (Memory *)backend;
    memory->striking = next_fault(memory);
    if (memory->striking == STORE_FAULT_NO_SPACE)
        memory->full = true;
    if (memory->full && !(memory->reserve_open && memory->reserve > 0))
        return fail(error, ERR_NO_SPACE);
    if (memory->full)
        memory->reserve--;
    if (memory->striking == STORE_FAULT_CRASH_BEFORE)
        crash(memory);
    if (memory->striking == STORE_FAULT_CRASH_BEFORE ||
        memory->striking == STORE_FAULT_LOST_REQUEST)
        return fail(error, ERR_UNKNOWN);
    return true;
}

static bool memory_commit(Backend *backend, const BackendState *state, GError **error)
{
    Memory *memory = (Memory *)backend;
    memory->content->state = *state;
    if (memory->striking == STORE_FAULT_CRASH_AFTER)
        crash(memory);
    if (memory->striking == STORE_FAULT_CRASH_AFTER || memory->striking == STORE_FAULT_LOST_ANSWER)
        return fail(error, ERR_UNKNOWN);
    return true;
}

static void memory_rollback(Backend *backend)
{
    (void)backend;
    g_assert_not_reached(); // nothing between begin and commit can fail
}

// ---- entries ----

static bool memory_find(Backend *backend, const char *key, StoreEntry **ret_entry, GError **error)
{
    (void)error;
    const StoreEntry *entry = g_tree_lookup(((Memory *)backend)->content->entries, key);
    *ret_entry = entry ? store_entry_copy(entry) : NULL;
    return true;
}

static bool memory_scan(Backend *backend, const char *from, const char *to, const BackendWalk *walk,
                        GError **error)
{
    (void)error;
    GTreeNode *at = g_tree_lower_bound(((Memory *)backend)->content->entries, from);
    for (; at; at = g_tree_node_next(at)) {
        const StoreEntry *entry = g_tree_node_value(at);
        if ((to && strcmp(entry->key, to) >= 0) || !walk->entry(entry, walk->user_data))
            break;
    }
    return true;
}

static bool memory_scan_lease(Backend *backend, guint64 lease, const BackendWalk *walk,
                              GError **error)
{
    (void)error;
    GTreeNode *at = g_tree_node_first(((Memory *)backend)->content->entries);
    for (; at; at = g_tree_node_next(at)) {
        const StoreEntry *entry = g_tree_node_value(at);
        if (entry->lease == lease && !walk->entry(entry, walk->user_data))
            break;
    }
    return true;
}

static bool memory_put(Backend *backend, const StoreEntry *entry, GError **error)
{
    (void)error;
    content_put(((Memory *)backend)->content, entry);
    return true;
}

static bool memory_remove(Backend *backend, const char *key, GError **error)
{
    (void)error;
    g_tree_remove(((Memory *)backend)->content->entries, key);
    return true;
}

// ---- events ----

static bool memory_add_event(Backend *backend, StoreEventKind kind, const StoreEntry *entry,
                             GError **error)
{
    (void)error;
    content_add_event(((Memory *)backend)->content, kind, entry);
    return true;
}

// Index of the first event of `revision` or later.
static guint first_event(const GPtrArray *events, guint64 revision)
{
    guint low = 0, high = events->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const MemoryEvent *event = g_ptr_array_index(events, middle);
        if (event->entry->mod_revision < revision)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool memory_scan_events(Backend *backend, guint64 revision, const BackendWalk *walk,
                               GError **error)
{
    (void)error;
    const GPtrArray *events = ((Memory *)backend)->content->events;
    for (guint i = first_event(events, revision); i < events->len; i++) {
        const MemoryEvent *event = g_ptr_array_index(events, i);
        if (!walk->event(event->kind, event->entry, walk->user_data))
            break;
    }
    return true;
}

static bool memory_drop_events(Backend *backend, guint64 up_to_revision, GError **error)
{
    (void)error;
    GPtrArray *events = ((Memory *)backend)->content->events;
    guint n = first_event(events, up_to_revision + 1);
    if (n)
        g_ptr_array_remove_range(events, 0, n);
    return true;
}

static bool memory_scan_history(Backend *backend, const BackendWalk *walk, GError **error)
{
    (void)error;
    const GPtrArray *events = ((Memory *)backend)->content->events;
    for (guint i = 0; i < events->len;) {
        const StoreEntry *first = ((MemoryEvent *)g_ptr_array_index(events, i))->entry;
        guint64 bytes = 0;
        guint n = 0;
        for (; i < events->len; i++, n++) {
            const StoreEntry *entry = ((MemoryEvent *)g_ptr_array_index(events, i))->entry;
            if (entry->mod_revision != first->mod_revision)
                break;
            bytes += strlen(entry->key) + g_bytes_get_size(entry->value);
        }
        walk->history(first->mod_revision, n, bytes, walk->user_data);
    }
    return true;
}

// ---- leases ----

static bool memory_put_lease(Backend *backend, guint64 lease, gint64 ttl_ms, GError **error)
{
    (void)error;
    content_put_lease(((Memory *)backend)->content, lease, ttl_ms);
    return true;
}

static bool memory_remove_lease(Backend *backend, guint64 lease, GError **error)
{
    (void)error;
    g_hash_table_remove(((Memory *)backend)->content->leases, &lease);
    return true;
}

static bool memory_scan_leases(Backend *backend, const BackendWalk *walk, GError **error)
{
    (void)error;
    GHashTableIter i;
    gpointer lease, ttl_ms;
    g_hash_table_iter_init(&i, ((Memory *)backend)->content->leases);
    while (g_hash_table_iter_next(&i, &lease, &ttl_ms))
        walk->lease(*(guint64 *)lease, *(gint64 *)ttl_ms, walk->user_data);
    return true;
}

// ---- the rest ----

static void memory_open_reserve(Backend *backend)
{
    Memory *memory = (Memory *)backend;
    if (!memory->reserve_open)
        memory->reserve = RESERVE_WRITES;
    memory->reserve_open = true;
}

static bool memory_refill_reserve(Backend *backend)
{
    Memory *memory = (Memory *)backend;
    memory->reserve_open = memory->full;
    return !memory->full;
}

static guint64 memory_bytes(Backend *backend)
{
    guint64 bytes = 0;
    GTreeNode *at = g_tree_node_first(((Memory *)backend)->content->entries);
    for (; at; at = g_tree_node_next(at)) {
        const StoreEntry *entry = g_tree_node_value(at);
        bytes += strlen(entry->key) + g_bytes_get_size(entry->value);
    }
    return bytes;
}

static void memory_free(Backend *backend)
{
    Memory *memory = (Memory *)backend;
    store_image_free(memory->content);
    g_free(memory);
}

static const BackendVtable MEMORY_VTABLE = {
    .load = memory_load,
    .begin = memory_begin,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .find = memory_find,
    .scan = memory_scan,
    .scan_lease = memory_scan_lease,
    .put = memory_put,
    .remove = memory_remove,
    .add_event = memory_add_event,
    .scan_events = memory_scan_events,
    .drop_events = memory_drop_events,
    .scan_history = memory_scan_history,
    .put_lease = memory_put_lease,
    .remove_lease = memory_remove_lease,
    .scan_leases = memory_scan_leases,
    .open_reserve = memory_open_reserve,
    .refill_reserve = memory_refill_reserve,
    .bytes = memory_bytes,
    .free = memory_free,
};

Store *store_memory_new(const Clock *clock, const StoreImage *image)
{
    Memory *memory = g_new0(Memory, 1);
    memory->backend.vtable = &MEMORY_VTABLE;
    memory->content = image ? content_copy(image) : content_new();
    LocalOptions options = local_options();
    options.on_loop = false;
    memory->store = local_store_new(&memory->backend, clock, &options, NULL);
    g_assert(memory->store);
    return memory->store;
}

static Memory *memory_of(Store *store)
{
    Backend *backend = local_store_backend(store);
    g_assert(backend->vtable == &MEMORY_VTABLE);
    return (Memory *)backend;
}

void store_memory_set_faults(Store *store, StoreFaultFunc fault, gpointer user_data)
{
    Memory *memory = memory_of(store);
    memory->fault = fault;
    memory->fault_data = user_data;
}

void store_memory_plan_fault(Store *store, guint n, StoreFault fault)
{
    Memory *memory = memory_of(store);
    memory->planned_write = memory->writes + n;
    memory->planned = fault;
}

void store_memory_set_full(Store *store, bool full)
{
    memory_of(store)->full = full;
}

bool store_memory_has_crashed(Store *store)
{
    return memory_of(store)->crashed;
}

guint64 store_memory_writes(Store *store)
{
    return memory_of(store)->writes;
}

StoreImage *store_memory_image(Store *store)
{
    return content_copy(memory_of(store)->content);
}
