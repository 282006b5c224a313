// Every rule in a world in which it holds, and in one in which it does not. The whole world holds every rule,
// and has something for each of them to look at; a case breaks one thing and says which finding that makes.
#include <string.h>

#include "model/rules.h"
#include "base/none.h"
#include "model/split.h"

static const gint64 NOW_MS = G_GINT64_CONSTANT(1795230000000);
static const gint64 DAY_MS = 24 * 3600 * 1000;

typedef struct {
    Fleet *fleet;
    Group *group;
    Location *west, *north;
    GHashTable *locations, *workloads, *groups; // statuses by name
    GPtrArray *vantages, *sinks;
} World;

// ---- the world ----

static void free_location(gpointer data)
{
    location_status_free(data);
}

static void free_workload(gpointer data)
{
    workload_status_free(data);
}

static void free_group(gpointer data)
{
    group_status_free(data);
}

static Location *add_location(World *world, const char *name)
{
    Location *location = fleet_add_location(world->fleet, name);
    LocationStatus *status = location_status_new(name);
    location->health.url = g_strdup("http://127.0.0.1/health");
    status->verdict.state = VERDICT_UP;
    g_hash_table_insert(world->locations, location->name, status);
    return location;
}

static Workload *add(World *world, const char *name, WorkloadKind kind, Pattern pattern)
{
    Workload *workload = group_add_workload(world->fleet, world->group, name);
    WorkloadStatus *status = workload_status_new(world->group->name, name);
    Location *const places[] = {world->west, world->north};
    workload->kind = kind;
    workload->pattern = pattern;
    status->single_active = pattern == PATTERN_ACTIVE_PASSIVE;
    for (guint i = 0; i < 2; i++) {
        InstanceStatus *instance = instance_status_new(places[i]->name);
        instance->state = i && status->single_active ? INSTANCE_PASSIVE : INSTANCE_ACTIVE;
        workload_add_instance(workload, places[i]);
        g_ptr_array_add(status->instances, instance);
    }
    g_hash_table_insert(world->workloads, workload->id, status);
    return workload;
}

static Trigger *trigger(Workload *workload, TriggerType type)
{
    Trigger *trigger = workload_add_trigger(workload, "t");
    trigger->type = type;
    return trigger;
}

static void add_workloads(World *world)
{
    trigger(add(world, "settle", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE), TRIGGER_RECURRENCE);
    Workload *orders = add(world, "orders", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE);
    trigger(orders, TRIGGER_REQUEST);
    orders->router = g_strdup("front");
    trigger(add(world, "mail", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE), TRIGGER_POLLING)->keeper =
        KEEPER_CLIENT;
    trigger(add(world, "notices", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE), TRIGGER_WEBHOOK);
    Trigger *queue =
        trigger(add(world, "intake", KIND_WORKFLOW, PATTERN_COMPETING_CONSUMERS), TRIGGER_POLLING);
    queue->ordered = queue->sessions = true;
    add(world, "ledger", KIND_DATABASE, PATTERN_ACTIVE_PASSIVE);
    add(world, "front", KIND_ROUTER, PATTERN_ACTIVE_PASSIVE);
}

static Resource *resource(World *world, const char *name, ResourceKind kind, Location *location)
{
    Resource *resource = fleet_add_resource(world->fleet, name);
    resource->kind = kind;
    resource->location = location;
    return resource;
}

// An account, a connection and a database for each location, the second the replica of the first.
static void add_resources(World *world)
{
    Location *const places[] = {world->west, world->north};
    Workload *settle = group_workload(world->group, "settle");
    Resource *first = NULL;
    for (guint i = 0; i < 2; i++) {
        static const char *const NAMES[][4] = {{"b2b-west", "gw-west", "db-west", "sql-west"},
                                               {"b2b-north", "gw-north", "db-north", "sql-north"}};
        Instance *instance = settle->instances->pdata[i];
        Resource *account = resource(world, NAMES[i][0], RESOURCE_ACCOUNT, places[i]);
        Resource *gateway = resource(world, NAMES[i][1], RESOURCE_GATEWAY, places[i]);
        Resource *database = resource(world, NAMES[i][2], RESOURCE_DEPENDENCY, places[i]);
        Resource *connection = resource(world, NAMES[i][3], RESOURCE_CONNECTION, places[i]);
        gateway->installations = 2;
        database->copy_of = first;
        first = database;
        connection->to = database;
        connection->gateway = gateway;
        Resource *const all[] = {account, gateway, database, connection};
        for (guint k = 0; k < G_N_ELEMENTS(all); k++)
            resource_place(all[k]);
        instance_use(instance, account);
        instance_use(instance, connection);
    }
}

