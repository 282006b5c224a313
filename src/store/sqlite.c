#include "store/sqlite.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/local.h"
#include "store/sqlite-file.h"
#include "store/sqlite-schema.h"

// Pages in the log at which it is copied into the database: when the loop has nothing else to do, and, if
// it never has, at once.
enum { CHECKPOINT_PAGES = 1000, CHECKPOINT_PAGES_MAX = 8000 };

#define COLUMNS "key, value, create_revision, mod_revision, version, lease"

typedef enum {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_SYNC_FULL,
    SQL_SYNC_NORMAL,
    SQL_LOAD,
    SQL_SAVE,
    SQL_FIND,
    SQL_SCAN,
    SQL_SCAN_OPEN,
    SQL_SCAN_LEASE,
    SQL_PUT,
    SQL_REMOVE,
    SQL_ADD_EVENT,
    SQL_SCAN_EVENTS,
    SQL_DROP_EVENTS,
    SQL_SCAN_HISTORY,
    SQL_PUT_LEASE,
    SQL_REMOVE_LEASE,
    SQL_SCAN_LEASES,
    SQL_COUNT
} Sql;

static const char *const SQL[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SYNC_FULL] = "PRAGMA synchronous = FULL",
    [SQL_SYNC_NORMAL] = "PRAGMA synchronous = NORMAL",
    [SQL_LOAD] = "SELECT revision, compacted, last_lease FROM state",
    [SQL_SAVE] = "UPDATE state SET revision = ?1, compacted = ?2, last_lease = ?3",
    [SQL_FIND] = "SELECT " COLUMNS " FROM entry WHERE key = ?1",
    [SQL_SCAN] = "SELECT " COLUMNS " FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key",
    [SQL_SCAN_OPEN] = "SELECT " COLUMNS " FROM entry WHERE key >= ?1 ORDER BY key",
    [SQL_SCAN_LEASE] = "SELECT " COLUMNS " FROM entry WHERE lease = ?1 AND lease != 0 ORDER BY key",
    [SQL_PUT] = "INSERT INTO entry (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                " ON CONFLICT (key) DO UPDATE SET value = ?2, create_revision = ?3,"
                " mod_revision = ?4, version = ?5, lease = ?6",
    [SQL_REMOVE] = "DELETE FROM entry WHERE key = ?1",
    [SQL_ADD_EVENT] =
        "INSERT INTO event (key, value, create_revision, revision, version, lease, kind)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_SCAN_EVENTS] = "SELECT key, value, create_revision, revision, version, lease, kind"
                        " FROM event WHERE revision >= ?1 ORDER BY revision, id",
    [SQL_DROP_EVENTS] = "DELETE FROM event WHERE revision <= ?1",
    [SQL_SCAN_HISTORY] = "SELECT revision, count(*),"
                         " sum(length(CAST(key AS BLOB)) + length(value))"
                         " FROM event GROUP BY revision ORDER BY revision",
    [SQL_PUT_LEASE] = "INSERT INTO lease (id, ttl_ms) VALUES (?1, ?2)",
    [SQL_REMOVE_LEASE] = "DELETE FROM lease WHERE id = ?1",
    [SQL_SCAN_LEASES] = "SELECT id, ttl_ms FROM lease ORDER BY id",
};

typedef struct {
    Backend backend;
    char *path;
    guint64 reserve_bytes;
    int lock_fd;
    sqlite3 *db;
    sqlite3_stmt *statements[SQL_COUNT];
    BackendState saved; // as last committed by us
    int log_pages;
    guint checkpoint_source;
} Sqlite;

// ---- statements ----

static bool fail(Sqlite *sqlite, int rc, GError **error)
{
    GError *reason = NULL;
    sqlite_fail(sqlite->db, rc, sqlite->path, &reason);
    if (!err_is(reason, ERR_NO_SPACE) && !err_is(reason, ERR_BUSY))
        sqlite->backend.broken = true;
    g_propagate_error(error, reason);
    return false;
}

static sqlite3_stmt *bind_texts(Sqlite *sqlite, Sql sql, const char *first, const char *second)
{
    sqlite3_stmt *statement = sqlite->statements[sql];
    if (first)
        sqlite3_bind_text(statement, 1, first, -1, SQLITE_STATIC);
    if (second)
        sqlite3_bind_text(statement, 2, second, -1, SQLITE_STATIC);
    return statement;
}

