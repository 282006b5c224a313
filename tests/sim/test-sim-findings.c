// Findings over time: judged piecemeal they are what they are judged whole; acknowledged, they stay in view and
// come back.
#include "story.h"

#include <string.h>

#include "model/refusal.h"

static const gint64 DAY_MS = 24 * 3600 * 1000;

typedef struct {
    bool answered;
    GError *error;
} Answer;

static void on_done(const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->answered = true;
    g_clear_error(&answer->error);
    answer->error = error ? g_error_copy(error) : NULL;
}

static const Finding *find(Sim *sim, const char *id)
{
    const GPtrArray *all = engine_findings(sim->engine);
    for (guint i = 0; i < all->len; i++)
        if (strcmp(((const Finding *)all->pdata[i])->id, id) == 0)
            return all->pdata[i];
    return NULL;
}

static const Finding *given(Sim *sim, const char *id)
{
    const Finding *finding = find(sim, id);
    g_assert_nonnull(finding);
    return finding;
}

// The refusal's code; 0 = it was done.
static int code_of(Sim *sim, Answer *answer)
{
    for (guint i = 0; i < 100 && !answer->answered; i++)
        sim_pass(sim, 10);
    g_assert_true(answer->answered);
    int code = answer->error ? answer->error->code : 0;
    g_assert_true(!answer->error || answer->error->domain == REFUSAL);
    g_clear_error(&answer->error);
    return code;
}

static int acknowledge(Sim *sim, AcceptRequest request)
{
    Answer answer = {0};
    engine_accept_finding(sim->engine, &request, on_done, &answer);
    return code_of(sim, &answer);
}

static void never_tested(Fleet *fleet)
{
    fleet_group(fleet, "payments")->plan_tested_ms = 0;
}

static AcceptRequest good_request(const Sim *sim)
{
    return (AcceptRequest){.person = &ALICE,
                           .finding = "R17:group/payments",
                           .note = "the drill is on Friday",
                           .until_ms = sim->clock.wall + 3 * DAY_MS};
}

static void test_refused(void)
{
    Sim *sim = sim_new(3, never_tested);
    sim_pass(sim, 20000);
    AcceptRequest request = good_request(sim);
    request.person = &VIEWER;
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_NOT_ALLOWED);
    request = good_request(sim);
    request.finding = "R17:group/nobody";
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_NOT_FOUND);
    request = good_request(sim);
    request.mark = "0123456789abcdef";
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_PRECONDITION);
    request = good_request(sim);
    request.note = " - ";
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_NO_REASON);
    request = good_request(sim);
    request.until_ms = sim->clock.wall;
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_BAD_REQUEST);
    request.until_ms = sim->clock.wall + 400 * DAY_MS;
    g_assert_cmpint(acknowledge(sim, request), ==, REFUSAL_BAD_REQUEST);
    g_assert_null(given(sim, "R17:group/payments")->acknowledged_by);
    g_assert_cmpuint(sim_count_audit(sim, "finding.acknowledged"), ==, 0);
    finish(sim);
}

static bool is_named(const Operation *operation, const char *text)
{
    for (guint i = 0; i < operation->statement->findings->len; i++)
        if (strstr(operation->statement->findings->pdata[i], text))
            return true;
    return false;
}

