// A folder for a store on disk, and what tests do to it. The folder goes with its world.
#pragma once

#include "store-suite.h"

typedef struct {
    char *folder;
    char *path; // of the store in it
    const char *vfs;
    guint64 reserve_bytes;
} StoreWorld;

StoreWorld *store_world_new(void);
void store_world_free(StoreWorld *world);

// Opens the world's store; NULL with an error.
Store *store_world_open(StoreWorld *world, const Clock *clock, GError **error);

// Opens it and asserts that it did; on the system's clock.
Store *store_world_must_open(StoreWorld *world);

// path + suffix. The caller frees.
char *store_world_name(const StoreWorld *world, const char *suffix);

// Reads and writes whole files of the world.
GBytes *store_world_read(const StoreWorld *world, const char *suffix);
void store_world_write(const StoreWorld *world, const char *suffix, GBytes *bytes);
bool store_world_has(const StoreWorld *world, const char *suffix);

// Digest of the database and its log.
char *store_world_digest(const StoreWorld *world);

// Runs SQL on the world's file as another program would; leaves the log as it is.
void store_world_sql(const StoreWorld *world, const char *sql);

// The first column of the first row. The caller frees.
char *store_world_ask(const StoreWorld *world, const char *sql);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreWorld, store_world_free)
