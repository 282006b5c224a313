// Load for a Unix socket, from a plain epoll loop so that it costs little. One JSON object on standard output.
//   load SOCKET requests PATH CONNECTIONS REQUESTS    one request after another on kept connections
//   load SOCKET fan-out PATH STREAMS ROUNDS BODY…     streams of PATH; each BODY in turn is POSTed to
//                                                     /v1/presence, until all streams have had the event
#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    int fd;
    gsize left; // bytes of the body still to come; 0 = the header is being read
    gsize n;    // of the header so far
    char head[4096];
    guint events; // of a stream
} Conn;

typedef struct {
    const char *path; // of the socket
    int epoll;
    Conn *conns;
    guint n;
} Load;

static void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, g_strerror(errno));
    exit(1);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail(path);
    return fd;
}

static void say(int fd, const char *text)
{
    gsize n = strlen(text);
    if (write(fd, text, n) != (gssize)n)
        fail("write");
}

static void open_all(Load *load, const char *path, guint n)
{
    load->path = path;
    load->epoll = epoll_create1(0);
    load->n = n;
    load->conns = g_new0(Conn, n);
    for (guint i = 0; i < n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &load->conns[i]};
        load->conns[i].fd = connect_to(path);
        if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->conns[i].fd, &event) < 0)
            fail("epoll_ctl");
    }
}

static double cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// ---- requests ----

// Takes what has come of an answer; true when it is whole.
static bool take_answer(Conn *conn, const char *bytes, gsize n, gsize *total)
{
    *total += n;
    if (conn->left) {
        conn->left -= MIN(conn->left, n);
        return conn->left == 0;
    }
    gsize room = MIN(n, sizeof conn->head - 1 - conn->n);
    memcpy(conn->head + conn->n, bytes, room);
    conn->n += room;
    conn->head[conn->n] = 0;
    char *end = strstr(conn->head, "\r\n\r\n");
    if (!end)
        return false;
    const char *length = strcasestr(conn->head, "content-length:");
    if (!length || strncmp(conn->head, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "load: %s\n", conn->head);
        exit(1);
    }
    gsize body = (gsize)g_ascii_strtoull(length + 15, NULL, 10);
    gsize before = (gsize)(end + 4 - conn->head), known = conn->n - room;
    gsize have = n - (before - known);
    conn->n = 0;
    conn->left = body - MIN(body, have);
    return conn->left == 0;
}

static void run_requests(Load *load, const char *text, guint requests)
{
    guint sent = 0, done = 0;
    gsize total = 0;
    static char bytes[256 * 1024];
    struct epoll_event events[64];
    gint64 start = g_get_monotonic_time();
    for (; sent < MIN(load->n, requests); sent++)
        say(load->conns[sent].fd, text);
    while (done < requests) {
        int n = epoll_wait(load->epoll, events, 64, 10000);
        if (n <= 0)
            fail("no answer");
        for (int i = 0; i < n; i++) {
            Conn *conn = events[i].data.ptr;
            gssize got = read(conn->fd, bytes, sizeof bytes);
            if (got <= 0)
                fail("the connection was closed");
            if (!take_answer(conn, bytes, (gsize)got, &total))
                continue;
            done++;
            if (sent < requests) {
                say(conn->fd, text);
                sent++;
            }
        }
    }
    double s = (double)(g_get_monotonic_time() - start) / 1e6;
    printf("{\"requests\":%u,\"s\":%.3f,\"bytes_each\":%.0f,\"own_cpu_s\":%.3f}\n", requests, s,
           (double)total / requests, cpu_s());
}

// ---- fan-out ----

static guint count(const char *bytes, gsize n, const char *word)
{
    guint found = 0;
    gsize length = strlen(word);
    for (const char *at = bytes; (at = memmem(at, n - (gsize)(at - bytes), word, length)); at++)
        found++;
    return found;
}

// Until every stream has had `wanted` presence events; times of the last of each go to `times`.
static void wait_for_all(Load *load, guint wanted, gint64 start, GArray *times)
{
    static char bytes[64 * 1024];
    struct epoll_event events[256];
    guint missing = 0;
    for (guint i = 0; i < load->n; i++)
        missing += load->conns[i].events < wanted;
    while (missing) {
        int n = epoll_wait(load->epoll, events, 256, 10000);
        if (n <= 0)
            fail("no event");
        for (int i = 0; i < n; i++) {
            Conn *conn = events[i].data.ptr;
            gssize got = read(conn->fd, bytes, sizeof bytes);
            if (got <= 0)
                fail("a stream was closed");
            guint before = conn->events;
            conn->events += count(bytes, (gsize)got, "event: presence");
            if (before < wanted && conn->events >= wanted) {
                double ms = (double)(g_get_monotonic_time() - start) / 1000;
                missing--;
                if (times)
                    g_array_append_val(times, ms);
            }
        }
    }
}

static gint compare(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void run_fan_out(Load *load, const char *text, guint rounds, char **bodies, int n_bodies)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    int poster = connect_to(load->path);
    char answer[64 * 1024];
    for (guint i = 0; i < load->n; i++)
        say(load->conns[i].fd, text);
    wait_for_all(load, 1, 0, NULL); // each stream begins with one
    for (guint i = 0; i < rounds; i++) {
        const char *body = bodies[i % (guint)n_bodies];
        g_autofree char *post = g_strdup_printf(
            "POST /v1/presence HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
            body);
        gint64 start = g_get_monotonic_time();
        say(poster, post);
        wait_for_all(load, i + 2, start, times);
        if (read(poster, answer, sizeof answer) <= 0)
            fail("the answer to a POST");
    }
    g_array_sort(times, compare);
    const double *sorted = (const double *)(gpointer)times->data;
    printf("{\"streams\":%u,\"rounds\":%u,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
           load->n, rounds, sorted[times->len / 2], sorted[times->len * 99 / 100],
           sorted[times->len - 1]);
}

int main(int argc, char **argv)
{
    Load load = {0};
    if (argc < 6)
        return 2;
    g_autofree char *text = g_strdup_printf("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", argv[3]);
    open_all(&load, argv[1], (guint)atoi(argv[4]));
    if (strcmp(argv[2], "requests") == 0)
        run_requests(&load, text, (guint)atoi(argv[5]));
    else
        run_fan_out(&load, text, (guint)atoi(argv[5]), argv + 6, argc - 6);
    return 0;
}
