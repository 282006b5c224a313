// Lists, and the single objects that they are made of, from lines that are kept serialised (lines.h). A page
// that was asked for is kept as it is until anything changes: many consoles, or a poll that finds nothing
// new, then cost no more than the sending.
#include <string.h>

#include "api/object.h"
#include "api/private.h"
#include "api/reply.h"
#include "api/sender.h"
#include "model/refusal.h"
#include "wire/operation.h"

enum {
    LIMIT_DEFAULT = 1000,
    LIMIT_MAX = 10000,
    PAGES_MAX = 64,
    PAGES_BYTES_MAX = 32 * 1024 * 1024
};

struct ListKind {
    const char *name; // of the list in the answer: "locations"
    const char *what; // one of them: "location"
    DeltaKind kind;
    const GPtrArray *(*all)(const Engine *engine);
    // True if the object is to be listed under ?filter=. NULL: cannot filter.
    bool (*matches)(gconstpointer object, const char *filter);
};

static bool workload_matches(gconstpointer object, const char *filter)
{
    return strstr(((const WorkloadStatus *)object)->id, filter) != NULL;
}

static bool operation_matches(gconstpointer object, const char *filter)
{
    const Operation *operation = object;
    if (strcmp(filter, "open") == 0)
        return !operation_has_ended(operation);
    return strcmp(operation->group, filter) == 0 || g_strcmp0(operation->region, filter) == 0 ||
           g_strcmp0(operation->parent, filter) == 0 ||
           strcmp(name_of(&OPERATION_STATE_NAMES, (int)operation->state), filter) == 0;
}

static bool finding_matches(gconstpointer object, const char *filter)
{
    return strstr(((const Finding *)object)->object, filter) != NULL;
}

const ListKind LIST_LOCATIONS = {"locations", "location", DELTA_LOCATION, engine_locations, NULL};
const ListKind LIST_GROUPS = {"groups", "group", DELTA_GROUP, engine_groups, NULL};
const ListKind LIST_WORKLOADS = {"workloads", "workload", DELTA_WORKLOAD, engine_workloads,
                                 workload_matches};
const ListKind LIST_OPERATIONS = {"operations", "operation", DELTA_OPERATION, engine_operations,
                                  operation_matches};
const ListKind LIST_FINDINGS = {"findings", "finding", DELTA_FINDING, engine_findings,
                                finding_matches};
const ListKind LIST_ALARMS = {"alarms", "alarm", DELTA_ALARM, engine_alarms, NULL};

// ---- the question ----

typedef struct {
    const ListKind *kind;
    const char *group; // workloads of this group only; NULL = all
    guint limit;
    guint start; // from the cursor
    const char *filter;
    bool lines; // NDJSON
} ListQuery;

static bool read_number(HttpRequest *request, const char *name, guint least, guint most,
                        guint *ret_value)
{
    const char *text = http_request_query(request, name);
    guint64 value = 0;
    if (!text)
        return true;
    if (!g_ascii_string_to_unsigned(text, 10, least, most, &value, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "%s is \"%.40s\"; expected a whole number from %u to %u.", name, text, least,
                      most);
        return false;
    }
    *ret_value = (guint)value;
    return true;
}

static bool read_query(HttpRequest *request, ListQuery *query)
{
    const char *accept = http_request_header(request, "Accept");
    query->lines = accept && strstr(accept, MEDIA_LINES);
    query->limit = query->lines ? G_MAXUINT : LIMIT_DEFAULT;
    query->filter = http_request_query(request, "filter");
    if (!read_number(request, "limit", 1, LIMIT_MAX, &query->limit) ||
        !read_number(request, "cursor", 0, G_MAXINT32, &query->start))
        return false;
    query->filter = query->filter && *query->filter ? query->filter : NULL;
    if (query->filter && !query->kind->matches) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "The list of %s has no filter.",
                      query->kind->name);
        return false;
    }
    return true;
}

static bool is_wanted(const ListQuery *query, gconstpointer object)
{
    return (!query->group || strcmp(((const WorkloadStatus *)object)->group, query->group) == 0) &&
           (!query->filter || query->kind->matches(object, query->filter));
}

// The next one that is wanted, from `*at` on, which moves behind it. NULL: there is none.
static gconstpointer next_wanted(const Api *api, const ListQuery *query, guint *at)
{
    const GPtrArray *all = query->kind->all(api->config.engine);
    while (*at < all->len) {
        gconstpointer object = all->pdata[(*at)++];
        if (is_wanted(query, object))
            return object;
    }
    return NULL;
}

// ---- a page of JSON ----

static void append_object(GString *text, const Api *api, DeltaKind kind, gconstpointer object)
{
    gsize n;
    g_autoptr(GBytes) line = line_cache_get(api->lines, kind, object);
    const char *part = line_object(line, &n);
    g_string_append_len(text, part, (gssize)n);
}