static sqlite3_stmt *bind_numbers(Sqlite *sqlite, Sql sql, guint64 first, guint64 second)
{
    sqlite3_stmt *statement = sqlite->statements[sql];
    int n = sqlite3_bind_parameter_count(statement);
    if (n >= 1)
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)first);
    if (n >= 2)
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)second);
    return statement;
}

static guint64 column(sqlite3_stmt *statement, int i)
{
    return (guint64)sqlite3_column_int64(statement, i);
}

// Called with each row; false ends it.
typedef bool (*RowFunc)(sqlite3_stmt *statement, gpointer user_data);

static bool no_row(sqlite3_stmt *statement, gpointer user_data)
{
    (void)statement;
    (void)user_data;
    return true;
}

static bool run_rows(Sqlite *sqlite, sqlite3_stmt *statement, RowFunc row, gpointer user_data,
                     GError **error)
{
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
        if (!row(statement, user_data))
            break;
    bool good = rc == SQLITE_ROW || rc == SQLITE_DONE || fail(sqlite, rc, error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return good;
}

static bool run(Sqlite *sqlite, sqlite3_stmt *statement, GError **error)
{
    return run_rows(sqlite, statement, no_row, NULL, error);
}

static bool prepare_all(Sqlite *sqlite, GError **error)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        int rc = sqlite3_prepare_v3(sqlite->db, SQL[i], -1, SQLITE_PREPARE_PERSISTENT,
                                    &sqlite->statements[i], NULL);
        if (rc != SQLITE_OK)
            return fail(sqlite, rc, error);
    }
    return true;
}

// ---- the log ----

static int count_log_pages(void *user_data, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    ((Sqlite *)user_data)->log_pages = pages;
    return SQLITE_OK;
}

// Copies the log into the database. Lack of room is no failure: the log still holds everything.
static void checkpoint(Sqlite *sqlite, int mode)
{
    g_clear_handle_id(&sqlite->checkpoint_source, g_source_remove);
    if (sqlite->backend.broken)
        return;
    sqlite->log_pages = 0; // counted again by the next commit, whatever was copied
    int rc = sqlite3_wal_checkpoint_v2(sqlite->db, NULL, mode, NULL, NULL);
    if (rc != SQLITE_OK)
        fail(sqlite, rc, NULL); // a flush that failed makes it broken: the next write says so
}

static gboolean checkpoint_due(gpointer user_data)
{
    Sqlite *sqlite = user_data;
    sqlite->checkpoint_source = 0;
    checkpoint(sqlite, SQLITE_CHECKPOINT_PASSIVE);
    return G_SOURCE_REMOVE;
}

static void schedule_checkpoint(Sqlite *sqlite)
{
    if (sqlite->log_pages >= CHECKPOINT_PAGES_MAX)
        checkpoint(sqlite, SQLITE_CHECKPOINT_PASSIVE);
    else if (sqlite->log_pages >= CHECKPOINT_PAGES && !sqlite->checkpoint_source)
        sqlite->checkpoint_source = g_idle_add_full(G_PRIORITY_LOW, checkpoint_due, sqlite, NULL);
}

// ---- transactions ----

static bool load_row(sqlite3_stmt *statement, gpointer user_data)
{
    BackendState *state = user_data;
    *state = (BackendState){column(statement, 0), column(statement, 1), column(statement, 2)};
    return false;
}

static bool sqlite_load(Backend *backend, BackendState *ret_state, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    BackendState state = {0};
    if (!run_rows(sqlite, sqlite->statements[SQL_LOAD], load_row, &state, error))
        return false;
    sqlite->saved = *ret_state = state;
    return true;
}

// The lock file keeps other daemons out. Whoever wrote all the same (a copy of the file put in its place, a tool)
// has made what this process believes untrue.
static bool check_unchanged(Sqlite *sqlite, GError **error)
{
    BackendState state = {0};
    if (!run_rows(sqlite, sqlite->statements[SQL_LOAD], load_row, &state, error))
        return false;
    if (state.revision == sqlite->saved.revision)
        return true;
    sqlite->backend.broken = true;
    g_set_error(error, ERR, ERR_CORRUPT,
                "Another program has written to the store %s (revision %" G_GUINT64_FORMAT
                " where %" G_GUINT64_FORMAT " was expected): stop it, then start this one again.",
                sqlite->path, state.revision, sqlite->saved.revision);
    return false;
}

