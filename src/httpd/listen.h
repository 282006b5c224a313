// Sockets that listen: a path taken over only if it is certainly nobody's, or a numeric address.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

// A socket file of ours. The lock beside it ("PATH.lock", left in place) says who owns the path, so
// that two programs starting together cannot take it from each other.
typedef struct {
    int fd;      // listening, non-blocking, close-on-exec
    int lock_fd; // -1 for TCP
    char *path;  // NULL for TCP
    dev_t dev;   // of the socket file, so that only our own is removed
    ino_t ino;
} HttpListen;

// Binds and listens at `path` with exactly the permission bits `mode`. ERR_BUSY if somebody answers
// there or holds the lock; ERR_INVALID if the path is too long or holds something that is no
// socket.
bool http_listen_unix(const char *path, mode_t mode, HttpListen *ret_listen, GError **error);

// Binds and listens at a numeric IPv4 or IPv6 address. `ret_port` tells the port taken.
bool http_listen_tcp(const char *address, guint16 port, HttpListen *ret_listen, guint16 *ret_port,
                     GError **error);

// Closes, and removes the socket file if it is still ours.
void http_listen_release(HttpListen *listen);
