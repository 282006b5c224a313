#include "driver/definition.h"

#include <string.h>

#include "wire/recurrence.h"

enum { ITEMS_MAX = 100, NAME_BYTES_MAX = 200 };

// Built-in and managed connectors have types of their own for the same thing.
static const struct {
    const char *word;
    TriggerType type;
} TYPES[] = {
    {"Recurrence", TRIGGER_RECURRENCE},
    {"SlidingWindow", TRIGGER_RECURRENCE},
    {"Http", TRIGGER_POLLING},
    {"ApiConnection", TRIGGER_POLLING},
    {"Request", TRIGGER_REQUEST},
    {"HttpWebhook", TRIGGER_WEBHOOK},
    {"ApiConnectionWebhook", TRIGGER_WEBHOOK},
    {"ApiConnectionNotification", TRIGGER_WEBHOOK},
};

static void read_type(const json_t *json, DiscoveredTrigger *trigger)
{
    const char *word = json_string_value(json_object_get(json, "type"));
    for (guint i = 0; word && i < G_N_ELEMENTS(TYPES); i++)
        if (g_ascii_strcasecmp(word, TYPES[i].word) == 0) {
            trigger->type = TYPES[i].type;
            trigger->has_type = true;
        }
}

// A rule that is made of expressions, or that we do not understand, is not known.
static void read_rule(json_t *json, DiscoveredTrigger *trigger)
{
    WireReader reader = {0};
    g_autoptr(GError) error = NULL;
    if (!json_is_object(json))
        return;
    WireAt root = wire_root(&reader, json);
    recurrence_read(&root, &trigger->recurrence);
    trigger->has_recurrence = wire_reader_finish(&reader, &error);
}

static void read_triggers(Discovery *discovery, json_t *triggers)
{
    const char *name;
    json_t *json;
    if (!json_is_object(triggers) || json_object_size(triggers) > ITEMS_MAX)
        return;
    discovery->knows_triggers = true;
    json_object_foreach(triggers, name, json)
    {
        g_autofree char *bounded = g_strndup(name, NAME_BYTES_MAX);
        DiscoveredTrigger *trigger = discovery_add_trigger(discovery, bounded);
        read_type(json, trigger);
        read_rule(json_object_get(json, "recurrence"), trigger);
    }
}

// The name of the connection's own resource; the key beside it is only the workflow's word for it.
static const char *connection_name(const json_t *json, const char *key)
{
    const char *name = json_string_value(json_object_get(json, "connectionName"));
    const char *id = json_string_value(json_object_get(json, "connectionId"));
    const char *last = id ? strrchr(id, '/') : NULL;
    return last && last[1] ? last + 1 : name ? name : key;
}

static void read_connections(Discovery *discovery, json_t *parameter)
{
    json_t *connections = json_object_get(parameter, "value");
    const char *key;
    json_t *json;
    if (!json_is_object(connections) || json_object_size(connections) > ITEMS_MAX)
        return;
    discovery->knows_connections = true;
    json_object_foreach(connections, key, json) g_ptr_array_add(
        discovery->connections, g_strndup(connection_name(json, key), NAME_BYTES_MAX));
}

Discovery *definition_read(json_t *properties)
{
    Discovery *discovery = discovery_new();
    json_t *definition = json_object_get(properties, "definition");
    json_t *parameters = json_object_get(properties, "parameters");
    read_triggers(discovery, json_object_get(definition, "triggers"));
    read_connections(discovery, json_object_get(parameters, "$connections"));
    return discovery;
}
