// What is so now, one by one: single objects, statements, the gate. Lists are in list.c.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "base/timefmt.h"
#include "engine/request.h"
#include "model/refusal.h"
#include "wire/canonical.h"
#include "wire/operation.h"
#include "wire/outlook.h"
#include "wire/report.h"
#include "wire/statement.h"
#include "wire/status.h"

void get_whoami(HttpRequest *request, void *data)
{
    const Api *api = data;
    const Person *person = request_person(request);
    json_t *roles = json_array();
    for (guint i = 0; i < USER_ROLE_NAMES.count; i++)
        if (person->roles & (1u << i))
            json_array_append_new(roles, json_string(name_of(&USER_ROLE_NAMES, (int)i)));
    json_t *json = json_object();
    wire_set_text(json, "operator", person->name);
    json_object_set_new(json, "roles", roles);
    wire_set_text(json, "how", person->how);
    wire_set_time_ms(json, "now", clock_wall_ms(api->config.clock));
    wire_set_text(json, "daemon", engine_frame(api->config.engine)->daemon);
    reply_json(request, 200, json, 0);
}

void get_fleet(HttpRequest *request, void *data)
{
    const Api *api = data;
    json_t *json = shape_to_json(&FRAME_SHAPE, engine_frame(api->config.engine));
    json_object_set_new(json, "revision", json_integer((json_int_t)event_hub_revision(api->hub)));
    wire_set_time_ms(json, "now", clock_wall_ms(api->config.clock));
    json_object_set_new(json, "presence", presence_book_to_json(api->presence));
    reply_json(request, 200, json, 0);
}

void get_snapshot(HttpRequest *request, void *data)
{
    const Api *api = data;
    const Person *person = request_person(request);
    g_autoptr(json_t) line = json_object();
    g_autoptr(json_t) me = json_object();
    wire_set_text(line, "kind", "me");
    wire_set_text(me, "operator", person->name);
    wire_set_text(me, "how", person->how);
    json_object_set_new(me, "roles", json_integer(person->roles));
    wire_set_time_ms(me, "now", clock_wall_ms(api->config.clock));
    json_object_set(line, "object", me);
    g_autofree char *text = wire_format(line);
    g_autofree char *first = g_strconcat(text, "\n", NULL);
    event_hub_serve_snapshot(api->hub, request, first);
}

void get_events(HttpRequest *request, void *data)
{
    const Api *api = data;
    g_autoptr(json_t) people = presence_book_to_json(api->presence);
    g_autofree char *text = wire_format(people);
    event_hub_serve(api->hub, request, text);
}

static void reply_statement(HttpRequest *request, const Statement *statement, guint64 revision)
{
    g_autoptr(json_t) json = statement_to_json(statement);
    g_autoptr(GError) error = NULL;
    char *text = canonical_text(json, &error);
    if (!text) {
        reply_error(request, error);
        return;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    reply_bytes(request, "application/json", bytes, revision);
}

void get_statement(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *id = http_request_var(request, "id");
    const Operation *operation = engine_operation(api->config.engine, id);
    if (operation && operation->statement)
        reply_statement(request, operation->statement, operation->revision);
    else
        reply_refusal(request, REFUSAL_NOT_FOUND,
                      operation ? "The operation %.64s has no statement."
                                : "There is no operation %.64s.",
                      id);
}

void get_act_statement(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *id = http_request_var(request, "id");
    const Operation *operation = engine_operation(api->config.engine, id);
    guint64 n = 0;
    if (!g_ascii_string_to_unsigned(http_request_var(request, "n"), 10, 1, 100000, &n, NULL))
        reply_refusal(request, REFUSAL_BAD_REQUEST, "An act is named by its number, from 1.");
    else if (!operation || n > operation->acts->len)
        reply_refusal(request, REFUSAL_NOT_FOUND, "The operation %.64s has no such act.", id);
    else
        reply_statement(request, ((const Act *)operation->acts->pdata[n - 1])->statement,
                        operation->revision);
}

// The reviews that broken glass has left, open ones and closed ones.
void get_reviews(HttpRequest *request, void *data)
{
    const Api *api = data;
    const GPtrArray *operations = engine_operations(api->config.engine);
    json_t *list = json_array();
    for (guint i = 0; i < operations->len; i++) {
        const Operation *operation = operations->pdata[i];
        for (guint j = 0; j < operation->signoffs->len; j++) {
            const SignOff *signoff = operation->signoffs->pdata[j];
            if (!signoff->break_glass || signoff->decision != DECISION_APPROVE)
                continue;
            json_t *review = signoff_to_json(signoff);
            wire_set_text(review, "group", operation->group);
            json_object_set_new(review, "due", json_boolean(signoff_review_is_due(signoff)));
            json_array_append_new(list, review);
        }
    }
    reply_json(request, 200, json_pack("{s:o}", "reviews", list), 0);
}

static const char *title_of(const char *location, gpointer engine)
{
    const LocationStatus *status = engine_location(engine, location);
    return status ? status->title : NULL;
}

static Report *report_of(const Api *api, const Operation *operation)
{
    Engine *engine = api->config.engine;
    gint64 now_ms = clock_wall_ms(api->config.clock);
    Report *report = report_new(operation, now_ms, title_of, engine);
    for (guint i = 0; operation->region && i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        const Operation *part =
            member->operation ? engine_operation(engine, member->operation) : NULL;
        if (part)
            report_add_part(report, report_new(part, now_ms, title_of, engine));
    }
    return report;
}

void get_report(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *id = http_request_var(request, "id");
    const char *format = http_request_query(request, "format");
    const Operation *operation = engine_operation(api->config.engine, id);
    bool markdown = g_strcmp0(format, "markdown") == 0;
    if (!operation) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no operation %.64s.", id);
        return;
    }
    if (format && !markdown && g_strcmp0(format, "json") != 0) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "`format` is json or markdown, not \"%.40s\".",
                      format);
        return;
    }
    g_autoptr(Report) report = report_of(api, operation);
    if (!markdown) {
        reply_json(request, 200, report_to_json(report), 0);
        return;
    }
    g_autofree char *text = report_markdown(report);
    http_request_reply_text(request, 200, "text/markdown; charset=utf-8", text);
}

