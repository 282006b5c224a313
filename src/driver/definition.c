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

// Where what was handled is remembered, by what a trigger reads from: mailboxes and files are compared with a moment that the
// trigger itself remembers; queues lock and delete. Of others nobody knows.
static const struct {
    const char *api;
    StateKeeper keeper;
} KEEPERS_OF[] = {
    {"office365", KEEPER_CLIENT},   {"outlook", KEEPER_CLIENT}, {"gmail", KEEPER_CLIENT},
    {"ftp", KEEPER_CLIENT},         {"sftp", KEEPER_CLIENT},    {"sftpwithssh", KEEPER_CLIENT},
    {"filesystem", KEEPER_CLIENT},  {"rss", KEEPER_CLIENT},     {"servicebus", KEEPER_SERVER},
    {"azurequeues", KEEPER_SERVER}, {"mq", KEEPER_SERVER},
};

// "@parameters('$connections')['mail']['connectionId']": the key of the connection, mail. The caller frees; NULL if it is not
// of that form.
static char *connection_key(const json_t *trigger)
{
    static const char HEAD[] = "@parameters('$connections')['";
    const json_t *host = json_object_get(json_object_get(trigger, "inputs"), "host");
    const char *text =
        json_string_value(json_object_get(json_object_get(host, "connection"), "name"));
    const char *key = text && g_str_has_prefix(text, HEAD) ? text + strlen(HEAD) : NULL;
    return key ? g_strndup(key, strcspn(key, "'")) : NULL;
}

// "/subscriptions/…/managedApis/office365"
static const char *api_of(json_t *connections, const char *key)
{
    const char *id =
        key ? json_string_value(json_object_get(json_object_get(connections, key), "id")) : NULL;
    const char *last = id ? strrchr(id, '/') : NULL;
    return last ? last + 1 : NULL;
}

static void read_keeper(const json_t *json, json_t *connections, DiscoveredTrigger *trigger)
{
    g_autofree char *key = connection_key(json);
    const char *api = api_of(connections, key);
    for (guint i = 0; api && i < G_N_ELEMENTS(KEEPERS_OF); i++)
        if (g_ascii_strcasecmp(api, KEEPERS_OF[i].api) == 0) {
            trigger->keeper = KEEPERS_OF[i].keeper;
            trigger->kept_by = g_strdup(KEEPERS_OF[i].api);
        }
}

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

static void read_triggers(Discovery *discovery, json_t *triggers, json_t *connections)
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
        read_keeper(json, connections, trigger);
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
    json_t *connections = json_object_get(parameters, "$connections");
    read_triggers(discovery, json_object_get(definition, "triggers"),
                  json_object_get(connections, "value"));
    read_connections(discovery, connections);
    return discovery;
}
