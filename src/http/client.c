#include "http/client.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/error.h"
#include "http/private.h"

enum {
    DEFAULT_KEPT = 256,
    SPARE_MAX = 256,
    EVENTS_AT_ONCE = 64,
    LIMIT_GRAIN_MS = 20, // of our own time limits
    WAIT_MAX_MS = 60000,
};

// Calls to one host: how many are under way, and which wait.
typedef struct {
    guint active;
    GQueue waiting; // HttpCall *
} Lane;

typedef struct {
    GSource source; // first
    HttpClient *client;
} ClientSource;

static gint64 now_ms(const HttpClient *client)
{
    return clock_mono_ms(client->clock);
}

// ---- handles

CURL *http_client_take_handle(HttpClient *client)
{
    if (client->spare->len)
        return g_ptr_array_steal_index_fast(client->spare, client->spare->len - 1);
    CURL *easy = curl_easy_init();
    g_assert(easy);
    return easy;
}

void http_client_give_handle(HttpClient *client, CURL *easy)
{
    if (client->spare->len >= SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy); // forgets headers and bodies; connections are the multi handle's
    g_ptr_array_add(client->spare, easy);
}

// ---- turns

static Lane *lane_of(HttpClient *client, const char *key)
{
    Lane *lane = g_hash_table_lookup(client->lanes, key);
    if (!lane) {
        lane = g_new0(Lane, 1);
        g_hash_table_insert(client->lanes, g_strdup(key), lane);
    }
    return lane;
}

static void watch_limit(HttpClient *client, gint64 at_ms)
{
    if (at_ms && (!client->limits_at_ms || at_ms < client->limits_at_ms))
        client->limits_at_ms = at_ms;
}

static void start_or_wait(HttpCall *call)
{
    HttpClient *client = call->client;
    if (!call->lane) {
        http_call_start(call);
    } else {
        Lane *lane = lane_of(client, call->lane);
        if (lane->active < client->config.calls_per_host) {
            lane->active++;
            http_call_start(call);
        } else {
            call->lane_link.data = call;
            g_queue_push_tail_link(&lane->waiting, &call->lane_link);
        }
    }
    watch_limit(client, http_call_limit_at(call));
}

// `call` has ended, or waits no more: the next one's turn.
static void leave_lane(HttpCall *call)
{
    HttpClient *client = call->client;
    g_autofree char *key = g_steal_pointer(&call->lane);
    if (!key)
        return;
    Lane *lane = lane_of(client, key);
    if (call->lane_link.data) {
        g_queue_unlink(&lane->waiting, &call->lane_link);
        call->lane_link.data = NULL;
        return;
    }
    lane->active--;
    GList *link = g_queue_pop_head_link(&lane->waiting);
    if (link) {
        HttpCall *next = (HttpCall *)link->data;
        next->lane_link.data = NULL;
        lane->active++;
        http_call_start(next);
        watch_limit(client, http_call_limit_at(next));
    } else if (lane->active == 0) {
        g_hash_table_remove(client->lanes, key);
    }
}

