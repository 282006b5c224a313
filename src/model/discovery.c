#include "model/discovery.h"

#include <string.h>

static void free_trigger(gpointer data)
{
    DiscoveredTrigger *trigger = data;
    g_free(trigger->name);
    g_free(trigger->kept_by);
    recurrence_release(&trigger->recurrence);
    g_free(trigger);
}

Discovery *discovery_new(void)
{
    Discovery *discovery = g_new0(Discovery, 1);
    discovery->triggers = g_ptr_array_new_with_free_func(free_trigger);
    discovery->connections = g_ptr_array_new_with_free_func(g_free);
    return discovery;
}

void discovery_free(Discovery *discovery)
{
    if (!discovery)
        return;
    g_ptr_array_unref(discovery->triggers);
    g_ptr_array_unref(discovery->connections);
    g_free(discovery);
}

DiscoveredTrigger *discovery_add_trigger(Discovery *discovery, const char *name)
{
    DiscoveredTrigger *trigger = g_new0(DiscoveredTrigger, 1);
    trigger->name = g_strdup(name);
    g_ptr_array_add(discovery->triggers, trigger);
    return trigger;
}

// ---- triggers ----------------------------------------------------------------------------------

static bool same_list(const IntList *a, const IntList *b)
{
    return a->count == b->count &&
           (!a->count || memcmp(a->values, b->values, a->count * sizeof *a->values) == 0);
}

// The rhythm alone: starts differ where a schedule is split over locations.
static bool same_rhythm(const Recurrence *a, const Recurrence *b)
{
    return a->frequency == b->frequency && MAX(a->interval, 1) == MAX(b->interval, 1) &&
           same_list(&a->minutes, &b->minutes) && same_list(&a->hours, &b->hours) &&
           same_list(&a->week_days, &b->week_days) && same_list(&a->month_days, &b->month_days) &&
           a->occurrences.count == b->occurrences.count;
}

// "every 20 Minute"
static char *rhythm_text(const Recurrence *rule)
{
    static const char *const UNITS[FREQUENCY_COUNT] = {"nothing", "second", "minute", "hour",
                                                       "day",     "week",   "month",  "year"};
    const char *unit = (guint)rule->frequency < FREQUENCY_COUNT ? UNITS[rule->frequency] : UNITS[0];
    bool scheduled = rule->minutes.count || rule->hours.count || rule->week_days.count ||
                     rule->month_days.count || rule->occurrences.count;
    return g_strdup_printf("every %d %s%s%s", MAX(rule->interval, 1), unit,
                           rule->interval > 1 ? "s" : "", scheduled ? " with a schedule" : "");
}

static void compare_trigger(const Trigger *declared, const DiscoveredTrigger *found,
                            const char *where, GPtrArray *differences)
{
    if (found->has_type && found->type != declared->type) {
        g_ptr_array_add(differences,
                        g_strdup_printf("In %s trigger %s is of type %s; declared is %s.", where,
                                        declared->name, word_of(&TRIGGER_NAMES, (int)found->type),
                                        word_of(&TRIGGER_NAMES, (int)declared->type)));
        return;
    }
    if (found->kept_by && found->keeper != declared->keeper)
        g_ptr_array_add(
            differences,
            g_strdup_printf(
                "In %s trigger %s reads from %s, whose state the %s keeps; declared is the "
                "%s.",
                where, declared->name, found->kept_by, name_of(&KEEPER_NAMES, (int)found->keeper),
                name_of(&KEEPER_NAMES, (int)declared->keeper)));
    if (!found->has_recurrence || !declared->has_recurrence ||
        same_rhythm(&found->recurrence, &declared->recurrence))
        return;
    g_autofree char *is = rhythm_text(&found->recurrence);
    g_autofree char *should = rhythm_text(&declared->recurrence);
    g_ptr_array_add(differences, g_strdup_printf("In %s trigger %s fires %s; declared is %s.",
                                                 where, declared->name, is, should));
}

static const DiscoveredTrigger *find_trigger(const Discovery *discovery, const char *name)
{
    for (guint i = 0; i < discovery->triggers->len; i++) {
        const DiscoveredTrigger *trigger = discovery->triggers->pdata[i];
        if (strcmp(trigger->name, name) == 0)
            return trigger;
    }
    return NULL;
}

static bool is_declared(const GPtrArray *triggers, const char *name)
{
    for (guint i = 0; i < triggers->len; i++)
        if (strcmp(((const Trigger *)triggers->pdata[i])->name, name) == 0)
            return true;
    return false;
}

static void compare_triggers(const Discovery *discovery, const Instance *instance,
                             GPtrArray *differences)
{
    const GPtrArray *declared = instance->workload->triggers;
    const char *where = instance->location->name;
    if (!declared->len || !discovery->knows_triggers)
        return;
    for (guint i = 0; i < declared->len; i++) {
        const Trigger *trigger = declared->pdata[i];
        const DiscoveredTrigger *found = find_trigger(discovery, trigger->name);
        if (found)
            compare_trigger(trigger, found, where, differences);
        else
            g_ptr_array_add(differences,
                            g_strdup_printf("In %s there is no trigger %s.", where, trigger->name));
    }
    for (guint i = 0; i < discovery->triggers->len; i++) {
        const DiscoveredTrigger *found = discovery->triggers->pdata[i];
        if (!is_declared(declared, found->name))
            g_ptr_array_add(differences,
                            g_strdup_printf("In %s there is a trigger %s, which is not declared.",
                                            where, found->name));
    }
}

// ---- connections -------------------------------------------------------------------------------

static bool has_text(const GPtrArray *texts, const char *text)
{
    for (guint i = 0; i < texts->len; i++)
        if (g_ascii_strcasecmp(texts->pdata[i], text) == 0)
            return true;
    return false;
}

static void compare_connections(const Discovery *discovery, const Instance *instance,
                                GPtrArray *differences)
{
    g_autoptr(GPtrArray) declared = g_ptr_array_new();
    const char *where = instance->location->name;
    for (guint i = 0; i < instance->resources->len; i++) {
        const Resource *resource = instance->resources->pdata[i];
        if (resource->kind == RESOURCE_CONNECTION)
            g_ptr_array_add(declared, resource->name);
    }
    if (!declared->len || !discovery->knows_connections)
        return;
    for (guint i = 0; i < declared->len; i++)
        if (!has_text(discovery->connections, declared->pdata[i]))
            g_ptr_array_add(differences, g_strdup_printf("In %s it does not use the connection %s.",
                                                         where, (const char *)declared->pdata[i]));
    for (guint i = 0; i < discovery->connections->len; i++)
        if (!has_text(declared, discovery->connections->pdata[i]))
            g_ptr_array_add(
                differences,
                g_strdup_printf("In %s it uses the connection %s, which is not declared.", where,
                                (const char *)discovery->connections->pdata[i]));
}

GPtrArray *discovery_differences(const Discovery *discovery, const Instance *instance)
{
    GPtrArray *differences = g_ptr_array_new_with_free_func(g_free);
    compare_triggers(discovery, instance, differences);
    compare_connections(discovery, instance, differences);
    return differences;
}
