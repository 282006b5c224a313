#include "widget/timeline.h"

#include <time.h>

#define MINUTE_MS ((gint64)60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

const Binding timeline_bindings[TIMELINE_BINDINGS] = {
    {TIMELINE_ZOOM_IN, "zoom-in", "+", "zoom in", "Shows a shorter time, larger.", 0},
    {TIMELINE_ZOOM_OUT, "zoom-out", "-", "zoom out", "Shows a longer time, smaller.", BIND_QUIET},
    {TIMELINE_EARLIER, "earlier", "<", "earlier", "Moves the view to earlier times.", BIND_QUIET},
    {TIMELINE_LATER, "later", ">", "later", "Moves the view to later times.", BIND_QUIET},
    {TIMELINE_NOW, "now", "0", "now", "Brings the present back into view.", BIND_QUIET},
};

static const gint64 spans[] = {
    15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS,      2 * HOUR_MS,  6 * HOUR_MS,
    12 * HOUR_MS,   DAY_MS,         2 * DAY_MS,   7 * DAY_MS,   14 * DAY_MS,
    31 * DAY_MS,    92 * DAY_MS,    183 * DAY_MS, 366 * DAY_MS,
};

// Distances of labels, and how a label of this distance reads. From a month on the labels stand at the
// beginnings of months, which are not equally far apart.
static const struct {
    gint64 step_ms;
    int months; // 0: steps are all alike
    const char *format;
    int width;
} ticks[] = {
    {MINUTE_MS, 0, "%H:%M", 5},      {2 * MINUTE_MS, 0, "%H:%M", 5},
    {5 * MINUTE_MS, 0, "%H:%M", 5},  {10 * MINUTE_MS, 0, "%H:%M", 5},
    {15 * MINUTE_MS, 0, "%H:%M", 5}, {30 * MINUTE_MS, 0, "%H:%M", 5},
    {HOUR_MS, 0, "%H:%M", 5},        {2 * HOUR_MS, 0, "%H:%M", 5},
    {3 * HOUR_MS, 0, "%H:%M", 5},    {6 * HOUR_MS, 0, "%d %Hh", 6},
    {12 * HOUR_MS, 0, "%d %Hh", 6},  {DAY_MS, 0, "%d %b", 6},
    {2 * DAY_MS, 0, "%d %b", 6},     {7 * DAY_MS, 0, "%d %b", 6},
    {28 * DAY_MS, 1, "%b", 3},       {89 * DAY_MS, 3, "%b %Y", 8},
    {365 * DAY_MS, 12, "%Y", 4},
};

static guint span_index(gint64 span_ms)
{
    guint i = 0;
    while (i + 1 < G_N_ELEMENTS(spans) && spans[i] < span_ms)
        i++;
    return i;
}

static void zoom(TimeAxis *axis, int step)
{
    int last = (int)G_N_ELEMENTS(spans) - 1;
    gint64 span = spans[CLAMP((int)span_index(axis->span_ms) + step, 0, last)];
    axis->from_ms += (axis->span_ms - span) / 4;
    axis->span_ms = span;
}

bool timeline_act(TimeAxis *axis, int action)
{
    switch (action) {
    case TIMELINE_ZOOM_IN:
        zoom(axis, -1);
        return true;
    case TIMELINE_ZOOM_OUT:
        zoom(axis, 1);
        return true;
    case TIMELINE_EARLIER:
        axis->from_ms -= axis->span_ms / 4;
        return true;
    case TIMELINE_LATER:
        axis->from_ms += axis->span_ms / 4;
        return true;
    case TIMELINE_NOW:
        axis->from_ms = axis->now_ms - axis->span_ms / 4;
        return true;
    default:
        return false;
    }
}

int timeline_column(const TimeAxis *axis, int width, gint64 at_ms)
{
    if (at_ms < axis->from_ms || at_ms >= axis->from_ms + axis->span_ms)
        return -1;
    // In floating point: milliseconds of a year times a wide screen still fit, hostile times do not.
    return (int)((double)(at_ms - axis->from_ms) / (double)axis->span_ms * width);
}

// The finest distance whose labels do not touch each other.
static guint choose_tick(const TimeAxis *axis, int width)
{
    guint i = 0;
    double ms_per_column = (double)axis->span_ms / MAX(width, 1);
    while (i + 1 < G_N_ELEMENTS(ticks) &&
           (double)ticks[i].step_ms < (ticks[i].width + 2) * ms_per_column)
        i++;
    return i;
}

static void draw_label(const Canvas *canvas, int x, guint tick, gint64 at_ms)
{
    char text[32];
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;
    if (!gmtime_r(&at, &tm))
        return;
        // The formats are a table's, not a literal; all of them are short and without arguments.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    gsize n = strftime(text, sizeof text, ticks[tick].format, &tm);
#pragma GCC diagnostic pop
    if (n > 0 && x + (int)n <= canvas->width)
        cells_put(canvas, x, 0, ROLE_HEADER, text);
}

// The beginning of the next month (`months` at a time, counted from January) at or after a moment.
static gint64 next_month(gint64 at_ms, int months)
{
    time_t at = (time_t)((at_ms + 999) / 1000);
    struct tm tm;
    if (!gmtime_r(&at, &tm))
        return G_MAXINT64;
    bool exact =
        tm.tm_mday == 1 && tm.tm_hour + tm.tm_min + tm.tm_sec == 0 && tm.tm_mon % months == 0;
    if (exact)
        return (gint64)at * 1000;
    tm = (struct tm){
        .tm_year = tm.tm_year, .tm_mon = (tm.tm_mon / months + 1) * months, .tm_mday = 1};
    return (gint64)timegm(&tm) * 1000;
}

// The first label at or after a moment.
static gint64 next_tick(guint tick, gint64 at_ms)
{
    gint64 step = ticks[tick].step_ms;
    if (ticks[tick].months)
        return next_month(at_ms, ticks[tick].months);
    // The epoch was a Thursday; weeks begin on Mondays.
    gint64 shift = step == 7 * DAY_MS ? 3 * DAY_MS : 0;
    return (at_ms + shift + step - 1) / step * step - shift;
}

void timeline_draw_axis(const TimeAxis *axis, const Canvas *canvas)
{
    if (axis->span_ms <= 0 || axis->span_ms > 10 * 366 * DAY_MS || axis->from_ms < 0)
        return;
    guint tick = choose_tick(axis, canvas->width);
    gint64 end = axis->from_ms + axis->span_ms;
    for (gint64 at = next_tick(tick, axis->from_ms); at < end; at = next_tick(tick, at + 1))
        draw_label(canvas, timeline_column(axis, canvas->width, at), tick, at);
    int now = axis->now_ms ? timeline_column(axis, canvas->width, axis->now_ms) : -1;
    if (now >= 0)
        cells_glyph(canvas, now, 0, ROLE_KEY, GLYPH_DIAMOND);
}

void timeline_draw_marks(const TimeAxis *axis, const Canvas *canvas, const TimeMark *marks, gsize n)
{
    int weights[GRID_MAX_WIDTH] = {0};
    int width = MIN(canvas->width, (int)GRID_MAX_WIDTH);
    if (axis->span_ms <= 0)
        return;
    for (gsize i = 0; i < n; i++) {
        int x = timeline_column(axis, width, marks[i].at_ms);
        if (x < 0 || marks[i].weight < weights[x])
            continue;
        weights[x] = marks[i].weight;
        cells_glyph(canvas, x, 0, marks[i].style, marks[i].glyph);
    }
}
