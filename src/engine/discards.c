// What the way home throws away: home committed it, the other side never got it, and rejoining drops it. Until then it
// was lost on paper only; so whoever signs the way home says yes to that.
#include "engine/evidence-private.h"

#include "base/text.h"

static bool holds_data(const Group *group)
{
    for (guint i = 0; i < group->workloads->len; i++)
        if (workload_holds_data(group->workloads->pdata[i]))
            return true;
    return false;
}

// True if the group left home in order: what it had committed was handed over, whether anybody counted it or not.
static bool left_in_order(const Maker *maker)
{
    const char *last = maker->live->record->operation;
    const Operation *operation = last ? world_operation(maker->engine, last) : NULL;
    return operation && operation->planned && operation->state == OPERATION_COMPLETED &&
           g_strcmp0(operation->from, maker->operation->to) == 0 && // not restarted, nor moved on
           g_strcmp0(operation->to, maker->operation->from) == 0;
}

char *maker_discards(Maker *maker)
{
    const FailbackReadiness *ready = &maker->live->status->failback;
    const char *home = maker_title(maker->to), *other = maker_title(maker->from);
    bool applies = maker->operation->kind == OPERATION_FAILBACK && ready->applies &&
                   holds_data(maker->live->group);
    gint64 count = applies ? ready->discarded : 0;
    if (count < 0 && left_in_order(maker))
        count = 0;
    maker->statement->discards = count;
    if (!count)
        return NULL;
    if (count < 0) {
        maker_not_known(maker, "how much of its own %s discards when it rejoins", home);
        return g_strdup_printf("; rejoining discards what %s committed and %s never got: nobody "
                               "has counted it",
                               home, other);
    }
    return g_strdup_printf("; rejoining discards %" G_GINT64_FORMAT
                           " transaction%s that %s committed and %s never got",
                           count, text_plural(count), home, other);
}
