#include "sink/sink.h"

#include <string.h>

#include "http/retry.h"

enum {
    WINDOW = 64,
    REFUSALS = 3,             // tries of an event that the receiver refuses
    READ_AGAIN_MS = 5 * 1000, // where nothing could be read though there is something
    FIRST_WAIT_MS = 1000,
    LONGEST_WAIT_MS = 60 * 1000,
    ASKED_WAIT_MS = 10 * 60 * 1000 // the longest that a receiver may ask for
};

struct Sink {
    const ConfSink *conf;
    SinkConfig config;
    const TransportKind *kind;
    Transport *transport; // NULL = could not be opened
    SinkStatus *status;
    guint refs; // the owner's, and one while the queue is being read
    bool freed;
    bool reading;
    guint sending;  // events of the delivery under way; 0 = none
    guint refusals; // of the event in front
    guint timer;    // source: the next try
    guint idle;     // source: going on with what was read
    bool running;   // a delivery may answer at once: no run within a run
    bool again;
    guint64 place;     // the last event that it has taken
    bool awake;        // it knows its place
    GPtrArray *window; // of SinkEvent *: the next ones
};

static void run(Sink *sink);

static void let_go(Sink *sink)
{
    if (--sink->refs)
        return;
    sink_status_free(sink->status);
    g_ptr_array_unref(sink->window);
    g_free(sink);
}

static void free_event(gpointer data)
{
    sink_event_free(data);
}

static void tell_changed(Sink *sink)
{
    sink->config.changed(sink->config.data);
}

// ---- waiting ----

static gboolean on_timer(gpointer data)
{
    Sink *sink = data;
    sink->timer = 0;
    run(sink);
    return G_SOURCE_REMOVE;
}

static void wait_for(Sink *sink, gint64 ms)
{
    sink->status->next_try_ms = clock_wall_ms(sink->config.clock) + ms;
    if (!sink->timer)
        sink->timer = g_timeout_add((guint)ms, on_timer, sink);
}

static void failed(Sink *sink, const char *detail, gint64 wait_ms)
{
    static const HttpBackoff BACKOFF = {FIRST_WAIT_MS, LONGEST_WAIT_MS, 0};
    SinkStatus *status = sink->status;
    gint64 own_ms = http_backoff_ms(&BACKOFF, MIN(status->failures + 1, 32), g_random_int());
    if (!status->failures++) {
        status->failing_since_ms = clock_wall_ms(sink->config.clock);
        log_warning(sink->config.log, "a sink takes nothing; it is tried again", "sink",
                    status->name, "why", detail);
    }
    g_free(status->detail);
    status->detail = g_strdup(detail);
    wait_for(sink, MAX(own_ms, MIN(wait_ms, ASKED_WAIT_MS)));
    tell_changed(sink);
}

// ---- what it has taken ----

static void move_on(Sink *sink, guint count)
{
    sink->place = ((SinkEvent *)sink->window->pdata[count - 1])->seq;
    g_ptr_array_remove_range(sink->window, 0, count);
    spool_move(sink->config.spool, sink->conf->name, sink->place);
    sink->refusals = 0;
}

static void taken(Sink *sink, guint count)
{
    SinkStatus *status = sink->status;
    bool recovered = status->failures != 0;
    status->delivered += count;
    status->last_ok_ms = clock_wall_ms(sink->config.clock);
    status->failures = 0;
    status->failing_since_ms = 0;
    status->next_try_ms = 0;
    g_clear_pointer(&status->detail, g_free);
    if (recovered)
        log_info(sink->config.log, "a sink takes events again", "sink", status->name);
    move_on(sink, count);
    tell_changed(sink);
}

static void refused(Sink *sink, const char *detail)
{
    const SinkEvent *event = sink->window->pdata[0];
    if (++sink->refusals < REFUSALS) {
        failed(sink, detail, 0);
        return;
    }
    log_error(sink->config.log, "a sink refuses an event; it is left out", "sink",
              sink->status->name, "type", event->type, "why", detail);
    sink->status->dropped++;
    sink->status->failures = 0;
    sink->status->failing_since_ms = 0;
    move_on(sink, 1);
    tell_changed(sink);
}

static void on_sent(Sent sent, const char *detail, gint64 wait_ms, gpointer data)
{
    Sink *sink = data;
    guint count = sink->sending;
    sink->sending = 0;
    if (sent == SENT_TAKEN)
        taken(sink, count);
    else if (sent == SENT_REFUSED)
        refused(sink, detail);
    else
        failed(sink, detail, wait_ms);
    run(sink);
}

// ---- what it is given ----

static guint topics(const ConfSink *conf)
{
    if (conf->format == SINK_FORMAT_ALERTMANAGER && conf->kind == SINK_WEBHOOK)
        return 1u << TOPIC_ALARM;
    return conf->topics ? conf->topics : ((1u << TOPICS_COUNT) - 1) & ~(1u << TOPIC_FINDING);
}

