// The store that answers later: the suite, and that nothing is ever answered inside the question.
#include "store/late.h"

#include "store-suite.h"
#include "store/memory.h"

static gpointer world_new(void)
{
    return g_new0(StoreImage *, 1);
}

static Store *world_open(gpointer world, const Clock *clock)
{
    return store_late_new(store_memory_new(clock, *(StoreImage **)world), true);
}

static void world_close(gpointer world, Store *store)
{
    StoreImage **image = world;
    g_clear_pointer(image, store_image_free);
    store_tick(store);
    *image = store_memory_image(store_late_inner(store));
    store_free(store);
}

static void world_free(gpointer world)
{
    store_image_free(*(StoreImage **)world);
    g_free(world);
}

static const StoreSuite LATE = {"late", world_new, world_open, world_close, world_free};

static StoreTxn *put(const char *key)
{
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, "1");
    return txn;
}

static void test_later(void)
{
    FakeClock clock;
    fake_clock_init(&clock, 1);
    Store *store = store_late_new(store_memory_new(&clock.clock, NULL), false);
    g_auto(Answer) wrote = {0}, read = {0}, lease = {0};
    store_commit(store, put("a"), answer_txn, &wrote);
    store_get(store, "a", answer_range, &read);
    store_lease_grant(store, 1000, answer_lease, &lease);
    g_assert_cmpint(wrote.calls + read.calls + lease.calls, ==, 0);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpint(wrote.calls, ==, 0); // not on the loop
    store_tick(store);
    g_assert_true(wrote.succeeded);
    g_assert_cmpuint(read.entries->len, ==, 1);
    g_assert_cmpuint(lease.lease, !=, 0);
    store_free(store);
}

static void test_closed(void)
{
    FakeClock clock;
    fake_clock_init(&clock, 1);
    Store *store = store_late_new(store_memory_new(&clock.clock, NULL), true);
    g_auto(Answer) wrote = {0}, read = {0}, lease = {0};
    store_commit(store, put("a"), answer_txn, &wrote);
    store_get(store, "a", answer_range, &read);
    store_lease_keep(store, 7, answer_lease, &lease);
    store_free(store);
    g_assert_cmpint(wrote.code, ==, ERR_UNKNOWN);
    g_assert_cmpint(read.code, ==, ERR_CANCELLED);
    g_assert_cmpint(lease.code, ==, ERR_UNKNOWN);
    g_assert_cmpint(wrote.calls + read.calls + lease.calls, ==, 3);
}

static void note_health(const StoreStatus *status, gpointer user_data)
{
    g_string_append_printf(user_data, "%d%s ", status->health, *status->reason ? "!" : "");
}

static void test_status(void)
{
    StoreCase test;
    store_case_init(&test, &LATE);
    g_autoptr(GString) seen = g_string_new(NULL);
    store_on_status(test.store, note_health, seen);
    store_memory_set_full(store_late_inner(test.store), true);
    g_auto(Answer) refused = ask_commit(&test, put("a"));
    g_assert_cmpint(refused.code, ==, ERR_NO_SPACE);
    store_memory_set_full(store_late_inner(test.store), false);
    store_tick(test.store);
    g_assert_cmpstr(seen->str, ==, "1! 0 ");
    store_case_release(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_suite_add(&LATE);
    g_test_add_func("/store/late/later", test_later);
    g_test_add_func("/store/late/closed", test_closed);
    g_test_add_func("/store/late/health", test_status);
    return g_test_run();
}
