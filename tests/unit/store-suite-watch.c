// The suite's tests of what happens by itself: watches that tell, leases that lapse.
#include "store-suite.h"

static StoreTxn *durable(void)
{
    return store_txn_new(STORE_DURABLE);
}

static void add_put(StoreTxn *txn, const char *key, const char *text)
{
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
}

static void add_delete(StoreTxn *txn, StoreSpan span)
{
    store_txn_delete(txn, STORE_BRANCH_THEN, &span);
}

// ---- watches ----

static void test_watch_live(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 before = must_put(&test, "a/0", "old");
    WatchLog some, all;
    watch_log_init(&some, before);
    watch_log_init(&all, before);
    some.watch = store_watch(test.store, "a/", 0, watch_log_changed, &some);
    all.watch = store_watch(test.store, "", 0, watch_log_changed, &all);
    must_put(&test, "a/1", "x");
    must_put(&test, "b/1", "y");
    StoreTxn *txn = durable();
    add_put(txn, "a/2", "z");
    add_delete(txn, store_span_between("a/0", "a/2"));
    g_auto(Answer) written = ask_commit(&test, txn);
    store_case_settle(&test);
    g_assert_cmpstr(some.log->str, ==, "+a/1=x@1 +a/2=z@3 -a/0@3 -a/1@3 ");
    g_assert_cmpstr(all.log->str, ==, "+a/1=x@1 +b/1=y@2 +a/2=z@3 -a/0@3 -a/1@3 ");
    watch_log_release(&some);
    must_put(&test, "a/3", "unseen");
    store_case_settle(&test);
    watch_log_release(&all);
    store_case_release(&test);
}

static void test_watch_resume(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 first = must_put(&test, "a", "1");
    must_put(&test, "a", "2");
    must_delete(&test, "a");
    store_case_restart(&test);
    must_put(&test, "a", "3");
    static const char *const EXPECTED[] = {
        "+a=1@0 +a=2@1 -a@2 +a=3@3 ", "+a=2@1 -a@2 +a=3@3 ", "-a@2 +a=3@3 ", "+a=3@3 ", "", ""};
    for (guint i = 0; i < G_N_ELEMENTS(EXPECTED); i++) {
        WatchLog log;
        watch_log_init(&log, first);
        log.watch = store_watch(test.store, "", first + i, watch_log_changed, &log);
        g_assert_cmpstr(log.log->str, ==, ""); // never inside another call
        store_case_settle(&test);
        g_assert_cmpstr(log.log->str, ==, EXPECTED[i]);
        watch_log_release(&log);
    }
    WatchLog future;
    watch_log_init(&future, first);
    future.watch = store_watch(test.store, "", first + 5, watch_log_changed, &future);
    must_put(&test, "a", "4");
    must_put(&test, "a", "5");
    store_case_settle(&test);
    g_assert_cmpstr(future.log->str, ==, "+a=5@5 ");
    watch_log_release(&future);
    store_case_release(&test);
}

static void test_watch_free_in_callback(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    WatchLog logs[3];
    guint64 first = must_put(&test, "a", "0");
    for (guint i = 0; i < G_N_ELEMENTS(logs); i++) {
        watch_log_init(&logs[i], first);
        logs[i].free_on_call = i == 1;
        logs[i].watch = store_watch(test.store, "", 0, watch_log_changed, &logs[i]);
    }
    must_put(&test, "a", "1");
    store_case_settle(&test);
    must_put(&test, "a", "2");
    store_case_settle(&test);
    g_assert_cmpstr(logs[0].log->str, ==, "+a=1@1 +a=2@2 ");
    g_assert_cmpstr(logs[1].log->str, ==, "+a=1@1 ");
    g_assert_cmpstr(logs[2].log->str, ==, "+a=1@1 +a=2@2 ");
    for (guint i = 0; i < G_N_ELEMENTS(logs); i++)
        watch_log_release(&logs[i]);
    store_case_release(&test);
}

// So many changes that the first are no longer kept: whoever wants those is told, whoever wants the
// last ones gets them all.
static void test_watch_compacted(gconstpointer suite)
{
    enum { BATCHES = 100, EACH = 120 };
    StoreCase test;
    store_case_init(&test, suite);
    guint64 first = must_put(&test, "a", "0");
    for (int i = 0; i < BATCHES; i++) {
        StoreTxn *txn = store_txn_new(STORE_BATCHED);
        for (int n = 0; n < EACH; n++) {
            g_autofree char *key = g_strdup_printf("k/%d", n);
            add_put(txn, key, "x");
        }
        g_auto(Answer) answer = ask_commit(&test, txn);
        g_assert_true(answer.succeeded);
    }
    for (int restarted = 0; restarted < 2; restarted++) {
        WatchLog old, recent;
        watch_log_init(&old, first);
        watch_log_init(&recent, first);
        old.watch = store_watch(test.store, "", first, watch_log_changed, &old);
        recent.watch = store_watch(test.store, "k/7", first + 21, watch_log_changed, &recent);
        store_case_settle(&test);
        g_assert_cmpint(old.error, ==, ERR_GONE);
        g_assert_cmpstr(old.log->str, ==, "");
        g_assert_cmpint(recent.error, ==, -1);
        g_assert_cmpuint(recent.revision, ==, first + BATCHES);
        g_assert_cmpuint(recent.events, ==, (BATCHES - 20) * 11); // k/7 and k/70 to k/79, each once
        g_assert_true(g_str_has_prefix(recent.log->str, "+k/7=x@21 +k/70=x@21 "));
        watch_log_release(&old);
        watch_log_release(&recent);
        store_case_restart(&test);
    }
    store_case_release(&test);
}

