// Connections to the store's database: created, checked before they may write, brought up to date, and
// what their errors mean.
#pragma once

#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

// Says what `rc` means, with the database's own words; always returns false. ERR_NO_SPACE, ERR_BUSY,
// ERR_CORRUPT, or ERR_INTERNAL.
bool sqlite_fail(sqlite3 *db, int rc, const char *path, GError **error);

// Creates the database at `path` (nothing or an empty file is there), whole or not at all.
bool sqlite_create(const char *path, const char *vfs, GError **error);

// Reads the database at `path` without changing a byte of it or its log: ERR_CORRUPT if it is damaged or no
// database, ERR_REFUSED if it belongs to another program or a newer signalbox.
bool sqlite_inspect(const char *path, const char *vfs, GError **error);

// The same, and stays open for reading; NULL with an error.
sqlite3 *sqlite_open_reader(const char *path, const char *vfs, GError **error);

// Opens it for writing, with all settings, and brings it up to date. NULL with an error.
sqlite3 *sqlite_connect(const char *path, const char *vfs, GError **error);

// Closes it; `flush` false leaves the log as it is (a disk that failed to flush is not asked again).
void sqlite_disconnect(sqlite3 *db, bool flush);
