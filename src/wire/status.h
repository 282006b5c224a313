// What is observed (model/status.h) as JSON, one shape a noun; src/wire/<noun>.c has the tables. The
// shapes serve API answers, events and the console's reading of both.
#pragma once

#include "model/sink.h"
#include "model/status.h"
#include "wire/shape.h"

extern const WireShape VERDICT_SHAPE;     // Verdict
extern const WireShape LOCATION_SHAPE;    // LocationStatus
extern const WireShape WORKLOAD_SHAPE;    // WorkloadStatus
extern const WireShape REPLICATION_SHAPE; // ReplicationStatus
extern const WireShape GROUP_SHAPE;       // GroupStatus
extern const WireShape FINDING_SHAPE;     // Finding
extern const WireShape ALARM_SHAPE;       // Alarm
extern const WireShape CHANGE_SHAPE;      // Change
extern const WireShape SINK_SHAPE;        // SinkStatus
extern const WireShape FRAME_SHAPE;       // FrameStatus; shape_free it, or frame_status_release

// Each pair as shape_to_json and shape_from_json, with types.
json_t *location_status_to_json(const LocationStatus *status);
LocationStatus *location_status_from_json(json_t *json, WireMode mode, GError **error);
json_t *workload_status_to_json(const WorkloadStatus *status);
json_t *group_status_to_json(const GroupStatus *status);
json_t *finding_to_json(const Finding *finding);
Finding *finding_from_json(json_t *json, WireMode mode, GError **error);
json_t *alarm_to_json(const Alarm *alarm);
Alarm *alarm_from_json(json_t *json, WireMode mode, GError **error);
json_t *change_to_json(const Change *change);
Change *change_from_json(json_t *json, WireMode mode, GError **error);
