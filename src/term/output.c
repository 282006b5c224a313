#include "term/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

struct Output {
    int fd;
    int shared_flags; // to put back on a descriptor that could not be opened again; -1: ours alone
    GByteArray *pending;
    gsize taken; // of pending
};

// Opens the terminal behind `fd` once more; -1 if that is not allowed.
static int open_again(int fd)
{
    char name[64];
    if (ttyname_r(fd, name, sizeof name) != 0)
        return -1;
    return open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

Output *output_new(int fd, GError **error)
{
    int own = open_again(fd), flags = -1;
    if (own < 0) { // somebody else's terminal, as after su: share it, and put it back at the end
        own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        flags = own < 0 ? -1 : fcntl(own, F_GETFL);
        if (flags < 0 || fcntl(own, F_SETFL, flags | O_NONBLOCK) < 0) {
            g_set_error(error, ERR, ERR_INTERNAL, "The terminal cannot be opened for writing: %s.",
                        g_strerror(errno));
            return NULL;
        }
    }
    Output *output = g_new0(Output, 1);
    output->fd = own;
    output->shared_flags = flags;
    output->pending = g_byte_array_new();
    return output;
}

void output_free(Output *output)
{
    if (!output)
        return;
    if (output->shared_flags >= 0)
        fcntl(output->fd, F_SETFL, output->shared_flags);
    close(output->fd);
    g_byte_array_unref(output->pending);
    g_free(output);
}

int output_fd(const Output *output)
{
    return output->fd;
}

void output_add(Output *output, const char *bytes, gsize n)
{
    g_byte_array_append(output->pending, (const guint8 *)bytes, (guint)n);
}

gsize output_pending(const Output *output)
{
    return output->pending->len - output->taken;
}

void output_drop(Output *output)
{
    g_byte_array_set_size(output->pending, 0);
    output->taken = 0;
}

bool output_flush(Output *output)
{
    while (output_pending(output) > 0) {
        gssize n = write(output->fd, output->pending->data + output->taken, output_pending(output));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        output->taken += (gsize)n;
    }
    output_drop(output);
    return true;
}

void output_drain(Output *output, int wait_ms)
{
    struct pollfd wait = {.fd = output->fd, .events = POLLOUT};
    while (output_flush(output) && output_pending(output) > 0)
        if (poll(&wait, 1, wait_ms) <= 0)
            return;
}
