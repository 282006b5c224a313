#include "store/sqlite-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"

// Beside the reserve this much more must be free before a full disk counts as having room again.
enum { HEADROOM = 64 * 1024 };

static bool fail_errno(GError **error, const char *what, const char *path)
{
    g_set_error(error, ERR, errno == ENOSPC ? ERR_NO_SPACE : ERR_INTERNAL, "%s %s: %s.", what, path,
                g_strerror(errno));
    return false;
}

// ---- is this a place for a database? ----

const char *sqlite_file_network_name(long kind)
{
    static const struct {
        unsigned kind; // f_type of statfs(2)
        const char *name;
    } KINDS[] = {
        {0x6969, "NFS"},      {0x517b, "SMB"},        {0xfe534d42, "SMB"}, {0xff534d42, "CIFS"},
        {0x564c, "NCP"},      {0x73757245, "CODA"},   {0x5346414f, "AFS"}, {0x6b414653, "AFS"},
        {0x00c36400, "CEPH"}, {0x0bd00bd0, "LUSTRE"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(KINDS); i++)
        if (KINDS[i].kind == (unsigned)kind) // some are negative where long has 32 bits
            return KINDS[i].name;
    return NULL;
}

static bool check_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    struct statfs fs;
    if (statfs(folder, &fs) < 0) {
        g_set_error(error, ERR, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL,
                    "The folder of the store, %s, cannot be used: %s.", folder, g_strerror(errno));
        return false;
    }
    const char *name = sqlite_file_network_name((long)fs.f_type);
    if (!name)
        return true;
    g_set_error(error, ERR, ERR_REFUSED,
                "The store %s is on a network file system (%s), where its locks do not hold: put "
                "it on a local disk.",
                path, name);
    return false;
}

static bool check_one(const char *path, GError **error)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT || fail_errno(error, "The store cannot look at", path);
    const char *why = S_ISLNK(st.st_mode)    ? "is a symbolic link"
                      : !S_ISREG(st.st_mode) ? "is not a regular file"
                      : st.st_nlink > 1      ? "has a second name (a hard link)"
                                             : NULL;
    if (!why)
        return true;
    g_set_error(error, ERR, ERR_REFUSED,
                "%s %s: two names for one database are how it comes to harm. Give the file's only "
                "name, and no link.",
                path, why);
    return false;
}

// A log without its database means that the database was removed or cut off, and that a new one would throw
// away what the log still holds.
static bool check_log(const char *path, GError **error)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    struct stat st;
    if (!sqlite_file_is_new(path) || stat(log, &st) < 0 || st.st_size == 0)
        return true;
    g_set_error(error, ERR, ERR_CORRUPT,
                "The store %s is missing or empty, but its log %s is there: nothing was changed. "
                "Restore the file or a backup, or move the log away to begin anew.",
                path, log);
    return false;
}

bool sqlite_file_check(const char *path, GError **error)
{
    static const char *const SUFFIXES[] = {"",      "-wal",     "-shm", "-journal",
                                           ".lock", ".reserve", ".new"};
    if (!check_folder(path, error))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *beside = g_strconcat(path, SUFFIXES[i], NULL);
        if (!check_one(beside, error))
            return false;
    }
    return check_log(path, error);
}

bool sqlite_file_is_new(const char *path)
{
    struct stat st;
    return stat(path, &st) < 0 || st.st_size == 0;
}

guint64 sqlite_file_bytes(const char *path)
{
    static const char *const SUFFIXES[] = {"", "-wal"};
    guint64 bytes = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *beside = g_strconcat(path, SUFFIXES[i], NULL);
        struct stat st;
        if (stat(beside, &st) == 0)
            bytes += (guint64)st.st_size;
    }
    return bytes;
}

// ---- the lock ----

// Process that wrote itself into the lock file; 0 if it cannot be read.
static gint64 read_holder(int fd)
{
    char text[32] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    return n > 0 ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static void fail_held(int fd, const char *path, GError **error)
{
    gint64 holder = read_holder(fd);
    g_autofree char *who = holder > 0 ? g_strdup_printf("process %" G_GINT64_FORMAT, holder)
                                      : g_strdup("another process");
    g_set_error(
        error, ERR, ERR_BUSY,
        "The store %s is held by %s: only one daemon may use it. Stop that one, or give this "
        "one a store of its own.",
        path, who);
}

int sqlite_file_lock(const char *path, GError **error)
{
    g_autofree char *name = g_strconcat(path, ".lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        fail_errno(error, "The store cannot open its lock file", name);
        return -1;
    }
    // The kernel drops the lock with the process, so that a file left by a kill is no obstacle.
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            fail_held(fd, path, error);
        else
            fail_errno(error, "The store cannot lock", name);
        close(fd);
        return -1;
    }
    char text[32];
    int n = g_snprintf(text, sizeof text, "%ld\n", (long)getpid());
    // The number only serves the message above: on a full disk the lock holds without it.
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < n)
        errno = 0;
    return fd;
}

void sqlite_file_unlock(int fd)
{
    if (fd < 0)
        return;
    if (ftruncate(fd, 0) < 0)
        errno = 0; // a stale number under no lock misleads nobody
    close(fd);
}

// ---- the reserve ----

static bool has_room(const char *path, guint64 bytes)
{
    g_autofree char *folder = g_path_get_dirname(path);
    struct statvfs fs;
    return statvfs(folder, &fs) == 0 && (guint64)fs.f_bavail * fs.f_frsize >= bytes;
}

bool sqlite_file_reserve(const char *path, guint64 bytes)
{
    g_autofree char *name = g_strconcat(path, ".reserve", NULL);
    struct stat st;
    guint64 present = lstat(name, &st) == 0 ? (guint64)st.st_blocks * 512 : 0;
    if (bytes && present >= bytes && (guint64)st.st_size == bytes)
        return true;
    if (!has_room(path, bytes - MIN(bytes, present) + bytes / 2 + HEADROOM))
        return false;
    if (!bytes)
        return true;
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool made = fd >= 0 && posix_fallocate(fd, 0, (off_t)bytes) == 0;
    if (fd >= 0)
        close(fd);
    if (!made)
        sqlite_file_free_reserve(path);
    return made;
}

void sqlite_file_free_reserve(const char *path)
{
    g_autofree char *name = g_strconcat(path, ".reserve", NULL);
    g_unlink(name);
}

// ---- moving ----

bool sqlite_file_rename(const char *from, const char *to, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(to);
    if (g_rename(from, to) < 0)
        return fail_errno(error, "The store cannot create", to);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (!synced)
        fail_errno(error, "The store cannot flush the folder", folder);
    if (fd >= 0)
        close(fd);
    return synced;
}
