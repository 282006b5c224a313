// Inventories, and two of them side by side.
#include <string.h>

#include "model/parity.h"
#include "wire/inventory.h"

static void hold(Inventory *inventory, EntityKind kind, const char *name, const char *field,
                 const char *value)
{
    Entity *entity = entity_new(kind, name);
    if (field)
        g_assert_true(entity_set(entity, field, value));
    g_assert_true(inventory_put(inventory, entity));
}

static void test_inventory(void)
{
    g_autoptr(Inventory) one = inventory_new(), other = inventory_new();
    static const char *const NAMES[] = {"b", "a", "c", "a"};
    for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        hold(one, ENTITY_TERM, NAMES[i], "n", "1");
        hold(other, ENTITY_TERM, NAMES[G_N_ELEMENTS(NAMES) - 1 - i], "n", "1");
    }
    hold(one, ENTITY_ASSET, "z", NULL, NULL);
    hold(other, ENTITY_ASSET, "z", NULL, NULL);
    g_assert_cmpuint(inventory_count(one, ENTITY_TERM), ==, 3);
    g_assert_cmpuint(inventory_count(one, ENTITY_ASSET), ==, 1);
    g_assert_cmpuint(inventory_count(one, ENTITY_SCAN), ==, 0);
    g_assert_nonnull(inventory_find(one, ENTITY_TERM, "c"));
    g_assert_null(inventory_find(one, ENTITY_ASSET, "c"));
    inventory_seal(one);
    inventory_seal(other);
    g_assert_cmpstr(one->digest, ==, other->digest);
    g_assert_true(inventory_remove(one, ENTITY_TERM, "a"));
    g_assert_false(inventory_remove(one, ENTITY_TERM, "a"));
    inventory_seal(one);
    g_assert_cmpstr(one->digest, !=, other->digest);
}

static void test_bounds(void)
{
    g_autoptr(Inventory) inventory = inventory_new();
    for (guint i = 0; i < INVENTORY_MAX; i++) {
        g_autofree char *name = g_strdup_printf("a%05u", i);
        g_assert_true(inventory_put(inventory, entity_new(ENTITY_ASSET, name)));
    }
    g_assert_false(inventory_put(inventory, entity_new(ENTITY_ASSET, "one too many")));
    g_assert_true(inventory->cut);
    g_assert_true(inventory_put(inventory, entity_new(ENTITY_ASSET, "a00000")));
    g_autoptr(Entity) entity = entity_new(ENTITY_TERM, "t");
    for (guint i = 0; i < ENTITY_FIELDS_MAX; i++) {
        g_autofree char *name = g_strdup_printf("f%u", i);
        g_assert_true(entity_set(entity, name, "x"));
    }
    g_assert_false(entity_set(entity, "one too many", "x"));
    g_assert_true(entity_set(entity, "f0", "y"));
    g_assert_cmpstr(entity_field(entity, "f0"), ==, "y");
}

static Parity *compare(const Inventory *primary, const Inventory *standby)
{
    Parity *parity = parity_new("governance/catalog", "west", "north");
    parity_compare(parity, primary, standby);
    return parity;
}

