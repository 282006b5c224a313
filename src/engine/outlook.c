// What a group's failover would be like, on what is known now.
#include "engine/durations.h"
#include "engine/evidence.h"
#include "engine/execute.h"
#include "engine/lag.h"
#include "engine/request.h"
#include "engine/motion.h"
#include "engine/snapshot.h"
#include "model/notice.h"
#include "model/refusal.h"

// The steps of one wave run side by side: the slowest counts.
static void add_forecast(Outlook *outlook, const GPtrArray *steps)
{
    gint64 usual_ms = 0, p95_ms = 0, wave_usual_ms = 0, wave_p95_ms = 0;
    guint wave = 0;
    outlook->steps = steps->len;
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        if (step->wave != wave) {
            usual_ms += wave_usual_ms;
            p95_ms += wave_p95_ms;
            wave_usual_ms = wave_p95_ms = 0;
            wave = step->wave;
        }
        outlook->unknown_steps += !step->usual_ms;
        wave_usual_ms = MAX(wave_usual_ms, step->usual_ms);
        wave_p95_ms = MAX(wave_p95_ms, MAX(step->usual_ms, step->usual_p95_ms));
    }
    if (outlook->unknown_steps == outlook->steps)
        return;
    outlook->usual_ms = usual_ms + wave_usual_ms;
    outlook->usual_p95_ms = p95_ms + wave_p95_ms;
}

// Where it would go if its place died now: home, or to the first standby.
static const Location *target_of(const GroupLive *live, const char *from)
{
    const Group *group = live->group;
    if (g_strcmp0(from, group->primary->name) != 0)
        return group->primary;
    return group->standbys->len ? group->standbys->pdata[0] : NULL;
}

static void forecast(Engine *engine, const GroupLive *live, const Location *to, Outlook *outlook)
{
    g_autoptr(Operation) operation = operation_new(NULL);
    g_autoptr(GError) error = NULL;
    operation->kind = OPERATION_FAILOVER;
    operation->group = g_strdup(live->group->name);
    operation->from =
        g_strdup(live->record->active ? live->record->active : live->group->primary->name);
    operation->to = g_strdup(to->name);
    GPtrArray *steps = evidence_plan(engine, operation, &error);
    if (!steps) {
        outlook->no_plan = g_strdup(error->message);
        return;
    }
    g_ptr_array_unref(operation->steps);
    operation->steps = steps;
    durations_forecast(engine, operation);
    add_forecast(outlook, steps);
}

static void copy_texts(GPtrArray *to, const GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(from->pdata[i]));
}

static void add_notices(const Group *group, const Location *from, const Location *to,
                        Outlook *outlook)
{
    static const char *const WHEN[] = {[NOTICE_PLANNED] = "planned",
                                       [NOTICE_FAILOVER] = "failover",
                                       [NOTICE_FAILBACK] = "failback",
                                       [NOTICE_HOME] = "home"};
    for (guint i = 0; i < NOTICE_COUNT; i++) {
        if (!group->notices[i])
            continue;
        bool back = i == NOTICE_FAILBACK || i == NOTICE_HOME;
        Notice *notice = g_new0(Notice, 1);
        notice->when = g_strdup(WHEN[i]);
        notice->text = notice_render(group->notices[i], group, back ? to : from, back ? from : to);
        g_ptr_array_add(outlook->notices, notice);
    }
}

static void add_people(const Group *group, Outlook *outlook)
{
    for (guint i = 0; i < STEP_KIND_NAMES.count; i++) { // in the order of the kinds
        const char *who = g_hash_table_lookup(group->responsibilities, STEP_KIND_NAMES.names[i]);
        if (!who)
            continue;
        Responsibility *one = g_new0(Responsibility, 1);
        *one = (Responsibility){g_strdup(STEP_KIND_NAMES.names[i]), g_strdup(who)};
        g_ptr_array_add(outlook->responsibilities, one);
    }
}

static void add_losses(const Engine *engine, const Group *group, Outlook *outlook)
{
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        g_autoptr(GPtrArray) losses = snapshot_losses(engine, workload);
        for (guint k = 0; k < losses->len; k++)
            g_ptr_array_add(outlook->reduced,
                            g_strdup_printf("%s: lost for good: %s", workload->name,
                                            (const char *)losses->pdata[k]));
    }
}

Outlook *engine_outlook(Engine *engine, const char *name, GError **error)
{
    const GroupLive *live = world_live(engine, name);
    if (!live) {
        refuse(error, REFUSAL_NOT_FOUND, "There is no group %s.", name);
        return NULL;
    }
    const Group *group = live->group;
    const char *from = live->record->active ? live->record->active : group->primary->name;
    const Location *to = target_of(live, from);
    Outlook *outlook = outlook_new(name);
    outlook->owner = g_strdup(group->owner);
    outlook->rpo_ms = group->rpo_ms;
    outlook->rto_ms = group->rto_ms;
    outlook->failback_window = day_window_format(&group->failback_window);
    outlook->blocked = g_strdup(live->status->blocked);
    engine_gate(engine, name, &outlook->gate_open, &outlook->gate_why, NULL);
    if (to)
        forecast(engine, live, to, outlook);
    else
        outlook->no_plan = g_strdup("The group has no standby.");
    lag_tell(engine, live, outlook);
    add_people(group, outlook);
    if (group->standbys->len)
        add_notices(group, group->primary, group->standbys->pdata[0], outlook);
    copy_texts(outlook->reduced, group->reduced);
    add_losses(engine, group, outlook);
    copy_texts(outlook->nonproduction, group->nonproduction);
    copy_texts(outlook->unmanaged, group->unmanaged);
    return outlook;
}
