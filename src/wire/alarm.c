#include "wire/status.h"

static const WireField FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(Alarm, id), .required = true},
    {"severity", FIELD_NAME, FIELD(Alarm, severity), .names = &SEVERITY_NAMES},
    {"object", FIELD_TEXT, FIELD(Alarm, object)},
    {"text", FIELD_TEXT, FIELD(Alarm, text)},
    {"consequences", FIELD_UINT, FIELD(Alarm, consequences)},
    {"since", FIELD_TIME, FIELD(Alarm, since_ms)},
    {"ended_at", FIELD_TIME, FIELD(Alarm, ended_ms)},
    {"acknowledged_by", FIELD_TEXT, FIELD(Alarm, acknowledged_by)},
    {"acknowledged_at", FIELD_TIME, FIELD(Alarm, acknowledged_ms)},
};

static void drop(gpointer alarm)
{
    alarm_free(alarm);
}

const WireShape ALARM_SHAPE = SHAPE("alarm", Alarm, FIELDS, NULL, drop);

json_t *alarm_to_json(const Alarm *alarm)
{
    return shape_to_json(&ALARM_SHAPE, alarm);
}

Alarm *alarm_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&ALARM_SHAPE, json, mode, error);
}
