#include "api/calm.h"

#include <string.h>

#include "model/status.h"

typedef void (*Turn)(gpointer object);

// Each case turns one thing of an object that is as well as can be.
typedef struct {
    const char *what;
    Turn turn;
    enum { SAME, OTHER, NOT_CALM } wanted;
} Case;

static void check(DeltaKind kind, gpointer object, const Case *one)
{
    guint64 before = calm_print(kind, object);
    g_assert_cmpuint(before, !=, 0);
    one->turn(object);
    guint64 after = calm_print(kind, object);
    g_test_message("%s", one->what);
    g_assert_true(one->wanted == NOT_CALM ? after == 0 : after != 0);
    if (one->wanted != NOT_CALM)
        g_assert_true((after == before) == (one->wanted == SAME));
}

// ---- a location ----

static LocationStatus *well_location(void)
{
    LocationStatus *location = location_status_new("north");
    VantageStatus *vantage = vantage_status_new("here", "south");
    vantage_status_add(vantage, (ProbeSample){.at_ms = 1000, .ok = true, .latency_us = 900});
    g_ptr_array_add(location->vantages, vantage);
    location->verdict.state = VERDICT_UP;
    location->verdict.since_ms = 500;
    location->active = 3;
    return location;
}

static void probe_again(gpointer object)
{
    LocationStatus *location = object;
    vantage_status_add(location->vantages->pdata[0],
                       (ProbeSample){.at_ms = 2000, .ok = true, .latency_us = 1700});
    location->verdict.observed_at_ms = 2000;
    location->p99_us = 1700;
}

static void fail_a_probe(gpointer object)
{
    ((VantageStatus *)((LocationStatus *)object)->vantages->pdata[0])->failures = 1;
}

static void answer_slowly(gpointer object)
{
    vantage_status_add(((LocationStatus *)object)->vantages->pdata[0],
                       (ProbeSample){.at_ms = 2000, .ok = true, .degraded = true});
}

static void go_down(gpointer object)
{
    ((LocationStatus *)object)->verdict.state = VERDICT_DOWN;
}

static void lose_an_instance(gpointer object)
{
    ((LocationStatus *)object)->active--;
}

static void test_location(void)
{
    static const Case CASES[] = {
        {"one more good probe is nothing new", probe_again, SAME},
        {"a failed probe is told at once", fail_a_probe, NOT_CALM},
        {"a slow answer is told at once", answer_slowly, NOT_CALM},
        {"a lost region is told at once", go_down, NOT_CALM},
        {"an instance that is no longer active is news", lose_an_instance, OTHER},
    };
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        LocationStatus *location = well_location();
        check(DELTA_LOCATION, location, &CASES[i]);
        location_status_free(location);
    }
}

// ---- a group ----

static GroupStatus *well_group(void)
{
    GroupStatus *group = group_status_new("payments");
    group->mode = MODE_NORMAL;
    group->active = g_strdup("west");
    group->rpo_ms = 60000;
    group->loss = (LossBound){.known = true, .loss_ms = 800, .observed_at_ms = 1000};
    return group;
}

static void lag_a_little_more(gpointer object)
{
    ((GroupStatus *)object)->loss.loss_ms = 1100;
    ((GroupStatus *)object)->loss.observed_at_ms = 2000;
}

static void lag_much(gpointer object)
{
    ((GroupStatus *)object)->loss.loss_ms = 30000;
}

static void know_no_more(gpointer object)
{
    ((GroupStatus *)object)->loss.known = false;
}

static void begin_an_operation(gpointer object)
{
    ((GroupStatus *)object)->operation = g_strdup("op-1");
}

static void disarm(gpointer object)
{
    ((GroupStatus *)object)->automation_off = true;
}

static void test_group(void)
{
    static const Case CASES[] = {
        {"a little more lag is nothing new", lag_a_little_more, SAME},
        {"half of what may be lost is told at once", lag_much, NOT_CALM},
        {"a bound that is no longer known is news", know_no_more, OTHER},
        {"an operation is told at once", begin_an_operation, NOT_CALM},
        {"automation that is switched off is news", disarm, OTHER},
    };
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        GroupStatus *group = well_group();
        check(DELTA_GROUP, group, &CASES[i]);
        group_status_free(group);
    }
}

// ---- a workload ----

static InstanceStatus *instance_of(gpointer workload)
{
    return ((WorkloadStatus *)workload)->instances->pdata[0];
}

static void look_again(gpointer object)
{
    instance_of(object)->observed_at_ms = 2000;
    instance_of(object)->last_run_ms = 1900;
    instance_of(object)->runs = 2;
}

static void become_passive(gpointer object)
{
    instance_of(object)->state = INSTANCE_PASSIVE;
}

static void miss_a_run(gpointer object)
{
    instance_of(object)->missed++;
}

static void test_workload(void)
{
    static const Case CASES[] = {
        {"one more look is nothing new", look_again, SAME},
        {"an instance that became passive is news", become_passive, OTHER},
        {"a missed run is news", miss_a_run, OTHER},
    };
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        WorkloadStatus *workload = workload_status_new("payments", "settle");
        InstanceStatus *instance = instance_status_new("west");
        instance->state = INSTANCE_ACTIVE;
        instance->observed_at_ms = 1000;
        instance->runs = 1;
        g_ptr_array_add(workload->instances, instance);
        check(DELTA_WORKLOAD, workload, &CASES[i]);
        workload_status_free(workload);
    }
}

static void test_others(void)
{
    const Alarm alarm = {.severity = SEVERITY_CRITICAL};
    g_assert_cmpuint(calm_print(DELTA_ALARM, &alarm), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/calm/location", test_location);
    g_test_add_func("/api/calm/group", test_group);
    g_test_add_func("/api/calm/workload", test_workload);
    g_test_add_func("/api/calm/others", test_others);
    return g_test_run();
}
