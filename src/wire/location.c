#include "wire/status.h"

// One health check's result; some dozens a vantage point, so the names are short.
static const WireField SAMPLE_FIELDS[] = {
    {"at", FIELD_TIME, FIELD(ProbeSample, at_ms)},
    {"ok", FIELD_BOOL, FIELD(ProbeSample, ok)},
    {"degraded", FIELD_BOOL, FIELD(ProbeSample, degraded)},
    {"latency_s", FIELD_MICROS, FIELD(ProbeSample, latency_us)},
};
static const WireShape SAMPLE_SHAPE = SHAPE("probe", ProbeSample, SAMPLE_FIELDS, NULL, NULL);

static const WireField VANTAGE_FIELDS[] = {
    {"vantage", FIELD_TEXT, FIELD(VantageStatus, vantage), .required = true},
    {"location", FIELD_TEXT, FIELD(VantageStatus, location)},
    {"failures", FIELD_UINT, FIELD(VantageStatus, failures)},
    {"successes", FIELD_UINT, FIELD(VantageStatus, successes)},
    {"last_ok_at", FIELD_TIME, FIELD(VantageStatus, last_ok_ms)},
    {"failing_since", FIELD_TIME, FIELD(VantageStatus, first_failure_ms)},
    {"detail", FIELD_TEXT, FIELD(VantageStatus, detail)},
    {"history", FIELD_RUN, FIELD(VantageStatus, history), .shape = &SAMPLE_SHAPE,
     .count = offsetof(VantageStatus, history_len)},
};

static void drop_vantage(gpointer status)
{
    vantage_status_free(status);
}

static const WireShape VANTAGE_SHAPE =
    SHAPE("vantage point", VantageStatus, VANTAGE_FIELDS, NULL, drop_vantage);

static const WireField VERDICT_FIELDS[] = {
    {"state", FIELD_NAME, FIELD(Verdict, state), .names = &VERDICT_NAMES},
    {"since", FIELD_TIME, FIELD(Verdict, since_ms)},
    {"observed_at", FIELD_TIME, FIELD(Verdict, observed_at_ms)},
    {"why", FIELD_TEXT, FIELD(Verdict, why)},
};

static void drop_verdict(gpointer data)
{
    Verdict *verdict = data;
    g_free(verdict->why);
    g_free(verdict);
}

const WireShape VERDICT_SHAPE = SHAPE("verdict", Verdict, VERDICT_FIELDS, NULL, drop_verdict);

static const WireField FIELDS[] = {
    {"name", FIELD_TEXT, FIELD(LocationStatus, name), .required = true},
    {"title", FIELD_TEXT, FIELD(LocationStatus, title)},
    {"pair", FIELD_TEXT, FIELD(LocationStatus, pair)},
    {"host", FIELD_NAME, FIELD(LocationStatus, host), .names = &HOST_NAMES},
    {"verdict", FIELD_STRUCT, FIELD(LocationStatus, verdict), .shape = &VERDICT_SHAPE},
    {"vantages", FIELD_STRUCTS, FIELD(LocationStatus, vantages), .shape = &VANTAGE_SHAPE},
    {"faults", FIELD_TEXTS, FIELD(LocationStatus, faults)},
    {"zones", FIELD_TEXTS, FIELD(LocationStatus, zones)},
    {"capacity", FIELD_UINT, FIELD(LocationStatus, capacity)},
    {"load", FIELD_NUMBER, FIELD(LocationStatus, load)},
    {"standby_load", FIELD_NUMBER, FIELD(LocationStatus, standby_load)},
    {"interval_s", FIELD_SECONDS, FIELD(LocationStatus, interval_ms)},
    {"timeout_s", FIELD_SECONDS, FIELD(LocationStatus, timeout_ms)},
    {"failures_limit", FIELD_UINT, FIELD(LocationStatus, failures_limit)},
    {"latency_p50_s", FIELD_MICROS, FIELD(LocationStatus, p50_us)},
    {"latency_p99_s", FIELD_MICROS, FIELD(LocationStatus, p99_us)},
    {"primary_of", FIELD_UINT, FIELD(LocationStatus, primary_of)},
    {"standby_of", FIELD_UINT, FIELD(LocationStatus, standby_of)},
    {"instances", FIELD_UINT, FIELD(LocationStatus, instances)},
    {"active", FIELD_UINT, FIELD(LocationStatus, active)},
    {"boot_id", FIELD_TEXT, FIELD(LocationStatus, boot_id)},
    {"answer", FIELD_NAME, FIELD(LocationStatus, answer), .names = &ANSWER_NAMES},
    {"managed_at", FIELD_TIME, FIELD(LocationStatus, managed_at_ms)},
};

static gpointer make(void)
{
    return location_status_new(NULL);
}

static void drop(gpointer status)
{
    location_status_free(status);
}

const WireShape LOCATION_SHAPE = SHAPE("location", LocationStatus, FIELDS, make, drop);

json_t *location_status_to_json(const LocationStatus *status)
{
    return shape_to_json(&LOCATION_SHAPE, status);
}

LocationStatus *location_status_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&LOCATION_SHAPE, json, mode, error);
}
