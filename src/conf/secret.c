#include "conf/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

enum { SECRET_MAX = 4096 };

static bool set_error(GError **error, ErrCode code, const char *path, const char *why)
{
    g_set_error(error, ERR, code, "The secret file \"%s\" is not used: %s.", path, why);
    return false;
}

static bool is_private(int fd, const char *path, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return set_error(error, ERR_INTERNAL, path, g_strerror(errno));
    if (!S_ISREG(info.st_mode))
        return set_error(error, ERR_INVALID, path, "it is not a file");
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return set_error(error, ERR_DENIED, path,
                         "others than its owner may use it; give it mode 0600");
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return set_error(error, ERR_DENIED, path, "it belongs to another user");
    return true;
}

static char *read_first_line(int fd, const char *path, GError **error)
{
    char bytes[SECRET_MAX + 1];
    gssize n = read(fd, bytes, sizeof bytes);
    const char *why = n < 0                           ? g_strerror(errno)
                      : n > SECRET_MAX                ? "it is longer than 4 KiB"
                      : memchr(bytes, '\0', (gsize)n) ? "it holds a zero byte"
                                                      : NULL;
    if (why) {
        set_error(error, n < 0 ? ERR_INTERNAL : ERR_INVALID, path, why);
        return NULL;
    }
    bytes[n] = '\0';
    bytes[strcspn(bytes, "\r\n")] = '\0';
    char *secret = g_strdup(g_strstrip(bytes));
    explicit_bzero(bytes, sizeof bytes);
    if (*secret)
        return secret;
    g_free(secret);
    set_error(error, ERR_INVALID, path, "its first line is empty");
    return NULL;
}

char *conf_read_secret(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        ErrCode code = errno == ENOENT   ? ERR_NOT_FOUND
                       : errno == EACCES ? ERR_DENIED
                                         : ERR_INTERNAL;
        set_error(error, code, path, g_strerror(errno));
        return NULL;
    }
    char *secret = is_private(fd, path, error) ? read_first_line(fd, path, error) : NULL;
    close(fd);
    return secret;
}

static bool parse_id(const char *text, guint *ret_id)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT - 1, &value, NULL))
        return false;
    *ret_id = (guint)value;
    return true;
}

bool conf_find_user(const char *user, guint *ret_uid)
{
    const struct passwd *entry;
    if (parse_id(user, ret_uid))
        return true;
    if (!(entry = getpwnam(user)))
        return false;
    *ret_uid = entry->pw_uid;
    return true;
}

bool conf_find_group(const char *group, guint *ret_gid)
{
    const struct group *entry;
    if (parse_id(group, ret_gid))
        return true;
    if (!(entry = getgrnam(group)))
        return false;
    *ret_gid = entry->gr_gid;
    return true;
}
