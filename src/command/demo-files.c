#include "command/demo-files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "command/demo-keys.h"

enum { SOCKET_PATH_MAX = 107, SECRET_BYTES = 24, OPEN_DIRECTORIES = 16 };

#define DAY_MS ((gint64)24 * 3600 * 1000)
// The longest name of a socket in it.
#define LONGEST "/northeurope.control.sock"

char *demo_file(const char *dir, const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, ".", suffix, NULL);
    return g_build_filename(dir, file, NULL);
}

char *demo_program(void)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);
    return path ? path : g_strdup("signalbox");
}

// ---- what goes into the templates ----

static char *day_before(const Clock *clock, int days)
{
    g_autoptr(GDateTime) day =
        g_date_time_new_from_unix_utc((clock_wall_ms(clock) - days * DAY_MS) / 1000);
    return g_date_time_format(day, "%Y-%m-%d");
}

// The login name, as far as it is a name for us.
static char *operator_name(void)
{
    char *name = g_ascii_strdown(g_get_user_name(), -1);
    if (text_is_name(name))
        return name;
    g_free(name);
    return g_strdup("operator");
}

// The section of the daemon's file, if there are keys to practise with.
static char *signatures_of(const char *dir, const char *person)
{
    if (!demo_keys_write(dir, person))
        return g_strdup("# There is no ssh-keygen here, so nothing is signed with keys.");
    return g_strdup("signatures = { allowed_signers = \"allowed_signers\"; revoked = "
                    "\"revoked_keys\"; };");
}

static GHashTable *values_of(const char *dir)
{
    GHashTable *values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    const Clock *clock = clock_system();
    g_hash_table_insert(values, (gpointer) "DIR", g_strdup(dir));
    g_hash_table_insert(values, (gpointer) "PROGRAM", demo_program());
    char *operator= operator_name();
    g_hash_table_insert(values, (gpointer) "OPERATOR", operator);
    g_hash_table_insert(values, (gpointer) "SIGNATURES", signatures_of(dir, operator));
    g_hash_table_insert(values, (gpointer) "UID", g_strdup_printf("%u", getuid()));
    g_hash_table_insert(values, (gpointer) "REVIEWED", day_before(clock, 40));
    g_hash_table_insert(values, (gpointer) "TESTED", day_before(clock, 33));
    g_hash_table_insert(values, (gpointer) "LONG_AGO", day_before(clock, 340));
    return values;
}

// "@NAME@" → its value; a sign that begins no name of ours stands for itself.
static char *fill(const char *text, GHashTable *values)
{
    GString *filled = g_string_new(text);
    GHashTableIter iter;
    gpointer name, value;
    g_hash_table_iter_init(&iter, values);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        g_autofree char *mark = g_strconcat("@", name, "@", NULL);
        g_string_replace(filled, mark, value, 0);
    }
    return g_string_free(filled, FALSE);
}

// ---- writing ----

static bool write_file(const char *dir, const char *name, const char *text, int mode,
                       GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) reason = NULL;
    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, &reason))
        return true;
    g_set_error(error, ERR, ERR_NO_SPACE, "%s cannot be written: %s.", path, reason->message);
    return false;
}

static bool write_templates(const char *dir, GError **error)
{
    g_autoptr(GHashTable) values = values_of(dir);
    for (const DemoTemplate *file = DEMO_TEMPLATES; file->name; file++) {
        g_autofree char *text = fill(file->text, values);
        bool script = g_str_has_prefix(text, "#!");
        if (!write_file(dir, file->name, text, script ? 0700 : 0600, error))
            return false;
    }
    return true;
}

static bool write_secrets(const char *dir, GError **error)
{
    static const char *const SECRETS[] = {"alice.token", "bob.token", "practice.secret",
                                          "reader.token", "reader.secret"};
    IdSource ids;
    bool ok = true;
    id_source_init(&ids, clock_system(), 0);
    for (guint i = 0; ok && i < G_N_ELEMENTS(SECRETS); i++) {
        g_autofree char *secret = id_random_hex(&ids, SECRET_BYTES);
        ok = write_file(dir, SECRETS[i], secret, 0600, error);
    }
    id_source_release(&ids);
    return ok;
}

// ---- the directory ----

// Paths go into files of several languages, a URL and a list: only plain ones fit them all.
static bool check_path(const char *dir, GError **error)
{
    bool plain = g_utf8_validate(dir, -1, NULL) && !strpbrk(dir, " \t\n\r'\"\\,@$`");
    if (!plain)
        g_set_error(error, ERR, ERR_INVALID,
                    "The demo's directory must have a plain path, without blanks, quotes, commas "
                    "and the like.");
    else if (strlen(dir) + strlen(LONGEST) > SOCKET_PATH_MAX)
        g_set_error(error, ERR, ERR_INVALID,
                    "The path of the demo's directory is too long for sockets: %zu bytes, at most "
                    "%zu. --dir DIR chooses another.",
                    strlen(dir), SOCKET_PATH_MAX - strlen(LONGEST));
    else
        return true;
    return false;
}

int demo_files_hold(const char *dir, GError **error)
{
    g_autofree char *path = demo_file(dir, "demo", "pid");
    g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());
    ssize_t size = (ssize_t)strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && ftruncate(fd, 0) == 0 &&
        write(fd, text, (size_t)size) == size)
        return fd;
    g_set_error(error, ERR, ERR_NO_SPACE, "%s cannot be written: %s.", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool is_in_use(const char *dir)
{
    g_autofree char *path = demo_file(dir, "demo", "pid");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    return held;
}

static bool is_empty(const char *dir)
{
    g_autoptr(GDir) handle = g_dir_open(dir, 0, NULL);
    return handle && !g_dir_read_name(handle);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    if (at->level > 0)
        remove(path); // what cannot be removed stays
    return 0;
}

static bool make_directory(const char *dir, GError **error)
{
    g_autofree char *mark = g_build_filename(dir, "signalboxd.conf", NULL);
    if (is_in_use(dir)) {
        g_set_error(error, ERR, ERR_BUSY, "A demo runs in %s already; demo.pid there says which.",
                    dir);
        return false;
    }
    if (g_mkdir_with_parents(dir, 0700) < 0 || g_chmod(dir, 0700) < 0) {
        g_set_error(error, ERR, ERR_INVALID, "%s cannot be made private to you: %s.", dir,
                    g_strerror(errno));
        return false;
    }
    if (g_file_test(mark, G_FILE_TEST_EXISTS)) // an earlier demo: begin anew
        nftw(dir, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
    if (is_empty(dir))
        return true;
    g_set_error(error, ERR, ERR_REFUSED, "%s is not empty: the demo wants a directory of its own.",
                dir);
    return false;
}

bool demo_files_write(const char *dir, GError **error)
{
    return check_path(dir, error) && make_directory(dir, error) && write_secrets(dir, error) &&
           write_templates(dir, error);
}

void demo_files_remove(const char *dir)
{
    nftw(dir, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
    g_rmdir(dir);
}
