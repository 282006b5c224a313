// The queue that the sinks read: in order, each at its own place, bounded, and the same after a restart.
#include "sink/spool.h"
#include "store/memory.h"

typedef struct {
    FakeClock clock;
    Log log;
    Store *store;
    Spool *spool;
    bool loaded;
    GArray *read; // of guint64: the seqs of the last answer
} World;

static void on_loaded(gpointer data)
{
    ((World *)data)->loaded = true;
}

static void on_grown(gpointer data)
{
    (void)data;
}

static void open_spool(World *world)
{
    const SpoolConfig config = {.store = world->store,
                                .clock = &world->clock.clock,
                                .log = &world->log,
                                .source = "/signalbox/test/one",
                                .loaded = on_loaded,
                                .grown = on_grown,
                                .data = world};
    world->loaded = false;
    world->spool = spool_new(&config);
    spool_load(world->spool);
    while (!world->loaded)
        g_main_context_iteration(NULL, TRUE);
}

static void setup(World *world)
{
    fake_clock_init(&world->clock, 1764300000000);
    world->log = (Log){.clock = &world->clock.clock, .fd = -1};
    world->store = store_memory_new(&world->clock.clock, NULL);
    world->read = g_array_new(FALSE, FALSE, sizeof(guint64));
    open_spool(world);
}

static void teardown(World *world)
{
    spool_free(world->spool);
    store_free(world->store);
    g_array_unref(world->read);
}

static void put(World *world, guint count, gint64 audit)
{
    const EventFacts facts = {.topic = TOPIC_ALARM,
                              .severity = SEVERITY_ERROR,
                              .type = "signalbox.alarm.raised",
                              .subject = "location/west",
                              .at_ms = world->clock.wall};
    guint64 head = spool_head(world->spool) + count;
    for (guint i = 0; i < count; i++)
        spool_put(world->spool, &facts, json_object(), audit);
    while (spool_head(world->spool) < head) {
        store_tick(world->store);
        g_main_context_iteration(NULL, FALSE);
    }
}

static void on_read(GPtrArray *events, gpointer data)
{
    World *world = data;
    for (guint i = 0; i < events->len; i++)
        g_array_append_val(world->read, ((SinkEvent *)events->pdata[i])->seq);
}

// The first seq behind `after`; how many came in `ret_count`.
static guint64 read_after(World *world, guint64 after, guint *ret_count)
{
    g_array_set_size(world->read, 0);
    spool_read(world->spool, after, 64, on_read, world);
    while (!world->read->len)
        g_main_context_iteration(NULL, TRUE);
    *ret_count = world->read->len;
    return g_array_index(world->read, guint64, 0);
}

static void test_places(void)
{
    World world;
    guint count;
    setup(&world);
    g_assert_cmpuint(spool_place(world.spool, "late"), ==, 0);
    put(&world, 10, 0);
    g_assert_cmpuint(spool_place(world.spool, "later"), ==, 10); // what was before is not for it
    g_assert_cmpuint(read_after(&world, 3, &count), ==, 4);
    g_assert_cmpuint(count, ==, 7);
    teardown(&world);
}

static void test_restart(void)
{
    World world;
    guint count;
    setup(&world);
    g_assert_cmpint(spool_audit(world.spool), ==, -1);
    g_assert_cmpuint(spool_place(world.spool, "a"), ==, 0);
    g_assert_cmpuint(spool_place(world.spool, "b"), ==, 0);
    put(&world, 10, 7);
    spool_move(world.spool, "a", 10);
    spool_move(world.spool, "b", 4);
    spool_free(world.spool);
    store_tick(world.store); // as it does when it is closed
    open_spool(&world);
    g_assert_cmpint(spool_audit(world.spool), ==, 7);
    g_assert_cmpuint(spool_head(world.spool), ==, 10);
    g_assert_cmpuint(spool_place(world.spool, "a"), ==, 10);
    g_assert_cmpuint(spool_place(world.spool, "b"), ==, 4);
    g_assert_cmpuint(read_after(&world, 4, &count), ==, 5);
    g_assert_cmpuint(read_after(&world, 0, &count), ==, 5); // what all have taken is gone
    put(&world, 1, 0);
    g_assert_cmpuint(spool_head(world.spool), ==, 11);
    teardown(&world);
}

static void test_bound(void)
{
    World world;
    guint count;
    setup(&world);
    g_assert_cmpuint(spool_place(world.spool, "dead"), ==, 0);
    for (guint i = 0; i < SPOOL_EVENTS_MAX / 1000 + 1; i++)
        put(&world, 1000, 0);
    g_assert_cmpuint(read_after(&world, 0, &count), ==, 1001); // the oldest had to go
    teardown(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sink/spool/places", test_places);
    g_test_add_func("/sink/spool/restart", test_restart);
    g_test_add_func("/sink/spool/bound", test_bound);
    return g_test_run();
}
