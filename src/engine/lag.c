#include "engine/lag.h"

#include <string.h>

#include "engine/request.h"
#include "wire/json.h"

enum { STALE_MS = 60 * 1000 }; // nobody has heard of the link for so long: its lag is not known

static char *key_of(const ReplicationStatus *link)
{
    return g_strjoin("\n", link->workload, link->from, link->to, NULL);
}

static gint64 lag_now(const Engine *engine, const ReplicationStatus *link)
{
    return engine->now_ms - link->observed_at_ms <= STALE_MS ? link->lag_ms : -1;
}

static json_t *series_to_json(const ReplicationStatus *link, const LagSeries *series)
{
    json_t *json = json_object(), *lags = json_array();
    for (guint i = 0; i < series->len; i++)
        json_array_append_new(lags, json_integer(series->lag_ms[i]));
    wire_set_text(json, "workload", link->workload);
    wire_set_text(json, "from", link->from);
    wire_set_text(json, "to", link->to);
    json_object_set_new(json, "first_minute", json_integer(series->first_min));
    json_object_set_new(json, "lag_ms", lags);
    return json;
}

// Nobody waits for it.
static void on_kept(const StoreTxnResult *result, const GError *error, gpointer data)
{
    (void)result, (void)error, (void)data;
}

static void keep(const Engine *engine, const GroupLive *live)
{
    g_autoptr(json_t) list = json_array();
    g_autofree char *key = g_strconcat("seen/lag/", live->group->name, NULL);
    StoreTxn *txn = store_txn_new(STORE_BATCHED);
    for (guint i = 0; i < live->status->replication->len; i++) {
        const ReplicationStatus *link = live->status->replication->pdata[i];
        g_autofree char *name = key_of(link);
        const LagSeries *series = g_hash_table_lookup(engine->lags, name);
        if (series)
            json_array_append_new(list, series_to_json(link, series));
    }
    g_autofree char *text = wire_format(list);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    store_commit(engine->config.store, txn, on_kept, NULL);
}

static LagSeries *series_of(Engine *engine, const ReplicationStatus *link)
{
    char *name = key_of(link);
    LagSeries *series = g_hash_table_lookup(engine->lags, name);
    if (series) {
        g_free(name);
        return series;
    }
    series = g_new0(LagSeries, 1);
    g_hash_table_insert(engine->lags, name, series);
    return series;
}

void lag_note(Engine *engine, GroupLive *live)
{
    bool complete = false;
    for (guint i = 0; i < live->status->replication->len; i++) {
        const ReplicationStatus *link = live->status->replication->pdata[i];
        LagSeries *series = series_of(engine, link);
        complete = lag_series_add(series, engine->now_ms, lag_now(engine, link)) || complete;
    }
    if (complete)
        keep(engine, live);
}

static bool take_series(Engine *engine, json_t *json, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    ReplicationStatus link = {.workload = (char *)wire_text(&root, "workload"),
                              .from = (char *)wire_text(&root, "from"),
                              .to = (char *)wire_text(&root, "to")};
    LagSeries series = {.first_min = wire_integer(&root, "first_minute", 0, WIRE_INTEGER_MAX)};
    WireAt list = wire_array(&root, "lag_ms");
    const json_t *lags = json_object_get(json, "lag_ms");
    for (gsize i = 0; i < wire_count(&list) && series.len < LAG_MINUTES; i++) {
        const json_t *item = json_array_get(lags, i);
        series.lag_ms[series.len++] = json_is_integer(item) ? json_integer_value(item) : -1;
    }
    if (!wire_reader_finish(&reader, error))
        return false;
    *series_of(engine, &link) = series;
    return true;
}

bool lag_take(Engine *engine, const char *group, json_t *json, GError **error)
{
    size_t i;
    json_t *item;
    (void)group;
    json_array_foreach(json, i, item) if (!take_series(engine, item, error)) return false;
    return true;
}

static LagHistory *history_of(const Engine *engine, const ReplicationStatus *link)
{
    g_autofree char *name = key_of(link);
    const LagSeries *series = g_hash_table_lookup(engine->lags, name);
    LagHistory *history = lag_history_new(link->workload, link->from, link->to);
    history->lag_ms = lag_now(engine, link);
    if (series)
        lag_history_fill(history, series);
    return history;
}

void lag_tell(const Engine *engine, const GroupLive *live, Outlook *outlook)
{
    for (guint i = 0; i < live->status->replication->len; i++) {
        const ReplicationStatus *link = live->status->replication->pdata[i];
        g_ptr_array_add(outlook->lags, history_of(engine, link));
    }
}

static int compare_links(gconstpointer a, gconstpointer b, gpointer data)
{
    const ReplicationStatus *x = *(ReplicationStatus *const *)a,
                            *y = *(ReplicationStatus *const *)b;
    gint64 left = lag_now(data, x), right = lag_now(data, y);
    bool unknown = left < 0 || right < 0;
    if (left == right)
        return strcmp(x->workload, y->workload);
    return unknown ? (left < 0 ? -1 : 1) : left > right ? -1 : 1;
}

static void free_history(gpointer data)
{
    lag_history_free(data);
}

GPtrArray *engine_lags(const Engine *engine, const char *location, guint max, bool *ret_more)
{
    g_autoptr(GPtrArray) links = g_ptr_array_new();
    const GPtrArray *groups = engine_groups(engine);
    if (!engine_location(engine, location))
        return NULL;
    for (guint i = 0; i < groups->len; i++) {
        const GroupStatus *group = groups->pdata[i];
        for (guint k = 0; k < group->replication->len; k++) {
            const ReplicationStatus *link = group->replication->pdata[k];
            if (strcmp(link->from, location) == 0 || strcmp(link->to, location) == 0)
                g_ptr_array_add(links, (gpointer)link);
        }
    }
    g_ptr_array_sort_with_data(links, compare_links, (gpointer)engine);
    GPtrArray *out = g_ptr_array_new_with_free_func(free_history);
    for (guint i = 0; i < links->len && i < max; i++)
        g_ptr_array_add(out, history_of(engine, links->pdata[i]));
    *ret_more = links->len > max;
    return out;
}
