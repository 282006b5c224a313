#include "engine/losses.h"

#include "engine/history.h"

static void add_count(gint64 *sum, gint64 count)
{
    if (count >= 0)
        *sum = MAX(*sum, 0) + count;
}

void losses_count(const Engine *engine, const Operation *operation, Losses *ret_losses)
{
    const Group *group = world_live(engine, operation->group)->group;
    Losses losses = {-1, -1, -1};
    bool unknown = false, data = false;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        const InstanceWatch *watch = world_instance(engine, workload->id, operation->to);
        const Observation *seen = watch ? watch->last : NULL;
        if (!seen)
            continue;
        if (workload_holds_data(workload)) {
            data = true;
            unknown = unknown || seen->lost_transactions < 0;
            add_count(&losses.transactions, seen->lost_transactions);
        }
        add_count(&losses.abandoned_runs, seen->abandoned_runs);
        // A target that does not count its missed fires is counted by the runs that were seen.
        gint64 missed = seen->missed_recurrences;
        if (missed < 0)
            missed =
                history_missed_before(engine, workload, operation->to, operation->activated_ms);
        add_count(&losses.missed_recurrences, missed);
    }
    // A sum that lacks a part would be too small.
    if (unknown || !data)
        losses.transactions = unknown ? -1 : 0;
    *ret_losses = losses;
}

static bool has_become_known(gint64 was, gint64 is)
{
    return was < 0 && is >= 0;
}

// A target counts the runs that it last heard of; the side that was lost tells of more when it is back.
static bool has_grown(gint64 was, gint64 is)
{
    return is > was;
}

static Motion *group_next(Engine *engine, const GroupLive *live)
{
    const Operation *operation = world_operation(engine, live->record->operation);
    Losses now;
    if (!operation || operation->kind == OPERATION_DRILL || // it counted at its end, at home
        (operation->state != OPERATION_COMPLETED &&
         operation->state != OPERATION_COMPLETED_EXCEPTIONS))
        return NULL;
    losses_count(engine, operation, &now);
    bool known = has_become_known(operation->lost.transactions, now.transactions) ||
                 has_grown(operation->lost.abandoned_runs, now.abandoned_runs) ||
                 has_become_known(operation->lost.missed_recurrences, now.missed_recurrences);
    if (!known)
        return NULL;
    Motion *motion = motion_new("losses", NULL);
    Operation *copy = motion_operation(motion, operation);
    Losses *lost = &copy->lost;
    lost->transactions = lost->transactions < 0 ? now.transactions : lost->transactions;
    lost->abandoned_runs = MAX(lost->abandoned_runs, now.abandoned_runs);
    lost->missed_recurrences =
        lost->missed_recurrences < 0 ? now.missed_recurrences : lost->missed_recurrences;
    motion_audit(motion, "signalbox", "operation.losses", "operation", copy->id)->detail =
        g_strdup_printf("transactions %" G_GINT64_FORMAT ", abandoned runs %" G_GINT64_FORMAT
                        ", missed recurrences %" G_GINT64_FORMAT " (-1: not known)",
                        lost->transactions, lost->abandoned_runs, lost->missed_recurrences);
    return motion;
}

Motion *losses_next(Engine *engine)
{
    for (guint i = 0; i < engine->fleet->groups->len; i++) {
        const Group *group = engine->fleet->groups->pdata[i];
        Motion *motion = group_next(engine, world_live(engine, group->name));
        if (motion)
            return motion;
    }
    return NULL;
}
