// GET /v1/runs: what ran where, of all locations together, the newest first.
#include "api/private.h"
#include "api/reply.h"
#include "base/timefmt.h"
#include "model/refusal.h"
#include "wire/run.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

// A run and whose it is. Borrowed.
typedef struct {
    const char *workload;
    const RunRecord *run;
} Found;

typedef struct {
    const char *workload, *location; // NULL = all
    gint64 from_ms, to_ms;           // by the start, both included; 0 = no bound
    guint limit;
    GArray *found; // of Found, the newest first; at most limit
    bool more;
} RunQuery;

static bool read_time(HttpRequest *request, const char *name, gint64 *ret_ms)
{
    g_autoptr(GError) error = NULL;
    const char *text = http_request_query(request, name);
    if (!text || time_parse(text, ret_ms, &error))
        return true;
    reply_refusal(request, REFUSAL_BAD_REQUEST, "%s: %s.", name, error->message);
    return false;
}

static bool read_limit(HttpRequest *request, guint *ret_limit)
{
    const char *text = http_request_query(request, "limit");
    guint64 limit = LIMIT_DEFAULT;
    if (text && !g_ascii_string_to_unsigned(text, 10, 1, LIMIT_MAX, &limit, NULL)) {
        reply_refusal(request, REFUSAL_BAD_REQUEST, "limit: expected 1 to %d.", LIMIT_MAX);
        return false;
    }
    *ret_limit = (guint)limit;
    return true;
}

static bool read_query(HttpRequest *request, const Api *api, RunQuery *query)
{
    query->workload = http_request_query(request, "workload");
    query->location = http_request_query(request, "location");
    if (!read_time(request, "from", &query->from_ms) || !read_time(request, "to", &query->to_ms) ||
        !read_limit(request, &query->limit))
        return false;
    if (query->workload && !engine_workload(api->config.engine, query->workload)) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no workload %.130s.", query->workload);
        return false;
    }
    if (query->location && !engine_location(api->config.engine, query->location)) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no location %.64s.", query->location);
        return false;
    }
    return true;
}

// Where a run of that start belongs among what was found.
static guint place_of(const RunQuery *query, gint64 start_ms)
{
    guint low = 0, high = query->found->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(query->found, Found, middle).run->start_ms >= start_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add(RunQuery *query, const char *workload, const RunRecord *run)
{
    Found found = {workload, run};
    guint place = place_of(query, run->start_ms);
    g_array_insert_val(query->found, place, found);
    if (query->found->len > query->limit) {
        g_array_set_size(query->found, query->limit);
        query->more = true;
    }
}

static void gather(RunQuery *query, const Engine *engine, const char *workload)
{
    const RunHistory *history = engine_runs(engine, workload);
    for (guint i = history ? history->runs->len : 0; i-- > 0;) {
        const RunRecord *run = history->runs->pdata[i];
        if (run->start_ms < query->from_ms)
            return;
        if ((query->to_ms && run->start_ms > query->to_ms) ||
            (query->location && !g_str_equal(run->location, query->location)))
            continue;
        if (query->found->len == query->limit &&
            place_of(query, run->start_ms) == query->limit) { // the rest is older still
            query->more = true;
            return;
        }
        add(query, workload, run);
    }
}

static json_t *found_json(const Found *found)
{
    json_t *json = shape_to_json(&RUN_SHAPE, found->run);
    json_object_set_new(json, "workload", wire_text_new(found->workload));
    return json;
}

void get_runs(HttpRequest *request, void *data)
{
    const Api *api = data;
    const GPtrArray *workloads = engine_workloads(api->config.engine);
    RunQuery query = {0};
    if (!read_query(request, api, &query))
        return;
    g_autoptr(GArray) found = query.found = g_array_new(FALSE, FALSE, sizeof(Found));
    if (query.workload)
        gather(&query, api->config.engine, query.workload);
    for (guint i = 0; !query.workload && i < workloads->len; i++)
        gather(&query, api->config.engine, ((const WorkloadStatus *)workloads->pdata[i])->id);
    json_t *runs = json_array();
    for (guint i = 0; i < found->len; i++)
        json_array_append_new(runs, found_json(&g_array_index(found, Found, i)));
    reply_json(request, 200, json_pack("{s:o,s:o}", "runs", runs, "more", json_boolean(query.more)),
               0);
}
