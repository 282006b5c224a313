#include "wire/status.h"

static const WireField FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(SinkStatus, name), .required = true},
    {"kind", FIELD_NAME, FIELD(SinkStatus, kind), .names = &SINK_KIND_NAMES},
    {"location", FIELD_TEXT, FIELD(SinkStatus, location)},
    {"target", FIELD_TEXT, FIELD(SinkStatus, target)},
    {"delivered", FIELD_NUMBER, FIELD(SinkStatus, delivered)},
    {"pending", FIELD_NUMBER, FIELD(SinkStatus, pending)},
    {"oldest_at", FIELD_TIME, FIELD(SinkStatus, oldest_ms)},
    {"last_ok_at", FIELD_TIME, FIELD(SinkStatus, last_ok_ms)},
    {"failures", FIELD_UINT, FIELD(SinkStatus, failures)},
    {"failing_since", FIELD_TIME, FIELD(SinkStatus, failing_since_ms)},
    {"next_try_at", FIELD_TIME, FIELD(SinkStatus, next_try_ms)},
    {"dropped", FIELD_NUMBER, FIELD(SinkStatus, dropped)},
    {"detail", FIELD_TEXT, FIELD(SinkStatus, detail)},
    {"observed_at", FIELD_TIME, FIELD(SinkStatus, observed_at_ms)},
};

static void drop(gpointer status)
{
    sink_status_free(status);
}

const WireShape SINK_SHAPE = SHAPE("sink", SinkStatus, FIELDS, NULL, drop);
