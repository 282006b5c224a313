// What a workflow says of itself, read from what the management API lists, and compared with what is declared.
#include "driver/definition.h"

#include <string.h>

static Discovery *read_text(const char *text)
{
    g_autoptr(json_t) json = wire_parse("test", text, strlen(text), 65536, NULL);
    g_assert_nonnull(json);
    return definition_read(json);
}

static const char WHOLE[] =
    "{\"definition\":{\"triggers\":{"
    "\"every-20\":{\"type\":\"Recurrence\",\"recurrence\":{\"frequency\":\"Minute\",\"interval\":"
    "20}},"
    "\"mail\":{\"type\":\"ApiConnection\",\"recurrence\":{\"frequency\":\"@parameters('f')\","
    "\"interval\":3},\"inputs\":{\"host\":{\"connection\":{\"name\":"
    "\"@parameters('$connections')['office']['connectionId']\"}}}},"
    "\"call\":{\"type\":\"Request\"},\"hook\":{\"type\":\"HttpWebhook\"},"
    "\"odd\":{\"type\":\"ServiceProvider\"}}},"
    "\"parameters\":{\"$connections\":{\"value\":{"
    "\"sql\":{\"connectionId\":\"/subscriptions/1/providers/Microsoft.Web/connections/sql-weu\","
    "\"connectionName\":\"x\"},"
    "\"office\":{\"connectionName\":\"office-weu\","
    "\"id\":\"/subscriptions/1/providers/Microsoft.Web/locations/weu/managedApis/office365\"}}}}}";

static const DiscoveredTrigger *trigger(const Discovery *discovery, const char *name)
{
    for (guint i = 0; i < discovery->triggers->len; i++)
        if (strcmp(((const DiscoveredTrigger *)discovery->triggers->pdata[i])->name, name) == 0)
            return discovery->triggers->pdata[i];
    g_assert_not_reached();
}

static void test_read(void)
{
    g_autoptr(Discovery) discovery = read_text(WHOLE);
    g_assert_true(discovery->knows_triggers && discovery->knows_connections);
    g_assert_cmpint(trigger(discovery, "every-20")->type, ==, TRIGGER_RECURRENCE);
    g_assert_true(trigger(discovery, "every-20")->has_recurrence);
    g_assert_cmpint(trigger(discovery, "every-20")->recurrence.interval, ==, 20);
    g_assert_cmpint(trigger(discovery, "mail")->type, ==, TRIGGER_POLLING);
    g_assert_false(trigger(discovery, "mail")->has_recurrence); // an expression: not known
    g_assert_cmpstr(trigger(discovery, "mail")->kept_by, ==, "office365");
    g_assert_cmpint(trigger(discovery, "mail")->keeper, ==, KEEPER_CLIENT);
    g_assert_null(trigger(discovery, "hook")->kept_by);
    g_assert_cmpint(trigger(discovery, "call")->type, ==, TRIGGER_REQUEST);
    g_assert_cmpint(trigger(discovery, "hook")->type, ==, TRIGGER_WEBHOOK);
    g_assert_false(trigger(discovery, "odd")->has_type);
    g_assert_cmpuint(discovery->connections->len, ==, 2);
    g_assert_cmpstr(discovery->connections->pdata[0], ==, "sql-weu");
    g_assert_cmpstr(discovery->connections->pdata[1], ==, "office-weu");
}

static void test_nonsense(void)
{
    static const char *const TEXTS[] = {"{}", "[]", "{\"definition\":[]}",
                                        "{\"definition\":{\"triggers\":[1]},\"parameters\":7}",
                                        "{\"parameters\":{\"$connections\":{\"value\":[]}}}"};
    for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(Discovery) discovery = read_text(TEXTS[i]);
        g_assert_false(discovery->knows_triggers || discovery->knows_connections);
    }
}

// ---- compared ----

static Fleet *fleet_of(Instance **ret_instance)
{
    Fleet *fleet = fleet_new("f");
    Location *west = fleet_add_location(fleet, "west");
    Group *group = fleet_add_group(fleet, "g");
    group->primary = west;
    *ret_instance = workload_add_instance(group_add_workload(fleet, group, "w"), west);
    return fleet;
}

