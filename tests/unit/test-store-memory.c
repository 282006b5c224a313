// The memory store: the suite, and the faults and pictures that simulations live on.
#include "store/memory.h"

#include "store-suite.h"

// ---- the suite's world: the picture that the last close left ----

static gpointer world_new(void)
{
    return g_new0(StoreImage *, 1);
}

static Store *world_open(gpointer world, const Clock *clock)
{
    return store_memory_new(clock, *(StoreImage **)world);
}

static void world_close(gpointer world, Store *store)
{
    StoreImage **image = world;
    g_clear_pointer(image, store_image_free);
    store_tick(store); // what waits is written when a store is closed
    *image = store_memory_image(store);
    store_free(store);
}

static void world_free(gpointer world)
{
    store_image_free(*(StoreImage **)world);
    g_free(world);
}

static const StoreSuite MEMORY = {"memory", world_new, world_open, world_close, world_free};

// ---- faults ----

static StoreTxn *put(const char *key, const char *text, StoreDurability durability)
{
    StoreTxn *txn = store_txn_new(durability);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return txn;
}

static void test_lost(void)
{
    static const struct {
        StoreFault fault;
        const char *held;
    } ROWS[] = {{STORE_FAULT_LOST_REQUEST, "a=1 c=3"}, {STORE_FAULT_LOST_ANSWER, "a=1 b=2 c=3"}};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        StoreCase test;
        store_case_init(&test, &MEMORY);
        WatchLog log;
        watch_log_init(&log, 0);
        log.watch = store_watch(test.store, "b", 0, watch_log_changed, &log);
        store_memory_plan_fault(test.store, 2, ROWS[i].fault);
        must_put(&test, "a", "1");
        g_auto(Answer) answer = ask_commit(&test, put("b", "2", STORE_DURABLE));
        g_assert_cmpint(answer.code, ==, ERR_UNKNOWN);
        g_assert_cmpint(store_status(test.store)->health, ==, STORE_HEALTHY);
        must_put(&test, "c", "3");
        must_hold(&test, "", ROWS[i].held);
        store_case_settle(&test);
        g_assert_true((log.revision != 0) == (ROWS[i].fault == STORE_FAULT_LOST_ANSWER));
        watch_log_release(&log);
        store_case_release(&test);
    }
}

static void count_health(const StoreStatus *status, gpointer user_data)
{
    GString *seen = user_data;
    g_string_append_printf(seen, "%d%s", status->health, *status->reason ? "! " : " ");
}

static void test_full(void)
{
    StoreCase test;
    store_case_init(&test, &MEMORY);
    g_autoptr(GString) seen = g_string_new(NULL);
    store_on_status(test.store, count_health, seen);
    must_put(&test, "a", "1");
    store_memory_set_full(test.store, true);
    g_auto(Answer) refused = ask_commit(&test, put("b", "2", STORE_DURABLE));
    g_assert_cmpint(refused.code, ==, ERR_NO_SPACE);
    g_auto(Answer) batched = ask_commit(&test, put("c", "2", STORE_BATCHED));
    g_assert_cmpint(batched.code, ==, ERR_NO_SPACE);
    g_auto(Answer) audit = ask_commit(&test, put("refused", "b", STORE_RESERVE));
    g_assert_cmpint(audit.code, ==, -1);
    g_auto(Answer) lease = {0};
    store_lease_grant(test.store, 1000, answer_lease, &lease);
    g_assert_cmpint(lease.code, ==, ERR_NO_SPACE);
    must_hold(&test, "", "a=1 refused=b");
    g_assert_cmpstr(seen->str, ==, "1! ");
    store_memory_set_full(test.store, false);
    store_tick(test.store);
    must_put(&test, "b", "2");
    g_assert_cmpstr(seen->str, ==, "1! 0 ");
    store_case_release(&test);
}

static void test_crash(void)
{
    static const struct {
        StoreFault fault;
        const char *held;
    } ROWS[] = {{STORE_FAULT_CRASH_BEFORE, "a=1"}, {STORE_FAULT_CRASH_AFTER, "a=1 b=2 seen=1"}};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        FakeClock clock;
        fake_clock_init(&clock, 1);
        Store *store = store_memory_new(&clock.clock, NULL);
        g_auto(Answer) first = {0}, batched = {0}, second = {0}, late = {0};
        store_commit(store, put("a", "1", STORE_DURABLE), answer_txn, &first);
        store_commit(store, put("seen", "1", STORE_BATCHED), answer_txn, &batched);
        store_memory_plan_fault(store, 1, ROWS[i].fault);
        store_commit(store, put("b", "2", STORE_DURABLE), answer_txn, &second);
        g_assert_true(store_memory_has_crashed(store));
        store_get(store, "a", answer_range, &late);
        store_commit(store, put("c", "3", STORE_DURABLE), answer_txn, &late);
        store_tick(store);
        g_assert_cmpint(first.calls, ==, 1);
        g_assert_cmpint(batched.calls + second.calls + late.calls, ==, 0);
        g_autoptr(StoreImage) image = store_memory_image(store);
        store_free(store);
        g_assert_cmpint(batched.calls + second.calls + late.calls, ==, 0);
        StoreCase after = {.store = store_memory_new(&clock.clock, image)};
        must_hold(&after, "", ROWS[i].held);
        store_free(after.store);
    }
}

// A crash loses what waits, and nothing else; an image is a moment, not a view.
static void test_image(void)
{
    StoreCase test;
    store_case_init(&test, &MEMORY);
    must_put(&test, "a", "1");
    g_auto(Answer) batched = {0};
    store_commit(test.store, put("seen", "1", STORE_BATCHED), answer_txn, &batched);
    g_autoptr(StoreImage) image = store_memory_image(test.store);
    must_put(&test, "a", "2");
    StoreCase other = {.store = store_memory_new(&test.clock.clock, image)};
    must_hold(&other, "", "a=1");
    store_free(other.store);
    must_hold(&test, "", "a=2 seen=1");
    g_assert_cmpuint(store_memory_writes(test.store), ==, 2);
    store_case_release(&test);
}

static StoreFault every_third(guint64 n, gpointer user_data)
{
    (*(int *)user_data)++;
    return n % 3 == 0 ? STORE_FAULT_LOST_REQUEST : STORE_FAULT_NONE;
}

static void test_fault_func(void)
{
    StoreCase test;
    store_case_init(&test, &MEMORY);
    int asked = 0, lost = 0;
    store_memory_set_faults(test.store, every_third, &asked);
    for (int i = 0; i < 9; i++) {
        g_auto(Answer) answer = ask_commit(&test, put("a", "1", STORE_DURABLE));
        lost += answer.code == ERR_UNKNOWN;
    }
    g_assert_cmpint(asked, ==, 9);
    g_assert_cmpint(lost, ==, 3);
    store_case_release(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_suite_add(&MEMORY);
    g_test_add_func("/store/memory/lost", test_lost);
    g_test_add_func("/store/memory/full", test_full);
    g_test_add_func("/store/memory/crash", test_crash);
    g_test_add_func("/store/memory/image", test_image);
    g_test_add_func("/store/memory/fault-func", test_fault_func);
    return g_test_run();
}
