// The SQLite store on disks that fail: full, refusing to flush, losing power; and killed while it
// writes. Whatever was answered as recorded is there afterwards; whatever was refused is not.
#include <errno.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault-vfs.h"
#include "store-world.h"
#include "store/sqlite.h"

static StoreTxn *put(const char *key, const char *text, StoreDurability durability)
{
    StoreTxn *txn = store_txn_new(durability);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return txn;
}

static int try_put(StoreCase *test, const char *key, const char *text, StoreDurability durability)
{
    g_auto(Answer) answer = ask_commit(test, put(key, text, durability));
    return answer.code;
}

static void must_be_whole(const StoreWorld *world)
{
    g_autofree char *verdict = store_world_ask(world, "PRAGMA integrity_check");
    g_assert_cmpstr(verdict, ==, "ok");
}

static void note_health(const StoreStatus *status, gpointer user_data)
{
    g_assert_true((status->health == STORE_HEALTHY) == !*status->reason);
    g_string_append_printf(user_data, "%d ", status->health);
}

// ---- full ----

// Grows the store until the disk has no room; returns how many writes were answered as recorded.
static int fill_up(StoreCase *test)
{
    g_autofree char *text = g_strnfill(20000, 'x');
    for (int i = 0; i < 10000; i++) {
        g_autofree char *key = g_strdup_printf("fill/%04d", i);
        int code = try_put(test, key, text, STORE_DURABLE);
        if (code == ERR_NO_SPACE)
            return i;
        g_assert_cmpint(code, ==, -1);
    }
    g_assert_not_reached();
}

static void must_count(StoreCase *test, const char *prefix, int n)
{
    g_auto(Answer) all = ask_range(test, store_span_prefix(prefix), 0);
    g_assert_cmpint((int)all.entries->len, ==, n);
}

// The disk is full: refuses with a reason, goes on reading, records the refusal out of the reserve.
static int must_survive_full(StoreCase *test, const StoreWorld *world, const GString *health)
{
    g_assert_true(store_world_has(world, ".reserve"));
    int recorded = fill_up(test);
    g_assert_cmpint(recorded, >, 3);
    g_assert_cmpstr(health->str, ==, "1 ");
    const StoreStatus *status = store_status(test->store);
    g_assert_nonnull(strstr(status->reason, "is full: not recorded, not done"));
    g_assert_nonnull(strstr(status->reason, world->path));
    g_assert_false(store_world_has(world, ".reserve"));
    g_assert_cmpint(try_put(test, "small", "1", STORE_DURABLE), ==, ERR_NO_SPACE);
    g_assert_cmpint(try_put(test, "small", "1", STORE_BATCHED), ==, ERR_NO_SPACE);
    g_assert_cmpint(try_put(test, "refused/1", "1", STORE_RESERVE), ==, -1);
    store_tick(test->store);
    g_assert_cmpstr(health->str, ==, "1 "); // no room yet
    must_count(test, "fill/", recorded);
    must_hold(test, "refused/", "refused/1=1");
    must_hold(test, "small", "");
    return recorded;
}

static void must_recover(StoreCase *test, const StoreWorld *world, const GString *health)
{
    store_tick(test->store);
    g_assert_cmpstr(health->str, ==, "1 0 ");
    g_assert_cmpint(try_put(test, "small", "2", STORE_DURABLE), ==, -1);
    g_assert_true(store_world_has(world, ".reserve"));
    must_hold(test, "small", "small=2");
}

static void test_full_vfs(void)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(GString) health = g_string_new(NULL);
    world->vfs = "fault";
    StoreCase test = {.store = store_world_must_open(world)};
    store_on_status(test.store, note_health, health);
    fault_vfs_set_room(vfs, 300000);
    int recorded = fill_up(&test);
    g_assert_cmpint(recorded, >, 3);
    // This disk knows nothing of the reserve, so that the next tick finds the room there always was.
    g_assert_cmpstr(health->str, ==, "1 ");
    g_assert_cmpint(try_put(&test, "again", "1", STORE_RESERVE), ==, -1);
    fault_vfs_set_room(vfs, -1);
    store_tick(test.store);
    g_assert_cmpstr(health->str, ==, "1 0 ");
    must_count(&test, "fill/", recorded);
    store_free(test.store);
    must_be_whole(world);
}

