#include "wire/status.h"

static const WireField FIELDS[] = {
    {"at", FIELD_TIME, FIELD(Change, at_ms)},
    {"severity", FIELD_NAME, FIELD(Change, severity), .names = &SEVERITY_NAMES},
    {"object", FIELD_TEXT, FIELD(Change, object)},
    {"text", FIELD_TEXT, FIELD(Change, text)},
};

static void drop(gpointer change)
{
    change_free(change);
}

const WireShape CHANGE_SHAPE = SHAPE("change", Change, FIELDS, NULL, drop);

json_t *change_to_json(const Change *change)
{
    return shape_to_json(&CHANGE_SHAPE, change);
}

Change *change_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&CHANGE_SHAPE, json, mode, error);
}
