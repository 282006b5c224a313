// A disk that fails on demand, under SQLite: full, refusing to flush, losing power. It passes everything on
// to the real one and remembers what was flushed and what was only written.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct FaultVfs FaultVfs;

// Registers it with SQLite as `name`. One at a time; freed after the last file is closed.
FaultVfs *fault_vfs_new(const char *name);
void fault_vfs_free(FaultVfs *vfs);

// From now on files may grow by `bytes` in all (-1: as they like).
void fault_vfs_set_room(FaultVfs *vfs, gint64 bytes);

// The n-th flush from now fails (1 = the next; 0 = none).
void fault_vfs_fail_flush(FaultVfs *vfs, int n);

// How many flushes of files whose name ends in `suffix` there were.
int fault_vfs_flushes(const FaultVfs *vfs, const char *suffix);

// Takes what is in the folder now as flushed.
void fault_vfs_baseline(FaultVfs *vfs, const char *folder);

// Writes to `folder` what a power cut now would leave: what was flushed, and of each file's later writes a
// random part (`rand` NULL: none of them).
void fault_vfs_cut_power(FaultVfs *vfs, const char *folder, GRand *rand);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaultVfs, fault_vfs_free)