// Every 20 minutes from :00 in one place, from :10 in the other.
static void split_schedule(World *world)
{
    Workload *settle = group_workload(world->group, "settle");
    Trigger *trigger = settle->triggers->pdata[0];
    trigger->has_recurrence = true;
    trigger->recurrence.frequency = FREQUENCY_MINUTE;
    trigger->recurrence.interval = 20;
    ((Instance *)settle->instances->pdata[1])->start_offset_ms = 10 * 60 * 1000;
}

static void add_group_status(World *world)
{
    GroupStatus *status = group_status_new("payments");
    ReplicationStatus *link =
        replication_status_new("payments/ledger", "westeurope", "northeurope");
    status->active = g_strdup("westeurope");
    link->lag_ms = 1000;
    g_ptr_array_add(status->replication, link);
    g_hash_table_insert(world->groups, world->group->name, status);
}

static World world_new(void)
{
    static VantagePoint west = {(char *)"v1", (char *)"westeurope"},
                        north = {(char *)"v2", (char *)"northeurope"};
    static RuleSink archive = {(char *)"archive", (char *)"northeurope", NULL},
                    elsewhere = {(char *)"elsewhere", NULL, NULL};
    World world = {.fleet = fleet_new("contoso"),
                   .locations = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_location),
                   .workloads = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_workload),
                   .groups = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_group),
                   .vantages = g_ptr_array_new(),
                   .sinks = g_ptr_array_new()};
    world.west = add_location(&world, "westeurope");
    world.north = add_location(&world, "northeurope");
    world.group = fleet_add_group(world.fleet, "payments");
    world.group->primary = world.west;
    g_ptr_array_add(world.group->standbys, world.north);
    world.group->plan_reviewed_ms = world.group->plan_tested_ms = NOW_MS - 10 * DAY_MS;
    g_ptr_array_add(world.vantages, &west);
    g_ptr_array_add(world.vantages, &north);
    add_workloads(&world);
    add_resources(&world);
    split_schedule(&world);
    add_group_status(&world);
    g_ptr_array_add(world.sinks, &archive);
    g_ptr_array_add(world.sinks, &elsewhere);
    g_ptr_array_add(list_own(&world.group->unmanaged, g_free), g_strdup("tell the bank"));
    g_hash_table_insert(table_own(&world.group->responsibilities), g_strdup("manual"),
                        g_strdup("the duty manager"));
    return world;
}

static void world_release(World *world)
{
    g_hash_table_unref(world->locations);
    g_hash_table_unref(world->workloads);
    g_hash_table_unref(world->groups);
    g_ptr_array_unref(world->vantages);
    g_ptr_array_unref(world->sinks);
    fleet_unref(world->fleet);
}

static const LocationStatus *find_location(const char *name, gpointer data)
{
    return g_hash_table_lookup(((World *)data)->locations, name);
}

static const WorkloadStatus *find_workload(const char *id, gpointer data)
{
    return g_hash_table_lookup(((World *)data)->workloads, id);
}

static const GroupStatus *find_group(const char *name, gpointer data)
{
    return g_hash_table_lookup(((World *)data)->groups, name);
}

// All but one: nobody can promote what is called so.
static bool can(const Workload *workload, StepKind step, gpointer data)
{
    (void)data;
    return step != STEP_PROMOTE || strcmp(workload->name, "unmanaged") != 0;
}

