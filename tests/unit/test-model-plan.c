// From a group to the steps: orders, waves, manual steps, undoing.
#include <string.h>

#include "base/error.h"
#include "base/none.h"
#include "model/plan.h"

typedef struct {
    Fleet *fleet;
    Group *group;
    Location *west, *north;
} World;

static Workload *add(World *world, const char *name, WorkloadKind kind, Pattern pattern)
{
    Workload *workload = group_add_workload(world->fleet, world->group, name);
    workload->kind = kind;
    workload->pattern = pattern;
    workload_add_instance(workload, world->west);
    workload_add_instance(workload, world->north);
    return workload;
}

static void trigger(Workload *workload, TriggerType type)
{
    workload_add_trigger(workload, "t")->type = type;
}

static World world_new(void)
{
    World world = {.fleet = fleet_new("contoso")};
    world.west = fleet_add_location(world.fleet, "westeurope");
    world.north = fleet_add_location(world.fleet, "northeurope");
    world.group = fleet_add_group(world.fleet, "payments");
    world.group->primary = world.west;
    g_ptr_array_add(world.group->standbys, world.north);
    trigger(add(&world, "settle", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE), TRIGGER_RECURRENCE);
    trigger(add(&world, "orders", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE), TRIGGER_REQUEST);
    Workload *mail = add(&world, "mail", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE);
    trigger(mail, TRIGGER_POLLING);
    trigger(add(&world, "intake", KIND_WORKFLOW, PATTERN_COMPETING_CONSUMERS), TRIGGER_POLLING);
    add(&world, "ledger", KIND_DATABASE, PATTERN_ACTIVE_PASSIVE);
    add(&world, "front", KIND_ROUTER, PATTERN_ACTIVE_PASSIVE);
    g_ptr_array_add(list_own(&mail->depends_on, NULL), group_workload(world.group, "settle"));
    return world;
}

static bool can_all(const Workload *workload, StepKind kind, gpointer data)
{
    (void)workload, (void)kind, (void)data;
    return true;
}

static bool cannot_promote(const Workload *workload, StepKind kind, gpointer data)
{
    (void)workload, (void)data;
    return kind != STEP_PROMOTE;
}

// "wave kind workload@location", one a line.
static char *render(const GPtrArray *steps)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        const char *name = step->workload ? strrchr(step->workload, '/') + 1 : "-";
        g_assert_cmpuint(step->number, ==, ((const Step *)steps->pdata[0])->number + i);
        g_string_append_printf(text, "%u %s %s@%.5s%s\n", step->wave,
                               name_of(&STEP_KIND_NAMES, (int)step->kind), name,
                               step->location ? step->location : "-", step->grants ? " *" : "");
    }
    return g_string_free(text, FALSE);
}

static char *plan_of(const World *world, OperationKind kind, bool planned,
                     bool (*can)(const Workload *, StepKind, gpointer))
{
    bool back = kind == OPERATION_FAILBACK;
    PlanInput input = {world->group,
                       back ? world->north : world->west,
                       back ? world->west : world->north,
                       kind,
                       planned,
                       can,
                       NULL,
                       NULL,
                       DRILL_NONE,
                       false};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) steps = plan_make(&input, &error);
    g_assert_no_error(error);
    return render(steps);
}

static void test_unplanned(void)
{
    World world = world_new();
    g_autofree char *plan = plan_of(&world, OPERATION_FAILOVER, false, can_all);
    g_assert_cmpstr(
        plan, ==,
        "1 fence ledger@weste\n1 fence settle@weste\n1 fence orders@weste\n1 fence mail@weste\n"
        "2 promote ledger@north *\n3 reroute front@north *\n"
        "4 activate orders@north *\n5 activate settle@north *\n6 activate mail@north *\n"
        "7 verify -@north\n8 limited-mode -@-\n");
    fleet_unref(world.fleet);
}

