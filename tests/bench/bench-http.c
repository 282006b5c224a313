// Measures the HTTP server and client of signalbox, one JSON object a line:
//   http-requests   requests a second that one core of the server answers, for a 10 KB answer kept ready
//   http-fan-out    one event to 1,000 streams: until a subscriber, and until the last one, has it
//   http-probe      processor time of one probe by the client, at 1,000 and 10,000 a second, connections kept
// The server is a process of its own. Load comes from a plain epoll loop, so that it costs little.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/client.h"
#include "httpd/server.h"

enum {
    CONNECTIONS = 64,
    REQUESTS = 200000,
    STREAMS = 1000,
    ROUNDS = 100,
    TARGETS = 500,
    PROBE_SECONDS = 4
};

static gint64 now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (gint64)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double cpu_s(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// ---- the server's process

typedef struct {
    GBytes *list;
    GBytes *event;
    GPtrArray *streams;
} Site;

static void list(HttpRequest *request, void *data)
{
    http_request_reply(request, 200, "application/json", ((Site *)data)->list, NULL);
}

static void cpu(HttpRequest *request, void *data)
{
    (void)data;
    g_autofree char *text = g_strdup_printf("%.6f", cpu_s(RUSAGE_SELF));
    http_request_reply_text(request, 200, "text/plain", text);
}

static void subscribe(HttpRequest *request, void *data)
{
    Site *site = (Site *)data;
    g_ptr_array_add(site->streams,
                    http_request_stream(request, 200, "text/event-stream", NULL, 0, NULL, NULL));
}

static void publish(HttpRequest *request, void *data)
{
    Site *site = (Site *)data;
    for (guint i = 0; i < site->streams->len; i++)
        http_stream_send((HttpStream *)site->streams->pdata[i], site->event);
    http_request_reply_text(request, 200, "text/plain", "");
}

static void serve(int tell)
{
    static const HttpRoute ROUTES[] = {
        {.method = "GET", .pattern = "/list", .handler = list},
        {.method = "GET", .pattern = "/cpu", .handler = cpu},
        {.method = "GET", .pattern = "/subscribe", .handler = subscribe},
        {.method = "GET", .pattern = "/publish", .handler = publish},
        {0},
    };
    const HttpLimits limits = {.connections = STREAMS + TARGETS + CONNECTIONS + 10};
    Site site = {.streams = g_ptr_array_new()};
    guint16 port = 0;
    site.list = g_bytes_new_take(g_strnfill(10240, 'x'), 10240);
    site.event = g_bytes_new_static("data: 0123456789\n\n", 18);
    HttpServer *server = http_server_new(
        &(HttpServerConfig){.routes = ROUTES, .clock = clock_system(), .data = &site});
    if (!http_server_listen_tcp(server, "127.0.0.1", 0, &limits, &port, NULL) ||
        write(tell, &port, sizeof port) != sizeof port)
        exit(1);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}

// ---- raw connections

static int connect_to(guint16 port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in4;
    } address = {.in4 = {.sin_family = AF_INET,
                         .sin_port = htons(port),
                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, &address.any, sizeof address.in4) < 0) {
        perror("connect");
        exit(1);
    }
    return fd;
}

static void ask_raw(int fd, const char *path)
{
    char text[128];
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
        exit(1);
}

// The answer's body as a number.
static double ask_number(int fd, const char *path)
{
    char text[1024];
    ask_raw(fd, path);
    gssize n = recv(fd, text, sizeof text - 1, 0);
    text[MAX(n, 0)] = '\0';
    const char *body = strstr(text, "\r\n\r\n");
    return body ? g_ascii_strtod(body + 4, NULL) : 0;
}

// ---- requests a second

typedef struct {
    int fd;
    gint64 left; // bytes of the answer still to come; all answers are equally long
} Asker;

static gint64 answer_length(guint16 port)
{
    char bytes[32768];
    gint64 length = 0;
    int fd = connect_to(port);
    ask_raw(fd, "/list");
    while (length < 10240) {
        gssize n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0)
            exit(1);
        length += n;
    }
    close(fd);
    return length;
}

static void bench_requests(guint16 port)
{
    static Asker askers[CONNECTIONS];
    static char bytes[65536];
    gint64 length = answer_length(port);
    int control = connect_to(port);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < CONNECTIONS; i++) {
        askers[i] = (Asker){connect_to(port), length};
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &askers[i]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, askers[i].fd, &event);
    }
    double cpu_before = ask_number(control, "/cpu");
    gint64 start = now_us();
    for (int i = 0; i < CONNECTIONS; i++)
        ask_raw(askers[i].fd, "/list");
    for (int done = 0; done < REQUESTS;) {
        struct epoll_event events[CONNECTIONS];
        int n = epoll_wait(epoll, events, CONNECTIONS, 1000);
        for (int i = 0; i < n; i++) {
            Asker *asker = (Asker *)events[i].data.ptr;
            gssize got = recv(asker->fd, bytes, sizeof bytes, MSG_DONTWAIT);
            if (got <= 0)
                exit(1);
            asker->left -= got;
            if (asker->left > 0)
                continue;
            asker->left = length;
            done++;
            ask_raw(asker->fd, "/list");
        }
    }
    double seconds = (double)(now_us() - start) / 1e6;
    double server_cpu = ask_number(control, "/cpu") - cpu_before;
    printf("{\"bench\":\"http-requests\",\"requests\":%d,\"connections\":%d,\"answer_bytes\":%d,"
           "\"per_s\":%.0f,"
           "\"per_server_core_s\":%.0f}\n",
           REQUESTS, CONNECTIONS, (int)length, REQUESTS / seconds, REQUESTS / server_cpu);
    for (int i = 0; i < CONNECTIONS; i++)
        close(askers[i].fd);
    close(epoll);
    close(control);
}

