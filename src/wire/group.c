#include "wire/status.h"

static const WireField REPLICATION_FIELDS[] = {
    {"workload", FIELD_TEXT, FIELD(ReplicationStatus, workload), .required = true},
    {"from", FIELD_TEXT, FIELD(ReplicationStatus, from)},
    {"to", FIELD_TEXT, FIELD(ReplicationStatus, to)},
    {"committed_at", FIELD_TIME, FIELD(ReplicationStatus, committed_ms)},
    {"committed_position", FIELD_COUNT, FIELD(ReplicationStatus, committed_pos)},
    {"replayed_at", FIELD_TIME, FIELD(ReplicationStatus, replayed_ms)},
    {"replayed_position", FIELD_COUNT, FIELD(ReplicationStatus, replayed_pos)},
    {"lag_s", FIELD_SECONDS_OPT, FIELD(ReplicationStatus, lag_ms)},
    {"synchronous", FIELD_BOOL, FIELD(ReplicationStatus, synchronous)},
    {"streaming", FIELD_BOOL, FIELD(ReplicationStatus, streaming)},
    {"lineage", FIELD_TEXT, FIELD(ReplicationStatus, lineage)},
    {"observed_at", FIELD_TIME, FIELD(ReplicationStatus, observed_at_ms)},
    {"source_observed_at", FIELD_TIME, FIELD(ReplicationStatus, source_at_ms)},
};

static gpointer make_replication(void)
{
    return replication_status_new(NULL, NULL, NULL);
}

static void drop_replication(gpointer status)
{
    replication_status_free(status);
}

const WireShape REPLICATION_SHAPE =
    SHAPE("replication", ReplicationStatus, REPLICATION_FIELDS, make_replication, drop_replication);

static const WireField LOSS_FIELDS[] = {
    {"known", FIELD_BOOL, FIELD(LossBound, known)},
    {"bound_s", FIELD_SECONDS, FIELD(LossBound, loss_ms)},
    {"transactions", FIELD_COUNT, FIELD(LossBound, transactions)},
    {"how", FIELD_TEXT, FIELD(LossBound, how)},
    {"observed_at", FIELD_TIME, FIELD(LossBound, observed_at_ms)},
};
static const WireShape LOSS_SHAPE = SHAPE("data-loss bound", LossBound, LOSS_FIELDS, NULL, NULL);

static const WireField FAILBACK_FIELDS[] = {
    {"applies", FIELD_BOOL, FIELD(FailbackReadiness, applies)},
    {"answers", FIELD_BOOL, FIELD(FailbackReadiness, answers)},
    {"discarded_transactions", FIELD_COUNT, FIELD(FailbackReadiness, discarded)},
    {"behind_transactions", FIELD_COUNT, FIELD(FailbackReadiness, behind)},
    {"how", FIELD_TEXT, FIELD(FailbackReadiness, how)},
    {"observed_at", FIELD_TIME, FIELD(FailbackReadiness, observed_at_ms)},
};
static const WireShape FAILBACK_SHAPE =
    SHAPE("failback readiness", FailbackReadiness, FAILBACK_FIELDS, NULL, NULL);

static const WireField POLICY_FIELDS[] = {
    {"failover", FIELD_NAME, FIELD(GroupStatus, failover), .names = &AUTOMATION_NAMES},
    {"approvals", FIELD_UINT, FIELD(GroupStatus, approvals)},
    {"four_eyes", FIELD_BOOL, FIELD(GroupStatus, four_eyes)},
    {"signature", FIELD_NAME, FIELD(GroupStatus, signature), .names = &SIGNATURE_NAMES},
    {"evidence_s", FIELD_SECONDS, FIELD(GroupStatus, evidence_ms)},
};
static const WireShape POLICY_PART = SHAPE("policy", GroupStatus, POLICY_FIELDS, NULL, NULL);