static void test_planned(void)
{
    World world = world_new();
    g_autofree char *plan = plan_of(&world, OPERATION_FAILOVER, true, can_all);
    g_assert_cmpstr(plan, ==,
                    "1 passivate settle@weste\n1 passivate orders@weste\n1 passivate mail@weste\n"
                    "2 drain -@weste\n3 passivate ledger@weste\n4 catch-up -@north\n"
                    "5 promote ledger@north *\n6 reroute front@north *\n7 activate orders@north *\n"
                    "8 activate settle@north *\n9 activate mail@north *\n10 verify -@north\n"
                    "11 limited-mode -@-\n");
    fleet_unref(world.fleet);
}

static void test_failback(void)
{
    World world = world_new();
    g_autofree char *plan = plan_of(&world, OPERATION_FAILBACK, true, can_all);
    g_assert_true(g_str_has_prefix(
        plan, "1 rejoin ledger@weste\n2 catch-up -@weste\n3 passivate settle@north\n"));
    g_assert_nonnull(strstr(plan, "promote ledger@weste *\n"));
    fleet_unref(world.fleet);
}

static const Step *step_titled(const GPtrArray *steps, const char *part)
{
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        if (strstr(step->title, part))
            return step;
    }
    return NULL;
}

static GPtrArray *people_plan(const World *world, OperationKind kind)
{
    bool back = kind == OPERATION_FAILBACK;
    PlanInput input = {.group = world->group,
                       .from = back ? world->north : world->west,
                       .to = back ? world->west : world->north,
                       .kind = kind,
                       .planned = true,
                       .can = can_all};
    GPtrArray *steps = plan_make(&input, NULL);
    g_assert_nonnull(steps);
    return steps;
}

// Customers are told, the failback's window is waited for, the customer's own items come last, each step names who
// does it. Without those in the fleet file nothing of the kind is planned; a drill has none of it.
static void test_people(void)
{
    World world = world_new();
    g_autoptr(GPtrArray) plain = people_plan(&world, OPERATION_FAILBACK);
    g_assert_null(step_titled(plain, "window"));
    g_assert_null(step_titled(plain, "customers"));
    world.group->notices[NOTICE_FAILBACK] = g_strdup("{group} goes back to {to}");
    world.group->notices[NOTICE_HOME] = g_strdup("{group} is home");
    g_assert_true(day_window_parse("01:00-05:00", &world.group->failback_window));
    g_ptr_array_add(list_own(&world.group->unmanaged, g_free), g_strdup("tell the desk"));
    g_ptr_array_add(list_own(&world.group->unmanaged, g_free), g_strdup("move the fax"));
    g_hash_table_insert(table_own(&world.group->responsibilities), g_strdup("promote"),
                        g_strdup("DBA"));
    g_autoptr(GPtrArray) steps = people_plan(&world, OPERATION_FAILBACK);
    const Step *window = step_titled(steps, "wait for the failback window, 01:00-05:00 UTC"),
               *told = step_titled(steps, "tell the customers: failback begins"),
               *off = step_titled(steps, "passivate settle"),
               *home = step_titled(steps, "tell the customers: it is home"),
               *desk = step_titled(steps, "your own: tell the desk"),
               *fax = step_titled(steps, "your own: move the fax");
    g_assert_true(window->wave < told->wave && told->wave < off->wave && off->wave < home->wave);
    g_assert_true(home->wave < desk->wave && desk->wave == fax->wave);
    g_assert_cmpint((int)window->kind, ==, STEP_WAIT);
    g_assert_cmpint((int)told->kind, ==, STEP_MANUAL);
    g_assert_cmpint((int)told->side, ==, SIDE_OPERATOR);
    g_assert_cmpstr(told->task, ==, "payments goes back to westeurope");
    g_assert_cmpstr(step_titled(steps, "promote ledger")->who, ==, "DBA");
    g_assert_null(off->who);
    g_autoptr(GPtrArray) drill = people_plan(&world, OPERATION_DRILL);
    g_assert_null(step_titled(drill, "window"));
    g_assert_null(step_titled(drill, "customers"));
    g_assert_null(step_titled(drill, "your own"));
    fleet_unref(world.fleet);
}

