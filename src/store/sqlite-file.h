// What surrounds the SQLite file: is it safe to have a database there, who holds it, and the reserve
// that is given up when the disk is full.
#pragma once

#include <glib.h>
#include <stdbool.h>

// The file system's name if its kind (statfs f_type) is a network's, where locks and shared memory
// cannot be relied on; else NULL.
const char *sqlite_file_network_name(long kind);

// ERR_REFUSED for a link, another kind of file, or a network file system; ERR_NOT_FOUND without a folder;
// ERR_CORRUPT for a log without its database. Also looks at the files beside it. Reads and changes nothing.
bool sqlite_file_check(const char *path, GError **error);

// True if there is nothing at `path` yet (no file, or an empty one).
bool sqlite_file_is_new(const char *path);

// Holds `path`.lock for this process; -1 with ERR_BUSY naming the holder. Ends with the process, however it
// ends; sqlite_file_unlock ends it earlier.
int sqlite_file_lock(const char *path, GError **error);
void sqlite_file_unlock(int fd);

// Makes `path`.reserve `bytes` large, really allocated, if that leaves half as much again free.
bool sqlite_file_reserve(const char *path, guint64 bytes);

// Gives the reserve back to the disk.
void sqlite_file_free_reserve(const char *path);

// Moves `from` to `to` so that it stays so after a power cut.
bool sqlite_file_rename(const char *from, const char *to, GError **error);

// Bytes of `path` and its log on disk.
guint64 sqlite_file_bytes(const char *path);
