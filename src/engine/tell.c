#include "engine/state.h"

// What changed in this pass, told once at its end: a listener never sees a half-made state, and a burst of
// changes to one object is one event.
typedef struct {
    EngineObject kind;
    char *key;
} Tell;

static void free_tell(gpointer data)
{
    Tell *tell_ = data;
    g_free(tell_->key);
    g_free(tell_);
}

void tell(Engine *engine, EngineObject kind, const char *key)
{
    if (!engine->config.changed)
        return;
    g_autofree char *id = g_strdup_printf("%d %s", (int)kind, key ? key : "");
    if (kind != ENGINE_CHANGE && g_hash_table_contains(engine->tells, id))
        return;
    Tell *entry = g_new(Tell, 1);
    entry->kind = kind;
    entry->key = g_strdup(key);
    g_hash_table_add(engine->tells, g_steal_pointer(&id));
    if (!engine->tell_order)
        engine->tell_order = g_ptr_array_new_with_free_func(free_tell);
    g_ptr_array_add(engine->tell_order, entry);
}

void tell_change(Engine *engine, Severity severity, const char *object, const char *text)
{
    Change *change = g_new0(Change, 1);
    change->at_ms = engine->now_ms;
    change->severity = severity;
    change->object = g_strdup(object);
    change->text = g_strdup(text);
    g_ptr_array_add(engine->changes, change);
    if (engine->changes->len > ENGINE_KEEP_CHANGES)
        g_ptr_array_remove_index(engine->changes, 0);
    log_write(engine->config.log, severity >= SEVERITY_ERROR ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
              text, "object", object, NULL);
    tell(engine, ENGINE_CHANGE, object);
}

void tell_run(Engine *engine)
{
    g_autoptr(GPtrArray) order = g_steal_pointer(&engine->tell_order);
    if (!order)
        return;
    g_hash_table_remove_all(engine->tells);
    for (guint i = 0; i < order->len; i++) {
        const Tell *entry = order->pdata[i];
        engine->config.changed(entry->kind, entry->key, engine->config.data);
    }
}