static bool all_passive(const Workload *workload, const Location *location, gpointer data)
{
    (void)workload, (void)location, (void)data;
    return true;
}

// A region that came back passive is activated again, what shares its work included.
static void test_restart(void)
{
    World world = world_new();
    PlanInput input = {.group = world.group,
                       .from = world.west,
                       .to = world.west,
                       .kind = OPERATION_FAILBACK,
                       .planned = true,
                       .can = can_all,
                       .is_passive = all_passive};
    g_autoptr(GPtrArray) steps = plan_make(&input, NULL);
    g_autofree char *plan = render(steps);
    g_assert_cmpstr(
        plan, ==,
        "1 promote ledger@weste *\n2 reroute front@weste *\n3 activate orders@weste *\n"
        "4 activate intake@weste *\n5 activate settle@weste *\n6 activate mail@weste *\n"
        "7 verify -@weste\n");
    fleet_unref(world.fleet);
}

// What no driver can do stands in the plan as a manual step; it still grants the role.
static void test_manual(void)
{
    World world = world_new();
    g_autofree char *plan = plan_of(&world, OPERATION_FAILOVER, false, cannot_promote);
    g_assert_nonnull(strstr(plan, "2 manual ledger@north *\n"));
    fleet_unref(world.fleet);
}

static void test_cycle(void)
{
    World world = world_new();
    g_autoptr(GError) error = NULL;
    g_ptr_array_add(list_own(&group_workload(world.group, "settle")->depends_on, NULL),
                    group_workload(world.group, "mail"));
    PlanInput input = {world.group, world.west, world.north, OPERATION_FAILOVER, false,
                       can_all,     NULL,       NULL,        DRILL_NONE,         false};
    g_assert_null(plan_make(&input, &error));
    g_assert_true(err_is(error, ERR_INVALID));
    fleet_unref(world.fleet);
}

// There and home again, in one plan; an isolated one says in every step that it only rehearses.
static void test_drill(void)
{
    World world = world_new();
    PlanInput input = {.group = world.group,
                       .from = world.west,
                       .to = world.north,
                       .kind = OPERATION_DRILL,
                       .planned = true,
                       .can = can_all,
                       .drill = DRILL_LIVE};
    guint turn = 0, there = 0, back = 0;
    g_autoptr(GPtrArray) live = plan_make(&input, NULL);
    for (guint i = 0; i < live->len; i++) {
        const Step *step = live->pdata[i];
        if (step->kind == STEP_TURN)
            turn = step->number;
        else if (step->kind == STEP_PASSIVATE)
            *(turn ? &back : &there) += 1;
        g_assert_true(turn || step->kind != STEP_PASSIVATE ||
                      g_str_equal(step->location, world.west->name));
        g_assert_true(!turn || step->kind != STEP_PASSIVATE ||
                      g_str_equal(step->location, world.north->name));
    }
    g_assert_cmpuint(turn, >, 0);
    g_assert_cmpuint(there, ==, back);
    input.drill = DRILL_ISOLATED;
    g_autoptr(GPtrArray) isolated = plan_make(&input, NULL);
    g_assert_cmpuint(isolated->len, ==, live->len);
    for (guint i = 0; i < isolated->len; i++)
        g_assert_true(g_str_has_prefix(((const Step *)isolated->pdata[i])->title, "rehearse"));
    fleet_unref(world.fleet);
}

static void settle(Operation *operation, guint from, StepState state)
{
    bool granted = false;
    for (guint i = from; i < operation->steps->len; i++) {
        Step *step = operation->steps->pdata[i];
        granted = granted || step->grants;
        if (!granted)
            step->state = state;
    }
}