static void test_compare(void)
{
    g_autoptr(Inventory) west = inventory_new(), north = inventory_new();
    hold(west, ENTITY_ACCOUNT, "main", "location", "west");
    hold(north, ENTITY_ACCOUNT, "main", "location", "north"); // each its own
    hold(west, ENTITY_TERM, "Customer", "definition", "who buys");
    hold(north, ENTITY_TERM, "Customer", "definition", "a buyer");
    hold(west, ENTITY_TERM, "Order", "definition", "what is bought");
    hold(north, ENTITY_ASSET, "table", NULL, NULL);
    hold(west, ENTITY_ATTACHMENT, "factory", NULL, NULL); // not compared
    g_autoptr(Parity) parity = compare(west, north);
    ParityCount total = parity_total(parity);
    g_assert_cmpuint(parity->counts->len, ==, ENTITY_COMPARED);
    g_assert_cmpuint(total.primary, ==, 3);
    g_assert_cmpuint(total.standby, ==, 3);
    g_assert_cmpuint(total.missing, ==, 1);
    g_assert_cmpuint(total.different, ==, 1);
    g_assert_cmpuint(total.extra, ==, 1);
    const ParityItem *item = parity_find(parity, ENTITY_TERM, "Customer");
    g_assert_cmpint(item->state, ==, PARITY_DIFFERENT);
    g_assert_cmpuint(item->fields->len, ==, 1);
    const ParityField *field = item->fields->pdata[0];
    g_assert_cmpstr(field->primary, ==, "who buys");
    g_assert_cmpstr(field->standby, ==, "a buyer");
    g_assert_cmpint(parity_find(parity, ENTITY_TERM, "Order")->state, ==, PARITY_MISSING);
    g_assert_cmpint(parity_find(parity, ENTITY_ASSET, "table")->state, ==, PARITY_EXTRA);
    g_assert_null(parity_find(parity, ENTITY_ACCOUNT, "main"));
}

static void test_marks(void)
{
    g_autoptr(Inventory) west = inventory_new(), north = inventory_new();
    hold(west, ENTITY_TERM, "Customer", "definition", "who buys");
    g_autoptr(Parity) missing = compare(west, north);
    hold(north, ENTITY_TERM, "Customer", "definition", "a buyer");
    g_autoptr(Parity) different = compare(west, north);
    g_autoptr(Parity) again = compare(west, north);
    const char *mark = parity_find(different, ENTITY_TERM, "Customer")->mark;
    g_assert_cmpstr(mark, ==, parity_find(again, ENTITY_TERM, "Customer")->mark);
    g_assert_cmpstr(mark, !=, parity_find(missing, ENTITY_TERM, "Customer")->mark);
    parity_confirm(again, parity_find(again, ENTITY_TERM, "Customer"), "olga", "local wording", 1);
    g_assert_cmpuint(parity_total(again).confirmed, ==, 1);
    // What was confirmed was that difference, not every later one.
    hold(north, ENTITY_TERM, "Customer", "definition", "whoever pays");
    g_autoptr(Parity) other = compare(west, north);
    g_assert_cmpstr(mark, !=, parity_find(other, ENTITY_TERM, "Customer")->mark);
}

// What nobody has confirmed is shown before the rest.
static void test_shorten(void)
{
    g_autoptr(Inventory) west = inventory_new(), north = inventory_new();
    for (guint i = 0; i < 3 * PARITY_SHOWN; i++) {
        g_autofree char *name = g_strdup_printf("t%03u", i);
        hold(west, ENTITY_TERM, name, NULL, NULL);
    }
    g_autoptr(Parity) parity = compare(west, north);
    parity_confirm(parity, parity_find(parity, ENTITY_TERM, "t000"), "olga", "done", 1);
    parity_shorten(parity);
    g_assert_cmpuint(parity->items->len, ==, PARITY_SHOWN);
    g_assert_null(parity_find(parity, ENTITY_TERM, "t000"));
    g_assert_nonnull(parity_find(parity, ENTITY_TERM, "t001"));
    g_assert_cmpuint(parity_total(parity).missing, ==, 3 * PARITY_SHOWN);
}

// ---- as JSON ----

static Entity *parse(const char *text, GError **error)
{
    g_autoptr(json_t) json = wire_parse("it", text, strlen(text), WIRE_BYTES_MAX, NULL);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_autoptr(Entity) entity = entity_read(&root);
    return wire_reader_finish(&reader, error) ? g_steal_pointer(&entity) : NULL;
}

