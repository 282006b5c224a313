#include "http-loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

// ---- the loop

static gboolean wake(gpointer data)
{
    (void)data;
    return G_SOURCE_CONTINUE;
}

void loop_until_count(const guint *count, guint n)
{
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    guint tick = g_timeout_add(20, wake, NULL);
    while (*count < n && clock_mono_ms(clock_system()) < limit)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    g_assert_cmpuint(*count, >=, n);
}

void loop_until(const bool *flag)
{
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    guint tick = g_timeout_add(20, wake, NULL);
    while (!*flag && clock_mono_ms(clock_system()) < limit)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
    g_assert_true(*flag);
}

void loop_until_connections(const HttpServer *server, guint n)
{
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    while (http_server_connections(server) != n && clock_mono_ms(clock_system()) < limit)
        loop_for(5);
    g_assert_cmpuint(http_server_connections(server), ==, n);
}

void loop_for(gint64 ms)
{
    gint64 limit = clock_mono_ms(clock_system()) + ms;
    guint tick = g_timeout_add(5, wake, NULL);
    while (clock_mono_ms(clock_system()) < limit)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(tick);
}

// ---- directories

char *dir_make(void)
{
    char *dir = g_dir_make_tmp("signalbox-XXXXXX", NULL);
    g_assert_nonnull(dir);
    return dir;
}

void dir_remove(char *dir)
{
    const char *name;
    GDir *entries = g_dir_open(dir, 0, NULL);
    while ((name = g_dir_read_name(entries))) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_unlink(path);
    }
    g_dir_close(entries);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
    g_free(dir);
}

// ---- calls

void answer_done(HttpCall *call, const HttpResponse *response, const GError *error, void *data)
{
    (void)call;
    Answer *answer = (Answer *)data;
    gsize size;
    const char *bytes = (const char *)g_bytes_get_data(http_response_body(response), &size);
    answer->done = true;
    answer->status = http_response_status(response);
    answer->body = g_strndup(bytes ? bytes : "", size);
    answer->body_len = size;
    answer->content_type = g_strdup(http_response_header(response, "content-TYPE"));
    answer->header = answer->want ? g_strdup(http_response_header(response, answer->want)) : NULL;
    answer->timing = *http_response_timing(response);
    answer->error = error ? g_error_copy(error) : NULL;
}

void answer_clear(Answer *answer)
{
    g_free(answer->body);
    g_free(answer->content_type);
    g_free(answer->header);
    g_clear_error(&answer->error);
    *answer = (Answer){0};
}

Answer ask(HttpClient *client, const HttpSpec *spec)
{
    Answer answer = {0};
    HttpSpec patient = *spec;
    patient.connect_ms = spec->connect_ms ? spec->connect_ms : LOOP_BOUND_MS;
    patient.total_ms = spec->total_ms ? spec->total_ms : LOOP_BOUND_MS;
    http_client_send(client, &patient, answer_done, &answer);
    g_assert_false(answer.done);
    loop_until(&answer.done);
    return answer;
}

Answer ask_get(HttpClient *client, const char *url, const char *socket_path)
{
    return ask(client, &(HttpSpec){.url = url, .socket_path = socket_path});
}

void answer_assert_failed(const Answer *answer, gint code, const char *word)
{
    g_assert_nonnull(answer->error);
    if (!g_error_matches(answer->error, ERR, code) || !strstr(answer->error->message, word))
        g_test_message("got code %d: %s", answer->error->code, answer->error->message);
    g_assert_error(answer->error, ERR, code);
    g_assert_nonnull(strstr(answer->error->message, word));
}

// ---- the bad server

typedef struct {
    BadServer *server;
    int fd;
    guint source;
    bool first_done;
} BadPeer;

static void peer_close(BadPeer *peer)
{
    struct linger linger = {1, 0};
    if (peer->fd < 0)
        return;
    if (peer->source)
        g_source_remove(peer->source);
    if (peer->server->script->reset)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(peer->fd);
    peer->fd = -1;
    peer->source = 0;
}

static void peer_free(gpointer data)
{
    peer_close((BadPeer *)data);
    g_free(data);
}

static bool peer_say(BadPeer *peer, const char *text)
{
    gsize length = text ? strlen(text) : 0;
    return send(peer->fd, text, length, MSG_NOSIGNAL) == (gssize)length;
}

