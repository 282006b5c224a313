#include "engine/motion.h"

#include <string.h>

#include "engine/region.h"
#include "model/refusal.h"

enum { MOTIONS_PER_RUN = 500, MOTION_TRIES = 3 };

void request_note_free(RequestNote *note)
{
    if (!note)
        return;
    g_free(note->content);
    g_free(note->object);
    g_free(note);
}

void refuse(GError **error, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error)
        *error = g_error_new_valist(REFUSAL, code, format, args);
    va_end(args);
}

bool motion_nothing(Engine *engine, Motion *motion, GError **error)
{
    (void)engine;
    (void)motion;
    (void)error;
    return false;
}

void motion_ask(Engine *engine, Motion *motion)
{
    g_queue_push_tail(engine->queue, motion);
    engine_wake(engine);
}

void motion_set_key(Motion *motion, const char *key, const char *first, ...)
{
    if (!key)
        return;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    va_list args;
    va_start(args, first);
    // The NUL between the parts keeps "a", "bc" and "ab", "c" apart.
    for (const char *part = first; part; part = va_arg(args, const char *))
        g_checksum_update(sum, (const guchar *)part, (gssize)strlen(part) + 1);
    va_end(args);
    motion->key = g_strdup(key);
    motion->content = g_strdup(g_checksum_get_string(sum));
    g_checksum_free(sum);
}

// ---- The answer --------------------------------------------------------------------------------

static void on_committed(const StoreTxnResult *result, const GError *error, gpointer data)
{
    Engine *engine = engine_unlink(data);
    Motion *motion = engine ? engine->deciding : NULL;
    if (!motion)
        return;
    if (error) {
        motion->state = ANSWER_ERROR;
        motion->error = g_error_copy(error);
    } else {
        motion->state = result->succeeded ? ANSWER_DONE : ANSWER_GUARD;
        motion->revision = result->revision;
    }
    engine_wake(engine);
}

static void mark(char **text, const char *mode)
{
    char *marked = g_strdup_printf("%s%s%s", mode, *text ? ": " : "", *text ? *text : "");
    g_free(*text);
    *text = marked;
}

// Nothing that is recorded or told of a drill may be taken for the real thing.
static void mark_drill(Motion *motion)
{
    if (!motion->operation || motion->operation->kind != OPERATION_DRILL)
        return;
    const char *mode =
        operation_is_rehearsal(motion->operation) ? "DRILL (isolated)" : "DRILL (live)";
    for (guint i = 0; i < motion->audit->len; i++)
        mark(&((AuditRecord *)motion->audit->pdata[i])->detail, mode);
    for (guint i = 0; i < motion->changes->len; i++)
        mark(&((Change *)motion->changes->pdata[i])->text, mode);
}

static void commit(Engine *engine, Motion *motion)
{
    if (motion->operation) {
        g_free(motion->object);
        motion->object = g_strdup(motion->operation->id);
    }
    region_follow(engine, motion);
    mark_drill(motion);
    engine->deciding = motion;
    store_commit(engine->config.store, motion_transaction(engine, motion), on_committed,
                 engine_link(engine));
}

static const AuditRecord *last_audit(const Motion *motion)
{
    return motion->audit->pdata[motion->audit->len - 1];
}

// What became of a decision whose answer was lost (or that a guard stopped): the head of the audit log
// says it. A late arrival of a transaction held to be lost fails on its guards.
static void on_head(const StoreRange *range, const GError *error, gpointer data)
{
    Engine *engine = engine_unlink(data);
    Motion *motion = engine ? engine->deciding : NULL;
    if (!motion)
        return;
    engine->reading = false;
    engine_wake(engine);
    if (error) {
        engine->settle_ms = engine->mono_ms + ENGINE_RETRY_STORE_MS;
        return;
    }
    engine->settling = false;
    const StoreEntry *entry = range->entries->len ? range->entries->pdata[0] : NULL;
    gsize size = 0;
    const char *head = entry ? g_bytes_get_data(entry->value, &size) : "";
    g_autofree char *ours = g_strdup_printf("%" G_GINT64_FORMAT " %s", last_audit(motion)->seq,
                                            last_audit(motion)->hash);
    g_clear_error(&motion->error);
    if (entry && size == strlen(ours) && memcmp(head, ours, size) == 0) {
        motion->state = ANSWER_DONE;
        motion->revision = entry->mod_revision;
    } else if ((entry ? entry->mod_revision : 0) == engine->audit_revision) {
        // Certainly not done, and nobody else has written.
        motion->state = motion->guarded ? ANSWER_GUARD : ANSWER_ERROR;
        if (!motion->guarded)
            motion->error =
                g_error_new_literal(ERR, ERR_BUSY, "The store lost the change's answer.");
    } else {
        motion->state = ANSWER_ERROR;
        motion->error = g_error_new_literal(
            ERR, ERR_CORRUPT, "Somebody else writes to this daemon's store. Stop one of them.");
    }
}

