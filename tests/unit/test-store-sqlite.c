// The SQLite store: the suite, and what only a file can have: other holders, damage, strangers, links,
// versions, modes, backups.
#include "store/sqlite.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-world.h"
#include "store/sqlite-file.h"

// ---- the suite ----

static gpointer suite_world(void)
{
    return store_world_new();
}

static Store *suite_open(gpointer world, const Clock *clock)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_world_open(world, clock, &error);
    g_assert_no_error(error);
    return store;
}

static void suite_close(gpointer world, Store *store)
{
    (void)world;
    store_free(store);
}

static void suite_world_free(gpointer world)
{
    store_world_free(world);
}

static const StoreSuite SQLITE = {"sqlite", suite_world, suite_open, suite_close, suite_world_free};

// ---- one holder ----

// Opens the store in a process of its own that then waits to be killed; returns when it is open.
static pid_t fork_holder(StoreWorld *world)
{
    int ready[2];
    g_assert_cmpint(pipe(ready), ==, 0);
    pid_t holder = fork();
    g_assert_cmpint(holder, >=, 0);
    if (holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails leaves nobody behind
        Store *store = store_world_open(world, clock_system(), NULL);
        if (write(ready[1], store ? "y" : "n", 1) == 1)
            pause();
        _exit(0);
    }
    char answer = 0;
    g_assert_cmpint(read(ready[0], &answer, 1), ==, 1);
    g_assert_cmpint(answer, ==, 'y');
    close(ready[0]);
    close(ready[1]);
    return holder;
}

static void must_refuse(StoreWorld *world, int code, const char *words)
{
    g_autofree char *before = store_world_digest(world);
    g_autoptr(GError) error = NULL;
    g_assert_null(store_world_open(world, clock_system(), &error));
    g_assert_error(error, ERR, code);
    if (!strstr(error->message, words))
        g_error("\"%s\" lacks \"%s\"", error->message, words);
    g_assert_nonnull(strchr(".?", error->message[strlen(error->message) - 1]));
    g_autofree char *after = store_world_digest(world);
    g_assert_cmpstr(after, ==, before);
}

static void test_second_daemon(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    pid_t holder = fork_holder(world);
    g_autofree char *words = g_strdup_printf("is held by process %ld:", (long)holder);
    must_refuse(world, ERR_BUSY, words);
    g_assert_cmpint(kill(holder, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(holder, NULL, 0), ==, holder);
    StoreCase test = {.store = store_world_must_open(world)}; // a kill leaves nothing in the way
    must_put(&test, "a", "1");
    must_refuse(world, ERR_BUSY, "is held by process"); // nor does one process open it twice
    must_put(&test, "a", "2");
    store_free(test.store);
    store_free(store_world_must_open(world));
}

// ---- what is refused, untouched ----

// A store with content that was not closed: the newest of it is in the log only.
static StoreWorld *world_with_log(void)
{
    g_autoptr(StoreWorld) living = store_world_new();
    StoreCase test = {.store = store_world_must_open(living)};
    g_autofree char *text = g_strnfill(3000, 'x');
    for (int i = 0; i < 200; i++) {
        g_autofree char *key = g_strdup_printf("key/%d", i);
        must_put(&test, key, text);
    }
    store_free(test.store);
    test.store = store_world_must_open(living);
    must_put(&test, "late", "1");
    StoreWorld *world = store_world_new();
    g_autoptr(GBytes) database = store_world_read(living, "");
    g_autoptr(GBytes) log = store_world_read(living, "-wal");
    g_assert_cmpuint(g_bytes_get_size(log), >, 4096);
    store_world_write(world, "", database);
    store_world_write(world, "-wal", log);
    store_free(test.store);
    return world;
}

static void damage_nothing(StoreWorld *world)
{
    (void)world;
}

static void damage_bytes(StoreWorld *world)
{
    g_autoptr(GBytes) bytes = store_world_read(world, "");
    gsize n;
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(bytes, &n), g_bytes_get_size(bytes));
    for (gsize i = 4096 * 3; i + 64 < n; i += 1024)
        memset(copy + i, 0xa5, 64);
    g_autoptr(GBytes) damaged = g_bytes_new(copy, n);
    store_world_write(world, "", damaged);
}

static void damage_header(StoreWorld *world)
{
    g_autoptr(GBytes) garbage = g_bytes_new_static("no database, but longer than a header. "
                                                   "no database, but longer than a header. "
                                                   "no database, but longer than a header.",
                                                   116);
    store_world_write(world, "", garbage);
}

