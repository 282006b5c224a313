// Rules R19 to R24: what people keep by hand, and connectors. A world in which all of them hold, and one for each
// way in which one does not.
#include <string.h>

#include "model/rules.h"
#include "base/none.h"

static const gint64 NOW_MS = G_GINT64_CONSTANT(1795230000000);

static const gint64 DAY_MS = 24 * 3600 * 1000;

typedef struct {
    Fleet *fleet;
    Workload *catalog, *connector;
    WorkloadStatus *catalog_status, *connector_status;
} World;

static void hold(Inventory *inventory, EntityKind kind, const char *name, const char *field,
                 const char *value)
{
    Entity *entity = entity_new(kind, name);
    entity_set(entity, field, value);
    inventory_put(inventory, entity);
}

static InstanceStatus *side(World *world, guint at)
{
    return world->catalog_status->instances->pdata[at];
}

static void compare(World *world)
{
    const InstanceStatus *west = side(world, 0), *north = side(world, 1);
    Parity *parity = parity_new("data/catalog", west->location, north->location);
    g_ptr_array_set_size(world->catalog_status->parity, 0);
    parity_compare(parity, west->inventory, north->inventory);
    g_ptr_array_add(workload_status_parity(world->catalog_status), parity);
}

static void put_scan(Inventory *inventory, const char *window, const char *days)
{
    Entity *scan = entity_new(ENTITY_SCAN, "nightly");
    entity_set(scan, "source", "lake");
    entity_set(scan, "window", window);
    if (days)
        entity_set(scan, "days", days);
    inventory_put(inventory, scan);
}

// Equal, with attachments, runtimes and scan times of their own.
static void fill_catalog(World *world)
{
    static const char *const OWN[][3] = {{"factory-west", "runtime-west", "22:00-01:00"},
                                         {"factory-north", "runtime-north", "01:00-04:00"}};
    for (guint i = 0; i < 2; i++) {
        Inventory *inventory = side(world, i)->inventory = inventory_new();
        hold(inventory, ENTITY_TERM, "Customer", "definition", "who buys");
        hold(inventory, ENTITY_ATTACHMENT, OWN[i][0], "type", "data factory");
        hold(inventory, ENTITY_RUNTIME, OWN[i][1], "nodes", "2");
        put_scan(inventory, OWN[i][2], NULL);
    }
    compare(world);
}

static WorkloadStatus *add_status(const Workload *workload)
{
    WorkloadStatus *status = workload_status_new(workload->group->name, workload->name);
    for (guint i = 0; i < workload->instances->len; i++) {
        const Instance *instance = workload->instances->pdata[i];
        InstanceStatus *at = instance_status_new(instance->location->name);
        at->state = i ? INSTANCE_PASSIVE : INSTANCE_ACTIVE;
        at->observed_at_ms = NOW_MS;
        g_ptr_array_add(status->instances, at);
    }
    return status;
}

static World world_new(void)
{
    World world = {.fleet = fleet_new("contoso")};
    Location *west = fleet_add_location(world.fleet, "westeurope");
    Location *north = fleet_add_location(world.fleet, "northeurope");
    Group *group = fleet_add_group(world.fleet, "data");
    group->primary = west;
    g_ptr_array_add(group->standbys, north);
    world.catalog = group_add_workload(world.fleet, group, "catalog");
    world.catalog->kind = KIND_CATALOG;
    world.connector = group_add_workload(world.fleet, group, "devops");
    world.connector->kind = KIND_CONNECTOR;
    Workload *const both[] = {world.catalog, world.connector};
    for (guint i = 0; i < 2; i++) {
        workload_add_instance(both[i], west);
        workload_add_instance(both[i], north);
    }
    static const char *const REGIONS[] = {"West Europe", "northeurope", "East US"};
    for (guint i = 0; i < G_N_ELEMENTS(REGIONS); i++)
        g_ptr_array_add(list_own(&world.connector->regions, g_free), g_strdup(REGIONS[i]));
    world.catalog_status = add_status(world.catalog);
    world.connector_status = add_status(world.connector);
    world.connector->snapshot_limit_ms = DAY_MS;
    world.connector_status->snapshot_ms = NOW_MS - 3600 * 1000;
    world.connector_status->snapshot_kept = g_strdup("eastus");
    fill_catalog(&world);
    return world;
}

static void world_release(World *world)
{
    workload_status_free(world->catalog_status);
    workload_status_free(world->connector_status);
    fleet_unref(world->fleet);
}