static void sqlite_rollback(Backend *backend)
{
    Sqlite *sqlite = (Sqlite *)backend;
    if (!sqlite3_get_autocommit(sqlite->db)) // SQLite itself rolls back on some errors
        run(sqlite, sqlite->statements[SQL_ROLLBACK], NULL);
}

static bool sqlite_begin(Backend *backend, bool durable, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    if (backend->broken) {
        g_set_error(error, ERR, ERR_INTERNAL,
                    "The store %s can no longer be trusted: start the daemon again, which checks "
                    "it.",
                    sqlite->path);
        return false;
    }
    if (!run(sqlite, sqlite->statements[durable ? SQL_SYNC_FULL : SQL_SYNC_NORMAL], error) ||
        !run(sqlite, sqlite->statements[SQL_BEGIN], error))
        return false;
    if (check_unchanged(sqlite, error))
        return true;
    sqlite_rollback(backend);
    return false;
}

// A transaction that changes nothing must not cost a flush.
static bool save(Sqlite *sqlite, const BackendState *state, GError **error)
{
    if (!memcmp(state, &sqlite->saved, sizeof *state))
        return true;
    sqlite3_stmt *statement = bind_numbers(sqlite, SQL_SAVE, state->revision, state->compacted);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)state->last_lease);
    return run(sqlite, statement, error);
}

// A commit that failed for any other reason than room or a foreign lock may yet be found done when the log is
// read again.
static bool commit(Sqlite *sqlite, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (run(sqlite, sqlite->statements[SQL_COMMIT], &reason))
        return true;
    sqlite_rollback(&sqlite->backend);
    if (sqlite->backend.broken)
        g_set_error(error, ERR, ERR_UNKNOWN, "%s It may or may not have been recorded.",
                    reason->message);
    else
        g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

static bool sqlite_commit(Backend *backend, const BackendState *state, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    if (!save(sqlite, state, error)) {
        sqlite_rollback(backend);
        return false;
    }
    if (!commit(sqlite, error))
        return false;
    sqlite->saved = *state;
    schedule_checkpoint(sqlite);
    return true;
}

// ---- entries ----

static GBytes *column_bytes(sqlite3_stmt *statement, int i)
{
    const void *bytes = sqlite3_column_blob(statement, i);
    return g_bytes_new(bytes, (gsize)sqlite3_column_bytes(statement, i));
}

static StoreEntry *row_entry(sqlite3_stmt *statement)
{
    StoreEntry *entry = g_new(StoreEntry, 1);
    *entry = (StoreEntry){.key = g_strdup((const char *)sqlite3_column_text(statement, 0)),
                          .value = column_bytes(statement, 1),
                          .create_revision = column(statement, 2),
                          .mod_revision = column(statement, 3),
                          .version = column(statement, 4),
                          .lease = column(statement, 5)};
    return entry;
}

static bool found_row(sqlite3_stmt *statement, gpointer user_data)
{
    *(StoreEntry **)user_data = row_entry(statement);
    return false;
}

static bool sqlite_find(Backend *backend, const char *key, StoreEntry **ret_entry, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    StoreEntry *entry = NULL;
    if (!run_rows(sqlite, bind_texts(sqlite, SQL_FIND, key, NULL), found_row, &entry, error))
        return false;
    *ret_entry = entry;
    return true;
}

static bool walk_entry(sqlite3_stmt *statement, gpointer user_data)
{
    const BackendWalk *walk = user_data;
    g_autoptr(StoreEntry) entry = row_entry(statement);
    return walk->entry(entry, walk->user_data);
}

static bool sqlite_scan(Backend *backend, const char *from, const char *to, const BackendWalk *walk,
                        GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    sqlite3_stmt *statement = bind_texts(sqlite, to ? SQL_SCAN : SQL_SCAN_OPEN, from, to);
    return run_rows(sqlite, statement, walk_entry, (gpointer)(guintptr)walk, error);
}

static bool sqlite_scan_lease(Backend *backend, guint64 lease, const BackendWalk *walk,
                              GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    sqlite3_stmt *statement = bind_numbers(sqlite, SQL_SCAN_LEASE, lease, 0);
    return run_rows(sqlite, statement, walk_entry, (gpointer)(guintptr)walk, error);
}

static sqlite3_stmt *bind_entry(Sqlite *sqlite, Sql sql, const StoreEntry *entry)
{
    sqlite3_stmt *statement = bind_texts(sqlite, sql, entry->key, NULL);
    gsize size;
    const void *bytes = g_bytes_get_data(entry->value, &size);
    // A null pointer would be NULL, not an empty value.
    sqlite3_bind_blob64(statement, 2, size ? bytes : "", size, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)entry->create_revision);
    sqlite3_bind_int64(statement, 4, (sqlite3_int64)entry->mod_revision);
    sqlite3_bind_int64(statement, 5, (sqlite3_int64)entry->version);
    sqlite3_bind_int64(statement, 6, (sqlite3_int64)entry->lease);
    return statement;
}