// All that takes the role away is done; one step of it that did not work, and nothing is proven. A drill has to prove
// it again on its way home.
static void test_proven(void)
{
    World world = world_new();
    PlanInput input = {.group = world.group,
                       .from = world.west,
                       .to = world.north,
                       .kind = OPERATION_DRILL,
                       .planned = true,
                       .can = can_all,
                       .drill = DRILL_LIVE};
    g_autoptr(Operation) operation = operation_new("op-1");
    g_ptr_array_unref(operation->steps);
    operation->steps = plan_make(&input, NULL);
    g_assert_false(plan_is_proven(operation));
    settle(operation, 0, STEP_DONE);
    g_assert_true(plan_is_proven(operation));
    Step *first = operation->steps->pdata[0];
    for (guint i = 0; i < STEP_STATES; i++) {
        first->state = (StepState)i;
        g_assert_true(plan_is_proven(operation) == (i == STEP_DONE));
    }
    first->state = STEP_DONE;
    guint turn = 0;
    while (((Step *)operation->steps->pdata[turn])->kind != STEP_TURN)
        turn++;
    for (guint i = 0; i <= turn; i++)
        ((Step *)operation->steps->pdata[i])->state = STEP_DONE;
    g_assert_false(plan_is_proven(operation));
    settle(operation, turn + 1, STEP_DONE);
    g_assert_true(plan_is_proven(operation));
    input.kind = OPERATION_FAILOVER; // a restart switches nothing off
    input.drill = DRILL_NONE;
    input.planned = false;
    input.to = world.west;
    g_ptr_array_unref(operation->steps);
    operation->steps = plan_make(&input, NULL);
    settle(operation, 0, STEP_DONE);
    g_assert_false(plan_is_proven(operation));
    fleet_unref(world.fleet);
}

static void test_undo(void)
{
    World world = world_new();
    PlanInput input = {world.group, world.west, world.north, OPERATION_FAILOVER, true,
                       can_all,     NULL,       NULL,        DRILL_NONE,         false};
    g_autoptr(Operation) operation = operation_new("op-1");
    operation->from = g_strdup(world.west->name);
    g_ptr_array_unref(operation->steps);
    world.west->title = g_strdup("West Europe");
    operation->steps = plan_make(&input, NULL);
    for (guint i = 0; i < 5; i++) // settle, orders, mail, drain, ledger
        ((Step *)operation->steps->pdata[i])->state = STEP_DONE;
    g_autoptr(GPtrArray) undo = plan_undo(operation, world.group);
    g_autofree char *text = render(undo);
    g_assert_cmpstr(text, ==,
                    "12 promote ledger@weste\n13 activate mail@weste\n13 activate orders@weste\n"
                    "13 activate settle@weste\n");
    const Step *first = undo->pdata[0];
    g_assert_cmpstr(first->title, ==, "undo: promote ledger in West Europe again");
    fleet_unref(world.fleet);
}

static void test_parameters(void)
{
    World world = world_new();
    Instance *instance = workload_instance(group_workload(world.group, "settle"), world.west);
    g_hash_table_insert(table_own(&world.west->parameters), g_strdup("endpoint"),
                        g_strdup("http://weu"));
    g_hash_table_insert(table_own(&instance->workload->parameters), g_strdup("url"),
                        g_strdup("{location.endpoint}/{group}/{workload}?at={location}&x={y}"));
    g_autofree char *url = instance_parameter(instance, "url");
    g_assert_cmpstr(url, ==, "http://weu/payments/settle?at=westeurope&x={y}");
    g_assert_null(instance_parameter(instance, "nothing"));
    fleet_unref(world.fleet);
}

