// Random histories: regions fail and come back, messages are lost, late and doubled, the daemon is killed at any
// write, the disk fills, people do everything at any moment. The invariants are checked after every event;
// at the end everything is mended, people answer, and everything must have come to an end.
//
//   SIM_SEED=n     plays one history, with its log if SIM_LOG is set
//   SIM_COUNT=n    plays that many (default: enough for some ten seconds)
#include "sim.h"

#include <stdlib.h>

#include "model/refusal.h"

enum { DEFAULT_COUNT = 900, FEW = 100, ROUNDS = 30 };

typedef void (*Deed)(Sim *sim, GRand *rand);

static const Person *somebody(GRand *rand)
{
    static const Person *const PEOPLE[] = {&ALICE, &BOB,   &BOB,   &BOB,
                                           &CAROL, &CAROL, &CAROL, &VIEWER};
    return PEOPLE[g_rand_int_range(rand, 0, 8)];
}

static const char *some_region(GRand *rand)
{
    return g_rand_boolean(rand) ? "west" : "north";
}

static void break_region(Sim *sim, GRand *rand)
{
    static const RegionHealth HOW[] = {REGION_DOWN, REGION_HANGING, REGION_SICK};
    sim_region_set(sim->world, some_region(rand), HOW[g_rand_int_range(rand, 0, 3)]);
}

static void mend_region(Sim *sim, GRand *rand)
{
    sim_region_set(sim->world, some_region(rand), REGION_UP);
}

static void change_replication(Sim *sim, GRand *rand)
{
    Region *region = sim_region(sim->world, some_region(rand));
    region->replication_off = g_rand_int_range(rand, 0, 3) == 0;
    region->replication_delay_ms = g_rand_int_range(rand, 0, 90) * 1000;
}

static void propose(Sim *sim, GRand *rand)
{
    sim_propose(sim, g_rand_boolean(rand) ? OPERATION_FAILOVER : OPERATION_FAILBACK,
                (ProposePlanned)g_rand_int_range(rand, 0, 3));
}

static void approve(Sim *sim, GRand *rand)
{
    if (sim_operation(sim))
        sim_sign(sim, somebody(rand), DECISION_APPROVE);
}

static void reject(Sim *sim, GRand *rand)
{
    if (sim_operation(sim) && g_rand_int_range(rand, 0, 4) == 0)
        sim_sign(sim, somebody(rand), DECISION_REJECT);
}

static void command(Sim *sim, GRand *rand)
{
    if (sim_operation(sim))
        sim_command(sim, somebody(rand), (OperationCommand)g_rand_int_range(rand, 0, COMMAND_COUNT),
                    (guint)g_rand_int_range(rand, 0, 6));
}

static void go_on(Sim *sim, GRand *rand)
{
    if (sim_operation(sim))
        sim_command(sim, somebody(rand), g_rand_boolean(rand) ? COMMAND_RETRY : COMMAND_RESUME, 0);
}

static void plan_fault(Sim *sim, GRand *rand)
{
    static const StoreFault HOW[] = {STORE_FAULT_LOST_REQUEST, STORE_FAULT_LOST_ANSWER,
                                     STORE_FAULT_CRASH_BEFORE, STORE_FAULT_CRASH_AFTER};
    store_memory_plan_fault(sim->memory, (guint)g_rand_int_range(rand, 1, 8),
                            HOW[g_rand_int_range(rand, 0, 4)]);
}

static void restart(Sim *sim, GRand *rand)
{
    (void)rand;
    sim_restart(sim);
}

static void fill_disk(Sim *sim, GRand *rand)
{
    store_memory_set_full(sim->memory, g_rand_boolean(rand));
}

static void change_network(Sim *sim, GRand *rand)
{
    sim->world->trouble = g_rand_boolean(rand) ? 0 : (guint)g_rand_int_range(rand, 0, 30);
}

static void wait_long(Sim *sim, GRand *rand)
{
    sim_pass(sim, g_rand_int_range(rand, 1000, 40000));
}

static const struct {
    Deed deed;
    int weight;
} DEEDS[] = {
    {break_region, 6}, {mend_region, 6}, {change_replication, 2},
    {propose, 5},      {approve, 14},    {reject, 1},
    {command, 5},      {go_on, 6},       {plan_fault, 5},
    {restart, 1},      {fill_disk, 1},   {change_network, 3},
    {wait_long, 4},
};

static Deed some_deed(GRand *rand)
{
    int sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(DEEDS); i++)
        sum += DEEDS[i].weight;
    int at = g_rand_int_range(rand, 0, sum);
    guint i = 0;
    while ((at -= DEEDS[i].weight) >= 0)
        i++;
    return DEEDS[i].deed;
}

static guint tweak_seed; // which fleet sim_new's callback makes

static void tweak(Fleet *fleet)
{
    Policy *policy = &fleet_group(fleet, "payments")->policy;
    policy->approvals = 1 + tweak_seed % 2;
    policy->four_eyes = tweak_seed % 3 == 0;
    policy->hold_ms = tweak_seed % 5 == 0 ? 5000 : 0;
    policy->failover = tweak_seed % 4 == 0 ? AUTOMATION_AUTOMATIC : AUTOMATION_MANUAL;
    policy->step_limit_ms = 20000;
    policy->drain_limit_ms = 60000;
    policy->expire_ms = 5 * 60 * 1000;
}

static bool is_at_rest(Sim *sim)
{
    return !sim_group(sim)->operation;
}