// ---- libcurl's wishes

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
    (void)easy;
    HttpClient *client = (HttpClient *)data;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(client->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    struct epoll_event event = {.data.fd = fd};
    event.events = (what & CURL_POLL_IN ? (guint32)EPOLLIN : 0) |
                   (what & CURL_POLL_OUT ? (guint32)EPOLLOUT : 0);
    if (!known)
        curl_multi_assign(client->multi, fd, client); // remembered as known
    if (epoll_ctl(client->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
        epoll_ctl(client->epoll_fd, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *data)
{
    (void)multi;
    HttpClient *client = (HttpClient *)data;
    client->timer_at_ms = ms < 0 ? 0 : now_ms(client) + ms;
    return 0;
}

static void run_sockets(HttpClient *client)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int running;
    int n = epoll_wait(client->epoll_fd, events, EVENTS_AT_ONCE, 0);
    for (int i = 0; i < n; i++) {
        guint32 what = events[i].events;
        int mask = (what & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (what & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (what & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(client->multi, events[i].data.fd, mask, &running);
    }
}

static void run_timer(HttpClient *client)
{
    int running;
    if (!client->timer_at_ms || now_ms(client) < client->timer_at_ms)
        return;
    client->timer_at_ms = 0;
    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

static void collect_finished(HttpClient *client)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        HttpCall *call = NULL;
        CURLcode result = message->data.result; // the message dies with the handle
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        http_call_finish(call, result);
    }
}

// ---- our own time limits

static void run_limits(HttpClient *client)
{
    gint64 now = now_ms(client);
    if (!client->limits_at_ms || now < client->limits_at_ms)
        return;
    client->limits_at_ms = 0;
    for (GList *link = client->calls.head, *next; link; link = next) {
        HttpCall *call = (HttpCall *)link->data;
        next = link->next;
        gint64 at = http_call_limit_at(call);
        if (at && at <= now)
            http_call_cut(call, call->easy ? CUT_SILENCE : CUT_WAITED);
        else if (at)
            watch_limit(client, MAX(at, now + LIMIT_GRAIN_MS));
    }
}

// ---- telling users

void http_client_make_ready(HttpCall *call)
{
    if (call->ready_link.data)
        return;
    call->ready_link.data = call;
    g_queue_push_tail_link(&call->client->ready, &call->ready_link);
}

static void drop(HttpCall *call)
{
    HttpClient *client = call->client;
    leave_lane(call);
    if (call->ready_link.data)
        g_queue_unlink(&client->ready, &call->ready_link);
    g_queue_unlink(&client->calls, &call->link);
    http_call_free(call);
}

// Each of the following returns false if the call was cancelled in its
// callback, and so is no more.

static bool tell_head(HttpClient *client, HttpCall *call)
{
    if (!call->head || call->head_told || !call->head_whole)
        return true;
    call->head_told = true;
    bool wanted = call->head(call, &call->response, call->data);
    if (client->telling != call)
        return false;
    if (wanted)
        return true;
    g_clear_pointer(&call->inbox, g_byte_array_unref);
    g_clear_error(&call->error);
    http_call_cut(call, CUT_UNWANTED);
    return true;
}

static bool tell_pieces(HttpClient *client, HttpCall *call)
{
    if (!call->inbox)
        return true;
    GByteArray *inbox = g_steal_pointer(&call->inbox);
    call->piece(call, (const char *)inbox->data, inbox->len, call->data);
    g_byte_array_unref(inbox);
    return client->telling == call;
}

static void tell_done(HttpClient *client, HttpCall *call)
{
    leave_lane(call);
    g_queue_unlink(&client->calls, &call->link);
    if (call->ready_link.data) { // cut by its head callback
        g_queue_unlink(&client->ready, &call->ready_link);
        call->ready_link.data = NULL;
    }
    HttpResponse *response = &call->response;
    response->bytes = response->body ? g_byte_array_free_to_bytes(g_steal_pointer(&response->body))
                                     : g_bytes_new_static("", 0);
    client->telling = NULL; // cancelling itself now means nothing
    call->done(call, response, call->error, call->data);
    http_call_free(call);
}

static void tell(HttpClient *client, HttpCall *call)
{
    client->telling = call;
    if (tell_head(client, call) && tell_pieces(client, call) && call->finished)
        tell_done(client, call);
    client->telling = NULL;
}

static void tell_all(HttpClient *client)
{
    // Calls that become ready meanwhile wait for the next turn, so that others of
    // the loop get theirs.
    for (guint n = client->ready.length; n > 0 && !client->closed; n--) {
        GList *link = g_queue_pop_head_link(&client->ready);
        if (!link)
            return;
        HttpCall *call = (HttpCall *)link->data;
        call->ready_link.data = NULL;
        tell(client, call);
    }
}

// ---- the source

// The sooner of `timeout` (-1 = never) and the moment `at_ms` (0 = never).
static int wait_for(const HttpClient *client, gint64 at_ms, int timeout)
{
    if (!at_ms)
        return timeout;
    gint64 left = clock_left_ms(client->clock, at_ms);
    int wait = (int)MIN(left, WAIT_MAX_MS);
    return timeout < 0 ? wait : MIN(wait, timeout);
}

static int wanted_timeout(const HttpClient *client)
{
    if (client->ready.length)
        return 0;
    return wait_for(client, client->timer_at_ms, wait_for(client, client->limits_at_ms, -1));
}

static gboolean source_prepare(GSource *source, gint *timeout)
{
    *timeout = wanted_timeout(((ClientSource *)source)->client);
    return *timeout == 0;
}

static gboolean source_check(GSource *source)
{
    HttpClient *client = ((ClientSource *)source)->client;
    return g_source_query_unix_fd(source, client->tag) || wanted_timeout(client) == 0;
}

static void client_unref(HttpClient *client)
{
    if (--client->refs == 0)
        g_free(client);
}

static gboolean source_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback;
    (void)data;
    HttpClient *client = ((ClientSource *)source)->client;
    client->refs++;
    if (g_source_query_unix_fd(source, client->tag))
        run_sockets(client);
    run_timer(client);
    run_limits(client);
    collect_finished(client);
    tell_all(client);
    client_unref(client);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs SOURCE_FUNCS = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

// ---- life

// libcurl's own start also starts libssh2, for the scp and sftp that no call of ours may use (CURLOPT_PROTOCOLS_STR),
// and libssh2's starts all of OpenSSL: 1.4 MB and a millisecond for nothing. A library looks its functions up in the
// program first, so it finds this one. HTTPS is not touched by it.
int libssh2_init(int flags);

int libssh2_init(int flags)
{
    (void)flags;
    return 0;
}

static void ignore_sigpipe(void)
{
    struct sigaction action;
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
}

static HttpClientConfig config_copy(const HttpClientConfig *config)
{
    static const HttpClientConfig NOTHING = {0};
    const HttpClientConfig *from = config ? config : &NOTHING;
    return (HttpClientConfig){
        .user_agent = g_strdup(from->user_agent),
        .proxy = g_strdup(from->proxy),
        .ca_file = g_strdup(from->ca_file),
        .cert_file = g_strdup(from->cert_file),
        .key_file = g_strdup(from->key_file),
        .pinned_key = g_strdup(from->pinned_key),
        .connections_kept = from->connections_kept ? from->connections_kept : DEFAULT_KEPT,
        .calls_per_host = from->calls_per_host,
    };
}

static void config_release(HttpClientConfig *config)
{
    g_free((char *)config->user_agent);
    g_free((char *)config->proxy);
    g_free((char *)config->ca_file);
    g_free((char *)config->cert_file);
    g_free((char *)config->key_file);
    g_free((char *)config->pinned_key);
}

static void set_up_multi(HttpClient *client)
{
    client->multi = curl_multi_init();
    g_assert(client->multi);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->config.connections_kept);
}

static void set_up_source(HttpClient *client)
{
    client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    g_assert(client->epoll_fd >= 0);
    client->source = g_source_new(&SOURCE_FUNCS, sizeof(ClientSource));
    ((ClientSource *)client->source)->client = client;
    g_source_set_name(client->source, "http client");
    // It never recurses. But GLib takes the descriptor of a source that must not out of the poll around each call,
    // at the price of four system calls.
    g_source_set_can_recurse(client->source, TRUE);
    client->tag = g_source_add_unix_fd(client->source, client->epoll_fd, G_IO_IN);
    g_source_attach(client->source, g_main_context_get_thread_default());
}

HttpClient *http_client_new(const Clock *clock, const HttpClientConfig *config)
{
    g_assert(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    // A resolver that blocks would stop the whole program.
    g_assert(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS);
    ignore_sigpipe();
    HttpClient *client = g_new0(HttpClient, 1);
    client->refs = 1;
    client->clock = clock;
    client->config = config_copy(config);
    client->lanes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    client->spare = g_ptr_array_new_with_free_func((GDestroyNotify)curl_easy_cleanup);
    g_queue_init(&client->calls);
    g_queue_init(&client->ready);
    set_up_multi(client);
    set_up_source(client);
    return client;
}

void http_client_free(HttpClient *client)
{
    if (!client)
        return;
    client->closed = true;
    client->config.calls_per_host = 0;
    while (client->calls.tail) // the last first: those that wait before those they wait for
        http_call_cancel((HttpCall *)client->calls.tail->data);
    g_ptr_array_free(client->spare, TRUE);
    curl_multi_cleanup(client->multi);
    g_source_destroy(client->source);
    g_source_unref(client->source);
    close(client->epoll_fd);
    g_hash_table_destroy(client->lanes);
    config_release(&client->config);
    curl_global_cleanup();
    client_unref(client);
}

HttpCall *http_client_send(HttpClient *client, const HttpSpec *spec, HttpDoneFunc done, void *data)
{
    g_assert(!client->closed);
    HttpCall *call = http_call_new(client, spec, done, data);
    g_queue_push_tail_link(&client->calls, &call->link);
    if (call->finished)
        http_client_make_ready(call);
    else
        start_or_wait(call);
    return call;
}

void http_call_cancel(HttpCall *call)
{
    HttpClient *client = call->client;
    if (client->telling == call)
        client->telling = NULL;
    if (call->easy) {
        curl_multi_remove_handle(client->multi, call->easy);
        http_client_give_handle(client, g_steal_pointer(&call->easy));
    }
    drop(call);
}

guint http_client_calls(const HttpClient *client)
{
    return client->calls.length;
}
