// Small pictures of numbers that fit into a line of text: a bar for a share, a sparkline for a
// series. Not a number (NAN) is drawn as what it is: not known.
#pragma once

#include <glib.h>

#include "cells/draw.h"

// A bar over at.width columns of line at.y: `share` from 0 to 1 filled (more is full), NAN all '?'.
// Above 0 at least one column is filled, and it is only full at 1: the ends do not lie.
void cells_bar(const Canvas *canvas, Rect at, Style style, double share);

// The scale of a sparkline. low == high: taken from the values shown.
typedef struct {
    double low, high;
    Style style;
} SparkLook;

// The last at.width of `n` values, newest at the right, each one column; NAN leaves a dot.
void cells_spark(const Canvas *canvas, Rect at, const SparkLook *look, const double *values,
                 gsize n);
