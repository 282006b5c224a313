#include "daemon/daemon.h"

#include <stdio.h>

#include "daemon/pace.h"
#include "driver/drivers.h"
#include "driver/prober.h"
#include "store/sqlite.h"

// ---- what the engine and the API call ----

static void on_changed(EngineObject kind, const char *key, gpointer data)
{
    Daemon *daemon = data;
    api_note(daemon->api, kind, key);
    feed_note(daemon->feed, kind, key);
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

static char *schedules(const SchedulesQuery *query, gpointer data)
{
    const Daemon *daemon = data;
    return timetable_json(daemon->timetable, daemon->engine, query);
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
    return (VerifierConfig){.keygen = config->signatures.keygen,
                            .allowed = config->signatures.allowed_signers,
                            .revoked = config->signatures.revoked,
                            .touch = config->signatures.touch,
                            .changed = on_lists_changed,
                            .data = daemon};
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

// ---- who is told ----

static void free_sink(gpointer data)
{
    rule_sink_free(data);
}

// The engine judges and raises alarms; how a sink is doing it is told from here.
static void tell_engine(Daemon *daemon)
{
    const GPtrArray *all = sinks_status(daemon->sinks), *confs = daemon->files.config->sinks;
    g_autoptr(GPtrArray) sinks = g_ptr_array_new_with_free_func(free_sink);
    gint64 now_ms = clock_wall_ms(clock_system());
    bool delivers = false;
    for (guint i = 0; i < all->len; i++) {
        const SinkStatus *status = all->pdata[i];
        const ConfSink *conf = confs->pdata[i];
        g_autofree char *trouble = sink_status_trouble(status, conf->patience_ms, now_ms);
        g_ptr_array_add(sinks, rule_sink_new(status->name, status->location, trouble));
        // Only who is meant for them by name: a log that hears of everything tells no customer.
        delivers =
            delivers || (conf->topics & 1u << TOPIC_NOTICE && conf->severity <= SEVERITY_INFO);
    }
    engine_set_notices(daemon->engine, delivers);
    engine_set_sinks(daemon->engine, sinks);
}

static void on_sinks_changed(gpointer data)
{
    Daemon *daemon = data;
    tell_engine(daemon);
    feed_catch_up(daemon->feed);
}

static void on_sinks_loaded(gpointer data)
{
    feed_begin(((Daemon *)data)->feed);
}

static const GPtrArray *api_sinks(gpointer data)
{
    return sinks_status(((Daemon *)data)->sinks);
}

static bool test_sink(const char *name, const char *who, gpointer data, GError **error)
{
    return sinks_test(((Daemon *)data)->sinks, name, who, error);
}

static void open_sinks(Daemon *daemon)
{
    const DaemonConfig *config = daemon->files.config;
    g_autofree char *source =
        g_strdup_printf("/signalbox/%s/%s", daemon->files.fleet->name, config->name);
    const SinksConfig sinks = {.store = daemon->store,
                               .clock = clock_system(),
                               .log = &daemon->log,
                               .source = source,
                               .loaded = on_sinks_loaded,
                               .changed = on_sinks_changed,
                               .data = daemon};
    daemon->sinks = sinks_new(&sinks);
    const FeedConfig feed = {.engine = daemon->engine,
                             .sinks = daemon->sinks,
                             .clock = clock_system(),
                             .log = &daemon->log,
                             .checkpoint_key = config->checkpoint_key};
    daemon->feed = feed_new(&feed);
    sinks_set(daemon->sinks, config->sinks);
    tell_engine(daemon);
}

void daemon_change_sinks(Daemon *daemon)
{
    sinks_set(daemon->sinks, daemon->files.config->sinks);
    feed_set_key(daemon->feed, daemon->files.config->checkpoint_key);
    tell_engine(daemon);
}

void daemon_set_approvers(Daemon *daemon, const DaemonConfig *config)
{
    g_autofree char *approvers = load_approvers(config);
    engine_set_approvers(daemon->engine, approvers);
}

// The live context, and that of rehearsals, which signs in as another client or not at all.
static void open_drivers(Daemon *daemon, const HttpClientConfig *http)
{
    const ConfAzure *azure = &daemon->files.config->azure;
    AzureSignIn sign_in = {.tenant = azure->tenant,
                           .client = azure->client,
                           .secret_file = azure->secret_file,
                           .authority = azure->authority,
                           .management = azure->management};
    daemon->drivers = drivers_new(clock_system(), http);
    drivers_set_azure(daemon->drivers, &sign_in);
    bool apart = azure->rehearsal_client != NULL;
    sign_in.withheld = azure->tenant && !apart;
    sign_in.tenant = apart ? azure->tenant : NULL;
    sign_in.client = azure->rehearsal_client;
    sign_in.secret_file = azure->rehearsal_secret_file;
    daemon->rehearsal = drivers_new_rehearsal(clock_system(), http);
    drivers_set_azure(daemon->rehearsal, &sign_in);
}

static void open_engine(Daemon *daemon)
{
    const DaemonConfig *config = daemon->files.config;
    const HttpClientConfig http = {.user_agent = "signalboxd"};
    open_drivers(daemon, &http);
    daemon->prober = prober_new(clock_system(), &http);
    daemon->timetable = timetable_new(clock_system());
    daemon->pace = pace_new(clock_system(), run_engine, daemon);
    const EngineConfig engine = {.clock = clock_system(),
                                 .log = &daemon->log,
                                 .ids = &daemon->ids,
                                 .store = daemon->store,
                                 .driver = daemon->drivers,
                                 .rehearsal = &daemon->rehearsal->eyes,
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
    daemon_set_approvers(daemon, config);
    const ApiConfig api = {.engine = daemon->engine,
                           .clock = clock_system(),
                           .log = &daemon->log,
                           .ids = &daemon->ids,
                           .identities = daemon->files.people,
                           .store = daemon->store,
                           .streams = config->streams,
                           .schedules = schedules,
                           .sinks = api_sinks,
                           .test_sink = test_sink,
                           .data = daemon};
    daemon->api = api_new(&api);
    open_sinks(daemon);
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
    feed_free(daemon->feed);
    sinks_free(daemon->sinks);
    engine_free(daemon->engine);
    pace_free(daemon->pace);
    timetable_free(daemon->timetable);
    verifier_free(daemon->verifier);
    prober_free(daemon->prober);
    drivers_free(daemon->drivers);
    drivers_free(daemon->rehearsal);
    store_free(daemon->store);
    files_release(&daemon->files);
    id_source_release(&daemon->ids);
    *daemon = (Daemon){0};
}
