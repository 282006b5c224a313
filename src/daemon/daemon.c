#include "daemon/daemon.h"

#include <stdio.h>

#include "daemon/pace.h"
#include "driver/drivers.h"
#include "driver/prober.h"
#include "store/sqlite.h"

// ---- what the engine and the API call ----

static void on_changed(EngineObject kind, const char *key, gpointer data)
{
    api_note(((Daemon *)data)->api, kind, key);
}

static void on_wake(gpointer data)
{
    pace_wake(((Daemon *)data)->pace);
}

static gint64 run_engine(gpointer data)
{
    Daemon *daemon = data;
    gint64 due_ms = engine_run(daemon->engine);
    api_flush(daemon->api);
    return due_ms;
}

static gint64 fires(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                    gint64 until_ms, gpointer data)
{
    return timetable_fires(instance, trigger, after_ms, until_ms, ((Daemon *)data)->timetable);
}

static gint64 step(const Trigger *trigger, gpointer data)
{
    return timetable_step(trigger, ((Daemon *)data)->timetable);
}

static gint64 next(const Instance *instance, const Trigger *trigger, gint64 after_ms, gpointer data)
{
    return timetable_next(instance, trigger, after_ms, ((Daemon *)data)->timetable);
}

static char *rule(const Trigger *trigger, gpointer data)
{
    return timetable_rule(trigger, ((Daemon *)data)->timetable);
}

static char *schedules(gint64 from_ms, gint64 to_ms, const char *filter, gpointer data)
{
    const Daemon *daemon = data;
    return timetable_json(daemon->timetable, daemon->engine, from_ms, to_ms, filter);
}

// ---- opening ----

static bool open_files(Daemon *daemon)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    if (files_load(daemon->options->config, &daemon->files, mistakes))
        return true;
    g_autofree char *text = mistakes_format(mistakes);
    fprintf(stderr, "%s\n", text);
    return false;
}

static void open_log(Daemon *daemon)
{
    daemon->log = (Log){.clock = clock_system(),
                        .level = daemon->options->log_level ? daemon->options->level
                                                            : daemon->files.config->log_level,
                        .json = daemon->files.config->log_format == LOG_FORMAT_JSON,
                        .fd = 2};
    id_source_init(&daemon->ids, clock_system(), 0);
}

static bool open_store(Daemon *daemon)
{
    g_autoptr(GError) error = NULL;
    StoreSqliteOptions options = store_sqlite_options(daemon->files.config->store);
    daemon->store = store_sqlite_open(&options, clock_system(), &error);
    if (!daemon->store)
        log_error(&daemon->log, "the store cannot be opened", "store", daemon->files.config->store,
                  "why", error->message);
    return daemon->store != NULL;
}

static void on_lists_changed(const char *mistake, gpointer data)
{
    Daemon *daemon = data;
    if (mistake)
        log_error(&daemon->log,
                  "whose signatures count was not read anew: what was in force stays in force",
                  "why", mistake);
    else
        log_info(&daemon->log, "read anew whose signatures count");
    engine_set_signers_error(daemon->engine, mistake);
    pace_wake(daemon->pace);
}

VerifierConfig daemon_verifier(Daemon *daemon, const DaemonConfig *config)
{
    return (VerifierConfig){config->signatures.keygen, config->signatures.allowed_signers,
                            config->signatures.revoked, on_lists_changed, daemon};
}

static bool open_verifier(Daemon *daemon)
{
    const VerifierConfig config = daemon_verifier(daemon, daemon->files.config);
    g_autoptr(GError) error = NULL;
    daemon->verifier = verifier_new(&config, &error);
    if (!daemon->verifier) // it has changed since it was checked
        log_error(&daemon->log, "cannot start", "why", error->message);
    return daemon->verifier != NULL;
}

static void free_sink(gpointer data)
{
    RuleSink *sink = data;
    g_free(sink->name);
    g_free(sink->location);
    g_free(sink);
}

// The rules look at copies: the file's own go with the file.
void daemon_set_sinks(Daemon *daemon, const DaemonConfig *config)
{
    g_autoptr(GPtrArray) sinks = g_ptr_array_new_with_free_func(free_sink);
    for (guint i = 0; i < config->sinks->len; i++) {
        const ConfSink *sink = config->sinks->pdata[i];
        RuleSink *copy = g_new(RuleSink, 1);
        *copy = (RuleSink){g_strdup(sink->name), g_strdup(sink->location)};
        g_ptr_array_add(sinks, copy);
    }
    engine_set_sinks(daemon->engine, sinks);
}

static void open_engine(Daemon *daemon)
{
    const DaemonConfig *config = daemon->files.config;
    const HttpClientConfig http = {.user_agent = "signalboxd"};
    daemon->drivers = drivers_new(clock_system(), &http);
    drivers_set_azure(daemon->drivers, &(AzureSignIn){.tenant = config->azure.tenant,
                                                      .client = config->azure.client,
                                                      .secret_file = config->azure.secret_file,
                                                      .authority = config->azure.authority,
                                                      .management = config->azure.management});
    daemon->prober = prober_new(clock_system(), &http);
    daemon->timetable = timetable_new(clock_system());
    daemon->pace = pace_new(clock_system(), run_engine, daemon);
    const EngineConfig engine = {.clock = clock_system(),
                                 .log = &daemon->log,
                                 .ids = &daemon->ids,
                                 .store = daemon->store,
                                 .driver = daemon->drivers,
                                 .prober = daemon->prober,
                                 .verifier = daemon->verifier,
                                 .daemon = config->name,
                                 .location = config->location,
                                 .observe_ms = config->observe_ms,
                                 .changed = on_changed,
                                 .wake = on_wake,
                                 .fires = fires,
                                 .step = step,
                                 .next = next,
                                 .rule = rule,
                                 .data = daemon};
    daemon->engine = engine_new(&engine, daemon->files.fleet);
    daemon_set_sinks(daemon, config);
    const ApiConfig api = {.engine = daemon->engine,
                           .clock = clock_system(),
                           .log = &daemon->log,
                           .ids = &daemon->ids,
                           .identities = daemon->files.people,
                           .store = daemon->store,
                           .streams = config->streams,
                           .schedules = schedules,
                           .data = daemon};
    daemon->api = api_new(&api);
}

bool daemon_open(Daemon *daemon, const Options *options)
{
    *daemon = (Daemon){.options = options, .log = {.fd = -1}};
    if (!open_files(daemon))
        return false;
    open_log(daemon);
    if (!open_store(daemon) || !open_verifier(daemon))
        return false;
    open_engine(daemon);
    return true;
}

void daemon_close(Daemon *daemon)
{
    api_free(daemon->api);
    engine_free(daemon->engine);
    pace_free(daemon->pace);
    timetable_free(daemon->timetable);
    verifier_free(daemon->verifier);
    prober_free(daemon->prober);
    drivers_free(daemon->drivers);
    store_free(daemon->store);
    files_release(&daemon->files);
    id_source_release(&daemon->ids);
    *daemon = (Daemon){0};
}