static char *differences(const char *text, const Instance *instance)
{
    g_autoptr(Discovery) discovery = read_text(text);
    g_autoptr(GPtrArray) list = discovery_differences(discovery, instance);
    g_ptr_array_add(list, NULL);
    return g_strjoinv("\n", (char **)list->pdata);
}

static Trigger *declare(const Instance *instance, const char *name, TriggerType type)
{
    Trigger *declared = workload_add_trigger(instance->workload, name);
    declared->type = type;
    return declared;
}

static void test_compare(void)
{
    Instance *instance;
    g_autoptr(Fleet) fleet = fleet_of(&instance);
    g_autofree char *nothing = differences(WHOLE, instance);
    g_assert_cmpstr(nothing, ==, ""); // what is written nowhere is not compared
    Trigger *every = declare(instance, "every-20", TRIGGER_RECURRENCE);
    every->has_recurrence = true;
    every->recurrence.frequency = FREQUENCY_MINUTE;
    every->recurrence.interval = 20;
    declare(instance, "mail", TRIGGER_POLLING)->keeper = KEEPER_CLIENT;
    declare(instance, "call", TRIGGER_REQUEST);
    declare(instance, "hook", TRIGGER_WEBHOOK);
    declare(instance, "odd", TRIGGER_POLLING);
    g_autofree char *same = differences(WHOLE, instance);
    g_assert_cmpstr(same, ==, "");
    every->recurrence.interval = 10;
    declare(instance, "gone", TRIGGER_REQUEST);
    ((Trigger *)instance->workload->triggers->pdata[2])->type = TRIGGER_WEBHOOK;
    g_ptr_array_remove_index(instance->workload->triggers, 4);
    g_autofree char *others = differences(WHOLE, instance);
    g_assert_cmpstr(
        others, ==,
        "In west trigger every-20 fires every 20 minutes; declared is every 10 minutes.\n"
        "In west trigger call is of type request; declared is webhook.\n"
        "In west there is no trigger gone.\n"
        "In west there is a trigger odd, which is not declared.");
}

static void test_connections(void)
{
    Instance *instance;
    g_autoptr(Fleet) fleet = fleet_of(&instance);
    for (guint i = 0; i < 2; i++) {
        Resource *resource = fleet_add_resource(fleet, i ? "SQL-WEU" : "queue-weu");
        resource->kind = RESOURCE_CONNECTION;
        instance_use(instance, resource);
    }
    g_autofree char *text = differences(WHOLE, instance);
    g_assert_cmpstr(text, ==,
                    "In west it does not use the connection queue-weu.\n"
                    "In west it uses the connection office-weu, which is not declared.");
}

// Who keeps a trigger's state: a mailbox does not, the workflow that reads it does; a queue does. What is read from
// something else is not compared.
static void test_keepers(void)
{
    static const struct {
        const char *api;
        StateKeeper declared;
        const char *differs;
    } ROWS[] = {
        {"office365", KEEPER_CLIENT, ""},
        {"office365", KEEPER_SERVER,
         "In west trigger t reads from office365, whose state the client keeps; declared is the "
         "server."},
        {"servicebus", KEEPER_SERVER, ""},
        {"ServiceBus", KEEPER_CLIENT,
         "In west trigger t reads from servicebus, whose state the server keeps; declared is the "
         "client."},
        {"something", KEEPER_CLIENT, ""},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Instance *instance;
        g_autoptr(Fleet) fleet = fleet_of(&instance);
        declare(instance, "t", TRIGGER_POLLING)->keeper = ROWS[i].declared;
        g_autofree char *text = g_strdup_printf(
            "{\"definition\":{\"triggers\":{\"t\":{\"type\":\"ApiConnection\",\"inputs\":{\"host\":"
            "{"
            "\"connection\":{\"name\":\"@parameters('$connections')['c']['connectionId']\"}}}}}},"
            "\"parameters\":{\"$connections\":{\"value\":{\"c\":{\"id\":\"/x/managedApis/%s\"}}}}}",
            ROWS[i].api);
        g_autofree char *said = differences(text, instance);
        g_assert_cmpstr(said, ==, ROWS[i].differs);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/driver/definition/read", test_read);
    g_test_add_func("/driver/definition/nonsense", test_nonsense);
    g_test_add_func("/driver/definition/compare", test_compare);
    g_test_add_func("/driver/definition/connections", test_connections);
    g_test_add_func("/driver/definition/keepers", test_keepers);
    return g_test_run();
}
