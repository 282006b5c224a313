// Cells become bytes, through curses. Curses draws into memory here, never to the terminal itself: so
// its writes can neither block nor be torn, and what it made is sent when the terminal takes it.
//
// Only cells that differ from the last picture are handed to curses, which then finds the cheapest
// way to bring them onto the screen. A picture that has not changed makes no bytes at all.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "term/caps.h"

typedef struct Screen Screen;

// Starts curses for the terminal described by `caps`, which must outlive the screen. `in_fd` is only
// named to curses, nothing is read. `width` and `height` are the terminal's now. ERR_INTERNAL if curses does
// not start.
Screen *screen_new(const TermCaps *caps, int in_fd, int width, int height, GError **error);
void screen_free(Screen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Screen, screen_free)

// The terminal's size has changed; the next frame is drawn whole.
void screen_resize(Screen *screen, int width, int height);

// The next frame is drawn whole: after a stop, or when something else has written to the terminal.
void screen_forget(Screen *screen);

// The terminal has been left (restored): the next frame begins by making it ours again.
void screen_leave(Screen *screen);

// The bytes that turn the last picture into this one, appended to `out`. The palette must be for the
// depth of the caps, or less.
void screen_draw(Screen *screen, const Grid *grid, const Palette *palette, GByteArray *out);
