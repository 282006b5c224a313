// A copy of the store while a daemon has it: read through a connection of its own, which stands on one moment of the
// database and its log, whatever is written meanwhile.
#include "store/sqlite.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "store/sqlite-file.h"
#include "store/sqlite-schema.h"

enum { WAIT_MS = 5000 }; // for a moment in which the log can be read

// All pages in one step: between two of them the other process would write, and the copy begin anew.
static bool copy_pages(sqlite3 *from, sqlite3 *copy, const char *path, GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", from, "main");
    if (!backup)
        return sqlite_fail(copy, sqlite3_extended_errcode(copy), path, error);
    int rc = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE || sqlite_fail(copy, rc, path, error);
}

static bool write_copy(sqlite3 *from, const char *path, GError **error)
{
    sqlite3 *copy = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(path, &copy, flags, NULL);
    bool written =
        rc == SQLITE_OK ? copy_pages(from, copy, path, error) : sqlite_fail(copy, rc, path, error);
    sqlite3_close(copy);
    return written;
}

// Whole or not at all, and for its owner alone.
static bool write_whole(sqlite3 *from, const char *path, GError **error)
{
    g_autofree char *draft = g_strconcat(path, ".part", NULL);
    g_unlink(draft);
    mode_t mask = umask(077);
    bool written = write_copy(from, draft, error);
    umask(mask);
    if (written && sqlite_file_rename(draft, path, error))
        return true;
    g_unlink(draft);
    return false;
}

bool store_sqlite_backup(const char *store, const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, ERR, ERR_CONFLICT,
                    "The backup was not written: %s is there already, and is not overwritten.",
                    path);
        return false;
    }
    if (!sqlite_file_check(store, error))
        return false;
    if (sqlite_file_is_new(store)) {
        g_set_error(error, ERR, ERR_NOT_FOUND, "There is no store at %s: nothing is backed up.",
                    store);
        return false;
    }
    sqlite3 *from = sqlite_open_reader(store, NULL, error);
    if (!from)
        return false;
    sqlite3_busy_timeout(from, WAIT_MS);
    bool written = write_whole(from, path, error);
    sqlite_disconnect(from, false);
    return written;
}
