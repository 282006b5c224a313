// Measures the rules over a fleet of 100,000 workloads in 20,000 groups at three locations, of which one in ten
// breaks a rule, one JSON object a line:
//   rules-all       every rule judged on every object, as after a start or a reload, all slices together
//   rules-slice     one of those slices: how long the loop is held
//   rules-change    one workload is seen in another state: judged anew, its finding put into the sorted list
//   rules-changes   a hundred of them at once
//   rules-group     one group's lag has moved
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/findings.h"
#include "port/driver.h"
#include "store/memory.h"

enum { GROUPS = 20000, WORKLOADS = 5, ROUNDS = 200, MANY = 100 };

// Of the processor: what else runs on the machine is not measured.
static gint64 now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

// ---- a world that answers nothing -------------------------------------------------------------

static bool can(DriverEyes *eyes, const Workload *workload, DriverAction action)
{
    (void)eyes, (void)workload, (void)action;
    return true;
}

static ProofClass proof(DriverEyes *eyes, const Workload *workload)
{
    (void)eyes, (void)workload;
    return PROOF_FENCING;
}

static void wake(gpointer data)
{
    (void)data;
}

static void changed(EngineObject kind, const char *key, gpointer data)
{
    (void)kind, (void)key;
    ++*(guint *)data;
}

static void add_group(Fleet *fleet, guint number)
{
    g_autofree char *name = g_strdup_printf("group-%05u", number);
    Group *group = fleet_add_group(fleet, name);
    group->primary = fleet->locations->pdata[number % 3];
    g_ptr_array_add(group->standbys, fleet->locations->pdata[(number + 1) % 3]);
    for (guint i = 0; i < WORKLOADS; i++) {
        g_autofree char *workload_name = g_strdup_printf("workload-%u", i);
        Workload *workload = group_add_workload(fleet, group, workload_name);
        Trigger *trigger = workload_add_trigger(workload, "t");
        workload_add_instance(workload, group->primary);
        workload_add_instance(workload, group->standbys->pdata[0]);
        trigger->type = i ? TRIGGER_POLLING : TRIGGER_RECURRENCE;
        if ((number * WORKLOADS + i) % 10 == 0) // R03
            workload->pattern = PATTERN_LOAD_BALANCED;
    }
}

static Fleet *make_fleet(void)
{
    Fleet *fleet = fleet_new("bench");
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("region-%u", i);
        fleet_add_location(fleet, name)->health.url = g_strdup("http://127.0.0.1/health");
    }
    for (guint i = 0; i < GROUPS; i++)
        add_group(fleet, i);
    return fleet;
}

// ---- measuring --------------------------------------------------------------------------------

static void judge(Engine *engine, FakeClock *clock)
{
    gint64 due_ms = G_MAXINT64;
    fake_clock_advance(clock, 1500);
    engine_touch_time(engine);
    findings_run(engine, &due_ms);
    tell_run(engine);
}

static void flip(Engine *engine, guint index)
{
    InstanceWatch *watch = engine->instances->pdata[index * 2 + 1];
    watch->workload->single_active = true;
    ((InstanceStatus *)watch->workload->instances->pdata[0])->state = INSTANCE_ACTIVE;
    watch->status->state =
        watch->status->state == INSTANCE_ACTIVE ? INSTANCE_PASSIVE : INSTANCE_ACTIVE;
    findings_touch_workload(engine, watch->instance->workload);
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, gint64 *took, guint n, guint findings)
{
    qsort(took, n, sizeof *took, compare);
    printf("{\"bench\":\"%s\",\"value\":%.3f,\"unit\":\"ms\",\"p50\":%.3f,\"p99\":%.3f,\"n\":%u,"
           "\"workloads\":%u,\"findings\":%u}\n",
           what, (double)took[n / 2] / 1e6, (double)took[n / 2] / 1e6,
           (double)took[n * 99 / 100] / 1e6, n, GROUPS * WORKLOADS, findings);
}

static void measure(Engine *engine, FakeClock *clock, const char *what, guint changes)
{
    gint64 took[ROUNDS];
    for (guint i = 0; i < ROUNDS; i++) {
        for (guint k = 0; k < changes; k++)
            flip(engine, (i * 7919 + k * 104729) % (GROUPS * WORKLOADS));
        gint64 begun = now_ns();
        judge(engine, clock);
        took[i] = now_ns() - begun;
    }
    report(what, took, ROUNDS, engine->findings->len);
}

static void measure_all(Engine *engine, FakeClock *clock)
{
    gint64 took[5] = {0}, slices[1000];
    guint n = 0;
    for (guint i = 0; i < G_N_ELEMENTS(took); i++) {
        findings_touch_all(engine);
        while (!findings_are_whole(engine) && n < G_N_ELEMENTS(slices)) {
            gint64 begun = now_ns();
            judge(engine, clock);
            slices[n] = now_ns() - begun;
            took[i] += slices[n++];
        }
    }
    report("rules-all", took, G_N_ELEMENTS(took), engine->findings->len);
    report("rules-slice", slices, n, engine->findings->len);
}

static void measure_group(Engine *engine, FakeClock *clock)
{
    gint64 took[ROUNDS];
    for (guint i = 0; i < ROUNDS; i++) {
        findings_touch_group(engine, engine->fleet->groups->pdata[i * 97 % GROUPS]);
        gint64 begun = now_ns();
        judge(engine, clock);
        took[i] = now_ns() - begun;
    }
    report("rules-group", took, ROUNDS, engine->findings->len);
}

int main(void)
{
    guint told = 0;
    FakeClock clock;
    IdSource ids;
    DriverPort driver = {.eyes = {.can = can, .proof = proof}};
    ProberPort prober = {NULL};
    fake_clock_init(&clock, G_GINT64_CONSTANT(1795230000000));
    id_source_init(&ids, &clock.clock, 1);
    Log log = {&clock.clock, LOG_LEVEL_ERROR, false, -1};
    Store *store = store_memory_new(&clock.clock, NULL);
    const EngineConfig config = {.clock = &clock.clock,
                                 .log = &log,
                                 .ids = &ids,
                                 .store = store,
                                 .driver = &driver,
                                 .prober = &prober,
                                 .daemon = "bench",
                                 .changed = changed,
                                 .wake = wake,
                                 .data = &told};
    Fleet *fleet = make_fleet();
    Engine *engine = engine_new(&config, fleet);
    fleet_unref(fleet);
    measure_all(engine, &clock);
    measure(engine, &clock, "rules-change", 1);
    measure(engine, &clock, "rules-changes", MANY);
    measure_group(engine, &clock);
    engine_free(engine);
    store_free(store);
    id_source_release(&ids);
    return 0;
}