// Every rule of this world is counted from its start.
static gint64 next(const Instance *instance, const Trigger *trigger, gpointer data)
{
    enum { PERIOD_MS = 20 * 60 * 1000 };
    (void)data;
    return NOW_MS - NOW_MS % PERIOD_MS + trigger->recurrence.start.wall_ms +
           instance->start_offset_ms;
}

static RuleWorld rules_of(World *world)
{
    return (RuleWorld){.fleet = world->fleet,
                       .now_ms = NOW_MS,
                       .location = find_location,
                       .workload = find_workload,
                       .group = find_group,
                       .data = world,
                       .vantages = world->vantages,
                       .can = can,
                       .next = next,
                       .sinks = world->sinks};
}

// ---- breaking it ----

static Workload *workload(World *world, const char *name)
{
    return group_workload(world->group, name);
}

static Trigger *trigger_of(World *world, const char *name)
{
    return workload(world, name)->triggers->pdata[0];
}

static InstanceStatus *instance(World *world, const char *name, guint at)
{
    WorkloadStatus *status = g_hash_table_lookup(world->workloads, workload(world, name)->id);
    return status->instances->pdata[at];
}

static ReplicationStatus *replication(World *world)
{
    GroupStatus *status = g_hash_table_lookup(world->groups, "payments");
    return status->replication->pdata[0];
}

static void other_host(World *world)
{
    world->north->host = HOST_ISOLATED;
}

static void balanced_recurrence(World *world)
{
    workload(world, "settle")->pattern = PATTERN_LOAD_BALANCED;
}

static void balanced_webhook(World *world)
{
    workload(world, "notices")->pattern = PATTERN_LOAD_BALANCED;
}

static void client_state_everywhere(World *world)
{
    workload(world, "mail")->pattern = PATTERN_COMPETING_CONSUMERS;
}

static void client_state_twice(World *world)
{
    instance(world, "mail", 1)->state = INSTANCE_ACTIVE;
}

static void no_sessions(World *world)
{
    trigger_of(world, "intake")->sessions = false;
}

static void no_router(World *world)
{
    g_clear_pointer(&workload(world, "orders")->router, g_free);
}

static void active_twice(World *world)
{
    instance(world, "settle", 1)->state = INSTANCE_ACTIVE;
}

// Of a database.
static void two_primaries(World *world)
{
    instance(world, "ledger", 1)->state = INSTANCE_ACTIVE;
}

static void active_nowhere(World *world)
{
    instance(world, "settle", 0)->state = INSTANCE_PASSIVE;
}

static void not_probed(World *world)
{
    g_clear_pointer(&world->north->health.url, g_free);
}

static void probed_from_inside(World *world)
{
    g_ptr_array_set_size(world->vantages, 1);
}

static void slow_watchdog(World *world)
{
    world->group->rto_ms = 30000;
}

static void old_review(World *world)
{
    world->group->plan_reviewed_ms = NOW_MS - 340 * DAY_MS;
}

static void old_test(World *world)
{
    world->group->plan_tested_ms = NOW_MS - 400 * DAY_MS;
}

static void never_tested(World *world)
{
    world->group->plan_tested_ms = 0;
}

static void lags(World *world)
{
    replication(world)->lag_ms = 8 * 60 * 1000;
}

static void lags_too_far(World *world)
{
    replication(world)->lag_ms = 16 * 60 * 1000;
}

// It said that nothing is missing, 16 minutes ago, and the source has gone on.
static void lags_in_silence(World *world)
{
    ReplicationStatus *link = replication(world);
    link->lag_ms = 0;
    link->committed_ms = link->source_at_ms = 20 * 60 * 1000;
    link->replayed_ms = link->observed_at_ms = 4 * 60 * 1000;
}

static void lags_unknown(World *world)
{
    replication(world)->lag_ms = -1;
}

// Its driver sees the database, and knows of no copy.
static void nobody_reports(World *world)
{
    GroupStatus *status = g_hash_table_lookup(world->groups, "payments");
    g_ptr_array_set_size(status->replication, 0);
    instance(world, "ledger", 0)->observed_at_ms = NOW_MS;
}

