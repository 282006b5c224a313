#include "engine/snapshot.h"

#include <string.h>

#include "engine/findings.h"
#include "wire/inventory.h"

static void free_snapshot(gpointer data)
{
    snapshot_free(data);
}

GHashTable *snapshot_book_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                 (GDestroyNotify)g_ptr_array_unref);
}

static GPtrArray *list_of(Engine *engine, const char *workload)
{
    GPtrArray *list = g_hash_table_lookup(engine->snapshots, workload);
    if (!list) {
        list = g_ptr_array_new_with_free_func(free_snapshot);
        g_hash_table_insert(engine->snapshots, g_strdup(workload), list);
    }
    return list;
}

static Snapshot *newest(const GPtrArray *list)
{
    return list && list->len ? list->pdata[list->len - 1] : NULL;
}

const Inventory *snapshot_newest(const Engine *engine, const char *workload)
{
    const Snapshot *snapshot = newest(g_hash_table_lookup(engine->snapshots, workload));
    return snapshot ? snapshot->inventory : NULL;
}

static void add_texts(GPtrArray *out, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        if (!g_ptr_array_find_with_equal_func(out, texts->pdata[i], g_str_equal, NULL))
            g_ptr_array_add(out, g_strdup(texts->pdata[i]));
}

GPtrArray *snapshot_losses(const Engine *engine, const Workload *workload)
{
    static const char *const USUAL[] = {"container mapping of earlier runs",
                                        "alerts older than a week", "IaC mapping history"};
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    const Inventory *kept = snapshot_newest(engine, workload->id);
    if (workload->kind != KIND_CONNECTOR)
        return out;
    if (workload->losses->len)
        add_texts(out, workload->losses);
    else if (kept && kept->losses->len)
        add_texts(out, kept->losses);
    else
        for (guint i = 0; i < G_N_ELEMENTS(USUAL); i++)
            g_ptr_array_add(out, g_strdup(USUAL[i]));
    add_texts(out, workload->more_losses);
    return out;
}

const GPtrArray *engine_snapshots(const Engine *engine, const char *workload)
{
    return g_hash_table_lookup(engine->snapshots, workload);
}

void snapshot_show(Engine *engine, const char *workload)
{
    WorkloadStatus *status = world_workload(engine, workload);
    const Snapshot *snapshot = newest(g_hash_table_lookup(engine->snapshots, workload));
    if (!status || !snapshot)
        return;
    status->snapshot_ms = snapshot->at_ms;
    g_free(status->snapshot_kept);
    status->snapshot_kept = g_strdup(snapshot->kept);
    tell(engine, ENGINE_WORKLOAD, workload);
}

bool snapshot_take(Engine *engine, const char *workload, json_t *json, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root_array(&reader, json);
    GPtrArray *list = list_of(engine, workload);
    g_ptr_array_set_size(list, 0);
    for (gsize i = 0; i < wire_count(&root); i++) {
        WireAt item = wire_item(&root, i);
        Snapshot *snapshot = snapshot_read(&item);
        if (snapshot)
            g_ptr_array_add(list, snapshot);
    }
    snapshot_show(engine, workload);
    return wire_reader_finish(&reader, error);
}

// ---- keeping ----

typedef struct {
    EngineLink *link;
    char *workload;
} Keeping;

static void on_kept(const StoreTxnResult *result, const GError *error, gpointer data)
{
    Keeping *keeping = data;
    Engine *engine = engine_unlink(keeping->link);
    (void)result;
    if (engine && error) {
        g_autofree char *object = g_strconcat("workload/", keeping->workload, NULL);
        g_autofree char *text =
            g_strdup_printf("its configuration could not be kept: %s", error->message);
        tell_change(engine, SEVERITY_WARNING, object, text);
    }
    g_free(keeping->workload);
    g_free(keeping);
}

static char *text_of(const GPtrArray *list)
{
    g_autoptr(json_t) json = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(json, snapshot_to_json(list->pdata[i]));
    return wire_format(json);
}

static void keep(Engine *engine, const char *workload, GPtrArray *list)
{
    g_autofree char *key = g_strconcat("snapshot/", workload, NULL);
    g_autofree char *text = text_of(list);
    while (strlen(text) > STORE_VALUE_MAX && list->len > 1) {
        g_ptr_array_remove_index(list, 0);
        g_free(text);
        text = text_of(list);
    }
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    Keeping *keeping = g_new(Keeping, 1);
    *keeping = (Keeping){engine_link(engine), g_strdup(workload)};
    store_commit(engine->config.store, txn, on_kept, keeping);
}

// True if there is something to be written.
static bool note(Engine *engine, GPtrArray *list, const InstanceWatch *watch)
{
    const InstanceStatus *status = watch->status;
    Snapshot *last = newest(list);
    gint64 every_ms = watch->instance->workload->snapshot_every_ms;
    Snapshot *now = snapshot_new(status->inventory, status->location, engine->config.location,
                                 status->observed_at_ms);
    bool same = last && g_str_equal(last->inventory->digest, now->inventory->digest) &&
                g_strcmp0(last->location, now->location) == 0;
    if (same && now->at_ms - last->at_ms < every_ms) {
        snapshot_free(now);
        return false;
    }
    if (same) {
        now->from_ms = last->from_ms;
        g_ptr_array_remove_index(list, list->len - 1);
    }
    g_ptr_array_add(list, now);
    while (list->len > SNAPSHOTS_KEPT)
        g_ptr_array_remove_index(list, 0);
    return true;
}

void snapshot_seen(Engine *engine, const InstanceWatch *watch)
{
    const Workload *workload = watch->instance->workload;
    const InstanceStatus *status = watch->status;
    if (workload->kind != KIND_CONNECTOR)
        return;
    findings_touch_workload(engine, workload);
    if (status->state != INSTANCE_ACTIVE || watch->bad || !status->inventory ||
        !status->inventory->entities->len || !engine_may_act(engine))
        return;
    GPtrArray *list = list_of(engine, workload->id);
    if (note(engine, list, watch)) {
        keep(engine, workload->id, list);
        snapshot_show(engine, workload->id);
    }
}
