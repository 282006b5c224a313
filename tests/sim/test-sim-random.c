// Random histories: regions fail and come back, messages are lost, late and doubled, the daemon is killed at any
// write, the disk fills, people do everything at any moment (deeds.c). The invariants are checked after every
// event; at the end everything is mended, people answer, and everything must have come to an end.
//
//   test-sim-random                  as many as fit into half a minute
//   test-sim-random --seed N         one history, told as it happens; SIM_LOG=1 adds the daemon's log and audit log
//   test-sim-random --seed N --count M   those, silently
#include "deeds.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEFAULT_COUNT = 2000, FEW = 100, ROUNDS = 30 };

static guint32 seed_now; // which fleet sim_new's callback makes

static void tweak(Fleet *fleet)
{
    deeds_tweak(fleet, seed_now);
}

static bool is_at_rest(Sim *sim)
{
    return !sim_group(sim)->operation;
}

// Everything works again, and people do what they are asked: it must end (invariant 4).
static bool comes_to_rest(Sim *sim)
{
    deeds_mend(sim);
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

// One thing happens, then some time passes.
static void one_round(Sim *sim, GRand *rand, bool tell)
{
    g_autoptr(GString) said = g_string_new(NULL);
    double at_s = (double)sim->clock.mono / 1000;
    deeds_one(sim, rand, said);
    if (tell && said->len)
        g_printerr("# %8.1f s  %s\n", at_s, said->str);
    sim_pass(sim, g_rand_int_range(rand, 0, 4) ? g_rand_int_range(rand, 1, 4000) : 15000);
}

static void add_up(Sim *sim, Totals *totals)
{
    totals->ended += sim_count_audit(sim, "operation.ended");
    totals->commands += sim->commands;
    totals->restarts += sim->restarts;
    totals->refused += sim->refused;
    totals->signed_ += sim->signed_;
}

static bool play(guint32 seed, bool tell, Totals *totals)
{
    GRand *rand = g_rand_new_with_seed(seed);
    seed_now = seed;
    Sim *sim = sim_new(seed, tweak);
    if (seed % 3 == 0) { // a store over the network
        sim->slow = true;
        sim_restart(sim);
    }
    sim_pass(sim, 12000);
    for (guint i = 0; i < ROUNDS && !sim->faults->len; i++)
        one_round(sim, rand, tell);
    bool rests = comes_to_rest(sim);
    bool whole = sim_is_whole(sim);
    if (!rests || tell)
        print_end(sim);
    whole = whole && rests && is_in_order(sim) && sim_is_whole(sim);
    if (g_getenv("SIM_LOG")) {
        engine_audit(sim->engine, 0, 1000, print_records, NULL);
        sim_pass(sim, 1000);
    }
    add_up(sim, totals);
    sim_free(sim);
    g_rand_free(rand);
    if (!whole)
        g_printerr("# replay with tests/sim/test-sim-random --seed %u\n", seed);
    return whole;
}

static guint32 first_seed = 1;
static guint count;
static bool told;

// How many of them were bad; it gives up after five.
static guint play_many(guint32 first, guint many)
{
    Totals totals = {0};
    guint bad = 0;
    for (guint i = 0; i < many && bad < 5; i++)
        bad += !play(first + i, told, &totals);
    g_test_message(
        "seeds %u to %u: %u operations ended, %u commands, %u sign-offs, %u refusals, %u restarts",
        first, first + many - 1, totals.ended, totals.commands, totals.signed_, totals.refused,
        totals.restarts);
    return bad;
}

// Two processes, for two processors: each history is alone anyway.
static void test_histories(void)
{
    guint half = count > 1 ? count / 2 : 0;
    int status = 0;
    pid_t child = half ? fork() : -1;
    if (child == 0)
        _exit(play_many(first_seed, half) ? 1 : 0);
    if (child < 0)
        half = 0;
    guint bad = play_many(first_seed + half, count - half);
    g_assert_true(child < 0 || waitpid(child, &status, 0) == child);
    g_assert_cmpuint(bad, ==, 0);
    g_assert_cmpint(status, ==, 0);
}

// Takes --seed and --count out of the arguments.
static void read_options(int *argc, char **argv)
{
    bool slow = g_strcmp0(g_getenv("SB_SANITIZERS"), "yes") == 0;
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        bool seed = strcmp(argv[i], "--seed") == 0, many = strcmp(argv[i], "--count") == 0;
        if ((!seed && !many) || i + 1 == *argc)
            argv[kept++] = argv[i];
        else if (seed)
            first_seed = (guint32)strtoul(argv[++i], NULL, 10);
        else
            count = (guint)strtoul(argv[++i], NULL, 10);
        told = told || (seed && !count);
    }
    *argc = kept;
    argv[kept] = NULL;
    told = told && !count;
    if (!count)
        count = told ? 1 : slow ? FEW : DEFAULT_COUNT;
}

int main(int argc, char **argv)
{
    read_options(&argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/random-histories", test_histories);
    return g_test_run();
}
