// The SQLite store: the suite.
#include "store/sqlite.h"

#include <glib/gstdio.h>

#include "store-suite.h"

typedef struct {
    char *folder;
    char *path;
} World;

static gpointer world_new(void)
{
    g_autoptr(GError) error = NULL;
    World *world = g_new0(World, 1);
    world->folder = g_dir_make_tmp("store-XXXXXX", &error);
    g_assert_no_error(error);
    world->path = g_build_filename(world->folder, "state.db", NULL);
    return world;
}

static Store *world_open(gpointer data, const Clock *clock)
{
    World *world = data;
    StoreSqliteOptions options = store_sqlite_options(world->path);
    options.reserve_bytes = 64 * 1024;
    g_autoptr(GError) error = NULL;
    Store *store = store_sqlite_open(&options, clock, &error);
    g_assert_no_error(error);
    return store;
}

static void world_close(gpointer data, Store *store)
{
    (void)data;
    store_free(store);
}

static void world_free(gpointer data)
{
    World *world = data;
    g_autoptr(GDir) dir = g_dir_open(world->folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(world->folder, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(world->folder), ==, 0);
    g_free(world->folder);
    g_free(world->path);
    g_free(world);
}

static const StoreSuite SQLITE = {"sqlite", world_new, world_open, world_close, world_free};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    store_suite_add(&SQLITE);
    return g_test_run();
}
