// How far something is scrolled, and the bar that shows it. Shared by table and pager.
#pragma once

#include <glib.h>

#include "cells/draw.h"

// The first line to show so that `line` is among `height` visible ones of `total`, moving as little
// as possible from `top`.
gsize scroll_to(gsize top, gsize line, gsize height, gsize total);

// `top` moved by `delta` lines, kept within what there is.
gsize scroll_by(gsize top, gint64 delta, gsize height, gsize total);

// What is visible of what.
typedef struct {
    gsize top, height, total;
} ScrollState;

// A bar in the column at.x over at.height lines; nothing if all is visible.
void scroll_draw(const Canvas *canvas, Rect at, const ScrollState *state);
