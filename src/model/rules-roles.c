// Rules over patterns, triggers and who is active.
#include "model/rules-private.h"

#include "base/timefmt.h"
#include "model/split.h"

static bool has_trigger(const Workload *workload, TriggerType type)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        if (((const Trigger *)workload->triggers->pdata[i])->type == type)
            return true;
    return false;
}

static void check_pattern(const Workload *workload, GPtrArray *findings, TriggerType type,
                          const char *way_out)
{
    if (has_trigger(workload, type) && workload->pattern != PATTERN_ACTIVE_PASSIVE)
        rule_add(findings, SEVERITY_ERROR,
                 g_strdup_printf("It has a %s trigger and the pattern %s.",
                                 word_of(&TRIGGER_NAMES, (int)type),
                                 word_of(&PATTERN_NAMES, (int)workload->pattern)),
                 way_out);
}

void rule_recurrence_passive(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    (void)world;
    check_pattern(object->workload, findings, TRIGGER_RECURRENCE,
                  "Make it active-passive, or split the schedule into two workloads with offsets.");
}

void rule_webhook_passive(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    (void)world;
    check_pattern(
        object->workload, findings, TRIGGER_WEBHOOK,
        "Make it active-passive: a webhook subscribes when enabled, so two active instances get "
        "everything twice.");
}

static guint count_active(const WorkloadStatus *status)
{
    guint active = 0;
    for (guint i = 0; status && i < status->instances->len; i++)
        active += ((const InstanceStatus *)status->instances->pdata[i])->state == INSTANCE_ACTIVE;
    return active;
}

static const Trigger *client_trigger(const Workload *workload)
{
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        if (trigger->keeper == KEEPER_CLIENT)
            return trigger;
    }
    return NULL;
}

void rule_client_state(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const Trigger *trigger = client_trigger(workload);
    guint active = trigger ? count_active(world->workload(workload->id, world->data)) : 0;
    if (trigger && workload->pattern != PATTERN_ACTIVE_PASSIVE)
        rule_add(
            findings, SEVERITY_ERROR,
            g_strdup_printf("Trigger %s keeps its state with the client, and the pattern is %s.",
                            trigger->name, word_of(&PATTERN_NAMES, (int)workload->pattern)),
            "Make it active-passive, or let the server keep the state.");
    if (active > 1)
        rule_add(
            findings, SEVERITY_CRITICAL,
            g_strdup_printf("Trigger %s keeps its state with the client, and it is active in %u "
                            "locations: everything is handled %u times.",
                            trigger->name, active, active),
            "Passivate it everywhere but where its group lives (screen 2, Enter on the row).");
}

void rule_ordered_sessions(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    (void)world;
    for (guint i = 0; i < workload->triggers->len; i++) {
        const Trigger *trigger = workload->triggers->pdata[i];
        if (trigger->ordered && !trigger->sessions &&
            workload->pattern == PATTERN_COMPETING_CONSUMERS)
            rule_add(
                findings, SEVERITY_ERROR,
                g_strdup_printf("Trigger %s needs its messages in order, but consumers compete "
                                "for them without sessions.",
                                trigger->name),
                "Use sessions (sequential convoy), or make it active-passive.");
    }
}

void rule_request_router(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    (void)world;
    if (has_trigger(workload, TRIGGER_REQUEST) && workload->instances->len > 1 &&
        !workload->router && workload->kind != KIND_ROUTER)
        rule_add(
            findings, SEVERITY_WARNING,
            g_strdup_printf("It is triggered by requests in %u locations and names no router.",
                            workload->instances->len),
            "Name the workload that routes to it (`router`), so that a failover re-points it.");
}

void rule_split_schedule(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    (void)world;
    for (guint i = 0; i < object->workload->triggers->len; i++) {
        const Trigger *trigger = object->workload->triggers->pdata[i];
        char period[16], least[16], most[16], even[16];
        Split split;
        if (!split_of(object->workload, trigger, &split) || split_is_even(&split))
            continue;
        duration_format(split.period_ms, period);
        duration_format(split.gap_min_ms, least);
        duration_format(split.gap_max_ms, most);
        duration_format(split.period_ms / split.parts, even);
        rule_add(
            findings, SEVERITY_WARNING,
            g_strdup_printf("Trigger %s fires every %s, split over %u locations: together every "
                            "%s to %s; evenly it were every %s.",
                            trigger->name, period, split.parts, least, most, even),
            "Set the offsets of the instances apart by the same time (`start_offset`).");
    }
}

void rule_as_declared(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const WorkloadStatus *status = world->workload(object->workload->id, world->data);
    for (guint i = 0; status && i < status->instances->len; i++) {
        const InstanceStatus *instance = status->instances->pdata[i];
        for (guint k = 0; instance->differences && k < instance->differences->len; k++)
            rule_add(findings, SEVERITY_WARNING, g_strdup(instance->differences->pdata[k]),
                     "Correct the fleet file, or what is installed there: plans and rules go by "
                     "what is declared.");
    }
}

static bool all_known(const WorkloadStatus *status)
{
    for (guint i = 0; i < status->instances->len; i++) {
        InstanceState state = ((const InstanceStatus *)status->instances->pdata[i])->state;
        if (state != INSTANCE_ACTIVE && state != INSTANCE_PASSIVE && state != INSTANCE_FAILED)
            return false;
    }
    return true;
}

void rule_one_active(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    const WorkloadStatus *status = world->workload(workload->id, world->data);
    if (!status || !status->single_active || workload_holds_data(workload) ||
        workload->kind == KIND_ROUTER)
        return;
    guint active = count_active(status);
    if (active > 1)
        rule_add(findings, SEVERITY_CRITICAL,
                 g_strdup_printf("It is observed active in %u locations at once: split.", active),
                 "Passivate it everywhere but where its group lives (screen 2, Enter on the row).");
    else if (!active && all_known(status))
        rule_add(findings, SEVERITY_WARNING, g_strdup("It is active nowhere."),
                 "Activate it where its group lives, or see why it was switched off there.");
}