// Every amount of room from none to plenty: wherever it ends, a write is recorded whole or not at all.
static void test_full_anywhere(void)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    for (gint64 room = 0; room < 60000; room += 1500) {
        g_autoptr(StoreWorld) world = store_world_new();
        world->vfs = "fault";
        StoreCase test = {.store = store_world_must_open(world)};
        must_put(&test, "a", "1");
        fault_vfs_set_room(vfs, room);
        g_autofree char *text = g_strnfill(30000, 'x');
        StoreTxn *txn = put("large", text, STORE_DURABLE);
        store_txn_put_text(txn, STORE_BRANCH_THEN, "a", "2");
        g_auto(Answer) answer = ask_commit(&test, txn);
        g_assert_true(answer.code == -1 || answer.code == ERR_NO_SPACE);
        for (int restarted = 0; restarted < 2; restarted++) {
            must_hold(&test, "a", answer.code == -1 ? "a=2" : "a=1");
            must_count(&test, "large", answer.code == -1);
            fault_vfs_set_room(vfs, -1);
            store_free(test.store);
            must_be_whole(world);
            test.store = store_world_must_open(world);
        }
        store_free(test.store);
    }
}

// ---- full, for real ----

// A small file system of its own, in a mount namespace of its own. False where that is not allowed.
static bool mount_small(const char *folder)
{
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    return mount("none", folder, "tmpfs", 0, "size=2m,mode=700") == 0;
}

static void write_filler(const StoreWorld *world)
{
    g_autofree char *name = store_world_name(world, ".filler");
    FILE *file = g_fopen(name, "a");
    static const char ZEROS[1024];
    while (fwrite(ZEROS, sizeof ZEROS, 1, file) == 1 && fflush(file) == 0)
        ;
    g_assert_cmpint(errno, ==, ENOSPC);
    fclose(file);
}

static void remove_filler(const StoreWorld *world)
{
    g_autofree char *name = store_world_name(world, ".filler");
    g_assert_cmpint(g_unlink(name), ==, 0);
}

// A daemon that starts on a full disk starts, says so, and recovers.
static void must_start_full(StoreWorld *world, int recorded)
{
    g_autofree char *reserve = store_world_name(world, ".reserve");
    g_assert_cmpint(g_unlink(reserve), ==, 0);
    write_filler(world);
    StoreCase test = {.store = store_world_must_open(world)};
    g_assert_cmpint(store_status(test.store)->health, ==, STORE_READ_ONLY);
    g_assert_cmpint(try_put(&test, "small", "3", STORE_DURABLE), ==, ERR_NO_SPACE);
    must_count(&test, "fill/", recorded);
    remove_filler(world);
    store_tick(test.store);
    g_assert_cmpint(store_status(test.store)->health, ==, STORE_HEALTHY);
    g_assert_cmpint(try_put(&test, "small", "4", STORE_DURABLE), ==, -1);
    store_free(test.store);
    must_be_whole(world);
}

// As above with the reserve still there: it pays for what opening needs.
static void must_start_full_with_reserve(StoreWorld *world)
{
    write_filler(world);
    StoreCase test = {.store = store_world_must_open(world)};
    must_hold(&test, "small", "small=4");
    remove_filler(world);
    store_tick(test.store);
    g_assert_cmpint(try_put(&test, "small", "5", STORE_DURABLE), ==, -1);
    store_free(test.store);
}

static void test_full_disk(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    if (!mount_small(world->folder)) {
        g_test_skip("mounting is not allowed here; the failing file layer was tested instead");
        return;
    }
    g_autoptr(GString) health = g_string_new(NULL);
    world->reserve_bytes = 256 * 1024;
    StoreCase test = {.store = store_world_must_open(world)};
    store_on_status(test.store, note_health, health);
    int recorded = must_survive_full(&test, world, health);
    // Make room by deleting what the test can spare: the log is cut off, the file's pages are free.
    g_assert_cmpint(mount("none", world->folder, "tmpfs", MS_REMOUNT, "size=8m"), ==, 0);
    must_recover(&test, world, health);
    store_free(test.store);
    must_be_whole(world);
    must_start_full(world, recorded);
    must_start_full_with_reserve(world);
    g_assert_cmpint(umount2(world->folder, MNT_DETACH), ==, 0);
}

// ---- flushing ----

