// The daemon is killed at every single write of every kind of operation, before it is done and after, and started again
// on what is stored. People go on as they would: they propose what was not recorded, sign what waits, resume what
// stopped. Each comes to its end, with every effect once and the group where it belongs.
//
// A kind is a row of KINDS. What must hold in between is checked by sim.c and trace.c.
#include "story.h"

enum { TRIES = 200, TICK_MS = 500, WRITES_MOST = 200 };

typedef struct {
    const char *name;
    void (*tweak)(Fleet *fleet);
    void (*before)(Sim *sim);           // without faults
    const Operation *(*propose)(Sim *); // again, if it was not recorded; NULL = the watchdog does
    void (*insist)(Sim *sim);           // what people do while it is open; NULL = sign and go on
    OperationState end;
    const char *active; // where the group is then
} Kind;

// ---- What people do ----------------------------------------------------------------------------

static void go_on(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    if (operation_act(operation) || operation->state == OPERATION_AWAITING)
        sim_sign(sim, &BOB, DECISION_APPROVE);
    else if (operation->held)
        sim_command(sim, &BOB, COMMAND_RESUME, 0);
    else if (operation->state == OPERATION_PAUSED)
        sim_command(sim, &BOB, COMMAND_RETRY, 0);
}

static const Operation *fail_over(Sim *sim)
{
    return sim_propose(sim, OPERATION_FAILOVER, PROPOSE_PLANNED);
}

static const Operation *fail_back(Sim *sim)
{
    return sim_propose(sim, OPERATION_FAILBACK, PROPOSE_AS_NEEDED);
}

static const Operation *move_region(Sim *sim)
{
    return sim_propose_region(sim, OPERATION_FAILOVER, "west", PROPOSE_PLANNED);
}

static const Operation *drill(Sim *sim, DrillKind kind)
{
    return sim_propose_exactly(sim, &(ProposeRequest){.person = &ALICE,
                                                      .kind = OPERATION_DRILL,
                                                      .drill = kind,
                                                      .group = "payments",
                                                      .reason = "an exercise"});
}

static const Operation *drill_isolated(Sim *sim)
{
    return drill(sim, DRILL_ISOLATED);
}

static const Operation *drill_live(Sim *sim)
{
    return drill(sim, DRILL_LIVE);
}

static const Operation *drill_region(Sim *sim)
{
    return sim_drill_region(sim, DRILL_LIVE, "west", PROPOSE_AS_NEEDED);
}

static const Operation *rehearse_region(Sim *sim)
{
    return sim_drill_region(sim, DRILL_ISOLATED, "west", PROPOSE_UNPLANNED);
}

static void west_dies(Sim *sim)
{
    sim_region_set(sim->world, "west", REGION_DOWN);
    sim_until(sim, has_open, 20000);
}

static void is_in_north(Sim *sim)
{
    fail_over(sim);
    sim_sign(sim, &BOB, DECISION_APPROVE);
    expect_settled(sim, 120000);
    expect_active(sim, "north");
    sim_pass(sim, 20000);
    g_clear_pointer(&sim->operation, g_free);
}

// Its data never arrives, so that it can be undone.
static void replication_stops(Sim *sim)
{
    sim_region(sim->world, "west")->replication_delay_ms = 3600 * 1000;
}

static void abort_it(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    bool under_way = operation->state == OPERATION_PAUSED ||
                     (operation->state == OPERATION_RUNNING && operation->phase != PHASE_HOLDING);
    if (under_way && operation->phase != PHASE_UNDOING && !operation_act(operation))
        sim_command(sim, &ALICE, COMMAND_ABORT, 0);
    else
        go_on(sim);
}

static void hold_and_resume(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    if (operation->state == OPERATION_RUNNING && !operation->held &&
        !sim_count_audit(sim, "operation.hold"))
        sim_command(sim, &BOB, COMMAND_HOLD, 0);
    else
        go_on(sim);
}

static void take_back_once(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    if (operation->phase == PHASE_HOLDING && !sim_count_audit(sim, "signoff.withdrawn"))
        sim_take_back(sim, &BOB);
    else
        go_on(sim);
}

static void reject(Sim *sim)
{
    sim_sign(sim, &BOB, DECISION_REJECT);
}

static void withdraw(Sim *sim)
{
    sim_command(sim, &ALICE, COMMAND_WITHDRAW, 0);
}

static void let_it_expire(Sim *sim)
{
    sim_pass(sim, 10000);
}

// ---- The kinds ---------------------------------------------------------------------------------

static void with_hold(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.hold_ms = 4000;
}

