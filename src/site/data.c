#include "site/data.h"

#include <string.h>

#include "base/error.h"

const char *const DATA_ANSWER_NAMES[DATA_ANSWERS] = {"took", "behind", "diverged", "superseded"};

DataStore *data_new(const char *group, DataRole role)
{
    DataStore *store = g_new0(DataStore, 1);
    store->group = g_strdup(group);
    store->role = role;
    store->gate = role == DATA_PRIMARY ? DATA_OPEN : DATA_SEALED;
    g_strlcpy(store->lineage, "origin", sizeof store->lineage);
    store->source_position = store->acked = -1;
    store->log = g_array_new(false, false, sizeof(Commit));
    return store;
}

void data_free(DataStore *store)
{
    if (!store)
        return;
    g_free(store->group);
    g_array_unref(store->log);
    g_free(store);
}

static void log_add(DataStore *store, Commit commit)
{
    // Trimmed a quarter at a time, so that the move costs little per transaction.
    if (store->log->len >= DATA_LOG_MAX)
        g_array_remove_range(store->log, 0, DATA_LOG_MAX / 4);
    g_array_append_val(store->log, commit);
    store->position = commit.position;
    store->committed_ms = commit.at_ms;
}

void data_commit(DataStore *store, gint64 at_ms)
{
    log_add(store, (Commit){store->position + 1, at_ms});
}

void data_drain(DataStore *store)
{
    if (store->gate == DATA_OPEN)
        store->gate = DATA_DRAINING;
}

void data_seal(DataStore *store)
{
    store->gate = DATA_SEALED;
}

bool data_caught_up(const DataStore *store)
{
    return store->source_sealed && store->source_position == store->position;
}

static bool promote_refused(const DataStore *store, GError **error)
{
    if (store->source_position < 0)
        g_set_error(
            error, ERR, ERR_REFUSED,
            "The data of %s has not heard from its primary since it started: what it lacks is "
            "unknown. Only a forced promotion goes on.",
            store->group);
    else if (!store->source_sealed)
        g_set_error(error, ERR, ERR_BUSY,
                    "The primary of %s still takes transactions (%" G_GINT64_FORMAT
                    " committed, %" G_GINT64_FORMAT
                    " replayed here). Passivate it first, or force the promotion.",
                    store->group, store->source_position, store->position);
    else
        g_set_error(error, ERR, ERR_BUSY,
                    "The data of %s is not caught up: %" G_GINT64_FORMAT
                    " committed, %" G_GINT64_FORMAT " replayed here. Wait, or force the promotion.",
                    store->group, store->source_position, store->position);
    return false;
}

static void fork_lineage(DataStore *store, const char *lineage)
{
    g_strlcpy(store->parent, store->lineage, sizeof store->parent);
    g_strlcpy(store->lineage, lineage, sizeof store->lineage);
    store->fork = store->position;
    store->role = DATA_PRIMARY;
    store->gate = DATA_OPEN;
    store->acked = -1;
    store->acked_through_ms = store->acked_at_ms = 0;
    store->superseded = false;
}

bool data_promote(DataStore *store, bool forced, const char *lineage, GError **error)
{
    if (store->role == DATA_PRIMARY && store->superseded) {
        g_set_error(
            error, ERR, ERR_REFUSED,
            "The data of %s was replaced by lineage %s: it must rejoin that before it can be "
            "primary again.",
            store->group, store->successor);
        return false;
    }
    if (store->role == DATA_PRIMARY) {
        store->gate = DATA_OPEN;
        return true;
    }
    bool whole = data_caught_up(store);
    if (!whole && !forced)
        return promote_refused(store, error);
    fork_lineage(store, lineage);
    store->lost = whole ? 0 : -1; // until the old primary is heard again
    return true;
}

static void truncate_to(DataStore *store, gint64 position)
{
    while (store->log->len > 0 &&
           g_array_index(store->log, Commit, store->log->len - 1).position > position)
        g_array_set_size(store->log, store->log->len - 1);
    store->position = position;
    store->committed_ms =
        store->log->len ? g_array_index(store->log, Commit, store->log->len - 1).at_ms : 0;
}

static void follow(DataStore *store, const char *lineage)
{
    g_strlcpy(store->lineage, lineage, sizeof store->lineage);
    store->parent[0] = '\0';
    store->fork = 0;
    store->role = DATA_SECONDARY;
    store->gate = DATA_SEALED;
    store->superseded = false;
    store->source_position = -1;
    store->source_ms = store->through_ms = 0;
    store->source_sealed = false;
}

bool data_rejoin(DataStore *store, GError **error)
{
    if (store->role == DATA_SECONDARY)
        return true;
    if (!store->superseded) {
        g_set_error(error, ERR, ERR_REFUSED,
                    "The data of %s has not heard of a newer primary: there is nothing to rejoin.",
                    store->group);
        return false;
    }
    truncate_to(store, MIN(store->position, store->successor_fork));
    follow(store, store->successor);
    return true;
}

