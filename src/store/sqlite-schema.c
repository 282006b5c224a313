#include "store/sqlite-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "store/sqlite-file.h"

// "sigb", in the file's header: file(1) and we tell our files by it.
enum { APPLICATION_ID = 0x73696762 };

// Row i brings a database from version i to i + 1. Rows are only ever added.
static const char *const MIGRATIONS[] = {
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL,"
    " compacted INTEGER NOT NULL, last_lease INTEGER NOT NULL) STRICT;"
    "INSERT INTO state VALUES (1, 1, 0, 0);"
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL,"
    " create_revision INTEGER NOT NULL, mod_revision INTEGER NOT NULL, version INTEGER NOT NULL,"
    " lease INTEGER NOT NULL) STRICT;"
    "CREATE INDEX entry_lease ON entry (lease) WHERE lease != 0;"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " key TEXT NOT NULL, value BLOB NOT NULL, create_revision INTEGER NOT NULL,"
    " version INTEGER NOT NULL, lease INTEGER NOT NULL) STRICT;"
    "CREATE INDEX event_revision ON event (revision);"
    "CREATE TABLE lease (id INTEGER PRIMARY KEY, ttl_ms INTEGER NOT NULL) STRICT;",
};

enum { VERSION = G_N_ELEMENTS(MIGRATIONS) };

// ---- errors ----

static bool is_no_space(sqlite3 *db, int rc)
{
    int reason = db ? sqlite3_system_errno(db) : 0;
    return (rc & 0xff) == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE ||
           (((rc & 0xff) == SQLITE_CANTOPEN ||
             ((rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_FSYNC)) &&
            (reason == ENOSPC || reason == EDQUOT || reason == EFBIG));
}

bool sqlite_fail(sqlite3 *db, int rc, const char *path, GError **error)
{
    static const struct {
        int rc;
        ErrCode code;
        const char *before, *after; // the path, and SQLite's words
        const char *end;
    } ROWS[] = {
        {SQLITE_BUSY, ERR_BUSY, "The store ", " is being written by another program (", ")."},
        {SQLITE_LOCKED, ERR_BUSY, "The store ", " is being written by another program (", ")."},
        {SQLITE_CORRUPT, ERR_CORRUPT, "The store ", " is damaged (",
         "): nothing was changed. Keep a copy and restore a backup."},
        {SQLITE_NOTADB, ERR_CORRUPT, "", " is no store (",
         "): nothing was changed. Was it overwritten, or is the path wrong?"},
        {SQLITE_CANTOPEN, ERR_INTERNAL, "The store ", " cannot be opened (", ")."},
    };
    const char *words = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    if (is_no_space(db, rc)) {
        g_set_error(error, ERR, ERR_NO_SPACE,
                    "The disk that holds the store %s is full: not recorded, not done. Free some "
                    "space on it.",
                    path);
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
        if (ROWS[i].rc == (rc & 0xff)) {
            g_set_error(error, ERR, (gint)ROWS[i].code, "%s%s%s%s%s", ROWS[i].before, path,
                        ROWS[i].after, words, ROWS[i].end);
            return false;
        }
    g_set_error(error, ERR, ERR_INTERNAL, "The store %s failed (SQLite %d: %s).", path, rc, words);
    return false;
}

// ---- small steps ----

static bool run(sqlite3 *db, const char *path, const char *sql, GError **error)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || sqlite_fail(db, rc, path, error);
}

// The first column of the first row as text, "" if there is none. The caller frees; NULL with an error.
static char *ask(sqlite3 *db, const char *path, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    char *answer = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
    else if (rc != SQLITE_DONE)
        sqlite_fail(db, rc, path, error);
    else
        answer = g_strdup("");
    sqlite3_finalize(statement);
    return answer;
}

static sqlite3 *open_db(const char *path, const char *vfs, int flags, GError **error)
{
    sqlite3 *db = NULL;
    int rc =
        sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, vfs);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        return db;
    }
    sqlite_fail(db, rc, path, error);
    sqlite3_close(db);
    return NULL;
}

void sqlite_disconnect(sqlite3 *db, bool flush)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !flush, NULL);
    int rc = sqlite3_close(db);
    g_assert(rc == SQLITE_OK); // no statement is left open
}

// ---- versions ----

static bool migrate(sqlite3 *db, const char *path, int version, GError **error)
{
    if (!run(db, path, "BEGIN IMMEDIATE", error))
        return false;
    bool done = true;
    for (int i = version; done && i < (int)VERSION; i++)
        done = run(db, path, MIGRATIONS[i], error);
    g_autofree char *stamp = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                             APPLICATION_ID, (int)VERSION);
    done = done && run(db, path, stamp, error) && run(db, path, "COMMIT", error);
    if (!done && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return done;
}

static bool read_version(sqlite3 *db, const char *path, int *ret_version, GError **error)
{
    g_autofree char *version = ask(db, path, "PRAGMA user_version", error);
    if (!version)
        return false;
    *ret_version = (int)g_ascii_strtoll(version, NULL, 10);
    return true;
}

