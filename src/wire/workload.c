#include "wire/inventory.h"
#include "wire/status.h"

static const WireField TRIGGER_FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(TriggerStatus, name), .required = true},
    {"type", FIELD_NAME, FIELD(TriggerStatus, type), .names = &TRIGGER_NAMES},
    {"keeper", FIELD_NAME, FIELD(TriggerStatus, keeper), .names = &KEEPER_NAMES},
    {"ordered", FIELD_BOOL, FIELD(TriggerStatus, ordered)},
    {"rule", FIELD_TEXT, FIELD(TriggerStatus, rule)},
    {"split", FIELD_TEXT, FIELD(TriggerStatus, split)},
    {"next_at", FIELD_TIME, FIELD(TriggerStatus, next_ms)},
    {"missed", FIELD_COUNT, FIELD(TriggerStatus, missed)},
    {"doubled", FIELD_COUNT, FIELD(TriggerStatus, doubled)},
    {"overdue", FIELD_COUNT, FIELD(TriggerStatus, overdue)},
    {"counted_since", FIELD_TIME, FIELD(TriggerStatus, counted_ms)},
    {"last_at", FIELD_TIME, FIELD(TriggerStatus, last_ms)},
    {"last_location", FIELD_TEXT, FIELD(TriggerStatus, last_at)},
};

static gpointer make_trigger(void)
{
    return trigger_status_new();
}

static void drop_trigger(gpointer status)
{
    trigger_status_free(status);
}

static const WireShape TRIGGER_SHAPE =
    SHAPE("trigger", TriggerStatus, TRIGGER_FIELDS, make_trigger, drop_trigger);

static const WireField STAGE_FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(StageStatus, name), .required = true},
    {"queued", FIELD_INT_COUNT, FIELD(StageStatus, queued)},
    {"in_flight", FIELD_INT_COUNT, FIELD(StageStatus, in_flight)},
};

static gpointer make_stage(void)
{
    return stage_status_new(NULL);
}

static void drop_stage(gpointer status)
{
    stage_status_free(status);
}

static const WireShape STAGE_SHAPE =
    SHAPE("stage", StageStatus, STAGE_FIELDS, make_stage, drop_stage);

static const WireField INSTANCE_FIELDS[] = {
    {"location", FIELD_TEXT, FIELD(InstanceStatus, location), .required = true},
    {"primary", FIELD_BOOL, FIELD(InstanceStatus, primary)},
    {"desired", FIELD_NAME, FIELD(InstanceStatus, desired), .names = &INSTANCE_NAMES},
    {"state", FIELD_NAME, FIELD(InstanceStatus, state), .names = &INSTANCE_NAMES},
    {"since", FIELD_TIME, FIELD(InstanceStatus, since_ms)},
    {"observed_at", FIELD_TIME, FIELD(InstanceStatus, observed_at_ms)},
    {"detail", FIELD_TEXT, FIELD(InstanceStatus, detail)},
    {"runs", FIELD_INT_COUNT, FIELD(InstanceStatus, runs)},
    {"last_run_at", FIELD_TIME, FIELD(InstanceStatus, last_run_ms)},
    {"epoch", FIELD_NUMBER, FIELD(InstanceStatus, epoch)},
    {"boot_id", FIELD_TEXT, FIELD(InstanceStatus, boot_id)},
    {"quarantined", FIELD_BOOL, FIELD(InstanceStatus, quarantined)},
    {"passivate_by", FIELD_TEXT, FIELD(InstanceStatus, passivate_by)},
    {"missed", FIELD_COUNT, FIELD(InstanceStatus, missed)},
    {"stages", FIELD_STRUCTS, FIELD(InstanceStatus, stages), .shape = &STAGE_SHAPE},
};

static gpointer make_instance(void)
{
    return instance_status_new(NULL);
}

static void drop_instance(gpointer status)
{
    instance_status_free(status);
}

static const WireShape INSTANCE_SHAPE =
    SHAPE("instance", InstanceStatus, INSTANCE_FIELDS, make_instance, drop_instance);

static const WireField USE_FIELDS[] = {
    {"at", FIELD_TEXT, FIELD(UseStatus, at), .required = true},
    {"kind", FIELD_NAME, FIELD(UseStatus, kind), .names = &RESOURCE_NAMES},
    {"name", FIELD_TEXT, FIELD(UseStatus, name), .required = true},
    {"location", FIELD_TEXT, FIELD(UseStatus, location)},
    {"detail", FIELD_TEXT, FIELD(UseStatus, detail)},
    {"seen", FIELD_BOOL, FIELD(UseStatus, seen)},
};

static void drop_use(gpointer status)
{
    use_status_free(status);
}

static const WireShape USE_SHAPE = SHAPE("resource", UseStatus, USE_FIELDS, NULL, drop_use);

static const WireField FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(WorkloadStatus, id), .required = true},
    {"group", FIELD_TEXT, FIELD(WorkloadStatus, group), .required = true},
    {"name", FIELD_TEXT, FIELD(WorkloadStatus, name), .required = true},
    {"kind", FIELD_NAME, FIELD(WorkloadStatus, kind), .names = &KIND_NAMES},
    {"pattern", FIELD_NAME, FIELD(WorkloadStatus, pattern), .names = &PATTERN_NAMES},
    {"single_active", FIELD_BOOL, FIELD(WorkloadStatus, single_active)},
    {"driver", FIELD_TEXT, FIELD(WorkloadStatus, driver)},
    {"router", FIELD_TEXT, FIELD(WorkloadStatus, router)},
    {"routed_to", FIELD_TEXT, FIELD(WorkloadStatus, routed_to)},
    {"proof", FIELD_NAME, FIELD(WorkloadStatus, proof), .names = &PROOF_NAMES},
    {"triggers", FIELD_STRUCTS, FIELD(WorkloadStatus, triggers), .shape = &TRIGGER_SHAPE},
    {"instances", FIELD_STRUCTS, FIELD(WorkloadStatus, instances), .shape = &INSTANCE_SHAPE},
    {"uses", FIELD_STRUCTS, FIELD(WorkloadStatus, uses), .shape = &USE_SHAPE},
    {"snapshot_at", FIELD_TIME, FIELD(WorkloadStatus, snapshot_ms)},
    {"snapshot_kept", FIELD_TEXT, FIELD(WorkloadStatus, snapshot_kept)},
    {"parity", FIELD_STRUCTS, FIELD(WorkloadStatus, parity), .shape = &PARITY_SHAPE, .max = 100},
    {"findings", FIELD_UINT, FIELD(WorkloadStatus, findings)},
};

// Its id is put together by workload_status_new, and replaced by what is read.
static gpointer make(void)
{
    return workload_status_new("", "");
}

static void drop(gpointer status)
{
    workload_status_free(status);
}

const WireShape WORKLOAD_SHAPE = SHAPE("workload", WorkloadStatus, FIELDS, make, drop);

json_t *workload_status_to_json(const WorkloadStatus *status)
{
    return shape_to_json(&WORKLOAD_SHAPE, status);
}
