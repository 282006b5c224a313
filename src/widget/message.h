// What just happened, in a line or a few: accepted, refused, not known yet. It stays for a while,
// longer the worse it is, and an alarm until it is replaced.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"

typedef struct {
    char *text; // NULL: nothing to say
    Style style;
    gint64 until_ms; // monotonic; 0: until replaced
} Message;

void message_init(Message *message);
void message_release(Message *message);

// Says something from `now_ms` (monotonic) on.
void message_set(Message *message, Style style, gint64 now_ms, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

void message_clear(Message *message);

// Lines that it takes at the canvas's width: 1 to `most`. 1 without anything to say.
int message_height(const Message *message, const Canvas *canvas, gint64 now_ms, int most);

// Draws it into the canvas, in as many lines as that has; what is left over is cut. False if there was nothing to
// draw: the caller may use the line for something else.
bool message_draw(const Message *message, const Canvas *canvas, gint64 now_ms);