static bool is_for(const ConfSink *conf, const SinkEvent *event)
{
    if (event->topic == TOPIC_SINK) // about one of them, for that one
        return g_str_has_prefix(event->subject, "sink/") &&
               strcmp(event->subject + 5, conf->name) == 0;
    return (topics(conf) & 1u << event->topic) && event->severity >= conf->severity;
}

// Leaves out what it does not want. How many at the front may go in one delivery.
static guint choose(Sink *sink)
{
    GPtrArray *window = sink->window;
    guint skip = 0, count = 0;
    while (skip < window->len && !is_for(sink->conf, window->pdata[skip]))
        skip++;
    if (skip)
        move_on(sink, skip);
    while (count < window->len && count < sink->kind->batch &&
           is_for(sink->conf, window->pdata[count]))
        count++;
    return count;
}

// Events that were dropped from the queue because it was full are missing at its front.
static void note_gap(Sink *sink, const SinkEvent *first)
{
    guint64 missing = first->seq - sink->place - 1;
    if (!missing)
        return;
    g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, missing);
    log_error(sink->config.log, "a sink was too far behind: events are lost to it", "sink",
              sink->status->name, "events", count);
    sink->status->dropped += (gint64)missing;
    tell_changed(sink);
}

static gboolean on_idle(gpointer data)
{
    Sink *sink = data;
    sink->idle = 0;
    run(sink);
    return G_SOURCE_REMOVE;
}

static void on_read(GPtrArray *events, gpointer data)
{
    Sink *sink = data;
    sink->reading = false;
    if (!sink->freed && events->len) {
        note_gap(sink, events->pdata[0]);
        for (guint i = 0; i < events->len; i++)
            g_ptr_array_add(sink->window, g_steal_pointer(&events->pdata[i]));
        sink->idle = g_idle_add(on_idle, sink); // others on the loop come between two windows
    } else if (!sink->freed) {
        wait_for(sink, READ_AGAIN_MS);
    }
    let_go(sink);
}

static void read_on(Sink *sink)
{
    if (sink->place >= spool_head(sink->config.spool))
        return;
    sink->reading = true;
    sink->refs++;
    spool_read(sink->config.spool, sink->place, WINDOW, on_read, sink);
}

static bool is_open(Sink *sink)
{
    g_autoptr(GError) error = NULL;
    if (!sink->transport)
        sink->transport = sink->kind->open(sink->conf, sink->config.clock, &error);
    if (!sink->transport)
        failed(sink, error->message, 0);
    return sink->transport != NULL;
}

static void run_once(Sink *sink)
{
    if (!sink->awake || sink->sending || sink->reading || sink->timer || sink->idle)
        return;
    guint count = choose(sink);
    if (!sink->window->len) {
        read_on(sink);
        return;
    }
    if (!is_open(sink))
        return;
    sink->sending = count;
    sink->kind->send(sink->transport, (const SinkEvent *const *)sink->window->pdata, count, on_sent,
                     sink);
}

static void run(Sink *sink)
{
    sink->again = true;
    if (sink->running)
        return;
    sink->running = true;
    while (sink->again) {
        sink->again = false;
        run_once(sink);
    }
    sink->running = false;
}

// ---- life ----

Sink *sink_new(const ConfSink *conf, const SinkConfig *config)
{
    Sink *sink = g_new0(Sink, 1);
    sink->conf = conf;
    sink->config = *config;
    sink->refs = 1;
    sink->kind = transport_kind(conf->kind);
    sink->window = g_ptr_array_new_with_free_func(free_event);
    sink->status = sink_status_new(conf->name, conf->kind);
    sink->status->location = g_strdup(conf->location);
    sink->status->target = sink->kind->target(conf);
    return sink;
}

void sink_free(Sink *sink)
{
    if (!sink)
        return;
    g_clear_handle_id(&sink->timer, g_source_remove);
    g_clear_handle_id(&sink->idle, g_source_remove);
    if (sink->transport)
        sink->kind->close(sink->transport);
    sink->transport = NULL;
    sink->freed = true;
    let_go(sink);
}

void sink_wake(Sink *sink)
{
    if (!sink->awake)
        sink->place = spool_place(sink->config.spool, sink->conf->name);
    sink->awake = true;
    run(sink);
}

const SinkStatus *sink_status(Sink *sink)
{
    SinkStatus *status = sink->status;
    guint64 head = spool_head(sink->config.spool);
    status->pending = head > sink->place && sink->awake ? (gint64)(head - sink->place) : 0;
    status->oldest_ms =
        status->pending && sink->window->len ? ((SinkEvent *)sink->window->pdata[0])->at_ms : 0;
    status->observed_at_ms = clock_wall_ms(sink->config.clock);
    return status;
}

const ConfSink *sink_conf(const Sink *sink)
{
    return sink->conf;
}