// It lasts through a restart, stands in the statement with who knows of it, still asks for a sign-off, and counts
// again when its date has passed.
static void test_acknowledged(void)
{
    Sim *sim = sim_new(3, never_tested);
    sim_pass(sim, 20000);
    g_autofree char *mark = g_strdup(given(sim, "R17:group/payments")->mark);
    AcceptRequest request = good_request(sim);
    request.mark = mark;
    g_assert_cmpint(acknowledge(sim, request), ==, 0);
    g_assert_cmpstr(given(sim, "R17:group/payments")->acknowledged_by, ==, "alice");
    sim_restart(sim);
    sim_pass(sim, 20000);
    const Finding *finding = given(sim, "R17:group/payments");
    g_assert_cmpstr(finding->acknowledged_by, ==, "alice");
    g_assert_cmpstr(finding->acknowledged_note, ==, "the drill is on Friday");
    g_assert_cmpint(finding->acknowledged_until_ms, ==, request.until_ms);

    const Operation *operation = sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED);
    g_assert_nonnull(operation);
    g_assert_true(
        is_named(operation, "R17 error: Its plan was never tested. Acknowledged by alice"));
    g_assert_true(is_named(operation, "the drill is on Friday"));
    g_assert_cmpuint(operation->statement->error_findings, ==, 1);
    g_assert_cmpuint(operation->statement->approvals, >=, 1);
    g_assert_true(sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0));

    sim_pass(sim, 3 * DAY_MS + 1000);
    g_assert_null(given(sim, "R17:group/payments")->acknowledged_by);
    g_assert_cmpuint(sim_count_audit(sim, "finding.acknowledged"), ==, 1);
    finish(sim);
}

static void automatic_but_never_tested(Fleet *fleet)
{
    automatic(fleet);
    never_tested(fleet);
}

static int take_back(Sim *sim, const Person *person, const char *id, const char *reason)
{
    WithdrawRequest request = {.person = person, .id = id, .reason = reason};
    Answer answer = {0};
    engine_withdraw_finding(sim->engine, &request, on_done, &answer);
    return code_of(sim, &answer);
}

// It counts again from now on, for everybody, also after a restart; and can be acknowledged anew.
static void test_taken_back(void)
{
    const char *id = "R17:group/payments";
    Sim *sim = sim_new(3, never_tested);
    sim_pass(sim, 20000);
    g_assert_cmpint(take_back(sim, &BOB, id, "nobody has"), ==, REFUSAL_NOTHING_TO_DO);
    g_assert_cmpint(acknowledge(sim, good_request(sim)), ==, 0);
    g_assert_cmpint(take_back(sim, &VIEWER, id, "too soon"), ==, REFUSAL_NOT_ALLOWED);
    g_assert_cmpint(take_back(sim, &BOB, "R99:nothing", "too soon"), ==, REFUSAL_NOT_FOUND);
    g_assert_cmpint(take_back(sim, &BOB, id, " "), ==, REFUSAL_NO_REASON);
    g_assert_nonnull(given(sim, id)->acknowledged_by);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_cmpint(take_back(sim, &BOB, id, "the drill was called off"), ==, 0);
    g_assert_null(given(sim, id)->acknowledged_by);
    g_assert_cmpuint(sim_count_audit(sim, "finding.withdrawn"), ==, 1);
    sim_restart(sim);
    sim_pass(sim, 20000);
    g_assert_null(given(sim, id)->acknowledged_by);
    g_assert_cmpint(acknowledge(sim, good_request(sim)), ==, 0);
    g_assert_cmpstr(given(sim, id)->acknowledged_by, ==, "alice");
    finish(sim);
}

// What would have moved by itself waits for a person who has seen the finding; acknowledged or not.
static void test_error_blocks(void)
{
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        Sim *sim = sim_new(5, automatic_but_never_tested);
        sim_pass(sim, 20000);
        if (acknowledged)
            g_assert_cmpint(acknowledge(sim, good_request(sim)), ==, 0);
        sim_region_set(sim->world, "west", REGION_DOWN);
        g_assert_true(sim_until(sim, has_open, 60000));
        sim_pass(sim, 5000);
        const Operation *operation = sim_operation(sim);
        g_assert_cmpint(operation->state, ==, OPERATION_AWAITING);
        g_assert_true(is_named(operation, "R17 error: Its plan was never tested."));
        g_assert_true(is_named(operation, "Acknowledged by alice") == acknowledged);
        g_assert_cmpstr(operation->statement->signoff_why, ==,
                        "findings of severity error touch this group");
        finish(sim);
    }
}

