#include "daemon/pace.h"

#include <stdbool.h>

enum { REST_MAX_US = 100 * 1000 };

typedef struct {
    GSource source; // first: this is a GSource
    const Clock *clock;
    PaceRun run;
    gpointer data;
    gint64 rest_until_us; // not to be run sooner
} Pace;

static void set_ready(Pace *pace, gint64 at_us)
{
    g_source_set_ready_time(&pace->source, MAX(at_us, pace->rest_until_us));
}

static void set_due(Pace *pace, gint64 due_ms)
{
    if (due_ms == G_MAXINT64) {
        g_source_set_ready_time(&pace->source, -1);
        return;
    }
    set_ready(pace, g_get_monotonic_time() + clock_left_ms(pace->clock, due_ms) * 1000);
}

static gboolean on_due(GSource *source, GSourceFunc callback, gpointer data)
{
    Pace *pace = (Pace *)source;
    (void)callback, (void)data;
    gint64 begun_us = g_get_monotonic_time();
    pace->rest_until_us = 0;
    // Woken meanwhile? Then the ready time is set again, and is not to be overwritten below.
    g_source_set_ready_time(source, -1);
    gint64 due_ms = pace->run(pace->data);
    gint64 took_us = g_get_monotonic_time() - begun_us;
    bool woken = g_source_get_ready_time(source) >= 0;
    pace->rest_until_us = begun_us + took_us + MIN(took_us, REST_MAX_US);
    if (woken)
        set_ready(pace, 0);
    else
        set_due(pace, due_ms);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs FUNCS = {.dispatch = on_due};

GSource *pace_new(const Clock *clock, PaceRun run, gpointer data)
{
    GSource *source = g_source_new(&FUNCS, sizeof(Pace));
    Pace *pace = (Pace *)source;
    pace->clock = clock;
    pace->run = run;
    pace->data = data;
    g_source_set_static_name(source, "engine");
    g_source_set_ready_time(source, 0);
    g_source_attach(source, NULL);
    return source;
}

void pace_wake(GSource *pace)
{
    set_ready((Pace *)pace, 0);
}

void pace_free(GSource *pace)
{
    if (!pace)
        return;
    g_source_destroy(pace);
    g_source_unref(pace);
}