static bool sqlite_put(Backend *backend, const StoreEntry *entry, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run(sqlite, bind_entry(sqlite, SQL_PUT, entry), error);
}

static bool sqlite_remove(Backend *backend, const char *key, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run(sqlite, bind_texts(sqlite, SQL_REMOVE, key, NULL), error);
}

// ---- events ----

static bool sqlite_add_event(Backend *backend, StoreEventKind kind, const StoreEntry *entry,
                             GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    sqlite3_stmt *statement = bind_entry(sqlite, SQL_ADD_EVENT, entry);
    sqlite3_bind_int(statement, 7, (int)kind);
    return run(sqlite, statement, error);
}

static bool walk_event(sqlite3_stmt *statement, gpointer user_data)
{
    const BackendWalk *walk = user_data;
    g_autoptr(StoreEntry) entry = row_entry(statement);
    StoreEventKind kind = sqlite3_column_int(statement, 6) ? STORE_EVENT_DELETE : STORE_EVENT_PUT;
    return walk->event(kind, entry, walk->user_data);
}

static bool sqlite_scan_events(Backend *backend, guint64 revision, const BackendWalk *walk,
                               GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    sqlite3_stmt *statement = bind_numbers(sqlite, SQL_SCAN_EVENTS, revision, 0);
    return run_rows(sqlite, statement, walk_event, (gpointer)(guintptr)walk, error);
}

static bool sqlite_drop_events(Backend *backend, guint64 up_to_revision, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run(sqlite, bind_numbers(sqlite, SQL_DROP_EVENTS, up_to_revision, 0), error);
}

static bool walk_history(sqlite3_stmt *statement, gpointer user_data)
{
    const BackendWalk *walk = user_data;
    walk->history(column(statement, 0), (guint)column(statement, 1), column(statement, 2),
                  walk->user_data);
    return true;
}

static bool sqlite_scan_history(Backend *backend, const BackendWalk *walk, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run_rows(sqlite, sqlite->statements[SQL_SCAN_HISTORY], walk_history,
                    (gpointer)(guintptr)walk, error);
}

// ---- leases ----

static bool sqlite_put_lease(Backend *backend, guint64 lease, gint64 ttl_ms, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run(sqlite, bind_numbers(sqlite, SQL_PUT_LEASE, lease, (guint64)ttl_ms), error);
}

static bool sqlite_remove_lease(Backend *backend, guint64 lease, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run(sqlite, bind_numbers(sqlite, SQL_REMOVE_LEASE, lease, 0), error);
}

static bool walk_lease(sqlite3_stmt *statement, gpointer user_data)
{
    const BackendWalk *walk = user_data;
    walk->lease(column(statement, 0), sqlite3_column_int64(statement, 1), walk->user_data);
    return true;
}

static bool sqlite_scan_leases(Backend *backend, const BackendWalk *walk, GError **error)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return run_rows(sqlite, sqlite->statements[SQL_SCAN_LEASES], walk_lease,
                    (gpointer)(guintptr)walk, error);
}

// ---- room ----

