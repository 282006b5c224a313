// From the first turn of the loop to the last: start, signals, stop.
#include <glib-unix.h>
#include <signal.h>

#include "base/text.h"
#include "daemon/confine.h"
#include "daemon/daemon.h"
#include "daemon/pace.h"
#include "daemon/supervisor.h"

enum { STOP_MS = 3000, STOP_LOOK_MS = 20 };

static void end(Daemon *daemon, int status)
{
    daemon->status = MAX(daemon->status, status);
    g_main_loop_quit(daemon->loop);
}

// ---- start ----

static bool listen_tcp(Daemon *daemon, const HttpLimits *limits, GError **error)
{
    const ConfListen *listen = &daemon->files.config->listen;
    guint16 port = 0;
    if (!http_server_listen_tcp(api_server(daemon->api), listen->host, (guint16)listen->port,
                                limits, &port, error))
        return false;
    g_autofree char *text = g_strdup_printf("%u", port);
    log_info(&daemon->log, "listening", "address", listen->host, "port", text);
    return !daemon->files.config->port_file ||
           g_file_set_contents(daemon->files.config->port_file, text, -1, error);
}

static bool listen_all(Daemon *daemon, GError **error)
{
    const DaemonConfig *config = daemon->files.config;
    const HttpLimits limits = {.connections = (int)config->connections};
    if (config->socket) {
        if (!http_server_listen_unix(api_server(daemon->api), config->socket,
                                     (mode_t)config->socket_mode, &limits, error))
            return false;
        log_info(&daemon->log, "listening", "socket", config->socket);
    }
    return !config->listen.host || listen_tcp(daemon, &limits, error);
}

static void tell_ready(const Daemon *daemon)
{
    const Fleet *fleet = daemon->files.fleet;
    g_autofree char *counts = fleet_counts(fleet);
    g_autofree char *status = g_strdup_printf("watching %s: %s", fleet->name, counts);
    log_info(&daemon->log, "ready", "fleet", fleet->name, "holds", counts, "daemon",
             daemon->files.config->name);
    supervisor_ready(status);
}

static void on_loaded(const GError *error, gpointer data)
{
    Daemon *daemon = data;
    g_autoptr(GError) own = NULL;
    if (daemon->stopping)
        return;
    if (error || !listen_all(daemon, &own)) {
        log_error(&daemon->log, "cannot start", "why", error ? error->message : own->message);
        end(daemon, 1);
        return;
    }
    const DaemonConfig *config = daemon->files.config;
    if (!config->users->len && !config->groups->len && !config->tokens->len)
        log_warning(&daemon->log,
                    "nobody may ask: the daemon's file names no users, groups or tokens", "file",
                    daemon->options->config);
    daemon->ready = true;
    sinks_load(daemon->sinks);
    tell_ready(daemon);
    if (daemon->reload_asked || confine_hung_up())
        daemon_reload(daemon); // the files may have changed since they were read
}

// ---- stop ----

static void on_engine_stopped(const GError *error, gpointer data)
{
    (void)error;
    ((Daemon *)data)->engine_stopped = true;
}

// Over when nothing is in flight any more, or when patience is.
static gboolean look_whether_over(gpointer data)
{
    Daemon *daemon = data;
    if (!daemon->engine_stopped || http_server_connections(api_server(daemon->api)))
        return G_SOURCE_CONTINUE;
    end(daemon, 0);
    return G_SOURCE_CONTINUE;
}

static gboolean on_patience_over(gpointer data)
{
    Daemon *daemon = data;
    daemon->patience = 0;
    log_warning(&daemon->log,
                "stopping with something unfinished: it is resumed at the next start");
    end(daemon, 0);
    return G_SOURCE_REMOVE;
}

static void stop(Daemon *daemon)
{
    daemon->stopping = true;
    supervisor_stopping();
    engine_stop(daemon->engine, on_engine_stopped, daemon);
    http_server_drain(api_server(daemon->api));
    daemon->patience = g_timeout_add(STOP_MS, on_patience_over, daemon);
    daemon->look = g_timeout_add(STOP_LOOK_MS, look_whether_over, daemon);
}

static gboolean on_stop_signal(gpointer data)
{
    Daemon *daemon = data;
    log_info(&daemon->log, daemon->stopping ? "stopping at once" : "stopping");
    if (daemon->stopping)
        end(daemon, 0);
    else
        stop(daemon);
    return G_SOURCE_CONTINUE;
}

static gboolean on_reload_signal(gpointer data)
{
    Daemon *daemon = data;
    if (!daemon->ready)
        daemon->reload_asked = true;
    else if (!daemon->stopping)
        daemon_reload(daemon);
    return G_SOURCE_CONTINUE;
}

// ---- between them ----

// A store that can no longer be trusted is checked only by opening it anew: the service manager starts us
// again. What it was good for is in it; what was under way resumes.
static void on_store_status(const StoreStatus *status, gpointer data)
{
    Daemon *daemon = data;
    pace_wake(daemon->pace);
    if (status->health == STORE_HEALTHY) {
        log_info(&daemon->log, "the store takes changes again");
        return;
    }
    log_error(&daemon->log, "the store refuses changes", "why", status->reason);
    if (status->health == STORE_FATAL && !daemon->stopping) {
        daemon->status = 1;
        stop(daemon);
    }
}

int daemon_run(Daemon *daemon)
{
    daemon->loop = g_main_loop_new(NULL, FALSE);
    const guint signals[] = {
        g_unix_signal_add(SIGTERM, on_stop_signal, daemon),
        g_unix_signal_add(SIGINT, on_stop_signal, daemon),
        g_unix_signal_add(SIGHUP, on_reload_signal, daemon),
    };
    guint alive = supervisor_watch();
    store_on_status(daemon->store, on_store_status, daemon);
    engine_start(daemon->engine, on_loaded, daemon);
    g_main_loop_run(daemon->loop);
    store_on_status(daemon->store, NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    // Who asks once more is not to cut what closing the store still writes.
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    g_clear_handle_id(&alive, g_source_remove);
    g_clear_handle_id(&daemon->patience, g_source_remove);
    g_clear_handle_id(&daemon->look, g_source_remove);
    g_main_loop_unref(daemon->loop);
    return daemon->status;
}