// Other facts are another matter, even under the same id.
static void test_other_facts(void)
{
    Sim *sim = sim_new(3, never_tested);
    sim_pass(sim, 20000);
    g_assert_cmpint(acknowledge(sim, good_request(sim)), ==, 0);
    Fleet *fleet = fleet_ref(sim->fleet);
    Group *group = fleet_group(fleet, "payments");
    group->plan_tested_ms = sim->clock.wall - 340 * DAY_MS; // a warning now
    engine_set_fleet(sim->engine, fleet, "a test");
    sim_pass(sim, 5000);
    g_assert_cmpint(given(sim, "R17:group/payments")->severity, ==, SEVERITY_WARNING);
    g_assert_null(given(sim, "R17:group/payments")->acknowledged_by);
    group->plan_tested_ms = 0; // as it was acknowledged
    engine_set_fleet(sim->engine, fleet, "a test");
    fleet_unref(fleet);
    sim_pass(sim, 5000);
    g_assert_cmpstr(given(sim, "R17:group/payments")->acknowledged_by, ==, "alice");
    finish(sim);
}

// What targets say of themselves is judged and shown, declared or not; and goes when they say so no more.
static void test_discovered(void)
{
    Sim *sim = sim_new(3, NULL);
    sim->world->connection = "sb-shared";
    sim_pass(sim, 20000);
    const Finding *shared = given(sim, "R11:workload/payments/settle");
    g_assert_nonnull(
        strstr(shared->facts, "west and north are seen to share the connection sb-shared"));
    const WorkloadStatus *settle = engine_workload(sim->engine, "payments/settle");
    g_assert_cmpuint(settle->uses->len, ==, 2);
    const UseStatus *use = settle->uses->pdata[0];
    g_assert_cmpstr(use->name, ==, "sb-shared");
    g_assert_true(use->seen && strcmp(use->detail, "not declared") == 0);
    sim->world->connection = "";
    sim_pass(sim, 20000);
    g_assert_null(find(sim, "R11:workload/payments/settle"));
    g_assert_cmpuint(engine_workload(sim->engine, "payments/settle")->uses->len, ==, 0);
    finish(sim);
}

// One late answer is a finding for some minutes; those of a location that goes down are not.
static void test_late_answers(void)
{
    Sim *sim = sim_new(3, NULL);
    sim_pass(sim, 20000);
    sim_region_set(sim->world, "north", REGION_HANGING);
    sim_pass(sim, 40000);
    g_assert_cmpint(engine_location(sim->engine, "north")->verdict.state, ==, VERDICT_DOWN);
    g_assert_null(find(sim, "R13:location/north"));
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 20000);
    g_assert_null(find(sim, "R13:location/north"));
    sim_region_set(sim->world, "north", REGION_HANGING);
    sim_pass(sim, 2500);
    sim_region_set(sim->world, "north", REGION_UP);
    sim_pass(sim, 5000);
    g_assert_nonnull(strstr(given(sim, "R13:location/north")->facts, "no answer within 1s"));
    sim_pass(sim, 11 * 60 * 1000);
    g_assert_null(find(sim, "R13:location/north"));
    finish(sim);
}

static void declared_connection(Fleet *fleet)
{
    Workload *settle = fleet_workload(fleet, "payments/settle");
    Resource *sql = fleet_add_resource(fleet, "sql-west");
    sql->kind = RESOURCE_CONNECTION;
    sql->location = fleet_location(fleet, "west");
    resource_place(sql);
    instance_use(settle->instances->pdata[0], sql);
}

