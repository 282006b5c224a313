#include "engine/jump.h"

#include "base/text.h"
#include "engine/motion.h"

enum { JUMP_MS = 5000, AT_ONCE = 20, RETRY_MS = 1000 };

// ---- What is only remembered -------------------------------------------------------------------

static void move(gint64 *at_ms, gint64 by_ms)
{
    if (*at_ms)
        *at_ms += by_ms;
}

// What is measured against other machines' clocks stays: moved back with a clock that is wrong now, a loss would look
// smaller than it is.
static void move_location(LocationWatch *watch, gint64 by_ms)
{
    move(&watch->stale_ms, by_ms);
    move(&watch->status->verdict.observed_at_ms, by_ms);
    watch->dirty = true;
}

// Nothing is younger than the monotonic clock says.
static void age_instance(const Engine *engine, InstanceWatch *watch)
{
    gint64 *at_ms = &watch->status->observed_at_ms;
    gint64 age_ms = engine->mono_ms - watch->last_ok_ms;
    if (*at_ms)
        *at_ms = MIN(*at_ms, engine->now_ms - age_ms);
}

static void move_observations(Engine *engine, gint64 by_ms)
{
    for (guint i = 0; i < engine->watches->len; i++)
        move_location(engine->watches->pdata[i], by_ms);
    for (guint i = 0; i < engine->instances->len; i++)
        age_instance(engine, engine->instances->pdata[i]);
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        const Group *group = engine->fleet->groups->pdata[i];
        world_live(engine, group->name)->check_ms = 0; // what was approved is looked at again
        world_group_dirty(engine, group->name);
    }
}

// ---- What is stored: the deadlines of open operations ------------------------------------------

struct Jump {
    gint64 by_ms;
    GPtrArray *left; // ids of operations whose deadlines are still to be moved
    bool told;       // the jump itself is recorded
    gint64 retry_ms; // monotonic: not before
};

void jump_free(gpointer data)
{
    Jump *jump = data;
    if (!jump)
        return;
    g_ptr_array_unref(jump->left);
    g_free(jump);
}

static void move_operation(Operation *copy, gint64 by_ms)
{
    Act *act = operation_act(copy);
    if (!copy->started_ms) {
        move(&copy->expires_ms, by_ms);
        move(&copy->hold_until_ms, by_ms);
    }
    if (act)
        move(&act->expires_ms, by_ms);
}

static bool prepare_jump(Engine *engine, Motion *motion, GError **error)
{
    const Jump *jump = motion->request;
    (void)error;
    if (!jump->told)
        motion_audit(motion, "signalbox", "clock.jumped", "daemon", engine->config.daemon)->detail =
            g_strdup_printf("by %" G_GINT64_FORMAT " s; the deadlines of %u operation%s move along",
                            jump->by_ms / 1000, jump->left->len, text_plural(jump->left->len));
    for (guint i = 0; i < MIN(jump->left->len, (guint)AT_ONCE); i++) {
        const Operation *operation = world_operation(engine, jump->left->pdata[i]);
        if (!operation || operation_has_ended(operation) ||
            (operation->started_ms && !operation_act(operation)))
            continue;
        Operation *copy = i ? motion_other(motion, operation) : motion_operation(motion, operation);
        move_operation(copy, jump->by_ms);
        motion_audit(motion, "signalbox", "operation.deadline-moved", "operation", copy->id)
            ->detail =
            g_strdup_printf("by %" G_GINT64_FORMAT " s, as the clock", jump->by_ms / 1000);
    }
    return true;
}

// What is left, or was not recorded, is asked for again.
static void jump_finished(Engine *engine, Motion *motion, const GError *error)
{
    Jump *jump = motion->request;
    if (!error) {
        g_ptr_array_remove_range(jump->left, 0, MIN(jump->left->len, (guint)AT_ONCE));
        jump->told = true;
    }
    if (jump->told && !jump->left->len)
        return;
    jump->retry_ms = engine->mono_ms + (error ? RETRY_MS : 0);
    motion->request = NULL;
    g_queue_push_tail(engine->jumps, jump);
    engine_wake(engine);
}

void jump_run(Engine *engine, gint64 *due_ms)
{
    Jump *jump = g_queue_peek_head(engine->jumps);
    if (!jump)
        return;
    if (jump->retry_ms > engine->mono_ms) {
        engine_sooner(due_ms, jump->retry_ms);
        return;
    }
    Motion *motion = motion_new("clock", prepare_jump);
    motion->request = g_queue_pop_head(engine->jumps);
    motion->free_request = jump_free;
    motion->finished = jump_finished;
    motion_ask(engine, motion);
}

void jump_notice(Engine *engine)
{
    gint64 offset = engine->now_ms - engine->mono_ms, by_ms = offset - engine->clock_offset_ms;
    bool first = !engine->clock_offset_ms;
    engine->clock_offset_ms = offset;
    if (first || ABS(by_ms) <= JUMP_MS)
        return;
    g_autofree char *text =
        g_strdup_printf("this machine's clock jumped by %" G_GINT64_FORMAT " s", by_ms / 1000);
    tell_change(engine, SEVERITY_WARNING, "fleet", text);
    log_warning(engine->config.log, text, "daemon", engine->config.daemon);
    Jump *jump = g_new0(Jump, 1);
    *jump = (Jump){by_ms, g_ptr_array_new_with_free_func(g_free), false, 0};
    for (guint i = 0; i < engine->operations->len; i++) {
        const Operation *operation = engine->operations->pdata[i];
        if (!operation_has_ended(operation))
            g_ptr_array_add(jump->left, g_strdup(operation->id));
    }
    move_observations(engine, by_ms);
    g_queue_push_tail(engine->jumps, jump);
}