static void soon(Fleet *fleet)
{
    fleet_group(fleet, "payments")->policy.expire_ms = 60 * 1000;
}

static const Kind KINDS[] = {
    {"planned", NULL, NULL, fail_over, NULL, OPERATION_COMPLETED, "north"},
    {"unplanned", NULL, west_dies, NULL, NULL, OPERATION_COMPLETED, "north"},
    {"failback", NULL, is_in_north, fail_back, NULL, OPERATION_COMPLETED, "west"},
    {"drill-isolated", NULL, NULL, drill_isolated, NULL, OPERATION_COMPLETED, "west"},
    {"drill-live", NULL, NULL, drill_live, NULL, OPERATION_COMPLETED, "west"},
    {"region", NULL, NULL, move_region, NULL, OPERATION_COMPLETED, "north"},
    {"region-drill-live", NULL, NULL, drill_region, NULL, OPERATION_COMPLETED, "west"},
    {"region-drill-isolated", NULL, NULL, rehearse_region, NULL, OPERATION_COMPLETED, "west"},
    {"abort", NULL, replication_stops, fail_over, abort_it, OPERATION_ABORTED, "west"},
    {"hold", NULL, NULL, fail_over, hold_and_resume, OPERATION_COMPLETED, "north"},
    {"take-back", with_hold, NULL, fail_over, take_back_once, OPERATION_COMPLETED, "north"},
    {"reject", NULL, NULL, fail_over, reject, OPERATION_REJECTED, "west"},
    {"withdraw", NULL, NULL, fail_over, withdraw, OPERATION_WITHDRAWN, "west"},
    {"expire", soon, NULL, fail_over, let_it_expire, OPERATION_EXPIRED, "west"},
};

// The newest operation of the group itself.
static const Operation *newest(Sim *sim)
{
    const GPtrArray *operations = engine_operations(sim->engine);
    for (guint i = operations->len; i-- > 0;) {
        const Operation *operation = operations->pdata[i];
        if (!operation->region)
            return operation;
    }
    return NULL;
}

// Goes on until the operation that was meant has ended.
static const Operation *see_through(Sim *sim, const Kind *kind, guint known)
{
    for (guint i = 0; i < TRIES; i++) {
        if (sim->started && sim_group(sim)->operation)
            (kind->insist ? kind->insist : go_on)(sim);
        else if (sim->started && kind->propose && engine_operations(sim->engine)->len <= known)
            kind->propose(sim);
        sim_pass(sim, TICK_MS);
        if (sim->started && !sim_group(sim)->operation &&
            engine_operations(sim->engine)->len > known)
            return newest(sim);
    }
    return sim->started ? newest(sim) : NULL;
}

// True if the fault struck.
static bool play(const Kind *kind, guint nth, StoreFault fault)
{
    Sim *sim = sim_new(5, kind->tweak);
    sim_pass(sim, 15000);
    if (kind->before)
        kind->before(sim);
    guint known = kind->propose ? engine_operations(sim->engine)->len : 0;
    store_memory_plan_fault(sim->memory, nth, fault);
    guint restarts = sim->restarts;
    const Operation *operation = see_through(sim, kind, known);
    bool struck = sim->restarts > restarts;
    if (!operation || operation->state != kind->end)
        g_error("%s, write %u, fault %d: it is %s: %s", kind->name, nth, (int)fault,
                operation ? name_of(&OPERATION_STATE_NAMES, (int)operation->state) : "not there",
                operation && operation->why ? operation->why : "");
    sim_pass(sim, 10000);
    if (!sim_is_whole(sim))
        g_error("%s, write %u, fault %d", kind->name, nth, (int)fault);
    expect_active(sim, kind->active);
    sim_free(sim);
    return struck;
}

static void test_kind(gconstpointer data)
{
    static const StoreFault FAULTS[] = {STORE_FAULT_CRASH_BEFORE, STORE_FAULT_CRASH_AFTER};
    const Kind *kind = data;
    bool slow = g_strcmp0(g_getenv("SB_SANITIZERS"), "yes") == 0;
    guint points = 0;
    for (guint i = 0; i < G_N_ELEMENTS(FAULTS); i++)
        for (guint nth = 1; nth < WRITES_MOST && play(kind, nth, FAULTS[i]); nth += slow ? 7 : 1)
            points++;
    g_test_message("killed at %u points", points);
    g_assert_cmpuint(points, >=, slow ? 1 : 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        g_autofree char *name = g_strconcat("/sim/kill/", KINDS[i].name, NULL);
        g_test_add_data_func(name, &KINDS[i], test_kind);
    }
    return g_test_run();
}