static void test_as_declared(void)
{
    Sim *sim = sim_new(3, declared_connection);
    sim->world->connection = "sql-west";
    sim_pass(sim, 20000);
    g_assert_null(find(sim, "R26:workload/payments/settle"));
    const UseStatus *use = engine_workload(sim->engine, "payments/settle")->uses->pdata[0];
    g_assert_true(use->seen);
    g_assert_nonnull(find(sim, "R11:workload/payments/settle")); // north uses it as well
    sim->world->connection = "sql-other";
    sim_pass(sim, 20000);
    g_assert_nonnull(strstr(given(sim, "R26:workload/payments/settle")->facts,
                            "In west it does not use the connection sql-west."));
    g_assert_nonnull(find(sim, "R26:workload/payments/settle:2"));
    finish(sim);
}

// ---- piecemeal and whole -----------------------------------------------------------------------

static const LocationStatus *whole_location(const char *name, gpointer data)
{
    return engine_location(data, name);
}

static const WorkloadStatus *whole_workload(const char *id, gpointer data)
{
    return engine_workload(data, id);
}

static const GroupStatus *whole_group(const char *name, gpointer data)
{
    return engine_group(data, name);
}

static char *ids_of(const GPtrArray *findings)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = findings->pdata[i];
        if (strcmp(finding->rule, "R18") != 0) // moves while nothing happens
            g_string_append_printf(text, "%s %d %s\n", finding->id, (int)finding->severity,
                                   finding->facts);
    }
    return g_string_free(text, FALSE);
}

static guint counted(Engine *engine)
{
    guint count = 0;
    for (guint i = 0; i < engine_findings(engine)->len; i++)
        count += (guint)g_str_has_prefix(
            ((const Finding *)engine_findings(engine)->pdata[i])->object, "workload/");
    return count;
}

static void expect_whole(Sim *sim)
{
    sim_pass(sim, 2500); // once a second is soon enough
    Engine *engine = sim->engine;
    RuleWorld world = {.fleet = engine_fleet(engine),
                       .now_ms = sim->clock.wall,
                       .location = whole_location,
                       .workload = whole_workload,
                       .group = whole_group,
                       .data = engine,
                       .vantages = engine_vantages(engine)};
    g_autoptr(GPtrArray) whole = rules_check(&world);
    g_autofree char *expected = ids_of(whole);
    g_autofree char *found = ids_of(engine_findings(engine));
    g_assert_cmpstr(found, ==, expected);
    guint workloads = 0;
    for (guint i = 0; i < engine_workloads(engine)->len; i++)
        workloads += ((const WorkloadStatus *)engine_workloads(engine)->pdata[i])->findings;
    g_assert_cmpuint(workloads, ==, counted(engine));
}

static void without_router(Fleet *fleet)
{
    Workload *settle = fleet_workload(fleet, "payments/settle");
    ((Trigger *)settle->triggers->pdata[0])->type = TRIGGER_REQUEST;
    ((Trigger *)settle->triggers->pdata[0])->keeper = KEEPER_CLIENT;
}

static void test_whole(void)
{
    Sim *sim = sim_new(7, without_router);
    sim_pass(sim, 20000);
    expect_whole(sim);
    g_assert_nonnull(find(sim, "R07:workload/payments/settle"));
    sim_target(sim->world, "payments/settle", "north")->active = true;
    sim_pass(sim, 8000);
    g_assert_nonnull(find(sim, "R08:workload/payments/settle"));
    g_assert_nonnull(find(sim, "R05:workload/payments/settle"));
    expect_whole(sim);
    sim_target(sim->world, "payments/settle", "north")->active = false;
    sim_pass(sim, 8000);
    expect_whole(sim);
    g_assert_null(find(sim, "R08:workload/payments/settle"));
    static const struct {
        const char *region;
        RegionHealth health;
    } STEPS[] = {{"north", REGION_DOWN},
                 {"north", REGION_UP},
                 {"west", REGION_SICK},
                 {"west", REGION_UP},
                 {"west", REGION_DOWN}};
    for (guint i = 0; i < G_N_ELEMENTS(STEPS); i++) {
        sim_region_set(sim->world, STEPS[i].region, STEPS[i].health);
        sim_pass(sim, 15000);
        expect_whole(sim);
    }
    finish(sim);
}

