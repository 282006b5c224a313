#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command/command.h"
#include "conf/mistake.h"
#include "model/refusal.h"

enum { PICTURE_MS = 2000, WAKE_MS = 5 };

#define DEFAULT_URL "unix:/run/signalbox/signalboxd.sock"

int session_complain(const Session *session, ExitCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *safe = text_escape(text);
    fprintf(stderr, "signalbox %s: %s\n", session->name, safe);
    return (int)code;
}

int session_fail(const Session *session, const GError *error)
{
    ExitCode code = EXIT_REFUSED;
    if (err_is(error, ERR_UNREACHABLE) || err_is(error, ERR_TIMEOUT) || err_is(error, ERR_PROTOCOL))
        code = EXIT_UNREACHABLE;
    else if (err_is(error, ERR_UNKNOWN))
        code = EXIT_UNKNOWN;
    return session_complain(session, code, "%s", error->message);
}

void session_print_json(json_t *json)
{
    g_autofree char *text = wire_format(json);
    puts(text);
    json_decref(json);
}

// ---- configuration ----

static char *default_config(void)
{
    g_autofree char *own =
        g_build_filename(g_get_user_config_dir(), "signalbox", "signalbox.conf", NULL);
    if (g_file_test(own, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&own);
    static const char SYSTEM[] = "/etc/signalbox/signalbox.conf";
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
        fprintf(stderr, "%s\n", line);
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

static const char *find_token_file(const Session *session)
{
    const char *env = g_getenv("SIGNALBOX_TOKEN_FILE");
    if (session->token_file)
        return session->token_file;
    if (env && *env)
        return env;
    for (guint i = 0; i < session->config->backends->len; i++) {
        const ConfBackend *backend = session->config->backends->pdata[i];
        if (backend->token_file)
            return backend->token_file;
    }
    return NULL;
}

static bool find_backend(Session *session, GError **error)
{
    session->endpoints = find_endpoints(session, error);
    if (!session->endpoints)
        return false;
    const char *token_file = find_token_file(session);
    if (token_file)
        session->token = token_read(token_file, error);
    return !token_file || session->token;
}

bool session_open(Session *session, int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    session->clock = clock_system();
    id_source_init(&session->ids, session->clock, 0);
    if (!load_config(session, ret_exit))
        return false;
    if (!find_backend(session, &error)) {
        *ret_exit = session_complain(session, EXIT_USAGE, "%s", error->message);
        return false;
    }
    ClientConfig config = {.clock = session->clock,
                           .ids = &session->ids,
                           .endpoints = session->endpoints,
                           .token = session->token,
                           .journal = session->journal};
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

bool session_connect(Session *session, int *ret_exit)
{
    Waiting waiting = {0};
    if (!session->client && !session_open(session, ret_exit))
        return false;
    client_connect(session->client, on_answer, &waiting);
    wait_for(&waiting);
    bool ok = !waiting.error;
    if (!ok)
        *ret_exit = session_fail(session, waiting.error);
    waiting_release(&waiting);
    return ok;
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
    client_get(session->client, path, on_answer, &waiting);
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

// Waits while something still comes: a large fleet's picture may take longer than 2 s, a silent one may not.
static bool is_coming(const Session *session, gint64 from_ms)
{
    const Picture *picture = client_picture(session->client);
    gint64 heard_ms = MAX(picture->link.heard_ms, from_ms);
    return !picture->complete && clock_wall_ms(session->clock) - heard_ms < PICTURE_MS;
}

const Picture *session_picture(Session *session, int *ret_exit)
{
    if (!session->client && !session_open(session, ret_exit))
        return NULL;
    gint64 from_ms = clock_wall_ms(session->clock);
    const Picture *picture = client_picture(session->client);
    client_start(session->client);
    guint wake = g_timeout_add(WAKE_MS, on_wake, NULL);
    while (is_coming(session, from_ms))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(wake);
    if (picture->complete)
        return picture;
    *ret_exit = session_complain(
        session, EXIT_UNREACHABLE, "No backend answered within %d s. %s", PICTURE_MS / 1000,
        picture->link.trouble ? picture->link.trouble : "Nothing was heard at all.");
    return NULL;
}
