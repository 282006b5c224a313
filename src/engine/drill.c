#include "engine/drill.h"

#include "base/text.h"
#include "base/timefmt.h"

// ---- Giving way --------------------------------------------------------------------------------

static bool has_moved_nothing(const Operation *operation)
{
    if (operation->phase == PHASE_UNDOING) // it is ending already
        return false;
    return operation_is_rehearsal(operation) || operation->state == OPERATION_AWAITING ||
           operation->phase == PHASE_HOLDING;
}

bool drill_gives_way(const Engine *engine, const Operation *operation)
{
    const LocationStatus *from = world_location(engine, operation->from);
    return operation->kind == OPERATION_DRILL && from && from->verdict.state == VERDICT_DOWN &&
           has_moved_nothing(operation);
}

Motion *drill_end(Engine *engine, const Operation *operation)
{
    Motion *motion = motion_new("drill gives way", NULL);
    Operation *copy = motion_operation(motion, operation);
    bool begun = operation->started_ms != 0;
    g_autofree char *why = g_strdup_printf("%s is down: the drill gives way to the real thing.",
                                           world_title(engine, operation->from));
    bool ok =
        begun ? operation_move(copy, EVENT_ABORT, NULL) && operation_move(copy, EVENT_UNDONE, NULL)
              : operation_move(copy, EVENT_CLEAR, NULL);
    if (!ok) {
        motion_free(motion);
        return NULL;
    }
    execute_end(engine, motion, copy, why);
    motion_say_of(motion, SEVERITY_WARNING, copy, "%s", why);
    return motion;
}

// ---- Results -----------------------------------------------------------------------------------

// From the first passivation to the green verification of one way; -1 if a part of it was left out.
static gint64 way_ms(const Operation *operation, bool back)
{
    gint64 off_ms = 0, on_ms = 0;
    bool turned = false;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        turned = turned || step->kind == STEP_TURN;
        if (turned != back || step->state != STEP_DONE)
            continue;
        if (step->kind == STEP_PASSIVATE && (!off_ms || step->started_ms < off_ms))
            off_ms = step->started_ms;
        if (step->kind == STEP_VERIFY)
            on_ms = step->ended_ms;
    }
    return off_ms && on_ms ? MAX(on_ms - off_ms, 0) : -1;
}

void drill_measure(Operation *operation)
{
    if (operation->kind != OPERATION_DRILL)
        return;
    operation->there_ms = way_ms(operation, false);
    operation->back_ms = way_ms(operation, true);
}

static void add_way(GString *text, const Operation *operation, const char *way, gint64 ms)
{
    char took[16], rto[16];
    duration_format(ms, took);
    duration_format(operation->rto_ms, rto);
    if (ms < 0)
        g_string_append_printf(text, "; %s: not measured", way);
    else
        g_string_append_printf(text, "; %s: off for %s, %s its RTO of %s", way, took,
                               ms <= operation->rto_ms ? "within" : "beyond", rto);
}

static guint count_state(const Operation *operation, StepState state)
{
    guint count = 0;
    for (guint i = 0; i < operation->steps->len; i++)
        count += ((const Step *)operation->steps->pdata[i])->state == state;
    return count;
}

char *drill_sentence(const Engine *engine, const Operation *operation)
{
    GString *text = g_string_new(NULL);
    if (operation_is_rehearsal(operation)) {
        g_string_append_printf(text, "%u of %u step%s would work; nothing of %s was commanded",
                               count_state(operation, STEP_DONE), operation->steps->len,
                               text_plural(operation->steps->len), operation->group);
        return g_string_free(text, FALSE);
    }
    g_string_append_printf(text, "%s was moved and is home again, in %s", operation->group,
                           world_title(engine, operation->to));
    add_way(text, operation, "there", operation->there_ms);
    add_way(text, operation, "back", operation->back_ms);
    return g_string_free(text, FALSE);
}

void drill_note_test(Engine *engine, Motion *motion, const Operation *operation)
{
    bool tests = operation->kind == OPERATION_DRILL || operation->kind == OPERATION_FAILOVER;
    if (!tests || operation->state != OPERATION_COMPLETED)
        return;
    GroupRecord *record = motion_record(engine, motion, operation->group);
    record->tested_ms = engine->now_ms;
    g_free(record->tested_by);
    record->tested_by = g_strdup(operation->id);
    motion_audit(motion, "signalbox", "plan.tested", "group", operation->group)->detail =
        g_strdup_printf("by %s %s", word_of(&OPERATION_KIND_NAMES, (int)operation->kind),
                        operation->id);
}