static void test_json(void)
{
    static const char *const BAD[][2] = {
        {"{\"kind\": \"spoon\", \"name\": \"x\"}", "none of"},
        {"{\"kind\": \"term\"}", "name"},
        {"{\"kind\": \"term\", \"name\": \"x\", \"fields\": {\"a\": 1}}", "fields.a"},
        {"{\"kind\": \"term\", \"name\": \"x\", \"fields\": []}", "fields"}};
    g_autoptr(Entity) entity = parse(
        "{\"kind\": \"term\", \"name\": \"x\", \"fields\": {\"b\": \"2\", \"a\": \"1\"}}", NULL);
    g_autoptr(json_t) json = entity_to_json(entity);
    g_autofree char *text = wire_format(json);
    g_assert_cmpstr(text, ==,
                    "{\"kind\":\"term\",\"name\":\"x\",\"fields\":{\"a\":\"1\",\"b\":\"2\"}}");
    for (guint i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse(BAD[i][0], &error));
        g_assert_nonnull(strstr(error->message, BAD[i][1]));
    }
}

// What is kept of a connector holds no secret, and comes back as it was.
static void test_snapshot(void)
{
    g_autoptr(Inventory) inventory = inventory_new();
    hold(inventory, ENTITY_SETTING, "discovery", "enabled", "true");
    hold(inventory, ENTITY_ORGANISATION, "contoso", "accessToken", "s3cr3t");
    inventory_add_loss(inventory, "old alerts");
    Snapshot *snapshot = snapshot_new(inventory, "west", "north", 1000);
    g_autoptr(json_t) json = snapshot_to_json(snapshot);
    g_autofree char *text = wire_format(json);
    g_assert_null(strstr(text, "s3cr3t"));
    g_assert_nonnull(strstr(text, "discovery"));
    g_autoptr(json_t) list = json_pack("[O]", json);
    WireReader reader = {0};
    WireAt root = wire_root_array(&reader, list);
    WireAt item = wire_item(&root, 0);
    Snapshot *again = snapshot_read(&item);
    g_assert_true(wire_reader_finish(&reader, NULL));
    g_assert_cmpstr(again->inventory->digest, ==, snapshot->inventory->digest);
    g_assert_cmpstr(again->kept, ==, "north");
    g_assert_cmpuint(again->inventory->losses->len, ==, 1);
    g_assert_cmpstr(again->inventory->losses->pdata[0], ==, "old alerts");
    g_assert_cmpint(again->at_ms, ==, 1000);
    snapshot_free(again);
    snapshot_free(snapshot);
}

static Snapshot *snapshot_with(const char *location, const char *enabled, const char *organisation)
{
    g_autoptr(Inventory) inventory = inventory_new();
    hold(inventory, ENTITY_SETTING, "discovery", "enabled", enabled);
    hold(inventory, ENTITY_ORGANISATION, organisation, NULL, NULL);
    return snapshot_new(inventory, location, "north", 1000);
}

// What a kept configuration says otherwise than the one before.
static void test_differences(void)
{
    static const char *const SAID[] = {
        "organisation fabrikam is new", "setting discovery: enabled is \"false\", it was \"true\"",
        "organisation contoso is gone", "old alerts would be lost, too",
        "the connector is in east, it was in west"};
    Snapshot *before = snapshot_with("west", "true", "contoso");
    Snapshot *now = snapshot_with("east", "false", "fabrikam");
    inventory_add_loss(now->inventory, "old alerts");
    g_autoptr(GPtrArray) all = snapshot_differences(before, now);
    g_autoptr(GPtrArray) none = snapshot_differences(now, now);
    g_assert_cmpuint(none->len, ==, 0);
    g_assert_cmpuint(all->len, ==, G_N_ELEMENTS(SAID));
    for (guint i = 0; i < G_N_ELEMENTS(SAID); i++)
        g_assert_true(g_ptr_array_find_with_equal_func(all, SAID[i], g_str_equal, NULL));
    snapshot_free(before);
    snapshot_free(now);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/parity/inventory", test_inventory);
    g_test_add_func("/model/parity/bounds", test_bounds);
    g_test_add_func("/model/parity/compare", test_compare);
    g_test_add_func("/model/parity/marks", test_marks);
    g_test_add_func("/model/parity/shorten", test_shorten);
    g_test_add_func("/model/parity/json", test_json);
    g_test_add_func("/model/parity/snapshot", test_snapshot);
    g_test_add_func("/model/parity/differences", test_differences);
    return g_test_run();
}
