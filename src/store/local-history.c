// How many events are kept, and which go first. Whole revisions are dropped, oldest first, a few at a time.
#include "store/local-impl.h"

#include <string.h>

static void push(Local *local, const HistoryStep *step)
{
    g_queue_push_tail(&local->history, g_memdup2(step, sizeof *step));
    local->history_events += step->events;
    local->history_bytes += step->bytes;
}

static void load_step(guint64 revision, guint events, guint64 bytes, gpointer user_data)
{
    push(user_data, &(HistoryStep){revision, events, bytes});
}

bool local_history_load(Local *local, GError **error)
{
    local_history_release(local);
    local->steps = g_array_new(FALSE, FALSE, sizeof(HistoryStep));
    BackendWalk walk = {.history = load_step, .user_data = local};
    return local->backend->vtable->scan_history(local->backend, &walk, error);
}

void local_history_release(Local *local)
{
    g_queue_clear_full(&local->history, g_free);
    local->history_events = local->history_bytes = 0;
    g_clear_pointer(&local->steps, g_array_unref);
}

void local_history_note(Local *local, const StoreEntry *entry)
{
    guint64 bytes = strlen(entry->key) + g_bytes_get_size(entry->value);
    GArray *steps = local->steps;
    HistoryStep *last = steps->len ? &g_array_index(steps, HistoryStep, steps->len - 1) : NULL;
    if (last && last->revision == entry->mod_revision) {
        last->events++;
        last->bytes += bytes;
        return;
    }
    HistoryStep step = {entry->mod_revision, 1, bytes};
    g_array_append_val(steps, step);
}

// `slack` allows a little more, so that not every transaction has to drop something.
static bool too_long(const Local *local, guint64 events, guint64 bytes, bool slack)
{
    guint64 most_events = local->options.events_max;
    guint64 most_bytes = local->options.event_bytes_max;
    return events > most_events + (slack ? most_events / 64 : 0) ||
           bytes > most_bytes + (slack ? most_bytes / 64 : 0);
}

// Drops the oldest revisions once there are a few too many, in the transaction under way. What this
// transaction itself wrote always stays.
bool local_history_trim(Local *local, GError **error)
{
    guint64 events = local->history_events;
    guint64 bytes = local->history_bytes;
    for (guint i = 0; i < local->steps->len; i++) {
        events += g_array_index(local->steps, HistoryStep, i).events;
        bytes += g_array_index(local->steps, HistoryStep, i).bytes;
    }
    if (!too_long(local, events, bytes, true))
        return true;
    guint64 up_to = 0;
    for (GList *at = local->history.head; at && too_long(local, events, bytes, false);
         at = at->next) {
        const HistoryStep *step = at->data;
        events -= step->events;
        bytes -= step->bytes;
        up_to = step->revision;
    }
    if (!up_to)
        return true;
    local->next.compacted = up_to;
    return local->backend->vtable->drop_events(local->backend, up_to, error);
}

void local_history_committed(Local *local)
{
    for (guint i = 0; i < local->steps->len; i++)
        push(local, &g_array_index(local->steps, HistoryStep, i));
    HistoryStep *oldest;
    while ((oldest = g_queue_peek_head(&local->history)) &&
           oldest->revision <= local->state.compacted) {
        local->history_events -= oldest->events;
        local->history_bytes -= oldest->bytes;
        g_free(g_queue_pop_head(&local->history));
    }
}