// ---- what stands where ----

static Instance *settle_at(World *world, guint at)
{
    return workload(world, "settle")->instances->pdata[at];
}

static Resource *named(World *world, const char *name)
{
    return fleet_resource(world->fleet, name);
}

static void replace_use(World *world, const char *old, const char *fresh)
{
    Instance *instance = settle_at(world, 1);
    g_assert_true(g_ptr_array_remove(instance->resources, named(world, old)));
    instance_use(instance, named(world, fresh));
}

static void one_account(World *world)
{
    replace_use(world, "b2b-north", "b2b-west");
}

static void one_connection(World *world)
{
    replace_use(world, "sql-north", "sql-west");
}

static void foreign_connection(World *world)
{
    named(world, "sql-north")->location = world->west;
}

static void seen_connection(World *world)
{
    for (guint i = 0; i < 2; i++) {
        InstanceStatus *status = instance(world, "orders", i);
        status->connections = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(status->connections, g_strdup("sb-shared"));
    }
}

static void no_copy(World *world)
{
    g_ptr_array_set_size(named(world, "db-west")->copies, 0);
}

static void unused_copy(World *world)
{
    named(world, "sql-north")->to = named(world, "db-west");
}

static void copy_in_the_same_place(World *world)
{
    named(world, "db-north")->location = world->west;
}

static void one_installation(World *world)
{
    named(world, "gw-north")->installations = 1;
}

static void isolated(World *world)
{
    world->west->host = world->north->host = HOST_ISOLATED;
}

static void too_small(World *world)
{
    isolated(world);
    world->north->capacity = 6;
}

static void fits(World *world)
{
    isolated(world);
    world->north->capacity = 7;
}

// ---- who watches, and is told ----

static LocationStatus *north_status(World *world)
{
    return g_hash_table_lookup(world->locations, "northeurope");
}

static void answers_later(World *world)
{
    north_status(world)->answer = ANSWER_ACCEPTED;
}

static void answers_elsewhere(World *world)
{
    north_status(world)->answer = ANSWER_REDIRECTED;
}

static void answers_too_late(World *world)
{
    north_status(world)->answer = ANSWER_LATE;
}

static void answers_slowly(World *world)
{
    north_status(world)->p99_us = 2500 * 1000;
}

static void no_sink(World *world)
{
    g_ptr_array_set_size(world->sinks, 0);
}

static void one_sink(World *world)
{
    g_ptr_array_set_size(world->sinks, 1);
}

static void sinks_together(World *world)
{
    world->sinks->pdata[1] = world->sinks->pdata[0];
}

// ---- schedules, and what was found ----

static void uneven_split(World *world)
{
    settle_at(world, 1)->start_offset_ms = 27 * 60 * 1000; // :07 of the next round
}

// The other part of the schedule: in a group that is at home in the other location, ten minutes later.
static Workload *split_parts(World *world, gint64 shift_ms)
{
    Group *group = fleet_add_group(world->fleet, "reports");
    Workload *settle = workload(world, "settle"),
             *later = group_add_workload(world->fleet, group, "settle");
    Workload *const parts[] = {settle, later};
    group->primary = world->north;
    g_ptr_array_add(group->standbys, world->west);
    group->plan_reviewed_ms = group->plan_tested_ms = NOW_MS - 10 * DAY_MS;
    workload_add_instance(later, world->west);
    workload_add_instance(later, world->north);
    Trigger *other = trigger(later, TRIGGER_RECURRENCE);
    other->has_recurrence = true;
    other->recurrence.frequency = FREQUENCY_MINUTE;
    other->recurrence.interval = 20;
    other->recurrence.start.wall_ms = shift_ms;
    settle_at(world, 1)->start_offset_ms = 0;
    for (guint i = 0; i < 2; i++) {
        ((Trigger *)parts[i]->triggers->pdata[0])->split = g_strdup("settling");
        fleet_enter_splits(world->fleet, parts[i]);
    }
    return later;
}

