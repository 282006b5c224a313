// What others read of the engine.
#include "engine/findings.h"
#include "engine/motion.h"

#include "wire/audit.h"

Fleet *engine_fleet(const Engine *engine)
{
    return engine->fleet;
}

const FrameStatus *engine_frame(const Engine *engine)
{
    return &engine->frame;
}

const GPtrArray *engine_locations(const Engine *engine)
{
    return engine->locations;
}

const GPtrArray *engine_groups(const Engine *engine)
{
    return engine->groups;
}

const GPtrArray *engine_workloads(const Engine *engine)
{
    return engine->workloads;
}

const GPtrArray *engine_operations(const Engine *engine)
{
    return engine->operations;
}

const Finding *engine_finding(const Engine *engine, const char *id)
{
    return findings_find(engine, id);
}

const GPtrArray *engine_findings(const Engine *engine)
{
    return engine->findings;
}

const GPtrArray *engine_alarms(const Engine *engine)
{
    return engine->alarms;
}

const GPtrArray *engine_changes(const Engine *engine)
{
    return engine->changes;
}

const GPtrArray *engine_vantages(const Engine *engine)
{
    return engine->vantages;
}

const LocationStatus *engine_location(const Engine *engine, const char *name)
{
    return world_location(engine, name);
}

const GroupStatus *engine_group(const Engine *engine, const char *name)
{
    const GroupLive *live = name ? world_live(engine, name) : NULL;
    return live ? live->status : NULL;
}

const WorkloadStatus *engine_workload(const Engine *engine, const char *id)
{
    return world_workload(engine, id);
}

const Operation *engine_operation(const Engine *engine, const char *id)
{
    return world_operation(engine, id);
}

// ---- The audit log -----------------------------------------------------------------------------

typedef struct {
    EngineLink *link;
    gint64 after;
    guint limit;
    EngineAuditDone done;
    gpointer data;
} Reading;

static void free_record(gpointer data)
{
    audit_record_free(data);
}

static GPtrArray *parse_records(const StoreRange *range, GError **error)
{
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(free_record);
    for (guint i = 0; i < range->entries->len; i++) {
        const StoreEntry *entry = range->entries->pdata[i];
        gsize size;
        const char *text = g_bytes_get_data(entry->value, &size);
        g_autoptr(json_t) json = wire_parse(entry->key, text, size, STORE_VALUE_MAX, error);
        AuditRecord *record = json ? audit_record_from_json(json, WIRE_LENIENT, error) : NULL;
        if (!record)
            return NULL;
        g_ptr_array_add(records, record);
    }
    return g_steal_pointer(&records);
}

static void on_records(const StoreRange *range, const GError *error, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GError) bad = error ? g_error_copy(error) : NULL;
    g_autoptr(GPtrArray) records = error ? NULL : parse_records(range, &bad);
    if (engine_unlink(reading->link))
        reading->done(records, records && range->more, bad, reading->data);
    g_free(reading);
}

static void audit_finished(Engine *engine, Motion *motion, const GError *error)
{
    Reading *reading = motion->request;
    if (error) {
        reading->done(NULL, false, error, reading->data);
        return;
    }
    g_autofree char *from =
        g_strdup_printf("audit/record/%016" G_GINT64_FORMAT, MAX(reading->after, 0) + 1);
    StoreSpan span = store_span_between(from, "audit/record/:"); // ':' comes after the digits
    motion->free_request = NULL;
    reading->link = engine_link(engine);
    store_range(engine->config.store, &span, reading->limit, on_records, reading);
}

void engine_audit(Engine *engine, gint64 after, guint limit, EngineAuditDone done, gpointer data)
{
    Reading *reading = g_new(Reading, 1);
    Motion *motion = motion_new("read the audit log", motion_nothing);
    *reading = (Reading){NULL, after, CLAMP(limit, 1, 1000), done, data};
    motion->reads = true;
    motion->request = reading;
    motion->free_request = g_free;
    motion->finished = audit_finished;
    motion_ask(engine, motion);
}