static const WireField PLAN_FIELDS[] = {
    {"reviewed_at", FIELD_TIME, FIELD(GroupStatus, plan_reviewed_ms)},
    {"tested_at", FIELD_TIME, FIELD(GroupStatus, plan_tested_ms)},
    {"tested_by", FIELD_TEXT, FIELD(GroupStatus, plan_tested_by)},
    {"reviewed_by", FIELD_TEXT, FIELD(GroupStatus, plan_reviewed_by)},
    {"review_note", FIELD_TEXT, FIELD(GroupStatus, plan_review_note)},
    {"due_at", FIELD_TIME, FIELD(GroupStatus, plan_due_ms)},
};
static const WireShape PLAN_PART = SHAPE("plan", GroupStatus, PLAN_FIELDS, NULL, NULL);

static const WireField AUTOMATION_FIELDS[] = {
    {"off", FIELD_BOOL, FIELD(GroupStatus, automation_off)},
    {"why", FIELD_TEXT, FIELD(GroupStatus, automation_why)},
    {"until", FIELD_TIME, FIELD(GroupStatus, automation_until_ms)},
};
static const WireShape AUTOMATION_PART =
    SHAPE("automation", GroupStatus, AUTOMATION_FIELDS, NULL, NULL);

static const WireField FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(GroupStatus, name), .required = true},
    {"title", FIELD_TEXT, FIELD(GroupStatus, title)},
    {"primary", FIELD_TEXT, FIELD(GroupStatus, primary)},
    {"standbys", FIELD_TEXTS, FIELD(GroupStatus, standbys)},
    {"active", FIELD_TEXT, FIELD(GroupStatus, active)},
    {"mode", FIELD_NAME, FIELD(GroupStatus, mode), .names = &MODE_NAMES},
    {"mode_since", FIELD_TIME, FIELD(GroupStatus, mode_since_ms)},
    {"epoch", FIELD_NUMBER, FIELD(GroupStatus, epoch)},
    {"rpo_s", FIELD_SECONDS, FIELD(GroupStatus, rpo_ms)},
    {"rto_s", FIELD_SECONDS, FIELD(GroupStatus, rto_ms)},
    {"workloads", FIELD_UINT, FIELD(GroupStatus, workloads)},
    {"policy", FIELD_STRUCT, FIELD_PART(GroupStatus), .shape = &POLICY_PART},
    {"replication", FIELD_STRUCTS, FIELD(GroupStatus, replication), .shape = &REPLICATION_SHAPE},
    {"loss", FIELD_STRUCT, FIELD(GroupStatus, loss), .shape = &LOSS_SHAPE},
    {"failback", FIELD_STRUCT, FIELD(GroupStatus, failback), .shape = &FAILBACK_SHAPE},
    {"operation", FIELD_TEXT, FIELD(GroupStatus, operation)},
    {"rollback_until", FIELD_TIME, FIELD(GroupStatus, rollback_until_ms)},
    {"antiflap_until", FIELD_TIME, FIELD(GroupStatus, antiflap_until_ms)},
    {"down_since", FIELD_TIME, FIELD(GroupStatus, down_since_ms)},
    {"blocked", FIELD_TEXT, FIELD(GroupStatus, blocked)},
    {"reduced", FIELD_TEXTS, FIELD(GroupStatus, reduced)},
    {"findings", FIELD_UINT, FIELD(GroupStatus, findings)},
    {"plan", FIELD_STRUCT, FIELD_PART(GroupStatus), .shape = &PLAN_PART},
    {"automation", FIELD_STRUCT, FIELD_PART(GroupStatus), .shape = &AUTOMATION_PART},
};

static gpointer make(void)
{
    return group_status_new(NULL);
}

static void drop(gpointer status)
{
    group_status_free(status);
}

const WireShape GROUP_SHAPE = SHAPE("group", GroupStatus, FIELDS, make, drop);

json_t *group_status_to_json(const GroupStatus *status)
{
    return shape_to_json(&GROUP_SHAPE, status);
}