static void damage_short(StoreWorld *world)
{
    g_autoptr(GBytes) garbage = g_bytes_new_static("hello", 5);
    store_world_write(world, "", garbage);
}

static void damage_half(StoreWorld *world)
{
    g_autoptr(GBytes) bytes = store_world_read(world, "");
    g_autoptr(GBytes) half = g_bytes_new_from_bytes(bytes, 0, 4096 * 20);
    store_world_write(world, "", half);
}

static void damage_missing(StoreWorld *world)
{
    g_assert_cmpint(g_unlink(world->path), ==, 0);
}

static void damage_empty(StoreWorld *world)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    store_world_write(world, "", nothing);
}

static void damage_newer(StoreWorld *world)
{
    store_world_sql(world, "PRAGMA user_version = 99"); // goes into the log
}

static void damage_foreign(StoreWorld *world)
{
    store_world_sql(world, "PRAGMA application_id = 7");
}

static void damage_symlink(StoreWorld *world)
{
    g_autofree char *real = store_world_name(world, ".real");
    g_assert_cmpint(g_rename(world->path, real), ==, 0);
    g_assert_cmpint(symlink(real, world->path), ==, 0);
}

static void damage_hard_link(StoreWorld *world)
{
    g_autofree char *other = store_world_name(world, ".other");
    g_assert_cmpint(link(world->path, other), ==, 0);
}

static void damage_log_link(StoreWorld *world)
{
    g_autofree char *log = store_world_name(world, "-wal");
    g_autofree char *other = store_world_name(world, ".other");
    g_assert_cmpint(link(log, other), ==, 0);
}

static void damage_folder(StoreWorld *world)
{
    g_assert_cmpint(g_unlink(world->path), ==, 0);
    g_assert_cmpint(g_mkdir(world->path, 0700), ==, 0);
}

static void test_refused(void)
{
    static const struct {
        void (*damage)(StoreWorld *world);
        int code;
        const char *words;
    } ROWS[] = {
        {damage_bytes, ERR_CORRUPT, "is damaged"},
        {damage_header, ERR_CORRUPT, "is no store"},
        {damage_short, ERR_CORRUPT, "is no store"},
        {damage_half, ERR_CORRUPT, "is damaged"},
        {damage_missing, ERR_CORRUPT, "is missing or empty, but its log"},
        {damage_empty, ERR_CORRUPT, "is missing or empty, but its log"},
        {damage_newer, ERR_REFUSED, "has version 99, written by a newer signalbox"},
        {damage_foreign, ERR_REFUSED, "is a database of another program"},
        {damage_symlink, ERR_REFUSED, "is a symbolic link"},
        {damage_hard_link, ERR_REFUSED, "has a second name"},
        {damage_log_link, ERR_REFUSED, "has a second name"},
        {damage_folder, ERR_REFUSED, "is not a regular file"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(StoreWorld) world = world_with_log();
        ROWS[i].damage(world);
        g_test_message("row %zu", i);
        must_refuse(world, ROWS[i].code, ROWS[i].words);
        must_refuse(world, ROWS[i].code, ROWS[i].words); // the first attempt left nothing behind
    }
    g_autoptr(StoreWorld) sound = world_with_log();
    damage_nothing(sound);
    StoreCase test = {.store = store_world_must_open(sound)};
    must_hold(&test, "late", "late=1");
    store_free(test.store);
}

static void test_no_folder(void)
{
    StoreSqliteOptions options = store_sqlite_options("/nonexistent/folder/state.db");
    g_autoptr(GError) error = NULL;
    g_assert_null(store_sqlite_open(&options, clock_system(), &error));
    g_assert_error(error, ERR, ERR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "/nonexistent/folder"));
}

