// What a move brings beside its losses: latency, who is served from where, what stays behind, what it costs. Signers
// see it before they sign; where nobody can say, that is said too.
#include "engine/evidence-private.h"

#include "base/timefmt.h"
#include "model/progress.h"

static void add(Maker *maker, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(Maker *maker, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(maker->statement->effects, g_strdup_vprintf(format, args));
    va_end(args);
}

// "41 ms (99 of 100 within 61 ms)"; NULL: no probe has told yet.
static char *latency_of(const LocationStatus *at)
{
    char p50[16], p99[16];
    latency_format(at->p50_us, p50);
    latency_format(at->p99_us, p99);
    return at->p50_us ? g_strdup_printf("%s ms (99 of 100 within %s ms)", p50, p99) : NULL;
}

static void add_latency(Maker *maker)
{
    const LocationStatus *from = world_location(maker->engine, maker->operation->from);
    const LocationStatus *to = world_location(maker->engine, maker->operation->to);
    g_autofree char *there = latency_of(to), *here = latency_of(from);
    if (there)
        add(maker, "latency: %s answers probes in %s%s%s%s%s", maker_title(maker->to), there,
            here ? "; " : "", here ? maker_title(maker->from) : "", here ? ": " : "",
            here ? here : "");
    else
        add(maker, "latency: not measured in %s", maker_title(maker->to));
}

// Whoever calls it reaches another place: through a router, or not by themselves.
static void add_users(Maker *maker)
{
    const GPtrArray *workloads = maker->live->group->workloads;
    bool any = false;
    for (guint i = 0; i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        if (workload->kind != KIND_ROUTER)
            continue;
        add(maker, "users: %s sends them to %s", workload->name, maker_title(maker->to));
        any = true;
    }
    if (!any)
        add(maker, "users: no router is declared; who calls %s directly must be told",
            maker_title(maker->from));
}

// What it uses in the place that is left: the other side depends on it still.
static bool add_uses(Maker *maker, const Workload *workload)
{
    const WorkloadStatus *status = world_workload(maker->engine, workload->id);
    bool any = false;
    for (guint i = 0; status && i < status->uses->len; i++) {
        const UseStatus *use = status->uses->pdata[i];
        if (g_strcmp0(use->at, maker->operation->to) != 0 ||
            g_strcmp0(use->location, maker->operation->from) != 0)
            continue;
        add(maker, "stays behind: %s in %s uses %s %s in %s", workload->name,
            maker_title(maker->to), word_of(&RESOURCE_NAMES, (int)use->kind), use->name,
            maker_title(maker->from));
        any = true;
    }
    return any;
}

static void add_behind(Maker *maker)
{
    const GPtrArray *workloads = maker->live->group->workloads;
    bool any = false;
    for (guint i = 0; i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        bool here = workload_instance(workload, maker->from) != NULL;
        any = add_uses(maker, workload) || any;
        if (!here || workload_instance(workload, maker->to) || workload->kind == KIND_ROUTER)
            continue;
        add(maker, "stays behind: %s has no instance in %s", workload->name,
            maker_title(maker->to));
        any = true;
    }
    if (!any)
        add(maker, "stays behind: nothing that is declared or was seen");
}

// What people call batch: none of its work is done on the way home from the one's end to the other's beginning.
static void add_off(Maker *maker, const GPtrArray *steps)
{
    const Operation *operation = maker->operation;
    gint64 usual_ms = operation_off_usually(operation, steps);
    char usual[16], limit[16];
    if (!operation->off_limit_ms)
        return;
    duration_format(MAX(usual_ms, (gint64)0), usual);
    duration_format(operation->off_limit_ms, limit);
    add(maker, "off on the way home: usually %s, at most %s (failback_limit)%s",
        usual_ms < 0 ? "not known" : usual, limit,
        usual_ms > operation->off_limit_ms ? "; IT USUALLY TAKES LONGER" : "");
}

static void add_cost(Maker *maker)
{
    const char *cost = maker->live->group->failed_over_cost;
    bool home = maker->to == maker->live->group->primary;
    if (home)
        add(maker, "cost: as usual, it is at home again");
    else
        add(maker, "cost: %s", cost ? cost : "nobody has said (failed_over_cost of the group)");
}

void maker_add_effects(Maker *maker, const GPtrArray *steps)
{
    if (operation_is_rehearsal(maker->operation) || maker->from == maker->to)
        return;
    add_latency(maker);
    add_users(maker);
    add_behind(maker);
    add_off(maker, steps);
    add_cost(maker);
}
