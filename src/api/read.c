// What is so now: lists, single objects, statements, the gate. Serialised from what the engine knows.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "base/timefmt.h"
#include "engine/request.h"
#include "model/refusal.h"
#include "wire/canonical.h"
#include "wire/operation.h"
#include "wire/statement.h"
#include "wire/status.h"

enum { LIMIT_DEFAULT = 1000, LIMIT_MAX = 10000 };

struct ListKind {
    const char *name; // of the list in the answer: "locations"
    const char *what; // one of them: "location"
    const WireShape *shape;
    const GPtrArray *(*all)(const Engine *engine);
    gconstpointer (*find)(const Engine *engine, const char *id);
    // True if the object is to be listed under `filter` (every word of ?filter=). NULL: cannot filter.
    bool (*matches)(gconstpointer object, const char *filter);
};

static gconstpointer find_location(const Engine *engine, const char *id)
{
    return engine_location(engine, id);
}

static gconstpointer find_group(const Engine *engine, const char *id)
{
    return engine_group(engine, id);
}

static gconstpointer find_workload(const Engine *engine, const char *id)
{
    return engine_workload(engine, id);
}

static gconstpointer find_operation(const Engine *engine, const char *id)
{
    return engine_operation(engine, id);
}

static bool workload_matches(gconstpointer object, const char *filter)
{
    return strstr(((const WorkloadStatus *)object)->id, filter) != NULL;
}

static bool operation_matches(gconstpointer object, const char *filter)
{
    const Operation *operation = object;
    if (strcmp(filter, "open") == 0)
        return !operation_has_ended(operation);
    return strcmp(operation->group, filter) == 0 ||
           strcmp(name_of(&OPERATION_STATE_NAMES, (int)operation->state), filter) == 0;
}

static bool finding_matches(gconstpointer object, const char *filter)
{
    return strstr(((const Finding *)object)->object, filter) != NULL;
}

const ListKind LIST_LOCATIONS = {"locations",      "location",    &LOCATION_SHAPE,
                                 engine_locations, find_location, NULL};
const ListKind LIST_GROUPS = {"groups", "group", &GROUP_SHAPE, engine_groups, find_group, NULL};
const ListKind LIST_WORKLOADS = {"workloads",      "workload",    &WORKLOAD_SHAPE,
                                 engine_workloads, find_workload, workload_matches};
const ListKind LIST_OPERATIONS = {"operations",      "operation",    &OPERATION_SHAPE,
                                  engine_operations, find_operation, operation_matches};
const ListKind LIST_FINDINGS = {"findings",      "finding", &FINDING_SHAPE,
                                engine_findings, NULL,      finding_matches};
const ListKind LIST_ALARMS = {"alarms", "alarm", &ALARM_SHAPE, engine_alarms, NULL, NULL};

// ---- lists ----

typedef struct {
    guint limit;
    guint start; // from the cursor
    const char *filter;
    bool lines; // NDJSON
} ListQuery;

static bool read_number(HttpRequest *request, const char *name, guint most, guint *ret_value)
{
    const char *text = http_request_query(request, name);
    guint64 value = 0;
    if (!text)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, 0, most, &value, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "%s is \"%.40s\"; expected a whole number up to %u.", name, text, most);
        return false;
    }
    *ret_value = (guint)value;
    return true;
}

static bool read_query(HttpRequest *request, const ListKind *kind, ListQuery *ret_query)
{
    const char *accept = http_request_header(request, "Accept");
    ListQuery query = {LIMIT_DEFAULT, 0, http_request_query(request, "filter"),
                       accept && strstr(accept, "application/x-ndjson")};
    if (!read_number(request, "limit", LIMIT_MAX, &query.limit) ||
        !read_number(request, "cursor", G_MAXINT32, &query.start))
        return false;
    query.filter = query.filter && *query.filter ? query.filter : NULL;
    if (query.filter && !kind->matches) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "The list of %s has no filter.", kind->name);
        return false;
    }
    query.limit = query.lines ? G_MAXUINT : MAX(query.limit, 1u);
    *ret_query = query;
    return true;
}

typedef void (*ListItem)(json_t *item, gpointer data); // takes `item`

// Calls `each` for what is wanted; returns where to go on, 0 at the end.
static guint list_items(const ListKind *kind, const GPtrArray *all, const ListQuery *query,
                        ListItem each, gpointer data)
{
    guint given = 0;
    for (guint i = query->start; i < all->len; i++) {
        if (query->filter && !kind->matches(all->pdata[i], query->filter))
            continue;
        if (given++ == query->limit)
            return i;
        each(shape_to_json(kind->shape, all->pdata[i]), data);
    }
    return 0;
}