static void uneven_parts(World *world)
{
    split_parts(world, 7 * 60 * 1000);
}

static void other_interval(World *world)
{
    Trigger *other = split_parts(world, 10 * 60 * 1000)->triggers->pdata[0];
    other->recurrence.interval = 30;
}

static void one_home(World *world)
{
    Group *group = split_parts(world, 10 * 60 * 1000)->group;
    group->primary = world->west;
    group->standbys->pdata[0] = world->north;
}

static void otherwise_declared(World *world)
{
    InstanceStatus *status = instance(world, "settle", 1);
    status->differences = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(status->differences, g_strdup("In northeurope there is no trigger t."));
}

static void nobody_named(World *world)
{
    g_hash_table_remove_all(world->group->responsibilities);
}

static void by_hand(World *world)
{
    nobody_named(world);
    g_ptr_array_set_size(world->group->unmanaged, 0);
    add(world, "unmanaged", KIND_DATABASE, PATTERN_ACTIVE_PASSIVE);
}

typedef struct {
    const char *finding; // its id
    Severity severity;
    const char *says; // part of its facts
    void (*break_it)(World *world);
} Case;

static const Case CASES[] = {
    {"R01:workload/payments/settle", SEVERITY_ERROR, "northeurope has isolated hosts", other_host},
    {"R02:workload/payments/settle", SEVERITY_ERROR,
     "in northeurope uses the integration account b2b-west", one_account},
    {"R03:workload/payments/settle", SEVERITY_ERROR, "load-balanced", balanced_recurrence},
    {"R04:workload/payments/notices", SEVERITY_ERROR, "load-balanced", balanced_webhook},
    {"R05:workload/payments/mail", SEVERITY_ERROR, "competing-consumers", client_state_everywhere},
    {"R05:workload/payments/mail", SEVERITY_CRITICAL, "active in 2 locations", client_state_twice},
    {"R06:workload/payments/intake", SEVERITY_ERROR, "without sessions", no_sessions},
    {"R07:workload/payments/orders", SEVERITY_WARNING, "names no router", no_router},
    {"R08:workload/payments/settle", SEVERITY_CRITICAL, "active in 2 locations", active_twice},
    {"R08:workload/payments/ledger", SEVERITY_CRITICAL, "active in 2 locations", two_primaries},
    {"R08:workload/payments/settle", SEVERITY_WARNING, "active nowhere", active_nowhere},
    {"R09:location/northeurope", SEVERITY_ERROR, "no health check", not_probed},
    {"R09:location/westeurope", SEVERITY_ERROR, "outside it", probed_from_inside},
    {"R10:group/payments", SEVERITY_ERROR, "takes up to 33s, the RTO is 30s", slow_watchdog},
    {"R11:workload/payments/settle", SEVERITY_ERROR, "share the connection sql-west",
     one_connection},
    {"R11:workload/payments/settle", SEVERITY_ERROR,
     "uses the connection sql-north, which is in westeurope", foreign_connection},
    {"R11:workload/payments/orders", SEVERITY_ERROR, "seen to share the connection sb-shared",
     seen_connection},
    {"R12:workload/payments/settle", SEVERITY_ERROR, "db-west is in westeurope only", no_copy},
    {"R12:workload/payments/settle", SEVERITY_ERROR, "the instance in northeurope does not use it",
     unused_copy},
    {"R12:workload/payments/settle", SEVERITY_ERROR, "db-west is in westeurope only",
     copy_in_the_same_place},
    {"R13:location/northeurope", SEVERITY_ERROR, "with 202", answers_later},
    {"R13:location/northeurope", SEVERITY_ERROR, "with a redirection", answers_elsewhere},
    {"R13:location/northeurope", SEVERITY_WARNING, "no answer within 3s", answers_too_late},
    {"R13:location/northeurope", SEVERITY_WARNING, "takes 2.5s, near its limit of 3s",
     answers_slowly},
    {"R14:location/northeurope", SEVERITY_WARNING, "gateway gw-north has one installation",
     one_installation},
    {"R15:location/northeurope", SEVERITY_WARNING, "need 6 units, beside 1", isolated},
    {"R15:location/northeurope", SEVERITY_ERROR, "carries 6 units, of which 1 are in use",
     too_small},
    {"R16:workload/payments/settle", SEVERITY_WARNING,
     "its copies in 2 locations lie 7m to 13m apart; evenly it were 10m", uneven_split},
    {"R16:workload/payments/settle", SEVERITY_WARNING,
     "The parts of the split schedule settling (payments/settle/t and reports/settle/t) fire every "
     "20m each: together every 7m to 13m; evenly it were every 10m",
     uneven_parts},
    {"R16:workload/payments/settle", SEVERITY_WARNING, "do not all fire in one fixed interval",
     other_interval},
    {"R16:workload/payments/settle", SEVERITY_WARNING,
     "(payments/settle/t and reports/settle/t) are at home in westeurope", one_home},
    {"R17:group/payments", SEVERITY_WARNING, "reviewed 340 days ago", old_review},
    {"R17:group/payments", SEVERITY_ERROR, "tested 400 days ago", old_test},
    {"R17:group/payments", SEVERITY_ERROR, "never tested", never_tested},
    {"R18:group/payments", SEVERITY_WARNING, "8m behind in northeurope; the RPO is 15m", lags},
    {"R18:group/payments", SEVERITY_ERROR, "16m behind", lags_too_far},
    {"R18:group/payments", SEVERITY_ERROR, "16m behind", lags_in_silence},
    {"R18:group/payments", SEVERITY_ERROR, "Nobody knows", lags_unknown},
    {"R18:group/payments", SEVERITY_ERROR,
     "Nobody knows how far payments/ledger is behind in north", nobody_reports},
    {"R25:fleet", SEVERITY_WARNING, "go nowhere else", no_sink},
    {"R25:fleet", SEVERITY_WARNING, "one sink, in northeurope", one_sink},
    {"R25:fleet", SEVERITY_WARNING, "one place, northeurope", sinks_together},
    {"R26:workload/payments/settle", SEVERITY_WARNING, "no trigger t", otherwise_declared},
    {"R27:group/payments", SEVERITY_WARNING, "by hand in 1 place (tell the bank)", nobody_named},
    {"R27:group/payments", SEVERITY_WARNING, "(promote unmanaged)", by_hand},
};

