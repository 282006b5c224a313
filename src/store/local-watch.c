// Watches: each is a cursor over the kept events. After a commit the loop is asked to tell them, so that no
// watch is ever called inside a call of the store.
#include "store/local-impl.h"

#include <string.h>

// So many events are told at most before the loop may do something else (a revision is never split).
enum { TELL_MAX = 512 };

typedef struct {
    StoreWatch watch;
    Local *local;
    char *prefix;
    guint64 next; // the first revision not yet told
    StoreWatchFunc changed;
    gpointer user_data;
    bool failed; // told its error: silent from here on
    int references;
} LocalWatch;

static void watch_unref(LocalWatch *watch)
{
    if (--watch->references)
        return;
    g_free(watch->prefix);
    g_free(watch);
}

static void watch_free(StoreWatch *base)
{
    LocalWatch *watch = (LocalWatch *)base;
    g_ptr_array_remove(watch->local->watches, watch);
    watch->changed = NULL;
    watch_unref(watch);
}

// ---- telling one ----

typedef struct {
    const char *prefix;
    GArray *events; // StoreEvent, owning their entries
    guint64 last;   // the revision of the last event seen, told or not
    guint seen;
    bool more;
} Telling;

static void event_release(gpointer data)
{
    StoreEvent *event = data;
    store_entry_free((StoreEntry *)(gpointer)event->entry);
}

static bool tell_event(StoreEventKind kind, const StoreEntry *entry, gpointer user_data)
{
    Telling *telling = user_data;
    if (telling->seen >= TELL_MAX && entry->mod_revision != telling->last) {
        telling->more = true;
        return false;
    }
    telling->seen++;
    telling->last = entry->mod_revision;
    if (g_str_has_prefix(entry->key, telling->prefix)) {
        StoreEvent event = {kind, store_entry_copy(entry)};
        g_array_append_val(telling->events, event);
    }
    return true;
}

static void fail(LocalWatch *watch, const GError *error)
{
    watch->failed = true;
    watch->changed(NULL, error, watch->user_data);
}

static void fail_gone(LocalWatch *watch)
{
    g_autoptr(GError) error =
        g_error_new(ERR, ERR_GONE,
                    "The changes from revision %" G_GUINT64_FORMAT
                    " on are no longer all kept (gone up to %" G_GUINT64_FORMAT
                    "): read everything and go on from there.",
                    watch->next, watch->local->state.compacted);
    fail(watch, error);
}

// Tells what there is for this watch, at most about TELL_MAX events. True if there is more.
static bool tell(LocalWatch *watch)
{
    Local *local = watch->local;
    if (watch->failed || watch->next > local->state.revision)
        return false;
    if (watch->next <= local->state.compacted) {
        fail_gone(watch);
        return false;
    }
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(StoreEvent));
    g_array_set_clear_func(events, event_release);
    g_autoptr(GError) error = NULL;
    Telling telling = {.prefix = watch->prefix, .events = events};
    BackendWalk walk = {.event = tell_event, .user_data = &telling};
    if (!local->backend->vtable->scan_events(local->backend, watch->next, &walk, &error)) {
        fail(watch, error);
        return false;
    }
    watch->next = telling.more ? telling.last + 1 : local->state.revision + 1;
    if (events->len) {
        const StoreEvent *all = (const StoreEvent *)(gconstpointer)events->data;
        const StoreEvents told = {all, events->len, all[events->len - 1].entry->mod_revision};
        watch->changed(&told, NULL, watch->user_data);
    }
    return telling.more;
}

// ---- telling all ----

// True if there is more. A callback may free any watch and add others: walk over a copy that keeps them
// alive.
bool local_watches_tell(Local *local)
{
    g_autoptr(GPtrArray) watches = g_ptr_array_new_with_free_func((GDestroyNotify)watch_unref);
    for (guint i = 0; i < local->watches->len; i++) {
        LocalWatch *watch = g_ptr_array_index(local->watches, i);
        watch->references++;
        g_ptr_array_add(watches, watch);
    }
    bool more = false;
    for (guint i = 0; i < watches->len; i++) {
        LocalWatch *watch = g_ptr_array_index(watches, i);
        if (watch->changed && !local->crashed)
            more |= tell(watch);
    }
    return more;
}

static gboolean tell_due(gpointer user_data)
{
    Local *local = user_data;
    local->watch_source = 0;
    if (local_watches_tell(local))
        local_watches_schedule(local);
    return G_SOURCE_REMOVE;
}

void local_watches_schedule(Local *local)
{
    if (local->options.on_loop && local->watches->len && !local->watch_source)
        local->watch_source = g_idle_add_full(G_PRIORITY_DEFAULT, tell_due, local, NULL);
}

StoreWatch *local_watch(Store *store, const char *prefix, guint64 from_revision,
                        StoreWatchFunc changed, gpointer user_data)
{
    Local *local = (Local *)store;
    LocalWatch *watch = g_new0(LocalWatch, 1);
    watch->watch.free = watch_free;
    watch->local = local;
    watch->prefix = g_strdup(prefix);
    watch->next = from_revision ? from_revision : local->state.revision + 1;
    watch->changed = changed;
    watch->user_data = user_data;
    watch->references = 1;
    g_ptr_array_add(local->watches, watch);
    local_watches_schedule(local);
    return &watch->watch;
}

void local_watches_release(Local *local)
{
    g_assert(local->watches->len == 0); // watches are freed before their store
    g_clear_handle_id(&local->watch_source, g_source_remove);
    g_ptr_array_unref(local->watches);
}
