#include "model/window.h"

#include <stdio.h>

enum { DAY_MIN = 24 * 60 };
#define MINUTE_MS ((gint64)60 * 1000)
#define DAY_MS (DAY_MIN * MINUTE_MS)

static bool parse_minute(const char *text, guint *ret_minute)
{
    if (!g_ascii_isdigit(text[0]) || !g_ascii_isdigit(text[1]) || text[2] != ':' ||
        !g_ascii_isdigit(text[3]) || !g_ascii_isdigit(text[4]))
        return false;
    guint hour = (guint)(text[0] - '0') * 10 + (guint)(text[1] - '0');
    guint minute = (guint)(text[3] - '0') * 10 + (guint)(text[4] - '0');
    *ret_minute = hour * 60 + minute;
    return hour < 24 && minute < 60;
}

bool day_window_parse(const char *text, DayWindow *ret_window)
{
    enum { SIZE = 11 }; // HH:MM-HH:MM
    DayWindow window = {.set = true};
    for (guint i = 0; i < SIZE; i++)
        if (!text[i])
            return false;
    if (text[5] != '-' || text[SIZE] || !parse_minute(text, &window.from_min) ||
        !parse_minute(text + 6, &window.to_min) || window.from_min == window.to_min)
        return false;
    *ret_window = window;
    return true;
}

char *day_window_format(const DayWindow *window)
{
    return window->set
               ? g_strdup_printf("%02u:%02u-%02u:%02u", window->from_min / 60,
                                 window->from_min % 60, window->to_min / 60, window->to_min % 60)
               : NULL;
}

gint64 day_window_opens(const DayWindow *window, gint64 now_ms)
{
    gint64 day_ms = now_ms - now_ms % DAY_MS, at_ms = now_ms - day_ms;
    gint64 from_ms = window->from_min * MINUTE_MS, to_ms = window->to_min * MINUTE_MS;
    bool open =
        from_ms < to_ms ? at_ms >= from_ms && at_ms < to_ms : at_ms >= from_ms || at_ms < to_ms;
    if (!window->set || open)
        return now_ms;
    return day_ms + from_ms + (at_ms > from_ms ? DAY_MS : 0);
}