static void test_flushes(void)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    g_autoptr(StoreWorld) world = store_world_new();
    world->vfs = "fault";
    StoreCase test = {.store = store_world_must_open(world)};
    must_put(&test, "a", "1");
    int before = fault_vfs_flushes(vfs, "-wal");
    for (int i = 0; i < 20; i++)
        g_assert_cmpint(try_put(&test, "seen", "1", STORE_BATCHED), ==, -1);
    g_assert_cmpint(fault_vfs_flushes(vfs, "-wal"), ==, before);
    for (int i = 1; i <= 5; i++) {
        must_put(&test, "a", "2");
        g_assert_cmpint(fault_vfs_flushes(vfs, "-wal"), ==, before + i);
    }
    StoreTxn *guarded = put("a", "3", STORE_DURABLE);
    store_txn_if_absent(guarded, "a");
    g_auto(Answer) refused = ask_commit(&test, guarded);
    g_assert_false(refused.succeeded);
    g_assert_cmpint(fault_vfs_flushes(vfs, "-wal"), ==,
                    before + 5); // nothing changed, nothing flushed
    store_free(test.store);
}

// A flush that fails once is never tried again: unknown, fatal, and right again after a restart.
static void test_flush_fails(void)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(GString) health = g_string_new(NULL);
    world->vfs = "fault";
    StoreCase test = {.store = store_world_must_open(world)};
    store_on_status(test.store, note_health, health);
    must_put(&test, "a", "1");
    fault_vfs_fail_flush(vfs, 1);
    g_auto(Answer) unknown = ask_commit(&test, put("a", "2", STORE_DURABLE));
    g_assert_cmpint(unknown.code, ==, ERR_UNKNOWN);
    g_assert_nonnull(strstr(unknown.text, "may or may not have been recorded"));
    g_assert_cmpstr(health->str, ==, "3 ");
    int flushes = fault_vfs_flushes(vfs, "");
    g_assert_cmpint(try_put(&test, "b", "1", STORE_DURABLE), ==, ERR_INTERNAL);
    g_assert_cmpint(try_put(&test, "b", "1", STORE_RESERVE), ==, ERR_INTERNAL);
    store_free(test.store);
    g_assert_cmpint(fault_vfs_flushes(vfs, ""), ==, flushes);
    test.store = store_world_must_open(world);
    g_auto(Answer) found = ask_get(&test, "a");
    g_autofree char *text = entries_text(found.entries);
    g_assert_true(!strcmp(text, "a=1") || !strcmp(text, "a=2"));
    must_hold(&test, "b", "");
    must_put(&test, "b", "2");
    store_free(test.store);
    must_be_whole(world);
}

// Copying the log into the database fails to flush: said with the next write, nothing lost.
static void test_checkpoint_fails(void)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    g_autoptr(StoreWorld) world = store_world_new();
    world->vfs = "fault";
    StoreCase test = {.store = store_world_must_open(world)};
    g_autofree char *text = g_strnfill(100000, 'x');
    int n = 0;
    for (int before = fault_vfs_flushes(vfs, ".db"); fault_vfs_flushes(vfs, ".db") == before; n++) {
        g_autofree char *key = g_strdup_printf("fill/%04d", n);
        must_put(&test, key, text);
        while (g_main_context_iteration(NULL, FALSE)) // checkpoints wait for a quiet loop
            ;
        g_assert_cmpint(n, <, 1000);
    }
    int code = -1;
    for (int i = 0; code == -1 && i < 1000; i++) {
        g_autofree char *key = g_strdup_printf("more/%04d", i);
        code = try_put(&test, key, text, STORE_DURABLE);
        fault_vfs_fail_flush(vfs, 1); // whatever is flushed next outside a commit
        while (g_main_context_iteration(NULL, FALSE))
            ;
        fault_vfs_fail_flush(vfs, 0);
    }
    g_assert_cmpint(code, ==, ERR_INTERNAL);
    g_assert_cmpint(store_status(test.store)->health, ==, STORE_FATAL);
    store_free(test.store);
    test.store = store_world_must_open(world);
    must_count(&test, "fill/", n);
    store_free(test.store);
    must_be_whole(world);
}

// ---- power ----