static const Finding *find(const GPtrArray *findings, const Case *c)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (strcmp(finding->id, c->finding) == 0 && finding->severity == c->severity &&
            strstr(finding->facts, c->says))
            return finding;
    }
    return NULL;
}

static void tell(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        g_test_message("%s %d: %s", finding->id, (int)finding->severity, finding->facts);
    }
}

static void test_hold(void)
{
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    g_autoptr(GPtrArray) findings = rules_check(&rules);
    tell(findings);
    g_assert_cmpuint(findings->len, ==, 0);
    world_release(&world);
}

static bool is_sentence(const char *text)
{
    return text && g_ascii_isalpha(*text) && g_str_has_suffix(text, ".");
}

static void test_broken(gconstpointer data)
{
    const Case *c = data;
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    c->break_it(&world);
    g_autoptr(GPtrArray) findings = rules_check(&rules);
    tell(findings);
    const Finding *found = find(findings, c);
    g_assert_nonnull(found);
    g_assert_true(is_sentence(found->facts) && is_sentence(found->way_out));
    g_assert_cmpstr(found->title, ==, rules_find(found->rule)->title);
    g_assert_cmpstr(found->from, ==, rules_find(found->rule)->from);
    world_release(&world);
}

// R19 to R24 have worlds of their own in test-model-standby.c.
static bool is_of_standbys(const char *id)
{
    return strcmp(id, "R19") >= 0 && strcmp(id, "R24") <= 0;
}

