// Text from the top of a canvas down: one sentence below the other, each wrapped.
#pragma once

#include "cells/cells.h"

typedef struct {
    const Canvas *canvas;
    int x, y; // where the next one begins; the column is the same for all
} Lines;

// The next one; where the canvas ends the rest is not drawn.
void lines_say(Lines *lines, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
