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

// Copies of one workload that do not lie evenly.
static void check_copies(const Workload *workload, const Trigger *trigger, GPtrArray *findings)
{
    char period[16], least[16], most[16], even[16];
    Split split;
    if (!split_of(workload, trigger, &split) || split_is_even(&split))
        return;
    duration_format(split.period_ms, period);
    duration_format(split.gap_min_ms, least);
    duration_format(split.gap_max_ms, most);
    duration_format(split.period_ms / split.parts, even);
    rule_add(
        findings, SEVERITY_WARNING,
        g_strdup_printf("Trigger %s fires every %s, and its copies in %u locations lie %s to %s "
                        "apart; evenly it were %s.",
                        trigger->name, period, split.parts, least, most, even),
        "Set the offsets of the instances apart by the same time (`start_offset`).");
}

// "payments/settle and ledger/settle-later"
static char *part_names(const GPtrArray *parts)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < parts->len; i++) {
        const SplitPart *part = parts->pdata[i];
        g_string_append_printf(names, "%s%s/%s",
                               i == 0               ? ""
                               : i + 1 < parts->len ? ", "
                                                    : " and ",
                               part->workload->id, part->trigger->name);
    }
    return g_string_free(names, FALSE);
}

static void check_homes(const char *split, const GPtrArray *parts, GPtrArray *findings)
{
    const Location *home;
    if (!split_has_one_home(parts, &home))
        return;
    g_autofree char *names = part_names(parts);
    rule_add(findings, SEVERITY_WARNING,
             g_strdup_printf("All parts of the split schedule %s (%s) are at home in %s: its loss "
                             "stops every one of them.",
                             split, names, rule_title(home)),
             "Let each part belong to a group that is at home in another location.");
}

static void check_gaps(const RuleWorld *world, const char *name, const GPtrArray *parts,
                       GPtrArray *findings)
{
    char period[16], least[16], most[16], even[16];
    g_autofree char *names = part_names(parts);
    Split split;
    if (!split_of_parts(parts, world->next, world->data, &split)) {
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup_printf("The parts of the split schedule %s (%s) do not all fire in one "
                                 "fixed interval, so how they lie together cannot be said.",
                                 name, names),
                 "Give each part the same frequency and interval, without a schedule, and shift "
                 "the starts.");
        return;
    }
    duration_format(split.period_ms, period);
    duration_format(split.gap_min_ms, least);
    duration_format(split.gap_max_ms, most);
    duration_format(split.period_ms / split.parts, even);
    if (!split_is_even(&split))
        rule_add(findings, SEVERITY_WARNING,
                 g_strdup_printf("The parts of the split schedule %s (%s) fire every %s each: "
                                 "together every %s to %s; evenly it were every %s.",
                                 name, names, period, least, most, even),
                 "Shift the starts of the parts against each other by the same time (`start`).");
}

// What is said of a split schedule stands with its first part.
static void check_parts(const RuleWorld *world, const Workload *workload, const Trigger *trigger,
                        GPtrArray *findings)
{
    const GPtrArray *parts = fleet_split(world->fleet, trigger);
    const SplitPart *first = parts ? parts->pdata[0] : NULL;
    if (!first || first->workload != workload || first->trigger != trigger || !world->next)
        return;
    check_homes(trigger->split, parts, findings);
    check_gaps(world, trigger->split, parts, findings);
}

void rule_split_schedule(const RuleWorld *world, const RuleObject *object, GPtrArray *findings)
{
    const Workload *workload = object->workload;
    for (guint i = 0; i < workload->triggers->len; i++) {
        check_copies(workload, workload->triggers->pdata[i], findings);
        check_parts(world, workload, workload->triggers->pdata[i], findings);
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
    if (!status || !status->single_active || workload->kind == KIND_ROUTER)
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
