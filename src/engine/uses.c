// What instances use beside themselves: as it is declared, and as their targets say that it is.
#include "engine/findings.h"

#include "base/text.h"
#include "model/discovery.h"

// "to orders-db through gateway gw-weu (2 installations)"; NULL = nothing more to say.
static char *detail_of(const Resource *resource)
{
    GString *text = g_string_new(NULL);
    if (resource->to)
        g_string_append_printf(text, "to %s", resource->to->name);
    if (resource->gateway)
        g_string_append_printf(text, "%sthrough gateway %s (%u installation%s)",
                               text->len ? " " : "", resource->gateway->name,
                               resource->gateway->installations,
                               text_plural(resource->gateway->installations));
    if (resource->copy_of)
        g_string_append_printf(text, "%s of %s", word_of(&COPY_NAMES, (int)resource->copy),
                               resource->copy_of->name);
    if (resource->kind == RESOURCE_GATEWAY)
        g_string_append_printf(text, "%u installation%s", resource->installations,
                               text_plural(resource->installations));
    return g_string_free(text, !text->len);
}

static void add_use(WorkloadStatus *status, const Instance *instance, const Resource *resource)
{
    UseStatus *use = g_new0(UseStatus, 1);
    use->at = g_strdup(instance->location->name);
    use->kind = resource->kind;
    use->name = g_strdup(resource->name);
    use->location = resource->location ? g_strdup(resource->location->name) : NULL;
    use->detail = detail_of(resource);
    g_ptr_array_add(workload_status_uses(status), use);
}

void uses_build(WorkloadStatus *status, const Workload *workload)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        const Instance *instance = workload->instances->pdata[i];
        for (guint k = 0; k < instance->resources->len; k++)
            add_use(status, instance, instance->resources->pdata[k]);
    }
}

// ---- as it was seen ----------------------------------------------------------------------------

static bool same_texts(const GPtrArray *a, const GPtrArray *b)
{
    guint n = a ? a->len : 0;
    if (n != (b ? b->len : 0))
        return false;
    for (guint i = 0; i < n; i++)
        if (!g_str_equal(a->pdata[i], b->pdata[i]))
            return false;
    return true;
}

static GPtrArray *copy_texts(const GPtrArray *texts)
{
    GPtrArray *copy = texts->len ? g_ptr_array_new_with_free_func(g_free) : NULL;
    for (guint i = 0; i < texts->len; i++)
        g_ptr_array_add(copy, g_strdup(texts->pdata[i]));
    return copy;
}

static bool set_texts(GPtrArray **member, const GPtrArray *texts)
{
    if (same_texts(*member, texts))
        return false;
    g_clear_pointer(member, g_ptr_array_unref);
    *member = copy_texts(texts);
    return true;
}

static UseStatus *find_use(const WorkloadStatus *status, const char *at, const char *name)
{
    for (guint i = 0; i < status->uses->len; i++) {
        UseStatus *use = status->uses->pdata[i];
        if (use->kind == RESOURCE_CONNECTION && g_str_equal(use->at, at) &&
            g_ascii_strcasecmp(use->name, name) == 0)
            return use;
    }
    return NULL;
}

// What is seen and written nowhere is shown too; what is seen no more goes.
static void show_seen(WorkloadStatus *status, const InstanceStatus *instance)
{
    for (guint i = status->uses->len; i-- > 0;) {
        UseStatus *use = status->uses->pdata[i];
        if (!g_str_equal(use->at, instance->location))
            continue;
        use->seen = false;
        if (g_strcmp0(use->detail, "not declared") == 0)
            g_ptr_array_remove_index(status->uses, i);
    }
    for (guint i = 0; instance->connections && i < instance->connections->len; i++) {
        const char *name = instance->connections->pdata[i];
        UseStatus *use = find_use(status, instance->location, name);
        if (!use) {
            use = g_new0(UseStatus, 1);
            use->at = g_strdup(instance->location);
            use->kind = RESOURCE_CONNECTION;
            use->name = g_strdup(name);
            use->location = g_strdup(instance->location);
            use->detail = g_strdup("not declared");
            g_ptr_array_add(workload_status_uses(status), use);
        }
        use->seen = true;
    }
}

void uses_note(Engine *engine, InstanceWatch *watch, const Discovery *discovery)
{
    if (!discovery)
        return;
    InstanceStatus *status = watch->status;
    g_autoptr(GPtrArray) differences = discovery_differences(discovery, watch->instance);
    bool other =
        discovery->knows_connections && set_texts(&status->connections, discovery->connections);
    if (other)
        show_seen(watch->workload, status);
    if (set_texts(&status->differences, differences) || other)
        findings_touch_workload(engine, watch->instance->workload);
}
