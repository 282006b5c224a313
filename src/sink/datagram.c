// The logs of this machine: systemd's journal in its native protocol, and syslog as local programs speak it. Both are
// datagram sockets. We write them ourselves because the libraries' functions do not tell whether anybody took it.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sink/transport.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET "/dev/log"

enum { FACILITY_DAEMON = 3 };

static Transport *datagram_open(const ConfSink *sink, const Clock *clock, GError **error)
{
    Transport *transport = g_new0(Transport, 1);
    (void)clock, (void)error;
    transport->sink = sink;
    return transport;
}

static void datagram_close(Transport *transport)
{
    g_free(transport);
}

static const char *socket_of(const ConfSink *sink)
{
    return sink->path ? sink->path : sink->kind == SINK_JOURNAL ? JOURNAL_SOCKET : SYSLOG_SOCKET;
}

static char *datagram_target(const ConfSink *sink)
{
    return g_strdup(socket_of(sink));
}

// The priorities of syslog(3).
static int priority(Severity severity)
{
    static const int PRIORITIES[] = {
        [SEVERITY_INFO] = 6, [SEVERITY_WARNING] = 4, [SEVERITY_ERROR] = 3, [SEVERITY_CRITICAL] = 2};
    return PRIORITIES[severity];
}

// https://systemd.io/JOURNAL_NATIVE_PROTOCOL: fields without line breaks, one a line.
static char *journal_text(const SinkEvent *event)
{
    g_autofree char *words = sink_event_words(event);
    return g_strdup_printf("MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=signalbox\n"
                           "SIGNALBOX_TYPE=%s\nSIGNALBOX_EVENT=%s\n",
                           words, priority(event->severity), event->type, event->json);
}

// "<PRI>Nov 28 03:14:07 signalbox[PID]: …", as syslog(3) writes it.
static char *syslog_text(const SinkEvent *event)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(event->at_ms / 1000);
    g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;
    g_autofree char *clock = local ? g_date_time_format(local, "%H:%M:%S") : NULL;
    return g_strdup_printf("<%d>%s %2d %s signalbox[%d]: %s",
                           FACILITY_DAEMON * 8 + priority(event->severity),
                           local ? MONTHS[g_date_time_get_month(local) - 1] : "Jan",
                           local ? g_date_time_get_day_of_month(local) : 1,
                           clock ? clock : "00:00:00", (int)getpid(), event->json);
}

// 0, or the error's number.
static int send_to(const char *path, const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), code = 0;
    if (fd < 0)
        return errno;
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
        code = ENAMETOOLONG;
    else if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
             send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
        code = errno;
    close(fd);
    return code;
}

static void datagram_send(Transport *transport, const SinkEvent *const *events, guint count,
                          TransportDone done, gpointer data)
{
    const ConfSink *sink = transport->sink;
    g_autofree char *text =
        sink->kind == SINK_JOURNAL ? journal_text(events[0]) : syslog_text(events[0]);
    g_assert(count == 1);
    transport_begin(transport, done, data);
    int code = send_to(socket_of(sink), text);
    g_autofree char *detail =
        code ? g_strdup_printf("%s took nothing: %s.", socket_of(sink), g_strerror(code)) : NULL;
    transport_end(transport,
                  !code              ? SENT_TAKEN
                  : code == EMSGSIZE ? SENT_REFUSED
                                     : SENT_FAILED,
                  detail, 0);
}

const TransportKind TRANSPORT_JOURNAL = {1, datagram_open, datagram_send, datagram_close,
                                         datagram_target};
const TransportKind TRANSPORT_SYSLOG = {1, datagram_open, datagram_send, datagram_close,
                                        datagram_target};