// ---- leases ----

static guint64 must_grant(StoreCase *test, gint64 ttl_ms)
{
    g_auto(Answer) answer = {0};
    store_lease_grant(test->store, ttl_ms, answer_lease, &answer);
    store_case_wait(test, &answer.done);
    g_assert_cmpint(answer.code, ==, -1);
    g_assert_cmpint(answer.ttl_ms, >=, ttl_ms);
    g_assert_cmpuint(answer.lease, !=, 0);
    return answer.lease;
}

typedef void (*LeaseCall)(Store *store, guint64 lease, StoreLeaseFunc done, gpointer user_data);

static int ask_lease(StoreCase *test, LeaseCall call, guint64 lease)
{
    g_auto(Answer) answer = {0};
    call(test->store, lease, answer_lease, &answer);
    store_case_wait(test, &answer.done);
    g_assert_cmpint(answer.calls, ==, 1);
    return answer.code;
}

static int put_leased(StoreCase *test, const char *key, guint64 lease)
{
    StoreTxn *txn = durable();
    g_autoptr(GBytes) value = g_bytes_new("x", 1);
    store_txn_put(txn, STORE_BRANCH_THEN, key, value, lease);
    add_put(txn, "beside", "x");
    g_auto(Answer) answer = ask_commit(test, txn);
    return answer.code;
}

static void advance(StoreCase *test, gint64 ms)
{
    fake_clock_advance(&test->clock, ms);
    store_case_settle(test);
}

static void test_lease_lapses(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 lease = must_grant(&test, 10000);
    guint64 other = must_grant(&test, 60000);
    g_assert_cmpuint(lease, !=, other);
    g_assert_cmpint(put_leased(&test, "leader", lease), ==, -1);
    g_assert_cmpint(put_leased(&test, "member", lease), ==, -1);
    g_assert_cmpint(put_leased(&test, "other", other), ==, -1);
    WatchLog log;
    watch_log_init(&log, store_status(test.store)->revision);
    log.watch = store_watch(test.store, "", 0, watch_log_changed, &log);
    advance(&test, 9000);
    must_hold(&test, "", "beside=x leader=x member=x other=x");
    g_assert_cmpint(ask_lease(&test, store_lease_keep, lease), ==, -1);
    advance(&test, 9000);
    must_hold(&test, "l", "leader=x");
    advance(&test, 1001);
    must_hold(&test, "", "beside=x other=x");
    g_assert_cmpstr(log.log->str, ==, "-leader@1 -member@1 ");
    g_assert_cmpint(ask_lease(&test, store_lease_keep, lease), ==, ERR_NOT_FOUND);
    g_assert_cmpint(ask_lease(&test, store_lease_revoke, lease), ==, ERR_NOT_FOUND);
    watch_log_release(&log);
    fake_clock_advance(&test.clock, 60000); // lapsed, though nobody has cleared it away yet
    g_assert_cmpint(ask_lease(&test, store_lease_keep, other), ==, ERR_NOT_FOUND);
    store_case_release(&test);
}

static void test_lease_revoked(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 lease = must_grant(&test, 10000);
    g_assert_cmpint(put_leased(&test, "a", lease), ==, -1);
    g_assert_cmpint(put_leased(&test, "b", lease), ==, -1);
    must_put(&test, "b", "free"); // written without the lease: no longer bound to it
    g_assert_cmpint(ask_lease(&test, store_lease_revoke, lease), ==, -1);
    must_hold(&test, "", "b=free beside=x");
    must_delete(&test, "beside");
    g_assert_cmpint(put_leased(&test, "c", lease), ==, ERR_NOT_FOUND);
    must_hold(&test, "", "b=free"); // nothing of that transaction was done
    g_assert_cmpint(put_leased(&test, "c", 987654321), ==, ERR_NOT_FOUND);
    store_case_release(&test);
}

static void test_lease_restart(gconstpointer suite)
{
    StoreCase test;
    store_case_init(&test, suite);
    guint64 lease = must_grant(&test, 10000);
    g_assert_cmpint(put_leased(&test, "a", lease), ==, -1);
    advance(&test, 8000);
    store_case_restart(&test);
    advance(&test, 8000);
    must_hold(&test, "a", "a=x"); // its whole time again
    advance(&test, 2001);
    must_hold(&test, "a", "");
    g_assert_cmpuint(must_grant(&test, 5000), !=, lease);
    store_case_release(&test);
}

static void test_lease_limits(gconstpointer suite)
{
    static const gint64 TIMES[] = {-1, 0, 999, 24 * 3600 * 1000 + 1};
    StoreCase test;
    store_case_init(&test, suite);
    for (gsize i = 0; i < G_N_ELEMENTS(TIMES); i++) {
        g_auto(Answer) answer = {0};
        store_lease_grant(test.store, TIMES[i], answer_lease, &answer);
        store_case_wait(&test, &answer.done);
        g_assert_cmpint(answer.code, ==, ERR_INVALID);
    }
    store_case_release(&test);
}

void store_suite_add_watches(const StoreSuite *suite)
{
    static const StoreSuiteTest TESTS[] = {
        {"watch-live", test_watch_live},
        {"watch-resume", test_watch_resume},
        {"watch-free-in-callback", test_watch_free_in_callback},
        {"watch-compacted", test_watch_compacted},
        {"lease-lapses", test_lease_lapses},
        {"lease-revoked", test_lease_revoked},
        {"lease-restart", test_lease_restart},
        {"lease-limits", test_lease_limits},
    };
    store_suite_add_tests(suite, TESTS, G_N_ELEMENTS(TESTS));
}