// ---- a large fleet ------------------------------------------------------------------------------

enum { MANY = 4500 };

static void many_workloads(Fleet *fleet)
{
    Group *group = fleet_add_group(fleet, "zoo");
    group->primary = fleet_location(fleet, "west");
    g_ptr_array_add(group->standbys, fleet_location(fleet, "north"));
    group->policy.propose = false;
    group->plan_reviewed_ms = fleet_group(fleet, "payments")->plan_reviewed_ms;
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("animal-%04u", i);
        group_add_workload(fleet, group, name);
    }
    never_tested(fleet);
}

static guint count_rule(Sim *sim, const char *rule)
{
    const GPtrArray *all = engine_findings(sim->engine);
    guint count = 0;
    for (guint i = 0; i < all->len; i++) {
        g_assert_true(i == 0 || rules_compare(&all->pdata[i - 1], &all->pdata[i]) < 0); // once each
        count += strcmp(((const Finding *)all->pdata[i])->rule, rule) == 0;
    }
    return count;
}

// Everything is judged in slices: after a start nobody is told before the last, and after a new fleet what was
// found stands until its turn, while what a proposal rests on is judged at once.
static void test_slices(void)
{
    Sim *sim = sim_new(3, many_workloads);
    expect_whole(sim);
    guint tested = count_rule(sim, "R17"), ready = engine_findings(sim->engine)->len;
    g_assert_cmpuint(tested, ==, 2);
    g_assert_cmpuint(ready, >, MANY);
    gint64 since_ms = given(sim, "R17:group/zoo")->since_ms;

    Fleet *fleet = fleet_ref(sim->fleet);
    fleet_group(fleet, "zoo")->plan_tested_ms = sim->clock.wall;
    fleet_group(fleet, "payments")->plan_tested_ms = sim->clock.wall;
    engine_set_fleet(sim->engine, fleet, "a test");
    const Operation *operation = sim_propose(sim, OPERATION_FAILOVER, PROPOSE_AS_NEEDED);
    g_assert_nonnull(operation);
    g_assert_false(is_named(operation, "R17"));
    g_assert_true(sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0));
    expect_whole(sim);
    g_assert_cmpuint(count_rule(sim, "R17"), ==, 0);

    fleet_group(fleet, "zoo")->plan_tested_ms = 0;
    engine_set_fleet(sim->engine, fleet, "a test");
    sim->clock.mono += 1500;
    sim->clock.wall += 1500;
    for (guint slices = 0; !find(sim, "R17:group/zoo"); slices++) {
        g_assert_cmpuint(slices, <, 10);
        g_assert_cmpuint(engine_findings(sim->engine)->len, >=, ready - 3);
        engine_run(sim->engine);
    }
    g_assert_cmpuint(count_rule(sim, "R17"), ==, 1);
    engine_set_fleet(sim->engine, fleet, "another, before the last was judged");
    fleet_unref(fleet);
    expect_whole(sim);
    g_assert_cmpint(given(sim, "R17:group/zoo")->since_ms, >, since_ms);
    finish(sim);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/findings/refused", test_refused);
    g_test_add_func("/sim/findings/acknowledged", test_acknowledged);
    g_test_add_func("/sim/findings/taken-back", test_taken_back);
    g_test_add_func("/sim/findings/error-blocks", test_error_blocks);
    g_test_add_func("/sim/findings/other-facts", test_other_facts);
    g_test_add_func("/sim/findings/late-answers", test_late_answers);
    g_test_add_func("/sim/findings/discovered", test_discovered);
    g_test_add_func("/sim/findings/as-declared", test_as_declared);
    g_test_add_func("/sim/findings/whole", test_whole);
    g_test_add_func("/sim/findings/slices", test_slices);
    return g_test_run();
}
