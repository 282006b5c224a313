#include "store-world.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "store/sqlite.h"

StoreWorld *store_world_new(void)
{
    g_autoptr(GError) error = NULL;
    StoreWorld *world = g_new0(StoreWorld, 1);
    world->folder = g_dir_make_tmp("store-XXXXXX", &error);
    g_assert_no_error(error);
    world->path = g_build_filename(world->folder, "state.db", NULL);
    world->reserve_bytes = 64 * 1024;
    return world;
}

void store_world_free(StoreWorld *world)
{
    if (!world)
        return;
    g_autoptr(GDir) dir = g_dir_open(world->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(world->folder, name, NULL);
        g_assert_cmpint(g_remove(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(world->folder), ==, 0);
    g_free(world->folder);
    g_free(world->path);
    g_free(world);
}

Store *store_world_open(StoreWorld *world, const Clock *clock, GError **error)
{
    StoreSqliteOptions options = store_sqlite_options(world->path);
    options.reserve_bytes = world->reserve_bytes;
    options.vfs = world->vfs;
    return store_sqlite_open(&options, clock, error);
}

Store *store_world_must_open(StoreWorld *world)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_world_open(world, clock_system(), &error);
    g_assert_no_error(error);
    g_assert_nonnull(store);
    return store;
}

char *store_world_name(const StoreWorld *world, const char *suffix)
{
    return g_strconcat(world->path, suffix, NULL);
}

GBytes *store_world_read(const StoreWorld *world, const char *suffix)
{
    g_autofree char *name = store_world_name(world, suffix);
    char *bytes = NULL;
    gsize n = 0;
    g_file_get_contents(name, &bytes, &n, NULL);
    return g_bytes_new_take(bytes, n);
}

void store_world_write(const StoreWorld *world, const char *suffix, GBytes *bytes)
{
    g_autofree char *name = store_world_name(world, suffix);
    g_autoptr(GError) error = NULL;
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);
    g_file_set_contents(name, data ? data : "", (gssize)n, &error);
    g_assert_no_error(error);
}

bool store_world_has(const StoreWorld *world, const char *suffix)
{
    g_autofree char *name = store_world_name(world, suffix);
    return g_file_test(name, G_FILE_TEST_EXISTS);
}

char *store_world_digest(const StoreWorld *world)
{
    g_autoptr(GBytes) database = store_world_read(world, "");
    g_autoptr(GBytes) log = store_world_read(world, "-wal");
    g_autofree char *first = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, database);
    g_autofree char *second = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, log);
    return g_strconcat(first, " ", second, NULL);
}

static sqlite3 *connect(const StoreWorld *world)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(world->path, &db), ==, SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return db;
}

void store_world_sql(const StoreWorld *world, const char *sql)
{
    sqlite3 *db = connect(world);
    char *message = NULL;
    sqlite3_exec(db, sql, NULL, NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
    sqlite3_close(db);
}

char *store_world_ask(const StoreWorld *world, const char *sql)
{
    sqlite3 *db = connect(world);
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    char *answer = g_strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}