static void append_item(json_t *item, gpointer list)
{
    json_array_append_new(list, item);
}

static void append_line(json_t *item, gpointer text)
{
    g_autofree char *line = wire_format(item);
    json_decref(item);
    g_string_append(text, line);
    g_string_append_c(text, '\n');
}

static void reply_list(HttpRequest *request, const Api *api, const ListKind *kind,
                       const GPtrArray *all, const ListQuery *query)
{
    guint64 revision = event_hub_revision(api->hub);
    if (query->lines) {
        GString *text = g_string_new(NULL);
        list_items(kind, all, query, append_line, text);
        g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
        reply_bytes(request, "application/x-ndjson", bytes, revision);
        return;
    }
    json_t *list = json_array();
    guint next = list_items(kind, all, query, append_item, list);
    json_t *json = json_object();
    json_object_set_new(json, kind->name, list);
    json_object_set_new(json, "revision", json_integer((json_int_t)revision));
    json_object_set_new(json, "next", next ? json_sprintf("%u", next) : json_null());
    reply_json(request, 200, json, revision);
}

void get_list(HttpRequest *request, void *data)
{
    const Api *api = data;
    const ListKind *kind = http_request_route(request)->arg;
    ListQuery query;
    if (read_query(request, kind, &query))
        reply_list(request, api, kind, kind->all(api->config.engine), &query);
}

void get_group_workloads(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *group = http_request_var(request, "g");
    ListQuery query;
    if (!engine_group(api->config.engine, group)) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no group %.64s.", group);
        return;
    }
    if (!read_query(request, &LIST_WORKLOADS, &query))
        return;
    const GPtrArray *all = engine_workloads(api->config.engine);
    g_autoptr(GPtrArray) own = g_ptr_array_new();
    for (guint i = 0; i < all->len; i++)
        if (strcmp(((const WorkloadStatus *)all->pdata[i])->group, group) == 0)
            g_ptr_array_add(own, all->pdata[i]);
    reply_list(request, api, &LIST_WORKLOADS, own, &query);
}

void get_object(HttpRequest *request, void *data)
{
    const Api *api = data;
    const ListKind *kind = http_request_route(request)->arg;
    const char *id = http_request_var(request, "id");
    gconstpointer object = kind->find(api->config.engine, id);
    if (!object) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no %s %.100s.", kind->what, id);
        return;
    }
    bool is_operation = kind == &LIST_OPERATIONS;
    json_t *json = shape_to_json(kind->shape, object);
    if (is_operation) { // the phrase to type stands where a script finds it
        const Operation *operation = object;
        wire_set_text(json, "confirm", operation->statement ? operation->statement->confirm : NULL);
    }
    reply_json(request, 200, json,
               is_operation ? ((const Operation *)object)->revision : event_hub_revision(api->hub));
}

// ---- single answers ----

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
    event_hub_serve(((Api *)data)->hub, request);
}

void get_statement(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *id = http_request_var(request, "id");
    const Operation *operation = engine_operation(api->config.engine, id);
    if (!operation || !operation->statement) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no operation %.64s.", id);
        return;
    }
    g_autoptr(json_t) json = statement_to_json(operation->statement);
    g_autoptr(GError) error = NULL;
    char *text = canonical_text(json, &error);
    if (!text) {
        reply_error(request, error);
        return;
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    reply_bytes(request, "application/json", bytes, operation->revision);
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
    reply_json(request, 200,
               json_pack("{s:s, s:s}", "state", open ? "open" : "closed", "why", why ? why : ""),
               0);
}

// The daemon knows the schedules; the API only asks whether the question makes sense.
void get_schedules(HttpRequest *request, void *data)
{
    const Api *api = data;
    gint64 now_ms = clock_wall_ms(api->config.clock);
    gint64 from_ms = now_ms, to_ms = 0;
    const char *from = http_request_query(request, "from"), *to = http_request_query(request, "to");
    g_autoptr(GError) error = NULL;
    if ((from && !time_parse(from, &from_ms, &error)) || (to && !time_parse(to, &to_ms, &error))) {
        reply_error(request, error);
        return;
    }
    to_ms = to ? to_ms : from_ms + 3600 * 1000;
    if (to_ms <= from_ms || to_ms - from_ms > (gint64)366 * 24 * 3600 * 1000) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "`to` must lie behind `from`, at most 366 days.");
        return;
    }
    g_autofree char *text =
        api->config.schedules
            ? api->config.schedules(from_ms, to_ms, http_request_query(request, "filter"),
                                    api->config.data)
            : g_strdup("{\"schedules\":[]}");
    http_request_reply_text(request, 200, "application/json", text);
}
