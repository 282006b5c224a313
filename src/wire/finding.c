#include "wire/status.h"

static const WireField FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(Finding, id), .required = true},
    {"rule", FIELD_TEXT, FIELD(Finding, rule)},
    {"title", FIELD_TEXT, FIELD(Finding, title)},
    {"severity", FIELD_NAME, FIELD(Finding, severity), .names = &SEVERITY_NAMES},
    {"object", FIELD_TEXT, FIELD(Finding, object)},
    {"facts", FIELD_TEXT, FIELD(Finding, facts)},
    {"way_out", FIELD_TEXT, FIELD(Finding, way_out)},
    {"from", FIELD_TEXT, FIELD(Finding, from)},
    {"mark", FIELD_TEXT, FIELD(Finding, mark)},
    {"since", FIELD_TIME, FIELD(Finding, since_ms)},
    {"observed_at", FIELD_TIME, FIELD(Finding, observed_at_ms)},
    {"acknowledged_by", FIELD_TEXT, FIELD(Finding, acknowledged_by)},
    {"acknowledged_note", FIELD_TEXT, FIELD(Finding, acknowledged_note)},
    {"acknowledged_at", FIELD_TIME, FIELD(Finding, acknowledged_ms)},
    {"acknowledged_until", FIELD_TIME, FIELD(Finding, acknowledged_until_ms)},
};

static void drop(gpointer finding)
{
    finding_free(finding);
}

const WireShape FINDING_SHAPE = SHAPE("finding", Finding, FIELDS, NULL, drop);

json_t *finding_to_json(const Finding *finding)
{
    return shape_to_json(&FINDING_SHAPE, finding);
}

Finding *finding_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&FINDING_SHAPE, json, mode, error);
}