// ---- fan-out

static int compare(const void *a, const void *b)
{
    const double *x = (const double *)a;
    const double *y = (const double *)b;
    return (*x > *y) - (*x < *y);
}

static double quantile(double *values, int n, double q)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[MIN((int)(q * n), n - 1)];
}

// Waits until each of the streams has had something, and notes when.
static void collect(int epoll, gint64 start, double *ret_ms)
{
    char bytes[4096];
    for (int done = 0; done < STREAMS;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, G_N_ELEMENTS(events), 5000);
        if (n <= 0)
            exit(1);
        for (int i = 0; i < n; i++)
            if (recv(events[i].data.fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
                ret_ms[done++] = (double)(now_us() - start) / 1000;
    }
}

static void bench_fan_out(guint16 port)
{
    static double all[ROUNDS * STREAMS];
    static double last[ROUNDS];
    static int fds[STREAMS];
    char bytes[4096];
    int control = connect_to(port);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < STREAMS; i++) {
        struct epoll_event event = {.events = EPOLLIN};
        event.data.fd = fds[i] = connect_to(port);
        epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
        ask_raw(fds[i], "/subscribe");
    }
    collect(epoll, now_us(), all); // headers
    double cpu_before = ask_number(control, "/cpu");
    for (int round = 0; round < ROUNDS; round++) {
        gint64 start = now_us();
        ask_raw(control, "/publish");
        collect(epoll, start, all + round * STREAMS);
        last[round] = all[round * STREAMS + STREAMS - 1];
        if (recv(control, bytes, sizeof bytes, 0) <= 0)
            exit(1);
    }
    double server_cpu = ask_number(control, "/cpu") - cpu_before;
    printf(
        "{\"bench\":\"http-fan-out\",\"streams\":%d,\"rounds\":%d,\"p50_ms\":%.2f,\"p99_ms\":%.2f,"
        "\"last_p50_ms\":%.2f,\"last_p99_ms\":%.2f,\"server_us_each\":%.2f}\n",
        STREAMS, ROUNDS, quantile(all, ROUNDS * STREAMS, 0.5),
        quantile(all, ROUNDS * STREAMS, 0.99), quantile(last, ROUNDS, 0.5),
        quantile(last, ROUNDS, 0.99), server_cpu * 1e6 / (ROUNDS * STREAMS));
    for (int i = 0; i < STREAMS; i++)
        close(fds[i]);
    close(epoll);
    close(control);
}

// ---- probes

typedef struct {
    HttpClient *client;
    GMainLoop *loop;
    char *url;
    guint per_tick; // a tick is 10 ms
    guint sent, done, failed, total;
} Prober;

static void on_probe(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Prober *prober = (Prober *)data;
    prober->failed += error || http_response_status(response) != 200;
    if (++prober->done == prober->total)
        g_main_loop_quit(prober->loop);
}

static gboolean on_tick(gpointer data)
{
    Prober *prober = (Prober *)data;
    for (guint i = 0; i < prober->per_tick && prober->sent < prober->total; i++, prober->sent++)
        http_client_send(prober->client, &(HttpSpec){.url = prober->url, .total_ms = 5000},
                         on_probe, prober);
    return prober->sent < prober->total;
}

static void bench_probes(guint16 port, guint per_s)
{
    Prober prober = {.per_tick = per_s / 100, .total = per_s * PROBE_SECONDS};
    prober.client =
        http_client_new(clock_system(), &(HttpClientConfig){.connections_kept = TARGETS});
    prober.loop = g_main_loop_new(NULL, FALSE);
    prober.url = g_strdup_printf("http://127.0.0.1:%u/cpu", port);
    double before = cpu_s(RUSAGE_SELF);
    gint64 start = now_us();
    g_timeout_add(10, on_tick, &prober);
    g_main_loop_run(prober.loop);
    double seconds = (double)(now_us() - start) / 1e6;
    printf("{\"bench\":\"http-probe\",\"wanted_per_s\":%u,\"got_per_s\":%.0f,\"probes\":%u,"
           "\"failed\":%u,\"cpu_us_each\":%.1f}\n",
           per_s, prober.total / seconds, prober.total, prober.failed,
           (cpu_s(RUSAGE_SELF) - before) * 1e6 / prober.total);
    http_client_free(prober.client);
    g_main_loop_unref(prober.loop);
    g_free(prober.url);
}

int main(void)
{
    int tell[2];
    guint16 port = 0;
    struct rlimit files = {4096, 4096};
    setrlimit(RLIMIT_NOFILE, &files);
    if (pipe(tell) < 0)
        return 1;
    pid_t server = fork();
    if (server == 0)
        serve(tell[1]);
    if (server < 0 || read(tell[0], &port, sizeof port) != sizeof port)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    bench_requests(port);
    bench_fan_out(port);
    bench_probes(port, 1000);
    bench_probes(port, 10000);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return 0;
}