static void test_network_names(void)
{
    static const struct {
        long kind;
        const char *name;
    } ROWS[] = {
        {0x6969, "NFS"},
        {0xff534d42, "CIFS"},
        {(long)(gint32)0xff534d42, "CIFS"},
        {0xfe534d42, "SMB"},
        {0xef53, NULL} /* ext */,
        {0x01021994, NULL} /* tmpfs */,
        {0x58465342, NULL} /* xfs */,
        {0x9123683e, NULL} /* btrfs */,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
        g_assert_cmpstr(sqlite_file_network_name(ROWS[i].kind), ==, ROWS[i].name);
}

// ---- creating ----

static unsigned mode_of(const StoreWorld *world, const char *suffix)
{
    g_autofree char *name = store_world_name(world, suffix);
    struct stat st;
    g_assert_cmpint(stat(name, &st), ==, 0);
    return st.st_mode & 0777;
}

static void test_modes(void)
{
    static const char *const SUFFIXES[] = {"", "-wal", ".lock", ".reserve"};
    g_autoptr(StoreWorld) world = store_world_new();
    mode_t mask = umask(0);
    StoreCase test = {.store = store_world_must_open(world)};
    must_put(&test, "a", "1");
    for (gsize i = 0; i < G_N_ELEMENTS(SUFFIXES); i++)
        g_assert_cmpuint(mode_of(world, SUFFIXES[i]), ==, 0600);
    store_free(test.store);
    g_assert_cmpint(g_chmod(world->path, 0644), ==, 0);
    store_free(store_world_must_open(world));
    g_assert_cmpuint(mode_of(world, ""), ==, 0600);
    umask(mask);
}

static void test_settings(void)
{
    static const struct {
        const char *sql, *answer;
    } ROWS[] = {
        {"PRAGMA journal_mode", "wal"},      {"PRAGMA application_id", "1936287586"}, // "sigb"
        {"PRAGMA user_version", "1"},        {"PRAGMA integrity_check", "ok"},
        {"SELECT count(*) FROM entry", "0"},
    };
    g_autoptr(StoreWorld) world = store_world_new();
    store_free(store_world_must_open(world));
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *answer = store_world_ask(world, ROWS[i].sql);
        g_assert_cmpstr(answer, ==, ROWS[i].answer);
    }
}

// A crash while it was created leaves a draft, which is no obstacle and is not taken for the store.
static void test_draft(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(GBytes) garbage = g_bytes_new_static("half a database", 15);
    store_world_write(world, ".new", garbage);
    store_world_write(world, ".new-journal", garbage);
    StoreCase test = {.store = store_world_must_open(world)};
    must_put(&test, "a", "1");
    g_assert_false(store_world_has(world, ".new"));
    g_assert_false(store_world_has(world, ".new-journal"));
    store_free(test.store);
}

// ---- others at work ----

static void count_fatal(const StoreStatus *status, gpointer user_data)
{
    *(int *)user_data += status->health == STORE_FATAL;
}

static StoreTxn *put(const char *key, const char *text)
{
    StoreTxn *txn = store_txn_new(STORE_DURABLE);
    store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
    return txn;
}

static void test_foreign_write(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    StoreCase test = {.store = store_world_must_open(world)};
    int fatal = 0;
    store_on_status(test.store, count_fatal, &fatal);
    must_put(&test, "a", "1");
    store_world_sql(world, "UPDATE state SET revision = revision + 5");
    g_auto(Answer) answer = ask_commit(&test, put("a", "2"));
    g_assert_cmpint(answer.code, ==, ERR_CORRUPT);
    g_assert_cmpint(fatal, ==, 1);
    g_auto(Answer) later = ask_commit(&test, put("a", "3"));
    g_assert_cmpint(later.code, ==, ERR_INTERNAL);
    must_hold(&test, "", "a=1");
    store_free(test.store);
}

