#include "daemon/timetable.h"

#include "base/timefmt.h"

// 2027-03-27, the day before the clocks of Rome go forward.
#define NOON G_GINT64_CONSTANT(1806148800000)

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

typedef struct {
    FakeClock clock;
    Timetable *timetable;
    Fleet *fleet;
    Workload *workload;
    Instance *west, *north;
} World;

static void set_up(World *world, gconstpointer data)
{
    (void)data;
    fake_clock_init(&world->clock, NOON);
    world->timetable = timetable_new(&world->clock.clock);
    world->fleet = fleet_new("try");
    Location *west = fleet_add_location(world->fleet, "west");
    Location *north = fleet_add_location(world->fleet, "north");
    Group *group = fleet_add_group(world->fleet, "pay");
    group->primary = west;
    world->workload = group_add_workload(world->fleet, group, "settle");
    world->west = workload_add_instance(world->workload, west);
    world->north = workload_add_instance(world->workload, north);
    world->north->start_offset_ms = 10 * MINUTE;
}

static void tear_down(World *world, gconstpointer data)
{
    (void)data;
    timetable_free(world->timetable);
    fleet_unref(world->fleet);
}

static Trigger *add_trigger(World *world, const char *name, Frequency frequency, int interval)
{
    Trigger *trigger = workload_add_trigger(world->workload, name);
    trigger->type = TRIGGER_RECURRENCE;
    trigger->has_recurrence = true;
    recurrence_init(&trigger->recurrence);
    trigger->recurrence.frequency = frequency;
    trigger->recurrence.interval = interval;
    bool ok = rule_time_parse("2027-01-01T00:00:00Z", &trigger->recurrence.start, NULL);
    g_assert_true(ok);
    return trigger;
}

static void test_next(World *world, gconstpointer data)
{
    (void)data;
    Trigger *trigger = add_trigger(world, "often", FREQUENCY_MINUTE, 20);
    gint64 after = NOON + MINUTE;
    g_assert_cmpint(timetable_next(world->west, trigger, after, world->timetable), ==,
                    NOON + 20 * MINUTE);
    // the split schedule of the other location
    g_assert_cmpint(timetable_next(world->north, trigger, after, world->timetable), ==,
                    NOON + 10 * MINUTE);
    g_autofree char *rule = timetable_rule(trigger, world->timetable);
    g_assert_cmpstr(rule, ==, "every 20 min from :00");
}

static void test_fires(World *world, gconstpointer data)
{
    (void)data;
    const Trigger *often = add_trigger(world, "often", FREQUENCY_MINUTE, 20);
    const Trigger *bad = add_trigger(world, "never", FREQUENCY_MINUTE, -5);
    Timetable *timetable = world->timetable;
    g_assert_cmpint(timetable_fires(world->west, often, NOON, NOON + HOUR, timetable), ==, 3);
    g_assert_cmpint(timetable_fires(world->north, often, NOON, NOON + 30 * MINUTE, timetable), ==,
                    2);
    g_assert_cmpint(timetable_fires(world->west, bad, NOON, NOON + HOUR, timetable), ==, -1);
}

static void test_no_rule(World *world, gconstpointer data)
{
    (void)data;
    Trigger *trigger = workload_add_trigger(world->workload, "call");
    trigger->type = TRIGGER_REQUEST;
    g_assert_cmpint(timetable_next(world->west, trigger, NOON, world->timetable), ==, 0);
    g_assert_null(timetable_rule(trigger, world->timetable));
    Trigger *bad = add_trigger(world, "bad", FREQUENCY_MINUTE, -5);
    g_assert_cmpint(timetable_next(world->west, bad, NOON, world->timetable), ==, 0);
}

// What was compiled counts until it is forgotten.
static void test_forget(World *world, gconstpointer data)
{
    (void)data;
    Trigger *trigger = add_trigger(world, "often", FREQUENCY_MINUTE, 20);
    timetable_next(world->west, trigger, NOON, world->timetable);
    trigger->recurrence.interval = 30;
    g_assert_cmpint(timetable_next(world->west, trigger, NOON, world->timetable), ==,
                    NOON + 20 * MINUTE);
    timetable_forget(world->timetable);
    g_assert_cmpint(timetable_next(world->west, trigger, NOON, world->timetable), ==,
                    NOON + 30 * MINUTE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/daemon/timetable/next", World, NULL, set_up, test_next, tear_down);
    g_test_add("/daemon/timetable/fires", World, NULL, set_up, test_fires, tear_down);
    g_test_add("/daemon/timetable/no-rule", World, NULL, set_up, test_no_rule, tear_down);
    g_test_add("/daemon/timetable/forget", World, NULL, set_up, test_forget, tear_down);
    return g_test_run();
}
