#include "httpd/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

enum { BACKLOG = 512 };

static bool fill_address(const char *path, struct sockaddr_un *ret_address, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!*path || strlen(path) >= sizeof address.sun_path) {
        g_set_error(
            error, ERR, ERR_INVALID,
            "Cannot listen on the socket \"%s\": the path must have 1 to %zu bytes, it has %zu.",
            path, sizeof address.sun_path - 1, strlen(path));
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    *ret_address = address;
    return true;
}

// Holds the lock for as long as the descriptor is open. The file stays: removing it would let a
// third program lock a new file of the same name while the second waits for the old one.
static int take_lock(const char *path, GError **error)
{
    g_autofree char *name = g_strconcat(path, ".lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        g_set_error(error, ERR, ERR_INVALID,
                    "Cannot listen on the socket \"%s\": its lock file: %s.", path,
                    g_strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    g_set_error(error, ERR, ERR_BUSY,
                "Cannot listen on the socket \"%s\": another running program holds it. Stop that "
                "one first.",
                path);
    return -1;
}

// True if nobody can be reached at `address` any more. A full backlog (EAGAIN) is a sign of life.
static bool is_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool refused =
        connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static bool clear_path(const char *path, const struct sockaddr_un *address, GError **error)
{
    struct stat info;
    if (lstat(path, &info) < 0) {
        if (errno == ENOENT)
            return true;
        g_set_error(error, ERR, ERR_INVALID, "Cannot listen on the socket \"%s\": %s.", path,
                    g_strerror(errno));
        return false;
    }
    if (!S_ISSOCK(info.st_mode)) {
        g_set_error(error, ERR, ERR_INVALID,
                    "Cannot listen on the socket \"%s\": something that is not a socket is there; "
                    "it was left alone.",
                    path);
        return false;
    }
    if (!is_stale(address)) {
        g_set_error(error, ERR, ERR_BUSY,
                    "Cannot listen on the socket \"%s\": a running program answers there. Stop "
                    "that one first.",
                    path);
        return false;
    }
    if (unlink(path) < 0 && errno != ENOENT) {
        g_set_error(error, ERR, ERR_INVALID, "Cannot replace the old socket \"%s\": %s.", path,
                    g_strerror(errno));
        return false;
    }
    return true;
}

// Bound under a narrow umask and opened up to `mode` before it listens: at no moment can somebody
// connect whom `mode` keeps out.
static bool bind_unix(HttpListen *listen_on, const struct sockaddr_un *address, mode_t mode)
{
    listen_on->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listen_on->fd < 0)
        return false;
    mode_t old = umask(0177);
    bool bound = bind(listen_on->fd, (const struct sockaddr *)address, sizeof *address) == 0;
    umask(old);
    struct stat info;
    if (!bound || chmod(address->sun_path, mode) < 0 || stat(address->sun_path, &info) < 0)
        return false;
    listen_on->path = g_strdup(address->sun_path);
    listen_on->dev = info.st_dev;
    listen_on->ino = info.st_ino;
    return listen(listen_on->fd, BACKLOG) == 0;
}

bool http_listen_unix(const char *path, mode_t mode, HttpListen *ret_listen, GError **error)
{
    struct sockaddr_un address;
    if (!fill_address(path, &address, error))
        return false;
    HttpListen result = {.fd = -1, .lock_fd = take_lock(path, error)};
    if (result.lock_fd < 0)
        return false;
    if (!clear_path(path, &address, error)) {
        http_listen_release(&result);
        return false;
    }
    if (!bind_unix(&result, &address, mode)) {
        g_set_error(error, ERR, ERR_INVALID, "Cannot listen on the socket \"%s\": %s.", path,
                    g_strerror(errno));
        http_listen_release(&result);
        return false;
    }
    *ret_listen = result;
    return true;
}

static int bind_tcp(const struct addrinfo *info)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // else a restart waits for TIME_WAIT
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static guint16 bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in4;
        struct sockaddr_in6 in6;
        struct sockaddr_storage room;
    } address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, &address.any, &length) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.in6.sin6_port : address.in4.sin_port);
}

bool http_listen_tcp(const char *address, guint16 port, HttpListen *ret_listen, guint16 *ret_port,
                     GError **error)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
    };
    struct addrinfo *info = NULL;
    char service[8];
    g_snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(address, service, &hints, &info) != 0) {
        g_set_error(error, ERR, ERR_INVALID,
                    "Cannot listen on \"%s\": expected a numeric address such as 127.0.0.1.",
                    address);
        return false;
    }
    int fd = bind_tcp(info);
    int saved = errno;
    freeaddrinfo(info);
    if (fd < 0) {
        g_set_error(error, ERR, saved == EADDRINUSE ? ERR_BUSY : ERR_INVALID,
                    "Cannot listen on %s port %u: %s.", address, port, g_strerror(saved));
        return false;
    }
    *ret_listen = (HttpListen){.fd = fd, .lock_fd = -1};
    if (ret_port)
        *ret_port = bound_port(fd);
    return true;
}

void http_listen_release(HttpListen *listen_on)
{
    struct stat info;
    if (listen_on->path && lstat(listen_on->path, &info) == 0 && info.st_dev == listen_on->dev &&
        info.st_ino == listen_on->ino)
        unlink(listen_on->path);
    if (listen_on->fd >= 0)
        close(listen_on->fd);
    if (listen_on->lock_fd >= 0)
        close(listen_on->lock_fd);
    g_free(listen_on->path);
    *listen_on = (HttpListen){.fd = -1, .lock_fd = -1};
}
