#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "command/command.h"
#include "conf/mistake.h"
#include "model/refusal.h"

enum { SILENCE_MS = 2000, WAKE_MS = 5 };

#define DEFAULT_URL "unix:/run/signalbox/signalboxd.sock"

int session_complain(const Session *session, ExitCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (!session->quiet)
        print_error(session, "%s", text);
    return (int)code;
}

bool has_extra(const Session *session, int argc, char **argv)
{
    if (argc > 1)
        session_complain(session, EXIT_USAGE,
                         "the argument %s is not expected. Try `signalbox %s --help`", argv[1],
                         session->name);
    return argc > 1;
}

int session_fail(const Session *session, const GError *error)
{
    ExitCode code = EXIT_REFUSED;
    if (err_is(error, ERR_UNREACHABLE) || err_is(error, ERR_TIMEOUT) ||
        err_is(error, ERR_PROTOCOL) || err_is(error, ERR_TOO_LARGE))
        code = EXIT_UNREACHABLE;
    else if (err_is(error, ERR_UNKNOWN))
        code = EXIT_UNKNOWN;
    return session_complain(session, code, "%s", error->message);
}

int session_nonsense(const Session *session, const GError *error)
{
    return session_complain(session, EXIT_UNREACHABLE,
                            "What the backend answered makes no sense: %s", error->message);
}

// ---- configuration ----

static char *default_config(void)
{
    g_autofree char *own =
        g_build_filename(g_get_user_config_dir(), "signalbox", "signalbox.conf", NULL);
    if (g_file_test(own, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&own);
    static const char SYSTEM[] = SB_SYSCONFDIR "/signalbox/signalbox.conf";
    return g_file_test(SYSTEM, G_FILE_TEST_EXISTS) ? g_strdup(SYSTEM) : NULL;
}

static bool load_config(Session *session, int *ret_exit)
{
    g_autofree char *path =
        session->config_file ? g_strdup(session->config_file) : default_config();
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    if (!path) {
        session->config = console_config_new();
        return true;
    }
    if (conf_load_console(path, &session->config, mistakes))
        return true;
    for (guint i = 0; i < mistakes->len; i++) {
        g_autofree char *line = mistake_format(mistakes->pdata[i]);
        g_autofree char *safe = print_safe(session, line);
        fprintf(stderr, "%s\n", safe);
    }
    *ret_exit = EXIT_USAGE;
    return false;
}

// --url, else SIGNALBOX_URL, else the file, else the local daemon.
static GPtrArray *find_endpoints(const Session *session, GError **error)
{
    const char *env = g_getenv("SIGNALBOX_URL");
    if (session->url)
        return endpoints_parse(session->url, error);
    if (env && *env)
        return endpoints_parse(env, error);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < session->config->backends->len; i++)
        g_string_append_printf(list, "%s ",
                               ((const ConfBackend *)session->config->backends->pdata[i])->url);
    return endpoints_parse(list->len ? list->str : DEFAULT_URL, error);
}

// The token file of the backend that the configuration knows under this address. NULL: none.
static const char *configured_token(const Session *session, const Endpoint *endpoint)
{
    for (guint i = 0; i < session->config->backends->len; i++) {
        const ConfBackend *backend = session->config->backends->pdata[i];
        g_autoptr(Endpoint) known = endpoint_parse(backend->url, NULL);
        if (known && endpoint_equal(known, endpoint))
            return backend->token_file;
    }
    return NULL;
}

// A token goes to the endpoints it was given for, and to no other: those named with it, or the backend beside
// which the configuration has it.
static bool read_tokens(const Session *session, GError **error)
{
    const char *env = g_getenv("SIGNALBOX_TOKEN_FILE");
    const char *given = session->token_file ? session->token_file : env && *env ? env : NULL;
    for (guint i = 0; i < session->endpoints->len; i++) {
        Endpoint *endpoint = session->endpoints->pdata[i];
        const char *path = endpoint->socket ? NULL
                           : given          ? given
                                            : configured_token(session, endpoint);
        endpoint->token = path ? token_read(path, error) : NULL;
        if (path && !endpoint->token)
            return false;
    }
    return true;
}

static bool find_backend(Session *session, GError **error)
{
    session->endpoints = find_endpoints(session, error);
    return session->endpoints && read_tokens(session, error);
}

static void on_trouble(const char *sentence, gpointer session)
{
    print_error(session, "journal: %s", sentence);
}