static void settle(Engine *engine, gint64 *due_ms)
{
    if (engine->reading)
        return;
    if (engine->settle_ms > engine->mono_ms) {
        engine_sooner(due_ms, engine->settle_ms);
        return;
    }
    engine->reading = true;
    store_get(engine->config.store, "audit/head", on_head, engine_link(engine));
}

// ---- Afterwards --------------------------------------------------------------------------------

static void put_in_place(Engine *engine, Operation *operation, guint64 revision)
{
    const Operation *old = world_operation(engine, operation->id);
    GroupLive *live = world_live(engine, operation->group);
    guint index = 0;
    if (live && live->open == old)
        live->open = NULL;
    operation->revision = revision;
    if (old && g_ptr_array_find(engine->operations, old, &index)) {
        g_hash_table_remove(engine->operation_by_id, operation->id);
        operation_free(engine->operations->pdata[index]);
        engine->operations->pdata[index] = operation;
    } else
        g_ptr_array_add(engine->operations, operation);
    g_hash_table_insert(engine->operation_by_id, operation->id, operation);
    if (live && !operation_has_ended(operation))
        live->open = operation;
    world_group_dirty(engine, operation->group);
    engine->alarms_dirty = true;
    tell(engine, ENGINE_OPERATION, operation->id);
}

static void apply_records(Engine *engine, Motion *motion)
{
    while (motion->records->len) {
        GroupRecord *record = g_ptr_array_steal_index(motion->records, 0);
        GroupLive *live = world_live(engine, record->group);
        record->revision = motion->revision;
        if (!live) {
            group_record_free(record);
            continue;
        }
        // The epoch of a group never goes backwards.
        g_assert(record->epoch >= live->record->epoch);
        group_record_free(live->record);
        live->record = record;
        world_group_dirty(engine, record->group);
        engine->alarms_dirty = true; // what is to be switched off stands in the record alone
    }
    if (!motion->automation)
        return;
    automation_record_release(engine->automation);
    *engine->automation = *motion->automation;
    engine->automation->revision = motion->revision;
    g_clear_pointer(&motion->automation, g_free);
    engine->alarms_dirty = true;
    for (guint i = 0; i < engine->groups->len; i++)
        world_group_dirty(engine, ((const GroupStatus *)engine->groups->pdata[i])->name);
    tell(engine, ENGINE_FRAME, NULL);
}

static void apply_audit(Engine *engine, const Motion *motion)
{
    for (guint i = 0; i < motion->audit->len; i++) {
        const AuditRecord *record = motion->audit->pdata[i];
        g_autofree char *seq = g_strdup_printf("%" G_GINT64_FORMAT, record->seq);
        tell(engine, ENGINE_AUDIT, seq);
    }
    const AuditRecord *last = last_audit(motion);
    engine->audit_seq = last->seq;
    g_free(engine->audit_hash);
    engine->audit_hash = g_strdup(last->hash);
    engine->audit_revision = motion->revision;
    for (guint i = 0; i < motion->changes->len; i++) {
        const Change *change = motion->changes->pdata[i];
        tell_change(engine, change->severity, change->object, change->text);
    }
}

static void apply(Engine *engine, Motion *motion)
{
    if (motion->operation)
        put_in_place(engine, g_steal_pointer(&motion->operation), motion->revision);
    while (motion->others->len)
        put_in_place(engine, g_ptr_array_steal_index(motion->others, 0), motion->revision);
    apply_records(engine, motion);
    apply_audit(engine, motion);
    if (motion->key) {
        RequestNote *note = g_new0(RequestNote, 1);
        note->content = g_strdup(motion->content);
        note->object = g_strdup(motion->object);
        g_hash_table_replace(engine->requests, g_strdup(motion->key), note);
    }
    if (motion->applied)
        motion->applied(engine, motion);
}

static void finish(Engine *engine, Motion *motion, const GError *error)
{
    if (motion->finished)
        motion->finished(engine, motion, error);
    motion_free(motion);
}

// The answer was lost and the change with it: what people asked is simply done again.
static bool try_again(Engine *engine, Motion *motion)
{
    if (motion->own || !err_is(motion->error, ERR_BUSY) || motion->tries++ >= MOTION_TRIES)
        return false;
    motion_clear(motion);
    g_queue_push_head(engine->queue, motion);
    return true;
}

