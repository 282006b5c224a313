// What the program knows of its own contract, as JSON: the objects as wire/ writes them (JSON Schema), the
// routes, the problem types. tests/api/contract.py holds doc/openapi.yaml against it.
#include <stdio.h>
#include <string.h>

#include "api/private.h"
#include "model/refusal.h"
#include "wire/audit.h"
#include "wire/inventory.h"
#include "wire/operation.h"
#include "wire/problem.h"
#include "wire/outlook.h"
#include "wire/report.h"
#include "wire/statement.h"
#include "wire/status.h"

// The shapes that have a name of their own in the contract; others are written where they stand.
static const struct {
    const char *name;
    const WireShape *shape;
} NAMED[] = {
    {"Frame", &FRAME_SHAPE},       {"Verdict", &VERDICT_SHAPE},
    {"Location", &LOCATION_SHAPE}, {"Workload", &WORKLOAD_SHAPE},
    {"Group", &GROUP_SHAPE},       {"Replication", &REPLICATION_SHAPE},
    {"Finding", &FINDING_SHAPE},   {"Alarm", &ALARM_SHAPE},
    {"Change", &CHANGE_SHAPE},     {"Operation", &OPERATION_SHAPE},
    {"Step", &STEP_SHAPE},         {"SignOff", &SIGNOFF_SHAPE},
    {"Act", &ACT_SHAPE},           {"Statement", &STATEMENT_SHAPE},
    {"AuditRecord", &AUDIT_SHAPE}, {"Restatement", &RESTATEMENT_SHAPE},
    {"Report", &REPORT_SHAPE},     {"Objective", &OBJECTIVE_SHAPE},
    {"Outlook", &OUTLOOK_SHAPE},   {"Sink", &SINK_SHAPE},
    {"Parity", &PARITY_SHAPE},
};

static json_t *schema_of_shape(const WireShape *shape);

static json_t *type_of(const char *type, bool null)
{
    return null ? json_pack("{s:[s,s]}", "type", type, "null") : json_pack("{s:s}", "type", type);
}

static json_t *schema_of_number(const char *type, bool null)
{
    json_t *schema = type_of(type, null);
    json_object_set_new(schema, "minimum", json_integer(0));
    return schema;
}

static json_t *schema_of_names(const NameTable *names)
{
    json_t *list = json_array();
    for (guint i = 0; i < names->count; i++)
        if (names->names[i])
            json_array_append_new(list, json_string(names->names[i]));
    return json_pack("{s:o}", "enum", list);
}

static json_t *schema_of_time(void)
{
    json_t *schema = type_of("string", true);
    json_object_set_new(schema, "format", json_string("date-time"));
    return schema;
}

static json_t *reference(const WireShape *shape)
{
    for (guint i = 0; i < G_N_ELEMENTS(NAMED); i++)
        if (NAMED[i].shape == shape)
            return json_pack("{s:o}", "$ref",
                             json_sprintf("#/components/schemas/%s", NAMED[i].name));
    return schema_of_shape(shape);
}

static json_t *list_of(json_t *items)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *schema_of_field(const WireField *field)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return type_of("string", !field->required && !field->rare);
    case FIELD_BOOL:
        return type_of("boolean", false);
    case FIELD_UINT:
    case FIELD_NUMBER:
    case FIELD_REVISION:
        return schema_of_number("integer", false);
    case FIELD_INT_COUNT:
    case FIELD_COUNT:
        return schema_of_number("integer", true);
    case FIELD_TIME:
        return schema_of_time();
    case FIELD_SECONDS:
    case FIELD_MICROS:
        return schema_of_number("number", false);
    case FIELD_SECONDS_OPT:
        return schema_of_number("number", true);
    case FIELD_NAME:
        return schema_of_names(field->names);
    case FIELD_TEXTS:
        return list_of(type_of("string", false));
    case FIELD_STRUCT:
        return reference(field->shape);
    case FIELD_POINTER:
        return json_pack("{s:[o, {s:s}]}", "anyOf", reference(field->shape), "type", "null");
    case FIELD_STRUCTS:
    case FIELD_RUN:
        return list_of(reference(field->shape));
    case FIELD_KINDS:
        break;
    }
    g_assert_not_reached();
}

// Every field is always written, but for the rare ones.
static json_t *schema_of_shape(const WireShape *shape)
{
    json_t *properties = json_object(), *required = json_array();
    for (guint i = 0; i < shape->count; i++) {
        json_object_set_new(properties, shape->fields[i].name, schema_of_field(&shape->fields[i]));
        if (!shape->fields[i].rare)
            json_array_append_new(required, json_string(shape->fields[i].name));
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "required", required, "properties",
                     properties);
}

static json_t *schemas(void)
{
    json_t *all = json_object();
    for (guint i = 0; i < G_N_ELEMENTS(NAMED); i++)
        json_object_set_new(all, NAMED[i].name, schema_of_shape(NAMED[i].shape));
    return all;
}

static void add_problem(json_t *list, const RefusalInfo *info)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "type", info->type, "title",
                                          info->title, "status", info->status));
}

static json_t *problems(void)
{
    json_t *list = json_array();
    for (int i = 0; i < REFUSAL_COUNT; i++)
        add_problem(list, refusal_info((Refusal)i));
    for (int i = 0; i < ERR_COUNT; i++) {
        const GError error = {ERR, i, NULL};
        const RefusalInfo *info = problem_info(&error);
        bool listed = false;
        for (int j = 0; j < REFUSAL_COUNT; j++)
            listed |= strcmp(info->type, refusal_info((Refusal)j)->type) == 0;
        if (!listed)
            add_problem(list, info);
    }
    return list;
}

static json_t *routes(void)
{
    json_t *list = json_array();
    for (const HttpRoute *route = API_ROUTES; route->method; route++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "method", route->method, "path",
                                              route->pattern, "open",
                                              (route->flags & HTTP_ROUTE_OPEN) != 0));
    return list;
}

int main(void)
{
    g_autoptr(json_t) all = json_pack("{s:o, s:o, s:o}", "schemas", schemas(), "problems",
                                      problems(), "routes", routes());
    g_autofree char *text = wire_format(all);
    puts(text);
    return 0;
}
