// Workflows that are kept by hand in two resource groups: a workload of kind catalog, which is a whole resource group, and
// what each workflow in it is made of. Whether one is enabled is each side's own, and so are its parameters, which
// hold the connections of its region.
#include <string.h>

#include "driver/arm.h"
#include "driver/azure-logic.h"
#include "wire/canonical.h"

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "collect, pay": the members of an object by name, as far as a field has room.
static char *names_of(json_t *object)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) g_ptr_array_add(names, (gpointer)name);
    g_ptr_array_sort(names, compare_names);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        name = names->pdata[i];
        if (text->len + strlen(name) + 8 > ENTITY_VALUE_MAX) {
            g_string_append(text, ", …");
            break;
        }
        g_string_append_printf(text, "%s%s", i ? ", " : "", name);
    }
    return g_string_free(text, FALSE);
}

static Entity *entity_of(json_t *item, const char *name)
{
    json_t *properties = json_object_get(item, "properties");
    json_t *definition = json_object_get(properties, "definition");
    json_t *connections = json_object_get(
        json_object_get(json_object_get(properties, "parameters"), "$connections"), "value");
    g_autofree char *digest = definition ? canonical_digest(definition, NULL) : NULL;
    g_autofree char *triggers = names_of(json_object_get(definition, "triggers"));
    g_autofree char *actions = names_of(json_object_get(definition, "actions"));
    g_autofree char *links = names_of(connections);
    Entity *entity = entity_new(ENTITY_WORKFLOW, name);
    entity_set(entity, "definition", digest ? digest : "not told");
    entity_set(entity, "triggers", triggers);
    entity_set(entity, "actions", actions);
    entity_set(entity, "connections", links);
    return entity;
}

static void on_workflows(Job *job, json_t *items, const GError *error)
{
    if (error) {
        job_blind(job, error);
        return;
    }
    g_autoptr(Inventory) inventory = inventory_new();
    g_autoptr(Observation) seen = observation_new();
    size_t i;
    json_t *item;
    seen->ok = true;
    seen->at_ms = clock_wall_ms(job->drivers->clock);
    seen->state = INSTANCE_PASSIVE;
    json_array_foreach(items, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        const char *state =
            json_string_value(json_object_get(json_object_get(item, "properties"), "state"));
        if (!name || !*name || strlen(name) > ENTITY_NAME_MAX)
            continue;
        inventory_put(inventory, entity_of(item, name));
        if (azure_logic_state(state) == INSTANCE_ACTIVE)
            seen->state = INSTANCE_ACTIVE; // one that runs is enough
    }
    inventory->cut = inventory->cut || arm_list_is_cut(job);
    inventory_seal(inventory);
    seen->inventory = inventory_ref(inventory);
    job_observed(job, seen);
}

void azure_stock_observe(Job *job, const char *url)
{
    arm_list(job, url, ARM_PAGES_MAX, on_workflows);
}