// Writes decisions and observations in turn, then cuts the power at a random moment: no decision that was
// answered is gone, nothing is half there, and the order has no holes.
static void power_round(GRand *rand, bool torn)
{
    g_autoptr(FaultVfs) vfs = fault_vfs_new("fault");
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(StoreWorld) after = store_world_new();
    world->vfs = "fault";
    StoreCase test = {.store = store_world_must_open(world)};
    fault_vfs_baseline(vfs, world->folder);
    int decided = -1;
    g_autofree char *large = g_strnfill((gsize)g_rand_int_range(rand, 1, 9000), 'x');
    int writes = g_rand_int_range(rand, 1, 120);
    for (int i = 0; i < writes; i++) {
        g_autofree char *key = g_strdup_printf("n/%04d", i);
        bool durable = g_rand_boolean(rand);
        StoreTxn *txn = put(key, large, durable ? STORE_DURABLE : STORE_BATCHED);
        store_txn_put_text(txn, STORE_BRANCH_THEN, "last", key);
        g_auto(Answer) answer = ask_commit(&test, txn);
        g_assert_cmpint(answer.code, ==, -1);
        decided = durable ? i : decided;
        if (g_rand_int_range(rand, 0, 20) == 0)
            while (g_main_context_iteration(NULL, FALSE))
                ;
    }
    fault_vfs_cut_power(vfs, after->folder, torn ? rand : NULL);
    StoreCase left = {.store = store_world_must_open(after)};
    g_auto(Answer) all = ask_range(&left, store_span_prefix("n/"), 0);
    int n = (int)all.entries->len;
    g_assert_cmpint(n, >=, decided + 1);
    g_autofree char *expected = n ? g_strdup_printf("last=n/%04d", n - 1) : g_strdup("");
    must_hold(&left, "last", expected);
    store_free(left.store);
    must_be_whole(after);
    store_free(test.store);
}

static void test_power(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (int i = 0; i < 25; i++)
        power_round(rand, false);
}

static void test_power_torn(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    for (int i = 0; i < 25; i++)
        power_round(rand, true);
}

// ---- kill ----

static void acknowledge(const StoreTxnResult *result, const GError *error, gpointer user_data)
{
    const int *ack = user_data; // the pipe and the number
    g_assert_no_error((GError *)(gpointer)error);
    g_assert_true(result->succeeded);
    ssize_t written = write(ack[0], &ack[1], sizeof(int));
    if (written != sizeof(int))
        _exit(1);
}

// Writes number after number, and says each one that was recorded, until it is killed.
static void write_for_ever(StoreWorld *world, int first, int pipe_fd)
{
    StoreCase test = {.store = store_world_must_open(world)};
    for (int i = first;; i++) {
        int ack[2] = {pipe_fd, i};
        g_autofree char *key = g_strdup_printf("n/%06d", i);
        StoreTxn *txn = put(key, key, i % 3 ? STORE_DURABLE : STORE_BATCHED);
        store_txn_put_text(txn, STORE_BRANCH_THEN, "last", key);
        store_commit(test.store, txn, acknowledge, ack);
        store_tick(test.store);
        while (g_main_context_iteration(NULL, FALSE))
            ;
    }
}

// Kills the writer after about `after` answers; returns the last number it said.
static int kill_writer(StoreWorld *world, int first, int after)
{
    int fds[2];
    g_assert_cmpint(pipe(fds), ==, 0);
    pid_t writer = fork();
    g_assert_cmpint(writer, >=, 0);
    if (writer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(fds[0]);
        write_for_ever(world, first, fds[1]);
    }
    close(fds[1]);
    int last = first - 1;
    int number;
    while (read(fds[0], &number, sizeof number) == sizeof number) {
        g_assert_cmpint(number, ==, last + 1);
        last = number;
        if (last - first >= after)
            kill(writer, SIGKILL); // it may still say a few more
    }
    close(fds[0]);
    int status;
    g_assert_cmpint(waitpid(writer, &status, 0), ==, writer);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

static void test_kill(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(9);
    int next = 0;
    for (int round = 0; round < 15; round++) {
        int last = kill_writer(world, next, g_rand_int_range(rand, 1, 150));
        StoreCase test = {.store = store_world_must_open(world)};
        g_auto(Answer) all = ask_range(&test, store_span_prefix("n/"), 0);
        int n = (int)all.entries->len;
        g_assert_cmpint(n, >=, last + 1); // one more may have been recorded than was said
        g_assert_cmpint(n, <=, last + 2);
        g_autofree char *expected = g_strdup_printf("last=n/%06d", n - 1);
        must_hold(&test, "last", expected);
        store_free(test.store);
        must_be_whole(world);
        next = n;
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/disk/full-vfs", test_full_vfs);
    g_test_add_func("/store/disk/full-anywhere", test_full_anywhere);
    g_test_add_func("/store/disk/flushes", test_flushes);
    g_test_add_func("/store/disk/flush-fails", test_flush_fails);
    g_test_add_func("/store/disk/checkpoint-fails", test_checkpoint_fails);
    g_test_add_func("/store/disk/power", test_power);
    g_test_add_func("/store/disk/power-torn", test_power_torn);
    g_test_add_func("/store/disk/kill", test_kill);
    g_test_add_func("/store/disk/full-disk", test_full_disk);
    return g_test_run();
}