static const LocationStatus *no_location(const char *name, gpointer data)
{
    (void)name, (void)data;
    return NULL;
}

static const WorkloadStatus *find_workload(const char *id, gpointer data)
{
    const World *world = data;
    return strcmp(id, "data/catalog") == 0 ? world->catalog_status : world->connector_status;
}

static const GroupStatus *no_group(const char *name, gpointer data)
{
    (void)name, (void)data;
    return NULL;
}

// What the two workloads break of R19 to R24.
static GPtrArray *judge(World *world)
{
    RuleWorld rules = {.fleet = world->fleet,
                       .now_ms = NOW_MS,
                       .location = no_location,
                       .workload = find_workload,
                       .group = no_group,
                       .data = world};
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
    const Workload *const both[] = {world->catalog, world->connector};
    for (guint i = 0; i < 2; i++) {
        RuleObject object = {.scope = SCOPE_WORKLOAD, .workload = both[i]};
        g_autoptr(GPtrArray) findings = rules_check_object(&rules, &object);
        while (findings->len) {
            Finding *finding = g_ptr_array_steal_index(findings, 0);
            g_test_message("%s: %s", finding->id, finding->facts);
            if (strcmp(finding->rule, "R19") >= 0 && strcmp(finding->rule, "R24") <= 0)
                g_ptr_array_add(all, finding);
            else
                finding_free(finding);
        }
    }
    return all;
}

// ---- breaking it ----

static Inventory *north(World *world)
{
    return side(world, 1)->inventory;
}

static void lacks_a_term(World *world)
{
    inventory_remove(north(world), ENTITY_TERM, "Customer");
    compare(world);
}

static void other_term(World *world)
{
    hold(north(world), ENTITY_TERM, "Customer", "definition", "a buyer");
    compare(world);
}

static void more_terms(World *world)
{
    hold(north(world), ENTITY_TERM, "Order", "definition", "what is bought");
    compare(world);
}

static void confirmed_term(World *world)
{
    lacks_a_term(world);
    Parity *parity = world->catalog_status->parity->pdata[0];
    parity_confirm(parity, parity->items->pdata[0], "olga", "not wanted there", NOW_MS);
}

static void tells_nothing(World *world)
{
    g_clear_pointer(&side(world, 1)->inventory, inventory_unref);
    g_ptr_array_set_size(world->catalog_status->parity, 0);
}

static void one_factory(World *world)
{
    hold(north(world), ENTITY_ATTACHMENT, "factory-west", "type", "data factory");
}

static void one_runtime(World *world)
{
    hold(north(world), ENTITY_RUNTIME, "runtime-west", "nodes", "2");
}

static void scans_meet(World *world)
{
    put_scan(north(world), "00:30-02:00", NULL);
}

// The first ends on Tuesday at 01:00, having begun on Monday.
static void scans_meet_over_midnight(World *world)
{
    put_scan(side(world, 0)->inventory, "22:00-01:00", "mon");
    put_scan(north(world), "00:30-02:00", "tue,thu");
}

// From Sunday into Monday, which is the end of the week and its beginning.
static void scans_meet_over_the_week(World *world)
{
    put_scan(side(world, 0)->inventory, "22:00-01:00", "sun");
    put_scan(north(world), "00:30-02:00", "mon");
}

static void unsupported(World *world)
{
    g_ptr_array_remove_index(world->connector->regions, 1);
}

static void kept_nowhere(World *world)
{
    world->connector_status->snapshot_ms = 0;
}

// Its region does not answer any more: the loss is there, so the finding stays.
static void silent(World *world)
{
    InstanceStatus *west = world->connector_status->instances->pdata[0];
    west->primary = true;
    west->state = INSTANCE_UNREACHABLE;
}

static void kept_nowhere_and_silent(World *world)
{
    kept_nowhere(world);
    silent(world);
}

static void kept_in_its_place(World *world)
{
    g_free(world->connector_status->snapshot_kept);
    world->connector_status->snapshot_kept = g_strdup("westeurope");
}

static void kept_in_its_place_and_silent(World *world)
{
    kept_in_its_place(world);
    silent(world);
}

static void kept_long_ago(World *world)
{
    world->connector_status->snapshot_ms = NOW_MS - 2 * DAY_MS;
}

typedef struct {
    const char *finding;
    Severity severity;
    const char *says;
    void (*break_it)(World *world);
} Case;

