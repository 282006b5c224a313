#include <string.h>

#include "daemon/daemon.h"
#include "daemon/load.h"
#include "daemon/supervisor.h"

static void tell_mistakes(Daemon *daemon, const GPtrArray *mistakes)
{
    g_autofree char *first = mistake_format(mistakes->pdata[0]);
    g_autofree char *text = mistakes->len == 1
                                ? g_strdup(first)
                                : g_strdup_printf("%s (and %u more)", first, mistakes->len - 1);
    for (guint i = 0; i < mistakes->len; i++) {
        g_autofree char *line = mistake_format(mistakes->pdata[i]);
        log_error(&daemon->log, "mistake", "where", line);
    }
    log_error(&daemon->log, "not reloaded: what was in force stays in force");
    engine_set_config_error(daemon->engine, text);
}

// What is opened once stays as it was opened.
static void tell_what_waits(const Daemon *daemon, const DaemonConfig *fresh)
{
    const DaemonConfig *old = daemon->files.config;
    const struct {
        const char *option;
        bool same;
    } WAITS[] = {
        {"name", strcmp(old->name, fresh->name) == 0},
        {"location", g_strcmp0(old->location, fresh->location) == 0},
        {"store", g_strcmp0(old->store, fresh->store) == 0},
        {"socket",
         g_strcmp0(old->socket, fresh->socket) == 0 && old->socket_mode == fresh->socket_mode},
        {"listen", g_strcmp0(old->listen.host, fresh->listen.host) == 0 &&
                       old->listen.port == fresh->listen.port},
        {"observe", old->observe_ms == fresh->observe_ms},
        {"limits", old->connections == fresh->connections && old->streams == fresh->streams},
    };
    for (guint i = 0; i < G_N_ELEMENTS(WAITS); i++)
        if (!WAITS[i].same)
            log_warning(&daemon->log, "takes effect at the next start", "option", WAITS[i].option);
}

// The lists were good a moment ago. If they are not any more, the ones of before stay in force, as with any change.
static void change_signers(Daemon *daemon, const DaemonConfig *fresh)
{
    const VerifierConfig config = daemon_verifier(daemon, fresh);
    g_autoptr(GError) error = NULL;
    if (!verifier_set_files(daemon->verifier, &config, &error))
        log_error(&daemon->log, "whose signatures count was not read anew", "why", error->message);
    engine_set_signers_error(daemon->engine, error ? error->message : NULL);
}

static void change_over(Daemon *daemon, Files *fresh)
{
    tell_what_waits(daemon, fresh->config);
    change_signers(daemon, fresh->config);
    timetable_forget(daemon->timetable);
    engine_set_fleet(daemon->engine, fresh->fleet, "daemon");
    daemon_set_approvers(daemon, fresh->config);
    timetable_forget(daemon->timetable);
    api_set_identities(daemon->api, fresh->people);
    daemon->log.json = fresh->config->log_format == LOG_FORMAT_JSON;
    if (!daemon->options->log_level)
        daemon->log.level = fresh->config->log_level;
    Files old = daemon->files;
    daemon->files = *fresh;
    *fresh = old;
    daemon_change_sinks(daemon);
    log_info(&daemon->log, "reloaded", "fleet", daemon->files.fleet->name);
}

void daemon_reload(Daemon *daemon)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    Files fresh = {0};
    supervisor_reloading();
    bool ok = files_load(daemon->options->config, &fresh, mistakes);
    if (ok)
        change_over(daemon, &fresh);
    else
        tell_mistakes(daemon, mistakes);
    files_release(&fresh);
    supervisor_ready(ok ? "reloaded"
                        : "running with the files of before: the new ones have mistakes");
}