// False when the peer is done with.
static bool peer_speak(BadPeer *peer)
{
    const BadScript *script = peer->server->script;
    bool alive = peer_say(peer, script->say);
    for (guint i = 0; i < script->repeat && alive; i++)
        alive = peer_say(peer, script->more);
    return alive && script->hold;
}

static gboolean on_peer(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    BadPeer *peer = (BadPeer *)data;
    char bytes[65536];
    bool alive = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0;
    if (alive) {
        peer->server->requests++;
        if (peer->server->script->keep_first && !peer->first_done)
            raw_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        else
            alive = peer_speak(peer);
        peer->first_done = true;
    }
    if (alive)
        return G_SOURCE_CONTINUE;
    peer->source = 0;
    peer_close(peer);
    return G_SOURCE_REMOVE;
}

static gboolean on_accept(gint fd, GIOCondition condition, gpointer data)
{
    (void)condition;
    BadServer *server = (BadServer *)data;
    BadPeer *peer = g_new0(BadPeer, 1);
    peer->server = server;
    peer->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    g_assert_cmpint(peer->fd, >=, 0);
    server->connections++;
    g_ptr_array_add(server->peers, peer);
    if (server->script->no_wait && !peer_speak(peer))
        peer_close(peer);
    else
        peer->source = g_unix_fd_add(peer->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_peer, peer);
    return G_SOURCE_CONTINUE;
}

void bad_server_init(BadServer *server, const BadScript *script)
{
    HttpListen listen_on;
    g_autoptr(GError) error = NULL;
    *server = (BadServer){.script = script};
    http_listen_tcp("127.0.0.1", 0, &listen_on, &server->port, &error);
    g_assert_no_error(error);
    server->fd = listen_on.fd;
    server->peers = g_ptr_array_new_with_free_func(peer_free);
    server->source = g_unix_fd_add(server->fd, G_IO_IN, on_accept, server);
}

void bad_server_hang_up(BadServer *server)
{
    for (guint i = 0; i < server->peers->len; i++)
        peer_close((BadPeer *)server->peers->pdata[i]);
}

void bad_server_release(BadServer *server)
{
    g_source_remove(server->source);
    g_ptr_array_free(server->peers, TRUE);
    close(server->fd);
}

// ---- raw sockets

typedef union {
    struct sockaddr any;
    struct sockaddr_in in4;
} Address;

static Address address_of(guint16 port)
{
    return (Address){.in4 = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
}

static int new_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

int raw_bind(guint16 *ret_port)
{
    int fd = new_socket(AF_INET);
    Address address = address_of(0);
    socklen_t length = sizeof address;
    g_assert_cmpint(bind(fd, &address.any, sizeof address.in4), ==, 0);
    g_assert_cmpint(getsockname(fd, &address.any, &length), ==, 0);
    *ret_port = ntohs(address.in4.sin_port);
    return fd;
}

int raw_connect(guint16 port)
{
    int fd = new_socket(AF_INET);
    Address address = address_of(port);
    g_assert_cmpint(connect(fd, &address.any, sizeof address.in4), ==, 0);
    return fd;
}

int raw_connect_unix(const char *path)
{
    int fd = new_socket(AF_UNIX);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

void raw_send(int fd, const char *text)
{
    gsize length = strlen(text);
    g_assert_cmpint(send(fd, text, length, MSG_NOSIGNAL), ==, (gssize)length);
}

bool raw_read_some(int fd, GString *text)
{
    char bytes[65536];
    gssize n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0 && text)
        g_string_append_len(text, bytes, n);
    return n > 0 || (n < 0 && errno == EAGAIN);
}

char *raw_read_all(int fd)
{
    GString *text = g_string_new(NULL);
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    bool open = true;
    while (open && clock_mono_ms(clock_system()) < limit) {
        loop_for(1);
        open = raw_read_some(fd, text);
    }
    g_assert_false(open);
    return g_string_free(text, FALSE);
}

char *raw_read_until(int fd, const char *needle)
{
    GString *text = g_string_new(NULL);
    gint64 limit = clock_mono_ms(clock_system()) + LOOP_BOUND_MS;
    while (!strstr(text->str, needle) && clock_mono_ms(clock_system()) < limit) {
        loop_for(1);
        raw_read_some(fd, text);
    }
    g_assert_nonnull(strstr(text->str, needle));
    return g_string_free(text, FALSE);
}