// No rule without a case that breaks it, and a requirement that it serves.
static void test_complete(void)
{
    guint count;
    const Rule *rules = rules_all(&count);
    for (guint i = 0; i < count; i++) {
        bool any = is_of_standbys(rules[i].id);
        for (guint k = 0; k < G_N_ELEMENTS(CASES); k++)
            any = any || g_str_has_prefix(CASES[k].finding, rules[i].id);
        g_test_message("%s", rules[i].id);
        g_assert_true(any);
        g_assert_true(*rules[i].from && *rules[i].holds);
        g_assert_true(!i || strcmp(rules[i - 1].id, rules[i].id) < 0);
    }
}

static void test_split_words(void)
{
    World world = world_new();
    Split split;
    Workload *settle = workload(&world, "settle");
    g_assert_true(split_of(settle, settle->triggers->pdata[0], &split));
    g_autofree char *even = split_words(&split);
    g_assert_cmpstr(even, ==, "copies 10m apart, one at a time: every 20m");
    uneven_split(&world);
    g_assert_true(split_of(settle, settle->triggers->pdata[0], &split));
    g_autofree char *uneven = split_words(&split);
    g_assert_nonnull(strstr(uneven, "copies 7m to 13m apart"));
    settle_at(&world, 1)->start_offset_ms = 0;
    g_assert_false(split_of(settle, settle->triggers->pdata[0], &split));
    world_release(&world);
}

// Parts run at once, each in its own home.
static void test_split_parts(void)
{
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    Split split;
    split_parts(&world, 10 * 60 * 1000);
    const GPtrArray *parts = fleet_split(world.fleet, trigger_of(&world, "settle"));
    g_assert_cmpuint(parts->len, ==, 2);
    g_assert_true(split_of_parts(parts, next, NULL, &split));
    g_autofree char *words = split_words(&split);
    g_assert_cmpstr(words, ==,
                    "split in 2, together every 10m; while one is down a run is lost every 20m");
    g_autoptr(GPtrArray) findings = rules_check(&rules);
    tell(findings);
    g_assert_cmpuint(findings->len, ==, 0);
    world_release(&world);
}

static void test_fits(void)
{
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    fits(&world);
    g_autoptr(GPtrArray) findings = rules_check(&rules);
    g_assert_cmpuint(findings->len, ==, 0);
    world_release(&world);
}

// What is not known is not held against anybody.
static void test_no_claim(void)
{
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    active_nowhere(&world);
    instance(&world, "settle", 0)->state = INSTANCE_UNREACHABLE;
    g_autoptr(GPtrArray) findings = rules_check(&rules);
    g_assert_cmpuint(findings->len, ==, 0);
    world_release(&world);
}

// Figures that move by themselves leave the mark as it is; other facts do not.
static void test_mark(void)
{
    World world = world_new();
    RuleWorld rules = rules_of(&world);
    char marks[3][20];
    static void (*const STEPS[])(World *) = {old_test, NULL, never_tested};
    for (guint i = 0; i < 3; i++) {
        if (STEPS[i])
            STEPS[i](&world);
        else
            rules.now_ms += DAY_MS;
        g_autoptr(GPtrArray) findings = rules_check(&rules);
        g_assert_cmpuint(findings->len, ==, 1);
        g_strlcpy(marks[i], ((const Finding *)findings->pdata[0])->mark, sizeof marks[i]);
    }
    g_assert_cmpuint(strlen(marks[0]), ==, 16);
    g_assert_cmpstr(marks[0], ==, marks[1]);
    g_assert_cmpstr(marks[1], !=, marks[2]);
    world_release(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/rules/hold", test_hold);
    g_test_add_func("/model/rules/complete", test_complete);
    g_test_add_func("/model/rules/fits", test_fits);
    g_test_add_func("/model/rules/split-words", test_split_words);
    g_test_add_func("/model/rules/split-parts", test_split_parts);
    g_test_add_func("/model/rules/no-claim", test_no_claim);
    g_test_add_func("/model/rules/mark", test_mark);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *path = g_strdup_printf("/model/rules/broken/%.3s-%u", CASES[i].finding, i);
        g_test_add_data_func(path, &CASES[i], test_broken);
    }
    return g_test_run();
}
