// Primary and standby side by side, for groups that are kept by hand, and the kept configurations of connectors.
// Changing is in act.c.
#include <string.h>

#include "api/private.h"
#include "api/reply.h"
#include "engine/request.h"
#include "model/refusal.h"
#include "wire/inventory.h"

enum { ITEMS_DEFAULT = 1000, ITEMS_MAX = 10000 };

typedef struct {
    int kind;   // -1 = all
    guint left; // so many items may still be told
    bool more;
} ParityQuery;

static bool read_query(HttpRequest *request, ParityQuery *query)
{
    const char *kind = http_request_query(request, "kind");
    const char *limit = http_request_query(request, "limit");
    guint64 n = ITEMS_DEFAULT;
    g_autoptr(GError) error = NULL;
    query->kind = -1;
    if (kind && !name_parse(&ENTITY_NAMES, kind, &query->kind, &error))
        reply_refusal(request, REFUSAL_BAD_REQUEST, "%s", error->message);
    else if (limit && !g_ascii_string_to_unsigned(limit, 10, 1, ITEMS_MAX, &n, NULL))
        reply_refusal(request, REFUSAL_BAD_REQUEST,
                      "limit is \"%.40s\"; expected a whole number from 1 to %d.", limit,
                      ITEMS_MAX);
    else {
        query->left = (guint)n;
        return true;
    }
    return false;
}

// Leaves what was asked for.
static void narrow(Parity *parity, ParityQuery *query)
{
    for (guint i = parity->counts->len; query->kind >= 0 && i-- > 0;)
        if ((int)((const ParityCount *)parity->counts->pdata[i])->kind != query->kind)
            g_ptr_array_remove_index(parity->counts, i);
    GPtrArray *items = parity->items;
    guint kept = 0;
    for (guint i = 0; i < items->len; i++) {
        if (query->kind >= 0 && (int)((const ParityItem *)items->pdata[i])->kind != query->kind)
            continue;
        if (!query->left) {
            query->more = true;
            break;
        }
        query->left--;
        gpointer item = items->pdata[kept];
        items->pdata[kept++] = items->pdata[i];
        items->pdata[i] = item;
    }
    g_ptr_array_set_size(items, (int)kept);
}

void get_parity(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *group = http_request_var(request, "g");
    ParityQuery query = {0};
    if (!read_query(request, &query))
        return;
    g_autoptr(GPtrArray) list = engine_parity(api->config.engine, group);
    if (!list) {
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no group %.64s.", group);
        return;
    }
    json_t *json = json_array();
    for (guint i = 0; i < list->len; i++) {
        narrow(list->pdata[i], &query);
        json_array_append_new(json, shape_to_json(&PARITY_SHAPE, list->pdata[i]));
    }
    reply_json(request, 200,
               json_pack("{s:o,s:o}", "parity", json, "more", json_boolean(query.more)), 0);
}

void get_snapshots(HttpRequest *request, void *data)
{
    const Api *api = data;
    const char *group = http_request_var(request, "g");
    const GPtrArray *workloads = engine_workloads(api->config.engine);
    json_t *json = json_array();
    for (guint i = 0; i < workloads->len; i++) {
        const WorkloadStatus *workload = workloads->pdata[i];
        const GPtrArray *list = strcmp(workload->group, group) == 0
                                    ? engine_snapshots(api->config.engine, workload->id)
                                    : NULL;
        for (guint k = 0; list && k < list->len; k++) {
            json_t *one = snapshot_to_json(list->pdata[k]);
            wire_set_text(one, "workload", workload->id);
            json_array_append_new(json, one);
        }
    }
    if (engine_group(api->config.engine, group))
        reply_json(request, 200, json_pack("{s:o}", "snapshots", json), 0);
    else {
        json_decref(json);
        reply_refusal(request, REFUSAL_NOT_FOUND, "There is no group %.64s.", group);
    }
}
