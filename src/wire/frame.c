#include "wire/status.h"

enum { CONFIG_ERROR_MAX = 64 * 1024 }; // a file may hold many mistakes

static const WireField AUTOMATION_FIELDS[] = {
    {"off", FIELD_BOOL, FIELD(FrameStatus, automation_off)},
    {"why", FIELD_TEXT, FIELD(FrameStatus, automation_why)},
    {"until", FIELD_TIME, FIELD(FrameStatus, automation_until_ms)},
};
static const WireShape AUTOMATION_PART =
    SHAPE("automation", FrameStatus, AUTOMATION_FIELDS, NULL, NULL);

static const WireField STORE_FIELDS[] = {
    {"ok", FIELD_BOOL, FIELD(FrameStatus, store_ok)},
    {"detail", FIELD_TEXT, FIELD(FrameStatus, store_detail)},
};
static const WireShape STORE_PART = SHAPE("store", FrameStatus, STORE_FIELDS, NULL, NULL);

static const WireField AUDIT_FIELDS[] = {
    {"seq", FIELD_NUMBER, FIELD(FrameStatus, audit_seq)},
    {"hash", FIELD_TEXT, FIELD(FrameStatus, audit_hash)},
};
static const WireShape AUDIT_PART = SHAPE("audit head", FrameStatus, AUDIT_FIELDS, NULL, NULL);

static const WireField FIELDS[] = {
    {"fleet", FIELD_TEXT, FIELD(FrameStatus, fleet), .required = true},
    {"production", FIELD_BOOL, FIELD(FrameStatus, production)},
    {"daemon", FIELD_TEXT, FIELD(FrameStatus, daemon)},
    {"daemon_location", FIELD_TEXT, FIELD(FrameStatus, daemon_location)},
    {"leader", FIELD_BOOL, FIELD(FrameStatus, leader)},
    {"locations", FIELD_UINT, FIELD(FrameStatus, locations)},
    {"groups", FIELD_UINT, FIELD(FrameStatus, groups)},
    {"workloads", FIELD_UINT, FIELD(FrameStatus, workloads)},
    {"vantages", FIELD_UINT, FIELD(FrameStatus, vantages)},
    {"store", FIELD_STRUCT, FIELD_PART(FrameStatus), .shape = &STORE_PART},
    {"started_at", FIELD_TIME, FIELD(FrameStatus, started_ms)},
    {"approvers", FIELD_TEXT, FIELD(FrameStatus, approvers)},
    {"config_error", FIELD_TEXT, FIELD(FrameStatus, config_error), .max = CONFIG_ERROR_MAX},
    {"automation", FIELD_STRUCT, FIELD_PART(FrameStatus), .shape = &AUTOMATION_PART},
    {"audit", FIELD_STRUCT, FIELD_PART(FrameStatus), .shape = &AUDIT_PART},
};

static void drop(gpointer frame)
{
    frame_status_release(frame);
    g_free(frame);
}

const WireShape FRAME_SHAPE = SHAPE("frame", FrameStatus, FIELDS, NULL, drop);
