#include "sink/sinks.h"

#include <string.h>

#include "wire/json.h"

struct Sinks {
    SinksConfig config;
    Spool *spool;
    GPtrArray *sinks;  // of Sink *
    GPtrArray *status; // what sinks_status answers
    guint told;        // source: `changed` is to be called
    bool loaded;
};

// ---- what the others call ----

static gboolean on_told(gpointer data)
{
    Sinks *sinks = data;
    sinks->told = 0;
    sinks->config.changed(sinks->config.data);
    return G_SOURCE_REMOVE;
}

// Later, so that nobody is called back from within what they have called.
static void on_changed(gpointer data)
{
    Sinks *sinks = data;
    if (!sinks->told)
        sinks->told = g_idle_add(on_told, sinks);
}

static void wake_all(gpointer data)
{
    Sinks *sinks = data;
    for (guint i = 0; sinks->loaded && i < sinks->sinks->len; i++)
        sink_wake(sinks->sinks->pdata[i]);
}

// Borrowed from the sinks.
static GPtrArray *names_of(const GPtrArray *sinks)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < sinks->len; i++)
        g_ptr_array_add(names, sink_conf(sinks->pdata[i])->name);
    return names;
}

static void on_loaded(gpointer data)
{
    Sinks *sinks = data;
    g_autoptr(GPtrArray) names = names_of(sinks->sinks);
    sinks->loaded = true;
    spool_set_sinks(sinks->spool, names);
    wake_all(sinks);
    sinks->config.loaded(sinks->config.data);
}

// ---- life ----

static void free_sink(gpointer data)
{
    sink_free(data);
}

Sinks *sinks_new(const SinksConfig *config)
{
    Sinks *sinks = g_new0(Sinks, 1);
    const SpoolConfig spool = {.store = config->store,
                               .clock = config->clock,
                               .log = config->log,
                               .source = config->source,
                               .loaded = on_loaded,
                               .grown = wake_all,
                               .data = sinks};
    sinks->config = *config;
    sinks->config.source = NULL;
    sinks->spool = spool_new(&spool);
    sinks->sinks = g_ptr_array_new_with_free_func(free_sink);
    sinks->status = g_ptr_array_new();
    return sinks;
}

void sinks_free(Sinks *sinks)
{
    if (!sinks)
        return;
    g_clear_handle_id(&sinks->told, g_source_remove);
    g_ptr_array_unref(sinks->sinks);
    g_ptr_array_unref(sinks->status);
    spool_free(sinks->spool);
    g_free(sinks);
}

void sinks_load(Sinks *sinks)
{
    spool_load(sinks->spool);
}

void sinks_set(Sinks *sinks, const GPtrArray *confs)
{
    const SinkConfig config = {.clock = sinks->config.clock,
                               .log = sinks->config.log,
                               .spool = sinks->spool,
                               .changed = on_changed,
                               .data = sinks};
    g_ptr_array_set_size(sinks->sinks, 0);
    for (guint i = 0; i < confs->len; i++)
        g_ptr_array_add(sinks->sinks, sink_new(confs->pdata[i], &config));
    if (!sinks->loaded)
        return;
    g_autoptr(GPtrArray) names = names_of(sinks->sinks);
    spool_set_sinks(sinks->spool, names);
    wake_all(sinks);
    on_changed(sinks);
}

void sinks_put(Sinks *sinks, const EventFacts *facts, json_t *data, gint64 audit_seq)
{
    if (sinks->sinks->len)
        spool_put(sinks->spool, facts, data, audit_seq);
    else
        json_decref(data);
}

Spool *sinks_spool(Sinks *sinks)
{
    return sinks->spool;
}

const GPtrArray *sinks_status(Sinks *sinks)
{
    g_ptr_array_set_size(sinks->status, 0);
    for (guint i = 0; i < sinks->sinks->len; i++)
        g_ptr_array_add(sinks->status, (gpointer)sink_status(sinks->sinks->pdata[i]));
    return sinks->status;
}

static Sink *find(const Sinks *sinks, const char *name)
{
    for (guint i = 0; i < sinks->sinks->len; i++)
        if (strcmp(sink_conf(sinks->sinks->pdata[i])->name, name) == 0)
            return sinks->sinks->pdata[i];
    return NULL;
}

static void set_not_found(const Sinks *sinks, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = names_of(sinks->sinks);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error, ERR, ERR_NOT_FOUND, "There is no sink \"%s\"; %s%s.", name,
                *all ? "there are " : "the daemon's file names none", all);
}

bool sinks_test(Sinks *sinks, const char *name, const char *who, GError **error)
{
    if (!find(sinks, name) || !sinks->loaded) {
        set_not_found(sinks, name, error);
        return false;
    }
    g_autofree char *subject = g_strconcat("sink/", name, NULL);
    const EventFacts facts = {.topic = TOPIC_SINK,
                              .severity = SEVERITY_INFO,
                              .type = "signalbox.sink.test",
                              .subject = subject,
                              .at_ms = clock_wall_ms(sinks->config.clock)};
    json_t *data = json_object();
    wire_set_text(data, "text", "This is a test. Nothing has happened.");
    wire_set_text(data, "asked_by", who);
    sinks_put(sinks, &facts, data, 0);
    return true;
}