// With the reserve given back, the log can be copied into the database and cut off.
static void sqlite_open_reserve(Backend *backend)
{
    Sqlite *sqlite = (Sqlite *)backend;
    sqlite_file_free_reserve(sqlite->path);
    checkpoint(sqlite, SQLITE_CHECKPOINT_TRUNCATE);
}

static bool sqlite_refill_reserve(Backend *backend)
{
    Sqlite *sqlite = (Sqlite *)backend;
    return sqlite_file_reserve(sqlite->path, sqlite->reserve_bytes);
}

static guint64 sqlite_bytes(Backend *backend)
{
    return sqlite_file_bytes(((Sqlite *)backend)->path);
}

// ---- opening and closing ----

static void sqlite_free(Backend *backend)
{
    Sqlite *sqlite = (Sqlite *)backend;
    g_clear_handle_id(&sqlite->checkpoint_source, g_source_remove);
    for (int i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(sqlite->statements[i]);
    if (sqlite->db)
        sqlite_disconnect(sqlite->db, !backend->broken);
    sqlite_file_unlock(sqlite->lock_fd);
    g_free(sqlite->path);
    g_free(sqlite);
}

static const BackendVtable SQLITE_VTABLE = {
    .load = sqlite_load,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .find = sqlite_find,
    .scan = sqlite_scan,
    .scan_lease = sqlite_scan_lease,
    .put = sqlite_put,
    .remove = sqlite_remove,
    .add_event = sqlite_add_event,
    .scan_events = sqlite_scan_events,
    .drop_events = sqlite_drop_events,
    .scan_history = sqlite_scan_history,
    .put_lease = sqlite_put_lease,
    .remove_lease = sqlite_remove_lease,
    .scan_leases = sqlite_scan_leases,
    .open_reserve = sqlite_open_reserve,
    .refill_reserve = sqlite_refill_reserve,
    .bytes = sqlite_bytes,
    .free = sqlite_free,
};

static bool connect_checked(Sqlite *sqlite, const char *vfs, GError **error)
{
    if (!sqlite_inspect(sqlite->path, vfs, error))
        return false;
    sqlite->db = sqlite_connect(sqlite->path, vfs, error);
    return sqlite->db != NULL;
}

// Even reading needs a little room (shared memory for the log): on a full disk the reserve pays for it.
static bool connect(Sqlite *sqlite, const char *vfs, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (connect_checked(sqlite, vfs, &reason))
        return true;
    if (err_is(reason, ERR_NO_SPACE)) {
        sqlite_file_free_reserve(sqlite->path);
        return connect_checked(sqlite, vfs, error);
    }
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

static bool open_file(Sqlite *sqlite, const char *vfs, GError **error)
{
    if (!sqlite_file_check(sqlite->path, error))
        return false;
    sqlite->lock_fd = sqlite_file_lock(sqlite->path, error);
    if (sqlite->lock_fd < 0)
        return false;
    if (sqlite_file_is_new(sqlite->path) && !sqlite_create(sqlite->path, vfs, error))
        return false;
    if (!connect(sqlite, vfs, error))
        return false;
    g_chmod(sqlite->path, 0600); // it may have been restored with a wider mode
    sqlite3_wal_hook(sqlite->db, count_log_pages, sqlite);
    return prepare_all(sqlite, error);
}

StoreSqliteOptions store_sqlite_options(const char *path)
{
    LocalOptions local = local_options();
    return (StoreSqliteOptions){.path = path,
                                .reserve_bytes = 4 * 1024 * 1024,
                                .batch_ms = local.batch_ms,
                                .retry_ms = local.retry_ms};
}

Store *store_sqlite_open(const StoreSqliteOptions *options, const Clock *clock, GError **error)
{
    Sqlite *sqlite = g_new0(Sqlite, 1);
    sqlite->backend.vtable = &SQLITE_VTABLE;
    sqlite->path = g_strdup(options->path);
    sqlite->reserve_bytes = options->reserve_bytes;
    sqlite->lock_fd = -1;
    if (!open_file(sqlite, options->vfs, error)) {
        sqlite_free(&sqlite->backend);
        return NULL;
    }
    LocalOptions local = local_options();
    local.batch_ms = options->batch_ms;
    local.retry_ms = options->retry_ms;
    return local_store_new(&sqlite->backend, clock, &local, error);
}