static GBytes *make_page(const Api *api, const ListQuery *query, guint64 revision)
{
    GString *text = g_string_new(NULL);
    gconstpointer object;
    guint at = query->start, count = 0;
    g_string_append_printf(text, "{\"%s\":[", query->kind->name);
    while ((object = next_wanted(api, query, &at)) && count++ < query->limit) {
        if (count > 1)
            g_string_append_c(text, ',');
        append_object(text, api, query->kind->kind, object);
    }
    g_string_append_printf(text, "],\"revision\":%" G_GUINT64_FORMAT, revision);
    if (object) // the first that has no place
        g_string_append_printf(text, ",\"next\":\"%u\"}", at - 1);
    else
        g_string_append(text, ",\"next\":null}");
    return g_string_free_to_bytes(text);
}

static void forget_old_pages(Api *api, guint64 revision)
{
    if (api->pages_revision == revision && g_hash_table_size(api->pages) < PAGES_MAX &&
        api->pages_bytes < PAGES_BYTES_MAX)
        return;
    g_hash_table_remove_all(api->pages);
    api->pages_bytes = 0;
    api->pages_revision = revision;
}

// Owned by the API, as long as nothing changes.
static GBytes *find_page(Api *api, const ListQuery *query)
{
    guint64 revision = event_hub_revision(api->hub);
    forget_old_pages(api, revision);
    g_autofree char *key =
        g_strdup_printf("%s %u %u %s %s", query->kind->name, query->limit, query->start,
                        query->group ? query->group : "", query->filter ? query->filter : "");
    GBytes *page = g_hash_table_lookup(api->pages, key);
    if (page)
        return page;
    page = make_page(api, query, revision);
    api->pages_bytes += g_bytes_get_size(page);
    g_hash_table_insert(api->pages, g_steal_pointer(&key), page);
    return page;
}

// ---- or a stream of lines ----

static void stream_list(HttpRequest *request, const Api *api, const ListQuery *query)
{
    LineSender *sender = line_sender_new(api->config.engine, api->lines, SENDER_OBJECTS);
    gconstpointer object;
    guint at = query->start, count = 0;
    while (count++ < query->limit && (object = next_wanted(api, query, &at)))
        line_sender_add(sender, query->kind->kind, object);
    line_sender_start(sender, request, event_hub_revision(api->hub));
}

// ---- handlers ----

static void reply_list(HttpRequest *request, Api *api, ListQuery *query)
{
    guint64 revision = event_hub_revision(api->hub);
    if (!read_query(request, query) ||
        reply_if_known(request, query->lines ? MEDIA_LINES : MEDIA_JSON, revision))
        return;
    if (query->lines)
        stream_list(request, api, query);
    else
        reply_bytes(request, MEDIA_JSON, find_page(api, query), revision);
}

void get_list(HttpRequest *request, void *data)
{
    ListQuery query = {.kind = http_request_route(request)->arg};
    reply_list(request, data, &query);
}

void get_group_workloads(HttpRequest *request, void *data)
{
    Api *api = data;
    ListQuery query = {.kind = &LIST_WORKLOADS, .group = http_request_var(request, "g")};
    if (engine_group(api->config.engine, query.group))
        reply_list(request, api, &query);
    else
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no group %.64s.", query.group);
}

// The phrase to type stands where a script finds it, with the digest that it signs: an open act's before the
// operation's own.
static void reply_operation(HttpRequest *request, const Operation *operation)
{
    json_t *json = operation_to_json(operation);
    const Operation ballot = operation_ballot(operation);
    wire_set_text(json, "confirm", ballot.statement ? ballot.statement->confirm : NULL);
    wire_set_text(json, "confirm_digest", ballot.digest);
    reply_json(request, 200, json, operation->revision);
}

void get_object(HttpRequest *request, void *data)
{
    const Api *api = data;
    const ListKind *kind = http_request_route(request)->arg;
    const char *id = http_request_var(request, "id");
    gconstpointer object = object_find(api->config.engine, kind->kind, id);
    if (!object) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no %s %.100s.", kind->what, id);
        return;
    }
    if (kind == &LIST_OPERATIONS) {
        reply_operation(request, object);
        return;
    }
    gsize n;
    g_autoptr(GBytes) line = line_cache_get(api->lines, kind->kind, object);
    const char *text = line_object(line, &n);
    g_autoptr(GBytes) part =
        g_bytes_new_from_bytes(line, (gsize)(text - (const char *)g_bytes_get_data(line, NULL)), n);
    reply_bytes(request, MEDIA_JSON, part, event_hub_revision(api->hub));
}
