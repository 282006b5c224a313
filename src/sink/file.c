// A file: one line of JSON an event, appended and flushed. It is opened for each delivery, so that one that was moved
// away (logrotate) is simply made anew.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sink/transport.h"

enum { BATCH = 64 };

static Transport *file_open(const ConfSink *sink, const Clock *clock, GError **error)
{
    Transport *transport = g_new0(Transport, 1);
    (void)clock, (void)error;
    transport->sink = sink;
    return transport;
}

static void file_close(Transport *transport)
{
    g_free(transport);
}

// A line that was cut off earlier (the disk was full) ends here, so that the next one stands alone.
static bool ends_torn(int fd)
{
    char last = '\n';
    off_t end = lseek(fd, 0, SEEK_END);
    return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

static bool append(int fd, const char *text, gsize size)
{
    while (size) {
        ssize_t n = write(fd, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text += n;
        size -= (gsize)n;
    }
    return fdatasync(fd) == 0;
}

static bool write_lines(const char *path, const SinkEvent *const *events, guint count)
{
    // Not blocking, for what turns out to be no file: flushing that fails, in words.
    int fd = open(
        path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return false;
    g_autoptr(GString) lines = g_string_new(NULL);
    if (ends_torn(fd))
        g_string_append_c(lines, '\n');
    for (guint i = 0; i < count; i++)
        g_string_append_printf(lines, "%s\n", events[i]->json);
    bool ok = append(fd, lines->str, lines->len);
    int code = errno;
    close(fd);
    errno = code;
    return ok;
}

static void file_send(Transport *transport, const SinkEvent *const *events, guint count,
                      TransportDone done, gpointer data)
{
    transport_begin(transport, done, data);
    if (write_lines(transport->sink->path, events, count)) {
        transport_end(transport, SENT_TAKEN, NULL, 0);
        return;
    }
    g_autofree char *detail =
        g_strdup_printf("%s cannot be written: %s.", transport->sink->path, g_strerror(errno));
    transport_end(transport, SENT_FAILED, detail, 0);
}

static char *file_target(const ConfSink *sink)
{
    return g_strdup(sink->path);
}

const TransportKind TRANSPORT_FILE = {BATCH, file_open, file_send, file_close, file_target};
