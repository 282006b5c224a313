// The journal: what was written is read, in order; broken files are left and told; old settled ones go.
#include "client/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { DAY_MS = 24 * 3600 * 1000 };

typedef struct {
    char *directory;
    Journal *journal;
} World;

static void set_up(World *world, gconstpointer data)
{
    g_autofree char *parent = g_dir_make_tmp("signalbox-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    (void)data;
    world->directory = g_build_filename(parent, "state", NULL);
    world->journal = journal_open(world->directory, &error);
    g_assert_no_error(error);
}

static void tear_down(World *world, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(world->directory, 0, NULL);
    (void)data;
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(world->directory, name, NULL);
        unlink(path);
    }
    g_autofree char *parent = g_path_get_dirname(world->directory);
    rmdir(world->directory);
    rmdir(parent);
    journal_free(world->journal);
    g_free(world->directory);
}

static JournalEntry *sample(const char *id, Fate fate, gint64 sent_ms)
{
    JournalEntry *entry = g_new0(JournalEntry, 1);
    entry->signoff = signoff_new(id);
    entry->signoff->operation = g_strdup("op-1");
    entry->signoff->digest = g_strdup("d1");
    entry->signoff->reason = g_strdup("line\nbreak \x1b[2J");
    entry->signoff->phrase = g_strdup("FAIL OVER payments");
    entry->fate = fate;
    entry->sent_ms = sent_ms;
    entry->settled_ms = fate ? sent_ms + 5 : 0;
    entry->endpoint = g_strdup("unix:/run/x");
    entry->answer = fate ? g_strdup("recorded by weu-1") : NULL;
    return entry;
}

static void put(World *world, const char *id, Fate fate, gint64 sent_ms)
{
    JournalEntry *entry = sample(id, fate, sent_ms);
    g_autoptr(GError) error = NULL;
    g_assert_true(journal_write(world->journal, entry, &error));
    g_assert_no_error(error);
    journal_entry_free(entry);
}

static void put_bytes(World *world, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(world->directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_round_trip(World *world, gconstpointer data)
{
    (void)data;
    put(world, "so-2", FATE_RECORDED, 2000);
    put(world, "so-1", FATE_UNKNOWN, 1000);
    put(world, "so-1", FATE_REFUSED, 1000); // the same one again: replaced
    g_autoptr(GPtrArray) entries = journal_read(world->journal, 3000, NULL);
    g_assert_cmpuint(entries->len, ==, 2);
    const JournalEntry *first = entries->pdata[0];
    g_assert_cmpstr(first->signoff->id, ==, "so-1"); // oldest first
    g_assert_cmpstr(first->signoff->operation, ==, "op-1");
    g_assert_cmpstr(first->signoff->reason, ==, "line\nbreak \x1b[2J");
    g_assert_cmpstr(first->signoff->phrase, ==, "FAIL OVER payments");
    g_assert_cmpint(first->fate, ==, FATE_REFUSED);
    g_assert_cmpint(first->sent_ms, ==, 1000);
    g_assert_cmpint(first->settled_ms, ==, 1005);
    g_assert_cmpstr(first->endpoint, ==, "unix:/run/x");
    g_assert_cmpstr(first->answer, ==, "recorded by weu-1");
}

static void test_private(World *world, gconstpointer data)
{
    struct stat info;
    (void)data;
    put(world, "so-1", FATE_UNKNOWN, 1000);
    g_autofree char *path = g_build_filename(world->directory, "signoff-so-1.json", NULL);
    g_assert_cmpint(stat(world->directory, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0700);
    g_assert_cmpint(stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);
}

static void test_broken_ones_stay(World *world, gconstpointer data)
{
    static const char *const TEXTS[] = {"", "{", "[]", "{\"fate\":\"unknown\"}",
                                        "{\"fate\":\"sunny\",\"signoff\":{}}"};
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autofree char *name = g_strdup_printf("signoff-bad%u.json", i);
        put_bytes(world, name, TEXTS[i]);
    }
    put_bytes(world, "notes.txt", "not ours");
    put_bytes(world, "signoff-so-1.json.ABC123", "half written");
    put(world, "so-1", FATE_UNKNOWN, 1000);
    for (guint again = 0; again < 2; again++) {
        g_autoptr(GPtrArray) broken = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) entries = journal_read(world->journal, 2000, broken);
        g_assert_cmpuint(entries->len, ==, 1);
        g_assert_cmpuint(broken->len, ==, G_N_ELEMENTS(TEXTS));
        g_assert_nonnull(strstr(broken->pdata[0], "signoff-bad"));
    }
}

static void test_old_ones_go(World *world, gconstpointer data)
{
    const gint64 now_ms = (gint64)1000 * DAY_MS;
    (void)data;
    put(world, "old-settled", FATE_RECORDED, now_ms - (gint64)91 * DAY_MS);
    put(world, "old-unknown", FATE_UNKNOWN, now_ms - (gint64)91 * DAY_MS);
    put(world, "new-settled", FATE_RECORDED, now_ms - (gint64)89 * DAY_MS);
    for (guint again = 0; again < 2; again++) {
        g_autoptr(GPtrArray) entries = journal_read(world->journal, now_ms, NULL);
        g_assert_cmpuint(entries->len, ==, 2);
        g_assert_cmpstr(((JournalEntry *)entries->pdata[0])->signoff->id, ==, "old-unknown");
        g_assert_cmpstr(((JournalEntry *)entries->pdata[1])->signoff->id, ==, "new-settled");
    }
}

static void test_refuses(World *world, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    JournalEntry *entry = sample("../../evil", FATE_UNKNOWN, 1000);
    (void)data;
    g_assert_false(journal_write(world->journal, entry, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    journal_entry_free(entry);
    g_clear_error(&error);
    g_assert_null(journal_open("/dev/null/state", &error));
    g_assert_error(error, ERR, ERR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "/dev/null/state"));
}

static void test_cannot_write(World *world, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    JournalEntry *entry = sample("so-1", FATE_UNKNOWN, 1000);
    (void)data;
    rmdir(world->directory);
    g_assert_false(journal_write(world->journal, entry, &error));
    g_assert_error(error, ERR, ERR_INTERNAL);
    g_assert_nonnull(strstr(error->message, "nothing was sent"));
    journal_entry_free(entry);
    g_assert_cmpint(mkdir(world->directory, 0700), ==, 0);
}

static void add(const char *name, void (*test)(World *, gconstpointer))
{
    g_autofree char *path = g_strconcat("/client/journal/", name, NULL);
    g_test_add(path, World, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("round-trip", test_round_trip);
    add("private", test_private);
    add("broken-ones-stay", test_broken_ones_stay);
    add("old-ones-go", test_old_ones_go);
    add("refuses", test_refuses);
    add("cannot-write", test_cannot_write);
    return g_test_run();
}
