// Probes in, verdict out: counting, damping, disagreement, silence.
#include "model/verdict.h"

static const HealthCheck HEALTH = {
    .interval_ms = 1000, .timeout_ms = 500, .failures = 3, .recoveries = 2};

typedef struct {
    LocationStatus *status;
    gint64 now_ms;
} World;

static World world_new(guint vantages)
{
    World world = {location_status_new("westeurope"), 1000000};
    for (guint i = 0; i < vantages; i++) {
        g_autofree char *name = g_strdup_printf("v%u", i + 1);
        g_ptr_array_add(world.status->vantages, vantage_status_new(name, "elsewhere"));
    }
    return world;
}

// One round: a character per vantage point: '+' good, '-' failed, '~' slow, '.' no probe.
static VerdictState play(World *world, const char *round)
{
    world->now_ms += HEALTH.interval_ms;
    for (guint i = 0; round[i]; i++) {
        ProbeSample sample = {world->now_ms, round[i] != '-', round[i] == '~', 40000};
        if (round[i] != '.')
            verdict_note_probe(world->status->vantages->pdata[i], &sample, "words");
    }
    verdict_judge(world->status, &HEALTH, world->now_ms);
    return world->status->verdict.state;
}

static const struct {
    const char *name;
    guint vantages;
    const char *rounds; // blank-separated
    VerdictState last;
} CASES[] = {
    {"never probed", 1, ".", VERDICT_UNKNOWN},
    {"one good probe", 1, "+", VERDICT_UP},
    {"slow", 1, "+ ~", VERDICT_DEGRADED},
    {"one failure is not down", 1, "+ -", VERDICT_DEGRADED},
    {"two failures are not down", 1, "+ - -", VERDICT_DEGRADED},
    {"three are", 1, "+ - - -", VERDICT_DOWN},
    {"failing from the start is unknown before it is down", 1, "- -", VERDICT_UNKNOWN},
    {"failing from the start ends down", 1, "- - -", VERDICT_DOWN},
    {"one good probe does not make it up", 1, "+ - - - +", VERDICT_DOWN},
    {"two do", 1, "+ - - - + +", VERDICT_UP},
    {"flapping stays down", 1, "+ - - - + - + - + -", VERDICT_DOWN},
    {"a good probe between resets the count", 1, "+ - - + - -", VERDICT_DEGRADED},
    {"one of three says down", 3, "+++ -++ -++ -++", VERDICT_DEGRADED},
    {"two of three say down", 3, "+++ --+ --+ --+", VERDICT_DOWN},
    {"half is no majority", 2, "++ -+ -+ -+", VERDICT_DEGRADED},
    {"the silent have no vote", 3, "+++ -.. -.. -.. -.. -..", VERDICT_DOWN},
    {"all silent is unknown", 1, "+ . . . .", VERDICT_UNKNOWN},
};

static void test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        World world = world_new(CASES[i].vantages);
        g_auto(GStrv) rounds = g_strsplit(CASES[i].rounds, " ", -1);
        VerdictState state = VERDICT_UNKNOWN;
        for (guint k = 0; rounds[k]; k++)
            state = play(&world, rounds[k]);
        g_test_message("%s: %s", CASES[i].name, world.status->verdict.why);
        g_assert_cmpint(state, ==, CASES[i].last);
        location_status_free(world.status);
    }
}

static void test_since_and_why(void)
{
    World world = world_new(1);
    play(&world, "+");
    gint64 up_since = world.status->verdict.since_ms;
    play(&world, "+");
    g_assert_cmpint(world.status->verdict.since_ms, ==, up_since);
    for (int i = 0; i < 4; i++)
        play(&world, "-");
    const Verdict *verdict = &world.status->verdict;
    g_assert_cmpint(verdict->since_ms, ==, world.now_ms - HEALTH.interval_ms);
    g_assert_cmpint(verdict->observed_at_ms, ==, world.now_ms);
    g_assert_cmpstr(verdict->why, ==,
                    "1 of 1 vantage point: down; 4 probes failed in a row: words");
    const VantageStatus *vantage = world.status->vantages->pdata[0];
    g_assert_cmpint(vantage->first_failure_ms, ==, world.now_ms - 3 * HEALTH.interval_ms);
    g_assert_cmpint(vantage->last_ok_ms, ==, vantage->first_failure_ms - HEALTH.interval_ms);
    play(&world, "+");
    g_assert_cmpstr(verdict->why, ==,
                    "1 of 1 vantage point: down; answers again, 1 good of the 2 in a row that are "
                    "needed: words");
    location_status_free(world.status);
}

// With no further probe the verdict turns unknown at the announced moment, not before.
static void test_stale(void)
{
    World world = world_new(1);
    play(&world, "+");
    gint64 stale_at = verdict_stale_at(world.status, &HEALTH);
    verdict_judge(world.status, &HEALTH, stale_at - 1);
    g_assert_cmpint(world.status->verdict.state, ==, VERDICT_UP);
    verdict_judge(world.status, &HEALTH, stale_at);
    g_assert_cmpint(world.status->verdict.state, ==, VERDICT_UNKNOWN);
    location_status_free(world.status);
}

static void test_history(void)
{
    World world = world_new(1);
    for (int i = 0; i < PROBE_HISTORY + 10; i++)
        play(&world, "+");
    const VantageStatus *vantage = world.status->vantages->pdata[0];
    g_assert_cmpuint(vantage->history_len, ==, PROBE_HISTORY);
    g_assert_cmpint(vantage->history[PROBE_HISTORY - 1].at_ms, ==, world.now_ms);
    g_assert_cmpint(world.status->p50_us, ==, 40000);
    location_status_free(world.status);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/verdict/cases", test_cases);
    g_test_add_func("/model/verdict/since-and-why", test_since_and_why);
    g_test_add_func("/model/verdict/stale", test_stale);
    g_test_add_func("/model/verdict/history", test_history);
    return g_test_run();
}