// A foreign program that holds the write lock: refused as busy, not done, and it goes on afterwards.
static void test_busy(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    StoreCase test = {.store = store_world_must_open(world)};
    sqlite3 *foreign = NULL;
    g_assert_cmpint(sqlite3_open(world->path, &foreign), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(foreign, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    g_auto(Answer) answer = ask_commit(&test, put("a", "1"));
    g_assert_cmpint(answer.code, ==, ERR_BUSY);
    must_hold(&test, "", "");
    g_assert_cmpint(sqlite3_exec(foreign, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(foreign);
    must_put(&test, "a", "2");
    g_assert_cmpint(store_status(test.store)->health, ==, STORE_HEALTHY);
    store_free(test.store);
}

static gint64 number_of(const char *text)
{
    return g_ascii_strtoll(text, NULL, 10);
}

// An operation is written with every step it takes. What the file keeps of its former texts is bounded, and the room
// of what is dropped is used again.
static void test_revisions_are_bounded(void)
{
    enum { ROUNDS = 120, TEXT = 64 * 1024 };
    g_autoptr(StoreWorld) world = store_world_new();
    StoreCase test = {.store = store_world_must_open(world)};
    g_autofree char *text = g_strnfill(TEXT, 'x');
    g_autofree char *kept_then = NULL, *pages_then = NULL;
    for (int half = 0; half < 2; half++) {
        for (int round = 0; round < ROUNDS; round++) {
            StoreTxn *txn = store_txn_new(STORE_BATCHED);
            for (int n = 0; n < 10; n++) {
                g_autofree char *key = g_strdup_printf("operation/%d", n);
                store_txn_put_text(txn, STORE_BRANCH_THEN, key, text);
            }
            g_auto(Answer) answer = ask_commit(&test, txn);
            g_assert_true(answer.succeeded);
        }
        g_autofree char *kept = store_world_ask(world, "SELECT sum(length(value)) FROM event");
        g_autofree char *pages = store_world_ask(world, "PRAGMA page_count");
        g_assert_cmpint(number_of(kept), <=, 66 * 1024 * 1024);
        if (half) {
            g_assert_cmpint(number_of(kept), <=, number_of(kept_then) + 2 * 1024 * 1024);
            g_assert_cmpint(number_of(pages), <=, number_of(pages_then) * 11 / 10);
        }
        g_free(kept_then);
        g_free(pages_then);
        kept_then = g_steal_pointer(&kept);
        pages_then = g_steal_pointer(&pages);
    }
    store_free(test.store);
}

// ---- backups ----

static void test_backup(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(StoreWorld) other = store_world_new();
    StoreCase test = {.store = store_world_must_open(world)};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strnfill(30000, 'x');
    for (int i = 0; i < 100; i++) {
        g_autofree char *key = g_strdup_printf("large/%d", i);
        must_put(&test, key, text);
    }
    guint64 revision = must_put(&test, "a", "1");
    g_assert_true(store_sqlite_backup(world->path, other->path, &error));
    g_assert_no_error(error);
    must_put(&test, "a", "2"); // the original goes on
    g_assert_false(store_sqlite_backup(world->path, other->path, &error));
    g_assert_error(error, ERR, ERR_CONFLICT);
    g_assert_cmpuint(mode_of(other, ""), ==, 0600);
    g_assert_false(store_world_has(other, ".part"));
    StoreCase copy = {.store = store_world_must_open(other)};
    must_hold(&copy, "a", "a=1");
    g_assert_cmpuint(store_status(copy.store)->revision, ==, revision);
    store_free(copy.store);
    must_hold(&test, "a", "a=2");
    store_free(test.store);
}

static void refuse_backup(const char *from, const char *to, ErrCode code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(store_sqlite_backup(from, to, &error));
    if (code != ERR_UNKNOWN) // any
        g_assert_error(error, ERR, (int)code);
    g_assert_nonnull(error);
}

// Nothing is left behind, and the store goes on.
static void test_backup_fails(void)
{
    g_autoptr(StoreWorld) world = store_world_new();
    g_autoptr(StoreWorld) none = store_world_new();
    g_autoptr(StoreWorld) other = store_world_new();
    Store *store = store_world_must_open(world);
    refuse_backup(world->path, "/nonexistent/folder/copy.db", ERR_UNKNOWN);
    refuse_backup(none->path, other->path, ERR_NOT_FOUND);
    refuse_backup("/dev/null", other->path, ERR_REFUSED);
    g_assert_false(store_world_has(other, ""));
    g_assert_false(store_world_has(other, ".part"));
    g_assert_cmpint(store_status(store)->health, ==, STORE_HEALTHY);
    store_free(store);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_suite_add(&SQLITE);
    g_test_add_func("/store/sqlite/second-daemon", test_second_daemon);
    g_test_add_func("/store/sqlite/refused", test_refused);
    g_test_add_func("/store/sqlite/no-folder", test_no_folder);
    g_test_add_func("/store/sqlite/network-names", test_network_names);
    g_test_add_func("/store/sqlite/modes", test_modes);
    g_test_add_func("/store/sqlite/settings", test_settings);
    g_test_add_func("/store/sqlite/draft", test_draft);
    g_test_add_func("/store/sqlite/foreign-write", test_foreign_write);
    g_test_add_func("/store/sqlite/busy", test_busy);
    g_test_add_func("/store/sqlite/revisions-are-bounded", test_revisions_are_bounded);
    g_test_add_func("/store/sqlite/backup", test_backup);
    g_test_add_func("/store/sqlite/backup-fails", test_backup_fails);
    return g_test_run();
}
