// A window of the day in UTC, "22:00-04:00", in which something may begin (F6: failback and its batch window). Zeroed =
// no window: always.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    bool set;
    guint from_min; // of the day, 0 to 1439
    guint to_min;   // may be before from_min: then it goes over midnight
} DayWindow;

// False if it is not HH:MM-HH:MM with two different times.
bool day_window_parse(const char *text, DayWindow *ret_window);

// "22:00-04:00"; NULL if there is none. The caller frees.
char *day_window_format(const DayWindow *window);

// When it opens next: `now_ms` if it is open, or if there is none.
gint64 day_window_opens(const DayWindow *window, gint64 now_ms);