// Where its provider does not support a workload, no plan leads (D6).
static void test_regions(void)
{
    World world = world_new();
    g_autoptr(GError) error = NULL;
    Workload *connector = add(&world, "devops", KIND_CONNECTOR, PATTERN_ACTIVE_PASSIVE);
    PlanInput input = {.group = world.group,
                       .from = world.west,
                       .to = world.north,
                       .kind = OPERATION_FAILOVER,
                       .can = can_all};
    g_ptr_array_add(list_own(&connector->regions, g_free), g_strdup("West Europe"));
    g_assert_null(plan_make(&input, &error));
    g_assert_nonnull(
        strstr(error->message, "not supported in northeurope; it is in: West Europe."));
    g_ptr_array_add(list_own(&connector->regions, g_free), g_strdup("North Europe"));
    g_autoptr(GPtrArray) steps = plan_make(&input, NULL);
    g_assert_nonnull(steps);
    fleet_unref(world.fleet);
}

static char *titles_of(const PlanInput *input)
{
    g_autoptr(GPtrArray) steps = plan_make(input, NULL);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        if (step->kind == STEP_ACTIVATE || step->kind == STEP_MANUAL || step->kind == STEP_VERIFY)
            g_string_append_printf(text, "%s%s%s|", step->title,
                                   step->needs_ticket ? " TICKET" : "",
                                   step->workload && step->kind == STEP_MANUAL ? " WORKLOAD" : "");
    }
    return g_string_free(text, FALSE);
}

// A connector that is made anew elsewhere is released by its provider, on a ticket, once it is there (D3): on each
// move, in a live drill both ways, and not where nothing has to be asked or nothing moves.
static void test_release(void)
{
    World world = {.fleet = fleet_new("contoso")};
    world.west = fleet_add_location(world.fleet, "west");
    world.north = fleet_add_location(world.fleet, "north");
    world.group = fleet_add_group(world.fleet, "devops");
    world.group->primary = world.west;
    world.group->rto_ms = 3600000;
    g_ptr_array_add(world.group->standbys, world.north);
    Workload *hosts = add(&world, "hosts", KIND_CONNECTOR, PATTERN_ACTIVE_PASSIVE);
    hosts->release = g_strdup("ask for the release");
    PlanInput input = {.group = world.group,
                       .from = world.west,
                       .to = world.north,
                       .kind = OPERATION_FAILOVER,
                       .can = can_all};
    g_autofree char *there = titles_of(&input);
    g_assert_cmpstr(there, ==,
                    "activate hosts in north|hosts: ask for the release TICKET|verify that devops "
                    "works in north|");
    input.kind = OPERATION_DRILL;
    input.drill = DRILL_LIVE;
    g_autofree char *drill = titles_of(&input);
    g_assert_cmpstr(
        drill, ==,
        "activate hosts in north|hosts: ask for the release TICKET|verify that devops "
        "works in north|activate hosts in west|hosts: ask for the release TICKET|verify "
        "that devops works in west|");
    input.kind = OPERATION_FAILOVER;
    input.to = world.west;
    g_autofree char *restart = titles_of(&input);
    g_assert_null(strstr(restart, "release"));
    input.to = world.north;
    g_free(hosts->release);
    hosts->release = g_strdup("none");
    g_autofree char *none = titles_of(&input);
    g_assert_null(strstr(none, "release"));
    fleet_unref(world.fleet);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/plan/unplanned", test_unplanned);
    g_test_add_func("/model/plan/planned", test_planned);
    g_test_add_func("/model/plan/failback", test_failback);
    g_test_add_func("/model/plan/people", test_people);
    g_test_add_func("/model/plan/restart", test_restart);
    g_test_add_func("/model/plan/manual", test_manual);
    g_test_add_func("/model/plan/cycle", test_cycle);
    g_test_add_func("/model/plan/drill", test_drill);
    g_test_add_func("/model/plan/proven", test_proven);
    g_test_add_func("/model/plan/undo", test_undo);
    g_test_add_func("/model/plan/regions", test_regions);
    g_test_add_func("/model/plan/release", test_release);
    g_test_add_func("/model/fleet/parameters", test_parameters);
    return g_test_run();
}
