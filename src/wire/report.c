#include "wire/report.h"

#include "wire/operation.h"

static const WireField OBJECTIVE_FIELDS[] = {
    {"target_s", FIELD_SECONDS, FIELD(Objective, target_ms)},
    {"actual_s", FIELD_SECONDS_OPT, FIELD(Objective, actual_ms)},
    {"result", FIELD_NAME, FIELD(Objective, result), .names = &OBJECTIVE_NAMES},
    {"how", FIELD_TEXT, FIELD(Objective, how)},
};
const WireShape OBJECTIVE_SHAPE = SHAPE("objective", Objective, OBJECTIVE_FIELDS, NULL, NULL);

static const WireField MOMENT_FIELDS[] = {
    {"at", FIELD_TIME, FIELD(Moment, at_ms)},
    {"kind", FIELD_NAME, FIELD(Moment, kind), .names = &MOMENT_NAMES},
    {"who", FIELD_TEXT, FIELD(Moment, who)},
    {"text", FIELD_TEXT, FIELD(Moment, text)},
};
static const WireShape MOMENT_SHAPE = SHAPE("moment", Moment, MOMENT_FIELDS, NULL, NULL);

static const WireField STEP_FIELDS[] = {
    {"number", FIELD_UINT, FIELD(StepReport, number)},
    {"title", FIELD_TEXT, FIELD(StepReport, title)},
    {"side", FIELD_NAME, FIELD(StepReport, side), .names = &SIDE_NAMES},
    {"state", FIELD_NAME, FIELD(StepReport, state), .names = &STEP_STATE_NAMES},
    {"started_at", FIELD_TIME, FIELD(StepReport, started_ms)},
    {"took_s", FIELD_SECONDS_OPT, FIELD(StepReport, took_ms)},
    {"limit_s", FIELD_SECONDS, FIELD(StepReport, limit_ms)},
    {"usual_s", FIELD_SECONDS, FIELD(StepReport, usual_ms)},
    {"by", FIELD_TEXT, FIELD(StepReport, by)},
    {"who", FIELD_TEXT, FIELD(StepReport, who)},
    {"words", FIELD_TEXT, FIELD(StepReport, words)},
    {"ticket", FIELD_TEXT, FIELD(StepReport, ticket)},
};
static const WireShape STEP_REPORT_SHAPE = SHAPE("step", StepReport, STEP_FIELDS, NULL, NULL);

static const WireField FIELDS[] = {
    {"made_at", FIELD_TIME, FIELD(Report, made_ms)},
    {"from_title", FIELD_TEXT, FIELD(Report, from_title)},
    {"to_title", FIELD_TEXT, FIELD(Report, to_title)},
    {"rto", FIELD_STRUCT, FIELD(Report, rto), .shape = &OBJECTIVE_SHAPE},
    {"rpo", FIELD_STRUCT, FIELD(Report, rpo), .shape = &OBJECTIVE_SHAPE},
    {"timeline", FIELD_STRUCTS, FIELD(Report, timeline), .shape = &MOMENT_SHAPE},
    {"steps", FIELD_STRUCTS, FIELD(Report, steps), .shape = &STEP_REPORT_SHAPE},
    {"operation", FIELD_POINTER, FIELD(Report, operation), .shape = &OPERATION_SHAPE},
};

const WireShape REPORT_SHAPE = SHAPE("report", Report, FIELDS, NULL, NULL);

json_t *report_to_json(const Report *report)
{
    json_t *json = shape_to_json(&REPORT_SHAPE, report);
    if (!report->operation->region)
        return json;
    json_t *parts = json_array();
    for (guint i = 0; i < report->parts->len; i++)
        json_array_append_new(parts, report_to_json(report->parts->pdata[i]));
    json_object_set_new(json, "parts", parts);
    return json;
}
