// The embedded store: one SQLite file for one daemon.
//
//   state.db          entries, kept events, leases       (mode 0600, like all of these)
//   state.db-wal      what is not yet in it; never copy one without the other: store_sqlite_backup
//   state.db.lock     held while the daemon lives; names its process
//   state.db.reserve  room that is given back when the disk is full, so that refusals can be recorded
//
// A decision is on stable storage before it is answered (write-ahead log, synchronous = FULL);
// observations are grouped and not flushed one by one. When the disk refuses to flush, nobody knows any more what
// it holds: the store is then over (STORE_FATAL) and must be opened anew, which checks it.
//
// Opening refuses, and changes no byte, where the file could come to harm: another daemon holds it, it
// is damaged, written by a newer signalbox or by another program, a link, or on a network file system.
#pragma once

#include "base/clock.h"
#include "port/store.h"

typedef struct {
    const char *path;      // of the file; its folder must exist
    guint64 reserve_bytes; // of the reserve; 0 = none
    guint batch_ms;        // how long an observation may wait to be written
    guint retry_ms;        // how often a full disk is tried again
    const char *vfs;       // SQLite's file layer; NULL = the system's (tests put theirs here)
} StoreSqliteOptions;

// 4 MiB of reserve, 50 ms, 5 s.
StoreSqliteOptions store_sqlite_options(const char *path);

// Opens or creates the store; needs the main loop. ERR_BUSY (another daemon: its process is named),
// ERR_CORRUPT (damaged), ERR_REFUSED (newer, foreign, a link, a network file system), ERR_NO_SPACE,
// ERR_NOT_FOUND (no folder), ERR_INTERNAL. A store on a full disk opens, and is read-only.
Store *store_sqlite_open(const StoreSqliteOptions *options, const Clock *clock, GError **error);

// Writes a consistent copy of the store at `store` to `path`, which must not exist: in any process of its user, also
// while a daemon has the store and goes on. Blocks until it is on stable storage (some seconds for 300 MB). Observations
// that wait in the daemon's batch are not in it. ERR_CONFLICT (`path` is there), ERR_NOT_FOUND (no store), and what
// store_sqlite_open says of one that is damaged, foreign or newer.
bool store_sqlite_backup(const char *store, const char *path, GError **error);