bool session_open(Session *session, int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    session->clock = clock_system();
    id_source_init(&session->ids, session->clock, 0);
    if (!load_config(session, ret_exit))
        return false;
    session->ascii |= session->config->ascii == CONF_YES;
    if (!find_backend(session, &error)) {
        *ret_exit = session_complain(session, EXIT_USAGE, "%s", error->message);
        return false;
    }
    ClientConfig config = {.clock = session->clock,
                           .ids = &session->ids,
                           .endpoints = session->endpoints,
                           .journal = session->journal,
                           .trouble = on_trouble,
                           .data = session};
    session->client = client_new(&config, &error);
    if (!session->client)
        *ret_exit = session_fail(session, error);
    return session->client != NULL;
}

// ---- asking and waiting ----

typedef struct {
    bool done;
    json_t *json;
    char *text;
    GError *error;
} Waiting;

static void on_answer(json_t *json, const char *text, const GError *error, gpointer data)
{
    Waiting *waiting = data;
    waiting->done = true;
    waiting->json = json ? json_incref(json) : NULL;
    waiting->text = g_strdup(text);
    waiting->error = error ? g_error_copy(error) : NULL;
}

static void wait_for(const Waiting *waiting)
{
    while (!waiting->done)
        g_main_context_iteration(NULL, TRUE);
}

static void waiting_release(Waiting *waiting)
{
    json_decref(waiting->json);
    g_free(waiting->text);
    g_clear_error(&waiting->error);
}

static void take_clock(Session *session, json_t *whoami)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, whoami);
    gint64 now_ms = wire_time_ms_opt(&root, "now");
    if (wire_reader_finish(&reader, NULL) && now_ms)
        session->ahead_ms = now_ms - clock_wall_ms(session->clock);
}

bool session_connect(Session *session, int *ret_exit)
{
    Waiting waiting = {0};
    if (!session->client && !session_open(session, ret_exit))
        return false;
    client_connect(session->client, on_answer, &waiting);
    wait_for(&waiting);
    bool ok = !waiting.error;
    if (ok)
        take_clock(session, waiting.json);
    else
        *ret_exit = session_fail(session, waiting.error);
    waiting_release(&waiting);
    return ok;
}

gint64 session_now_ms(const Session *session)
{
    return clock_wall_ms(session->clock) + session->ahead_ms;
}

static gboolean on_paused(gpointer done)
{
    *(bool *)done = true;
    return G_SOURCE_REMOVE;
}

void session_pause(gint64 ms)
{
    bool done = false;
    g_timeout_add((guint)ms, on_paused, &done);
    while (!done)
        g_main_context_iteration(NULL, TRUE);
}

static bool take_answer(const Session *session, Waiting *waiting, int *ret_exit)
{
    wait_for(waiting);
    if (waiting->error)
        *ret_exit = session_fail(session, waiting->error);
    return !waiting->error;
}

json_t *session_get(Session *session, const char *path, int *ret_exit)
{
    Waiting waiting = {0};
    client_get(session->client, path, on_answer, &waiting);
    json_t *json = take_answer(session, &waiting, ret_exit) ? g_steal_pointer(&waiting.json) : NULL;
    waiting_release(&waiting);
    return json;
}

char *session_get_text(Session *session, const char *path, int *ret_exit)
{
    Waiting waiting = {0};
    client_get_text(session->client, path, on_answer, &waiting);
    char *text = take_answer(session, &waiting, ret_exit) ? g_steal_pointer(&waiting.text) : NULL;
    waiting_release(&waiting);
    return text;
}

json_t *session_post(Session *session, const char *path, json_t *body, guint64 revision,
                     int *ret_exit)
{
    Waiting waiting = {0};
    client_post(session->client, path, body, revision, on_answer, &waiting);
    json_t *json = take_answer(session, &waiting, ret_exit) ? g_steal_pointer(&waiting.json) : NULL;
    waiting_release(&waiting);
    return json;
}

static gboolean on_wake(gpointer data)
{
    (void)data; // only so that the loop looks at the clock
    return G_SOURCE_CONTINUE;
}

// It began to answer, and nothing more comes. A large fleet's picture may take longer than that.
static bool is_silent(const Session *session)
{
    gint64 heard_ms = client_picture(session->client)->link.heard_ms;
    return heard_ms && clock_wall_ms(session->clock) - heard_ms >= SILENCE_MS;
}

const Picture *session_picture(Session *session, int *ret_exit)
{
    if (!session->client && !session_open(session, ret_exit))
        return NULL;
    const Picture *picture = client_picture(session->client);
    client_start(session->client);
    guint wake = g_timeout_add(WAKE_MS, on_wake, NULL);
    while (!picture->complete && !client_failure(session->client) && !is_silent(session))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(wake);
    if (picture->complete)
        return picture;
    *ret_exit =
        client_failure(session->client)
            ? session_fail(session, client_failure(session->client))
            : session_complain(session, EXIT_UNREACHABLE, "%s began to answer and fell silent.",
                               picture->link.endpoint);
    return NULL;
}