static const Case CASES[] = {
    {"R19:workload/data/catalog", SEVERITY_ERROR, "is not what westeurope is: term: 1 missing.",
     lacks_a_term},
    {"R19:workload/data/catalog", SEVERITY_WARNING, "term: 1 different.", other_term},
    {"R19:workload/data/catalog", SEVERITY_WARNING, "term: 1 extra.", more_terms},
    {"R19:workload/data/catalog", SEVERITY_INFO, "It is confirmed.", confirmed_term},
    {"R19:workload/data/catalog", SEVERITY_WARNING, "what the instance in northeurope holds",
     tells_nothing},
    {"R20:workload/data/catalog", SEVERITY_ERROR, "both attached to the data factory factory-west",
     one_factory},
    {"R21:workload/data/catalog", SEVERITY_ERROR, "runtime runtime-west serves", one_runtime},
    {"R22:workload/data/catalog", SEVERITY_WARNING, "The source lake is scanned from westeurope",
     scans_meet},
    {"R22:workload/data/catalog", SEVERITY_WARNING, "00:30-02:00", scans_meet_over_midnight},
    {"R22:workload/data/catalog", SEVERITY_WARNING, "00:30-02:00", scans_meet_over_the_week},
    {"R23:workload/data/devops", SEVERITY_ERROR, "in westeurope is kept nowhere", kept_nowhere},
    {"R23:workload/data/devops", SEVERITY_ERROR, "was kept 2d ago; the limit is 1d", kept_long_ago},
    {"R23:workload/data/devops", SEVERITY_ERROR, "is kept in westeurope, where it runs",
     kept_in_its_place},
    {"R23:workload/data/devops", SEVERITY_ERROR, "in westeurope is kept nowhere",
     kept_nowhere_and_silent},
    {"R23:workload/data/devops", SEVERITY_ERROR, "is kept in westeurope, where it runs",
     kept_in_its_place_and_silent},
    {"R24:workload/data/devops", SEVERITY_ERROR,
     "A connector is not supported in northeurope; it is in: West Europe, East US.", unsupported},
};

static void test_broken(gconstpointer data)
{
    const Case *c = data;
    World world = world_new();
    c->break_it(&world);
    g_autoptr(GPtrArray) findings = judge(&world);
    g_assert_cmpuint(findings->len, ==, 1);
    const Finding *finding = findings->pdata[0];
    g_assert_cmpstr(finding->id, ==, c->finding);
    g_assert_cmpint(finding->severity, ==, c->severity);
    g_assert_nonnull(strstr(finding->facts, c->says));
    g_assert_true(g_str_has_suffix(finding->facts, ".") && g_str_has_suffix(finding->way_out, "."));
    world_release(&world);
}

// ---- what breaks nothing ----

static void nothing(World *world)
{
    (void)world;
}

static void scans_on_other_days(World *world)
{
    put_scan(side(world, 0)->inventory, "22:00-01:00", "mon");
    put_scan(north(world), "00:30-02:00", "mon,wed");
}

static void scan_by_hand(World *world)
{
    put_scan(north(world), "", NULL);
}

static void not_seen_yet(World *world)
{
    tells_nothing(world);
    side(world, 1)->observed_at_ms = 0;
}

static void everywhere(World *world)
{
    g_ptr_array_set_size(world->connector->regions, 0);
}

static void (*const FINE[])(World *world) = {nothing, scans_on_other_days, scan_by_hand,
                                             not_seen_yet, everywhere};

static void test_fine(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(FINE); i++) {
        World world = world_new();
        FINE[i](&world);
        g_autoptr(GPtrArray) findings = judge(&world);
        g_assert_cmpuint(findings->len, ==, 0);
        world_release(&world);
    }
}

// No rule of these without a case that breaks it.
static void test_complete(void)
{
    guint count;
    const Rule *rules = rules_all(&count);
    for (guint i = 0; i < count; i++) {
        bool any = strcmp(rules[i].id, "R19") < 0 || strcmp(rules[i].id, "R24") > 0;
        for (guint k = 0; k < G_N_ELEMENTS(CASES); k++)
            any = any || g_str_has_prefix(CASES[k].finding, rules[i].id);
        g_test_message("%s", rules[i].id);
        g_assert_true(any);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/standby/complete", test_complete);
    g_test_add_func("/model/standby/fine", test_fine);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *path =
            g_strdup_printf("/model/standby/broken/%.3s-%u", CASES[i].finding, i);
        g_test_add_data_func(path, &CASES[i], test_broken);
    }
    return g_test_run();
}