static void not_recorded(Engine *engine, Motion *motion)
{
    if (try_again(engine, motion))
        return;
    g_autoptr(GError) told = NULL;
    bool fatal = err_is(motion->error, ERR_CORRUPT) || err_is(motion->error, ERR_INTERNAL) ||
                 err_is(motion->error, ERR_INVALID);
    log_warning(engine->config.log, "not recorded, not done", "what", motion->what, "why",
                motion->error->message);
    g_free(engine->store_error);
    engine->store_error = g_strdup(motion->error->message);
    engine->own_ms = engine->mono_ms + ENGINE_RETRY_STORE_MS;
    engine->alarms_dirty = true;
    if (fatal && !err_is(motion->error, ERR_INVALID))
        engine->life = LIFE_FAILED;
    refuse(&told, REFUSAL_NOT_RECORDED,
           "It could not be recorded, so it was not done: %s Try again when the store can write.",
           motion->error->message);
    finish(engine, motion, told);
}

// A guard of the transaction did not hold although memory said it would: something older than what is
// kept in memory is in the way.
static void guard_failed(Engine *engine, Motion *motion)
{
    g_autoptr(GError) told = NULL;
    engine->own_ms = engine->mono_ms + ENGINE_RETRY_STORE_MS;
    refuse(&told, REFUSAL_KEY_REUSED,
           "Not done: this id was used before for something else, or another change came first. "
           "Read it "
           "again, then ask with a new id.");
    log_warning(engine->config.log, "a guard of the store did not hold", "what", motion->what);
    finish(engine, motion, told);
}

static void conclude(Engine *engine)
{
    Motion *motion = engine->deciding;
    bool unknown = motion->state == ANSWER_ERROR && err_is(motion->error, ERR_UNKNOWN);
    if (unknown || (motion->state == ANSWER_GUARD && !motion->guarded)) {
        motion->guarded = motion->state == ANSWER_GUARD;
        engine->settling = true;
        engine->settle_ms = engine->mono_ms;
        motion->state = ANSWER_NONE;
        return;
    }
    engine->deciding = NULL;
    if (motion->state == ANSWER_DONE) {
        g_clear_pointer(&engine->store_error, g_free);
        apply(engine, motion);
        finish(engine, motion, motion->answer);
    } else if (motion->state == ANSWER_GUARD)
        guard_failed(engine, motion);
    else
        not_recorded(engine, motion);
}

// ---- The queue ---------------------------------------------------------------------------------

// True if the decision's key was used before: then it is answered, not done.
static bool answer_known_key(Engine *engine, Motion *motion, GError **error)
{
    const RequestNote *note =
        motion->key ? g_hash_table_lookup(engine->requests, motion->key) : NULL;
    if (!note)
        return false;
    if (!g_str_equal(note->content, motion->content)) {
        refuse(error, REFUSAL_KEY_REUSED,
               "The Idempotency-Key %s was used before for another request. Make a new key.",
               motion->key);
        return true;
    }
    g_free(motion->object);
    motion->object = g_strdup(note->object);
    return true;
}

static bool prepare(Engine *engine, Motion *motion, GError **error)
{
    if (motion->key && !id_is_valid(motion->key)) {
        refuse(error, REFUSAL_BAD_REQUEST,
               "An Idempotency-Key is 1 to 64 letters, digits, dots, dashes or underscores.");
        return false;
    }
    if (answer_known_key(engine, motion, error))
        return false;
    return motion->prepare(engine, motion, error);
}

// Commits the next thing somebody asked for. False if nobody waits.
static bool take_request(Engine *engine)
{
    Motion *motion = g_queue_pop_head(engine->queue);
    g_autoptr(GError) error = NULL;
    if (!motion)
        return false;
    if (!motion->reads && !engine_may_act(engine))
        refuse(&error, REFUSAL_UNAVAILABLE, "This daemon is stopping or cannot use its store: %s",
               engine->store_error ? engine->store_error
                                   : "ask another one, or again in a moment.");
    if (error || !prepare(engine, motion, &error)) {
        finish(engine, motion, error);
        return true;
    }
    commit(engine, motion);
    return true;
}

static bool take_own(Engine *engine, Motion *(*next)(Engine *engine, gint64 *due_ms),
                     gint64 *due_ms)
{
    if (!engine_may_act(engine))
        return false;
    if (engine->own_ms > engine->mono_ms) {
        engine_sooner(due_ms, engine->own_ms);
        return false;
    }
    Motion *motion = next(engine, due_ms);
    if (!motion)
        return false;
    motion->own = true;
    commit(engine, motion);
    return true;
}

void motions_run(Engine *engine, Motion *(*next)(Engine *engine, gint64 *due_ms), gint64 *due_ms)
{
    for (guint i = 0; i < MOTIONS_PER_RUN; i++) {
        if (engine->deciding && engine->deciding->state != ANSWER_NONE) {
            conclude(engine);
            continue;
        }
        if (engine->settling) {
            settle(engine, due_ms);
            if (engine->settling)
                return;
            continue;
        }
        if (engine->deciding || (!take_request(engine) && !take_own(engine, next, due_ms)))
            return;
    }
    engine_sooner(due_ms, engine->mono_ms); // more to do, after others had their turn
}