// Index of the first logged transaction behind `position`.
static guint log_after(const DataStore *store, gint64 position)
{
    guint low = 0;
    guint high = store->log->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(store->log, Commit, middle).position <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool data_message(const DataStore *store, gint64 now_ms, gint64 delay_ms, GArray *entries,
                  DataMessage *ret_message)
{
    if (store->role != DATA_PRIMARY)
        return false;
    gint64 until_ms = now_ms - delay_ms;
    gint64 base = store->acked;
    gint64 base_ms = 0;
    // Nothing heard yet: an empty message asks where the other side is.
    bool known = base >= 0;
    g_array_set_size(entries, 0);
    guint i = known ? log_after(store, base) : store->log->len;
    // What the log has forgotten is given up: the receiver jumps over it.
    if (known && i == 0 && store->log->len &&
        g_array_index(store->log, Commit, 0).position > base + 1) {
        base = g_array_index(store->log, Commit, 0).position - 1;
        base_ms = g_array_index(store->log, Commit, 0).at_ms;
    } else if (known && store->log->len == 0 && store->position > base) {
        base = store->position;
        base_ms = store->committed_ms;
    }
    gint64 through_ms = known ? until_ms : 0;
    for (; i < store->log->len; i++) {
        Commit commit = g_array_index(store->log, Commit, i);
        if (commit.at_ms > until_ms)
            break;
        if (entries->len == DATA_BATCH_MAX) {
            through_ms = commit.at_ms - 1;
            break;
        }
        g_array_append_val(entries, commit);
    }
    *ret_message = (DataMessage){.lineage = store->lineage,
                                 .parent = store->parent,
                                 .fork = store->fork,
                                 .position = store->position,
                                 .sent_ms = now_ms,
                                 .through_ms = through_ms,
                                 .sealed = store->gate == DATA_SEALED,
                                 .base = known ? base : -1,
                                 .base_ms = base_ms,
                                 .entries = entries};
    return true;
}

static DataAnswer answer_of(const DataStore *store, DataAnswerKind kind)
{
    return (DataAnswer){.kind = kind,
                        .lineage = store->lineage,
                        .parent = store->parent,
                        .fork = store->fork,
                        .position = store->position,
                        .through_ms = store->through_ms,
                        .lost = store->lost};
}

// Our lineage was left behind at `fork` by `lineage`. Nothing behind the fork and nothing being
// written: then following costs nothing, and no person is needed.
static bool superseded_by(DataStore *store, const char *lineage, gint64 fork)
{
    store->superseded = true;
    g_strlcpy(store->successor, lineage, sizeof store->successor);
    store->successor_fork = fork;
    store->lost = MAX(0, store->position - fork);
    if (store->gate != DATA_SEALED || store->position > fork)
        return false;
    follow(store, lineage);
    return true;
}

static DataAnswer replay(DataStore *store, const DataMessage *message)
{
    store->source_position = message->position;
    store->source_ms = message->sent_ms;
    store->source_sealed = message->sealed;
    if (message->base < 0 || (message->base > store->position && message->base_ms <= 0))
        return answer_of(store, DATA_BEHIND);
    if (message->base > store->position) {
        g_array_set_size(store->log, 0);
        store->position = message->base;
        store->committed_ms = message->base_ms;
    }
    for (guint i = 0; i < message->entries->len; i++) {
        Commit commit = g_array_index(message->entries, Commit, i);
        if (commit.position > store->position + 1)
            return answer_of(store, DATA_BEHIND);
        if (commit.position == store->position + 1)
            log_add(store, commit);
    }
    store->through_ms = MAX(store->through_ms, message->through_ms);
    return answer_of(store, DATA_TOOK);
}

DataAnswer data_receive(DataStore *store, const DataMessage *message)
{
    if (strcmp(message->lineage, store->lineage) == 0 && store->role == DATA_SECONDARY)
        return replay(store, message);
    if (strcmp(message->lineage, store->parent) == 0 && store->role == DATA_PRIMARY) {
        // The old primary is back: now it is known what was lost.
        store->lost = MAX(0, message->position - store->fork);
        return answer_of(store, DATA_SUPERSEDED);
    }
    bool child = strcmp(message->parent, store->lineage) == 0;
    if (child && store->role == DATA_SECONDARY && store->position <= message->fork) {
        follow(store, message->lineage);
        return replay(store, message);
    }
    if (child && store->role == DATA_PRIMARY &&
        superseded_by(store, message->lineage, message->fork))
        return replay(store, message);
    return answer_of(store, DATA_DIVERGED);
}

void data_heard(DataStore *store, const DataAnswer *answer, gint64 now_ms)
{
    if (store->role != DATA_PRIMARY)
        return;
    switch (answer->kind) {
    case DATA_TOOK:
    case DATA_BEHIND:
        store->acked = answer->position;
        store->acked_through_ms = answer->through_ms;
        store->acked_at_ms = now_ms;
        if (store->lost < 0)
            store->lost = answer->lost;
        break;
    case DATA_SUPERSEDED:
        if (strcmp(answer->parent, store->lineage) == 0)
            superseded_by(store, answer->lineage, answer->fork);
        break;
    case DATA_DIVERGED:
        if (strcmp(answer->lineage, store->parent) == 0)
            store->lost = MAX(0, answer->position - store->fork);
        break;
    case DATA_ANSWERS:
        break;
    }
}