void get_outlook(HttpRequest *request, void *data)
{
    const Api *api = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Outlook) outlook =
        engine_outlook(api->config.engine, http_request_var(request, "g"), &error);
    if (outlook)
        reply_json(request, 200, outlook_to_json(outlook), 0);
    else
        reply_error(request, error);
}

enum { LAGS_MAX = 20 };

void get_lags(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *location = http_request_var(request, "l");
    bool more = false;
    g_autoptr(GPtrArray) lags = engine_lags(api->config.engine, location, LAGS_MAX, &more);
    if (lags)
        reply_json(request, 200,
                   json_pack("{s:o,s:o}", "lags", lags_to_json(lags), "more", json_boolean(more)),
                   0);
    else
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no location %.64s.", location);
}

void get_gate(HttpRequest *request, void *data)
{
    const Api *api = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    bool open = false;
    if (!engine_gate(api->config.engine, http_request_var(request, "g"), &open, &why, &error)) {
        reply_error(request, error);
        return;
    }
    json_t *json = json_object();
    wire_set_text(json, "state", open ? "open" : "closed");
    wire_set_text(json, "why", why ? why : "");
    reply_json(request, 200, json, 0);
}

enum { SCHEDULES_MAX = 2000, OFFSET_MAX = 100000000 };

static bool read_number(HttpRequest *request, const char *name, guint min, guint max,
                        guint *ret_value)
{
    const char *text = http_request_query(request, name);
    guint64 value;
    if (!text)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, min, max, &value, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "%s: expected %u to %u.", name, min, max);
        return false;
    }
    *ret_value = (guint)value;
    return true;
}

static bool read_schedules_query(HttpRequest *request, gint64 now_ms, SchedulesQuery *query)
{
    const char *from = http_request_query(request, "from"), *to = http_request_query(request, "to");
    g_autoptr(GError) error = NULL;
    query->from_ms = now_ms;
    if ((from && !time_parse(from, &query->from_ms, &error)) ||
        (to && !time_parse(to, &query->to_ms, &error))) {
        reply_error(request, error);
        return false;
    }
    query->to_ms = to ? query->to_ms : query->from_ms + 3600 * 1000;
    if (query->to_ms <= query->from_ms ||
        query->to_ms - query->from_ms > (gint64)366 * 24 * 3600 * 1000) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "`to` must lie behind `from`, at most 366 days.");
        return false;
    }
    query->filter = http_request_query(request, "filter");
    query->limit = SCHEDULES_MAX;
    return read_number(request, "limit", 1, SCHEDULES_MAX, &query->limit) &&
           read_number(request, "offset", 0, OFFSET_MAX, &query->offset);
}

// The daemon knows the schedules; the API only asks whether the question makes sense.
void get_schedules(HttpRequest *request, void *data)
{
    const Api *api = data;
    SchedulesQuery query = {0};
    if (!read_schedules_query(request, clock_wall_ms(api->config.clock), &query))
        return;
    g_autofree char *text =
        api->config.schedules
            ? api->config.schedules(&query, api->config.data)
            : g_strdup("{\"schedules\":[],\"offset\":0,\"total\":0,\"more\":false}");
    http_request_reply_text(request, 200, "application/json", text);
}
