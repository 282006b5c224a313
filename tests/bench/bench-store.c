// What recording costs: decisions one by one (each flushed before it is answered), observations in
// batches, reads. One JSON object a line; the latencies are per call, from asking to being answered.
// A folder given as argument is measured instead of the system's temporary one, which may be memory.
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite.h"

enum { VALUE_BYTES = 450, KEYS = 1000 };

typedef struct {
    const char *name;
    int calls;
    void (*call)(Store *store, int i);
} Bench;

static void must_commit(const StoreTxnResult *result, const GError *error, gpointer user_data)
{
    (void)user_data;
    g_assert_no_error((GError *)(gpointer)error);
    g_assert_true(result->succeeded);
}

static StoreTxn *write_one(StoreDurability durability, const char *prefix, int i)
{
    g_autofree char *key = g_strdup_printf("%s/%06d", prefix, i % KEYS);
    g_autofree char *text = g_strnfill(VALUE_BYTES, 'x');
    StoreTxn *txn = store_txn_new(durability);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return txn;
}

static void call_decision(Store *store, int i)
{
    store_commit(store, write_one(STORE_DURABLE, "operations", i), must_commit, NULL);
}

// As the engine writes one: guarded, with its audit record and two indices.
static void call_guarded(Store *store, int i)
{
    StoreTxn *txn = write_one(STORE_DURABLE, "operations", i);
    g_autofree char *audit = g_strdup_printf("audit/%09d", i);
    store_txn_if_absent(txn, audit);
    store_txn_put_text(txn, STORE_BRANCH_THEN, audit, "{\"seq\":1,\"hash\":\"0123456789abcdef\"}");
    store_txn_put_text(txn, STORE_BRANCH_THEN, "audit-head", audit);
    store_txn_put_text(txn, STORE_BRANCH_THEN, "groups/payments", "{\"epoch\":7}");
    store_commit(store, txn, must_commit, NULL);
}

static void call_observation(Store *store, int i)
{
    store_commit(store, write_one(STORE_BATCHED, "probes", i), must_commit, NULL);
}

static void must_read(const StoreRange *range, const GError *error, gpointer user_data)
{
    (void)user_data;
    g_assert_no_error((GError *)(gpointer)error);
    g_assert_cmpuint(range->entries->len, ==, 1);
}

static void call_get(Store *store, int i)
{
    g_autofree char *key = g_strdup_printf("probes/%06d", i % KEYS);
    store_get(store, key, must_read, NULL);
}

static int compare_times(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void run(const Bench *bench, Store *store)
{
    g_autofree gint64 *times = g_new(gint64, (gsize)bench->calls);
    gint64 start = g_get_monotonic_time();
    for (int i = 0; i < bench->calls; i++) {
        gint64 before = g_get_monotonic_time();
        bench->call(store, i);
        g_main_context_iteration(NULL, FALSE); // batches and checkpoints fall due here
        times[i] = g_get_monotonic_time() - before;
    }
    store_tick(store); // what is still waiting counts too
    double seconds = (double)(g_get_monotonic_time() - start) / 1e6;
    qsort(times, (size_t)bench->calls, sizeof *times, compare_times);
    printf("{\"bench\":\"store\",\"what\":\"%s\",\"n\":%d,\"value_bytes\":%d,\"per_s\":%.0f,"
           "\"p50_us\":%" G_GINT64_FORMAT ",\"p99_us\":%" G_GINT64_FORMAT
           ",\"max_us\":%" G_GINT64_FORMAT "}\n",
           bench->name, bench->calls, VALUE_BYTES, bench->calls / seconds, times[bench->calls / 2],
           times[bench->calls * 99 / 100], times[bench->calls - 1]);
}

static void clear(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    static const Bench BENCHES[] = {
        {"sqlite decision", 3000, call_decision},
        {"sqlite decision with audit", 3000, call_guarded},
        {"sqlite observation", 30000, call_observation},
        {"sqlite get", 30000, call_get},
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *folder =
        g_build_filename(argc > 1 ? argv[1] : g_get_tmp_dir(), "signalbox-bench-XXXXXX", NULL);
    if (!g_mkdtemp(folder)) {
        fprintf(stderr, "bench-store: no folder can be made at %s\n", folder);
        return 1;
    }
    g_autofree char *path = g_build_filename(folder, "state.db", NULL);
    StoreSqliteOptions options = store_sqlite_options(path);
    Store *store = store_sqlite_open(&options, clock_system(), &error);
    if (!store) {
        fprintf(stderr, "bench-store: %s\n", error->message);
        return 1;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(BENCHES); i++)
        run(&BENCHES[i], store);
    store_free(store);
    clear(folder);
    return 0;
}