// ---- creating ----

static bool write_new(const char *path, const char *vfs, GError **error)
{
    sqlite3 *db = open_db(path, vfs, SQLITE_OPEN_READWRITE, error);
    if (!db)
        return false;
    bool written = run(db, path, "PRAGMA synchronous = FULL", error) &&
                   migrate(db, path, 0, error) && run(db, path, "PRAGMA journal_mode = WAL", error);
    sqlite_disconnect(db, true);
    return written;
}

static void remove_new(const char *path)
{
    static const char *const SUFFIXES[] = {"", "-journal", "-wal", "-shm"};
    for (gsize i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *name = g_strconcat(path, SUFFIXES[i], NULL);
        g_unlink(name);
    }
}

// Made beside its place and moved there when it is whole: a crash leaves a database or none.
bool sqlite_create(const char *path, const char *vfs, GError **error)
{
    g_autofree char *draft = g_strconcat(path, ".new", NULL);
    remove_new(draft);
    int fd = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        g_set_error(error, ERR, errno == ENOSPC ? ERR_NO_SPACE : ERR_INTERNAL,
                    "The store %s cannot be created: %s.", path, g_strerror(errno));
        return false;
    }
    close(fd);
    if (write_new(draft, vfs, error) && sqlite_file_rename(draft, path, error))
        return true;
    remove_new(draft);
    return false;
}

// ---- looking before touching ----

static bool check_owner(sqlite3 *db, const char *path, GError **error)
{
    g_autofree char *application = ask(db, path, "PRAGMA application_id", error);
    int version = 0;
    if (!application || !read_version(db, path, &version, error))
        return false;
    if (g_ascii_strtoll(application, NULL, 10) != APPLICATION_ID) {
        g_set_error(error, ERR, ERR_REFUSED,
                    "%s is a database of another program: nothing was changed. Is the path wrong?",
                    path);
        return false;
    }
    if (version > (int)VERSION) {
        g_set_error(error, ERR, ERR_REFUSED,
                    "The store %s has version %d, written by a newer signalbox; this one knows "
                    "versions up to %d. Nothing was changed: use the newer one, or restore a "
                    "backup.",
                    path, version, (int)VERSION);
        return false;
    }
    return true;
}

static bool check_whole(sqlite3 *db, const char *path, GError **error)
{
    g_autofree char *verdict = ask(db, path, "PRAGMA quick_check(1)", error);
    if (!verdict || !strcmp(verdict, "ok"))
        return verdict != NULL;
    g_strdelimit(verdict, "\n", ' ');
    g_set_error(error, ERR, ERR_CORRUPT,
                "The store %s is damaged (%s): nothing was changed. Keep a copy and restore a "
                "backup.",
                path, verdict);
    return false;
}

sqlite3 *sqlite_open_reader(const char *path, const char *vfs, GError **error)
{
    sqlite3 *db = open_db(path, vfs, SQLITE_OPEN_READONLY, error);
    if (!db)
        return NULL;
    if (run(db, path, "PRAGMA cell_size_check = ON", error) && check_owner(db, path, error) &&
        check_whole(db, path, error))
        return db;
    sqlite_disconnect(db, false);
    return NULL;
}

bool sqlite_inspect(const char *path, const char *vfs, GError **error)
{
    sqlite3 *db = sqlite_open_reader(path, vfs, error);
    if (db)
        sqlite_disconnect(db, false);
    return db != NULL;
}

// ---- opening for good ----

// busy_timeout is short because the loop waits with us: only a foreign program can be in the way, since
// the lock file keeps other daemons out. Checkpoints are our own (sqlite.c), to see their errors.
static const char SETTINGS[] = "PRAGMA busy_timeout = 500;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA cell_size_check = ON;"
                               "PRAGMA mmap_size = 0;"
                               "PRAGMA wal_autocheckpoint = 0;"
                               "PRAGMA journal_size_limit = 67108864;";

static bool enter_wal(sqlite3 *db, const char *path, GError **error)
{
    g_autofree char *mode = ask(db, path, "PRAGMA journal_mode = WAL", error);
    if (!mode || !strcmp(mode, "wal"))
        return mode != NULL;
    g_set_error(error, ERR, ERR_INTERNAL,
                "The store %s cannot use a write-ahead log here (journal mode \"%s\").", path,
                mode);
    return false;
}

sqlite3 *sqlite_connect(const char *path, const char *vfs, GError **error)
{
    sqlite3 *db = open_db(path, vfs, SQLITE_OPEN_READWRITE, error);
    if (!db)
        return NULL;
    int version = 0;
    if (run(db, path, SETTINGS, error) && enter_wal(db, path, error) &&
        read_version(db, path, &version, error) &&
        (version == (int)VERSION || migrate(db, path, version, error)))
        return db;
    sqlite_disconnect(db, false);
    return NULL;
}