// Everything works again, and people do what they are asked: it must end (invariant 4).
static bool comes_to_rest(Sim *sim)
{
    sim->world->trouble = 0;
    store_memory_plan_fault(sim->memory, 1, STORE_FAULT_NONE);
    store_memory_set_full(sim->memory, false);
    const char *const regions[] = {"west", "north"};
    for (guint i = 0; i < 2; i++) {
        sim_region_set(sim->world, regions[i], REGION_UP);
        sim_region(sim->world, regions[i])->replication_off = false;
        sim_region(sim->world, regions[i])->replication_delay_ms = 500;
    }
    for (guint i = 0; i < 60; i++) {
        if (sim_until(sim, is_at_rest, 15000))
            return true;
        const Operation *operation = sim_operation(sim);
        if (operation_act(operation))
            sim_sign(sim, i % 2 ? &BOB : &CAROL, DECISION_APPROVE);
        else if (operation->held)
            sim_command(sim, &BOB, COMMAND_RESUME, 0);
        else if (operation->state == OPERATION_PAUSED && !operation->past_pnr && i > 4 &&
                 operation->phase != PHASE_UNDOING)
            sim_command(sim, &ALICE, COMMAND_ABORT, 0);
        else if (operation->state == OPERATION_PAUSED)
            sim_command(sim, i > 30 ? &ALICE : &BOB, i > 30 ? COMMAND_SKIP : COMMAND_RETRY, 0);
        else if (operation->state == OPERATION_AWAITING)
            sim_sign(sim, i % 2 ? &BOB : &CAROL, DECISION_APPROVE);
    }
    return false;
}

// At rest the role is where the record says, and nowhere else.
static bool is_in_order(Sim *sim)
{
    sim_pass(sim, 20000);
    const char *active = sim_group(sim)->active;
    const char *const workloads[] = {"payments/ledger", "payments/settle", "payments/report"};
    for (guint i = 0; i < G_N_ELEMENTS(workloads); i++) {
        const char *other = g_strcmp0(active, "west") == 0 ? "north" : "west";
        if (!sim_target(sim->world, workloads[i], other)->active)
            continue;
        g_printerr("# seed %u: %s is active in %s while %s has the role\n", sim->seed, workloads[i],
                   other, active);
        return false;
    }
    return true;
}

static void print_end(Sim *sim)
{
    const Operation *operation = sim_operation(sim);
    if (!operation)
        return;
    g_printerr("# seed %u: %s is %s/%s: %s\n", sim->seed, operation->id,
               name_of(&OPERATION_STATE_NAMES, (int)operation->state),
               name_of(&PHASE_NAMES, (int)operation->phase), operation->why ? operation->why : "");
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        g_printerr("#   %u.%u %s: %s %s\n", step->wave, step->number, step->title,
                   name_of(&STEP_STATE_NAMES, (int)step->state), step->detail ? step->detail : "");
    }
}

static void print_records(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    (void)more;
    (void)data;
    for (guint i = 0; !error && i < records->len; i++) {
        const AuditRecord *record = records->pdata[i];
        g_printerr("#   %" G_GINT64_FORMAT " %.3f %s %s %s: %s\n", record->seq,
                   (double)(record->at_ms % 10000000) / 1000, record->actor, record->action,
                   record->object, record->detail ? record->detail : "");
    }
}

typedef struct {
    guint ended, commands, restarts, refused, signed_;
} Totals;

static bool play(guint32 seed, Totals *totals)
{
    GRand *rand = g_rand_new_with_seed(seed);
    tweak_seed = seed;
    Sim *sim = sim_new(seed, tweak);
    if (seed % 3 == 0) { // a store over the network
        sim->slow = true;
        sim_restart(sim);
    }
    sim_pass(sim, 12000);
    for (guint i = 0; i < ROUNDS && !sim->faults->len; i++) {
        some_deed(rand)(sim, rand);
        sim_pass(sim, g_rand_int_range(rand, 0, 4) ? g_rand_int_range(rand, 1, 4000) : 15000);
    }
    bool rests = comes_to_rest(sim);
    bool whole = sim_is_whole(sim);
    if (!rests)
        print_end(sim);
    whole = whole && rests && is_in_order(sim) && sim_is_whole(sim);
    if (!whole && g_getenv("SIM_LOG")) {
        engine_audit(sim->engine, 0, 1000, print_records, NULL);
        sim_pass(sim, 1000);
    }
    totals->ended += sim_count_audit(sim, "operation.ended");
    totals->commands += sim->commands;
    totals->restarts += sim->restarts;
    totals->refused += sim->refused;
    totals->signed_ += sim->signed_;
    sim_free(sim);
    g_rand_free(rand);
    if (!whole)
        g_printerr("# replay with SIM_SEED=%u\n", seed);
    return whole;
}

static guint32 number_from(const char *name, guint32 fallback)
{
    const char *text = g_getenv(name);
    return text ? (guint32)strtoul(text, NULL, 10) : fallback;
}

static void test_histories(void)
{
    bool slow = g_strcmp0(g_getenv("SB_SANITIZERS"), "yes") == 0;
    guint count = number_from("SIM_COUNT", slow ? FEW : DEFAULT_COUNT), bad = 0;
    guint32 first = number_from("SIM_SEED", 1);
    Totals totals = {0};
    if (g_getenv("SIM_SEED") && !g_getenv("SIM_COUNT"))
        count = 1;
    for (guint i = 0; i < count && bad < 5; i++)
        bad += !play(first + i, &totals);
    g_test_message(
        "seeds %u to %u: %u operations ended, %u commands, %u sign-offs, %u refusals, %u restarts",
        first, first + count - 1, totals.ended, totals.commands, totals.signed_, totals.refused,
        totals.restarts);
    g_assert_cmpuint(bad, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/random-histories", test_histories);
    return g_test_run();
}
