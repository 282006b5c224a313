// The client against TLS servers it must not talk to: wrong name, expired, self-signed, another CA, old
// protocol, a handshake that never ends. The certificates and the key are made for this test alone.
#include <microhttpd.h>
#include <string.h>

#include "base/error.h"
#include "http-loop.h"

static char *tls_path(const char *name)
{
    const char *top = g_getenv("SB_TOP_SRCDIR");
    return g_build_filename(top ? top : ".", "tests", "api", "tls", name, NULL);
}

static char *tls_read(const char *name)
{
    g_autofree char *path = tls_path(name);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    (void)size;
    (void)state;
    ++*(guint *)cls;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(2, (void *)"ok", MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_queue_response(mhd, 200, response);
    MHD_destroy_response(response);
    return result;
}

// A TLS server in a thread of its own, so that the client's loop has nothing to do with it.
static struct MHD_Daemon *serve(const char *cert, const char *priorities, guint *asked)
{
    g_autofree char *key_text = tls_read("key.pem");
    g_autofree char *cert_text = tls_read(cert);
    struct MHD_Daemon *server =
        MHD_start_daemon(MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, asked,
                         MHD_OPTION_HTTPS_MEM_KEY, key_text, MHD_OPTION_HTTPS_MEM_CERT, cert_text,
                         MHD_OPTION_HTTPS_PRIORITIES, priorities, MHD_OPTION_END);
    g_assert_nonnull(server);
    return server;
}

typedef struct {
    const char *name;
    const char *cert;
    const char *ca; // NULL = the system's
    const char *priorities;
    const char *pinned;
    bool accepted;
    const char *word;
} Peer;

static const Peer PEERS[] = {
    {"good", "good.pem", "ca.pem", "NORMAL", NULL, true, NULL},
    {"tls-1.2", "good.pem", "ca.pem", "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL, true, NULL},
    {"tls-1.1", "good.pem", "ca.pem", "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0", NULL, false,
     "TLS handshake"},
    {"wrong-name", "wrong.pem", "ca.pem", "NORMAL", NULL, false, "certificate is not accepted"},
    {"expired", "expired.pem", "ca.pem", "NORMAL", NULL, false, "certificate is not accepted"},
    {"self-signed", "self.pem", "ca.pem", "NORMAL", NULL, false, "certificate is not accepted"},
    {"other-ca", "good.pem", NULL, "NORMAL", NULL, false, "certificate is not accepted"},
    {"pin-wrong", "good.pem", "ca.pem", "NORMAL",
     "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false, "not the pinned one"},
};

static void test_peer(gconstpointer data)
{
    const Peer *peer = (const Peer *)data;
    guint asked = 0;
    struct MHD_Daemon *server = serve(peer->cert, peer->priorities, &asked);
    guint port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
    g_autofree char *ca = peer->ca ? tls_path(peer->ca) : NULL;
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", port);
    g_autoptr(HttpClient) client = http_client_new(
        clock_system(), &(HttpClientConfig){.ca_file = ca, .pinned_key = peer->pinned});
    Answer got = ask(client, &(HttpSpec){.url = url, .method = "POST", .bearer = "secret"});
    if (peer->accepted) {
        g_assert_no_error(got.error);
        g_assert_cmpstr(got.body, ==, "ok");
    } else {
        answer_assert_failed(&got, ERR_PROTOCOL, peer->word); // not ERR_UNKNOWN: nothing was sent
        g_test_message("%s", got.error->message);
    }
    g_assert_cmpuint(asked > 0, ==, peer->accepted);
    answer_clear(&got);
    MHD_stop_daemon(server);
}

static void test_endless_handshake(void)
{
    static const BadScript MUTE = {.hold = true};
    BadServer bad;
    bad_server_init(&bad, &MUTE);
    g_autoptr(HttpClient) client = http_client_new(clock_system(), NULL);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", bad.port);
    Answer got = ask(client, &(HttpSpec){.url = url, .method = "POST", .connect_ms = 300});
    answer_assert_failed(&got, ERR_UNREACHABLE, "no connection within 300 ms");
    answer_clear(&got);
    bad_server_release(&bad);
}

static void test_not_tls(void)
{
    static const BadScript PLAIN = {.say = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    BadServer bad;
    bad_server_init(&bad, &PLAIN);
    g_autoptr(HttpClient) client = http_client_new(clock_system(), NULL);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", bad.port);
    Answer got = ask(client, &(HttpSpec){.url = url, .method = "POST"});
    answer_assert_failed(&got, ERR_PROTOCOL, "TLS handshake");
    answer_clear(&got);
    bad_server_release(&bad);
}

static void test_no_ca_file(void)
{
    static const BadScript MUTE = {.hold = true};
    BadServer bad;
    bad_server_init(&bad, &MUTE);
    g_autoptr(HttpClient) client =
        http_client_new(clock_system(), &(HttpClientConfig){.ca_file = "/nonexistent/ca.pem"});
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", bad.port);
    Answer got = ask(client, &(HttpSpec){.url = url});
    answer_assert_failed(&got, ERR_INVALID, "CA file");
    answer_clear(&got);
    bad_server_release(&bad);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(PEERS); i++) {
        g_autofree char *path = g_strconcat("/tls/", PEERS[i].name, NULL);
        g_test_add_data_func(path, &PEERS[i], test_peer);
    }
    g_test_add_func("/tls/endless-handshake", test_endless_handshake);
    g_test_add_func("/tls/not-tls", test_not_tls);
    g_test_add_func("/tls/no-ca-file", test_no_ca_file);
    return g_test_run();
}
