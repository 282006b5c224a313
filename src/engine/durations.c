#include "engine/durations.h"

#include <string.h>

enum { DURATIONS_MAX = 50, ENOUGH = 3 };

static gint compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static gint64 percentile(const GArray *durations, guint percent)
{
    if (!durations || !durations->len)
        return 0;
    g_autoptr(GArray) sorted = g_array_copy((GArray *)durations);
    g_array_sort(sorted, compare);
    return g_array_index(sorted, gint64, (sorted->len - 1) * percent / 100);
}

// "payments/failover/promote/ledger"; "promote" alone stands for every one of that kind.
static char *own_key(const Operation *operation, const Step *step)
{
    const char *name = step->workload ? strrchr(step->workload, '/') : NULL;
    return g_strdup_printf("%s/%s%s/%s/%s", operation->group,
                           name_of(&OPERATION_KIND_NAMES, (int)operation->kind),
                           operation->planned ? "-planned" : "",
                           name_of(&STEP_KIND_NAMES, (int)step->kind), name ? name + 1 : "-");
}

void durations_forecast(const Engine *engine, Operation *operation)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        Step *step = operation->steps->pdata[i];
        g_autofree char *key = own_key(operation, step);
        const GArray *any =
            g_hash_table_lookup(engine->durations, name_of(&STEP_KIND_NAMES, (int)step->kind));
        const GArray *own = g_hash_table_lookup(engine->durations, key);
        bool enough = own && own->len >= ENOUGH;
        step->usual_ms = percentile(own ? own : any, 50);
        step->usual_p95_ms = percentile(enough ? own : any, 95);
    }
}

static GArray *list_of(Engine *engine, const char *key)
{
    GArray *durations = g_hash_table_lookup(engine->durations, key);
    if (!durations) {
        durations = g_array_new(FALSE, FALSE, sizeof(gint64));
        g_hash_table_insert(engine->durations, g_strdup(key), durations);
    }
    return durations;
}

// A wave's outcomes come in one motion: the last word of each key is what is stored.
static void put(Motion *motion, const char *name, const GArray *durations)
{
    char *key = g_strconcat("duration/", name, NULL);
    json_t *list = json_array();
    for (guint i = 0; i < durations->len; i++)
        json_array_append_new(list, json_integer(g_array_index(durations, gint64, i)));
    for (guint i = 0; i < motion->puts->len; i++)
        if (g_str_equal(((const MotionPut *)motion->puts->pdata[i])->key, key)) {
            g_ptr_array_remove_index(motion->puts, i);
            break;
        }
    motion_put(motion, key, wire_format(list), false);
    json_decref(list);
}

void durations_note(Engine *engine, Motion *motion, const Operation *operation, const Step *step)
{
    g_autofree char *own = own_key(operation, step);
    const char *const keys[] = {own, name_of(&STEP_KIND_NAMES, (int)step->kind)};
    gint64 took_ms = MAX(step->ended_ms - step->started_ms, 0);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        GArray *durations = list_of(engine, keys[i]);
        g_array_append_val(durations, took_ms);
        if (durations->len > DURATIONS_MAX)
            g_array_remove_index(durations, 0);
        put(motion, keys[i], durations);
    }
}
