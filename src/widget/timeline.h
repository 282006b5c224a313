// A stretch of time laid over columns: an axis with its labels, and marks at moments. The view owns
// the TimeAxis and turns it with zoom and pan; several lines drawn with one axis stand exactly under
// each other. Times are UTC.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/keymap.h"

typedef struct {
    gint64 from_ms; // wall time at the left edge
    gint64 span_ms; // what the width stands for
    gint64 now_ms;  // marked on the axis if it is in view; 0: not
} TimeAxis;

// Something at a moment. Where several fall into one column, the one with the greatest weight shows.
typedef struct {
    gint64 at_ms;
    Glyph glyph;
    Style style;
    int weight;
} TimeMark;

typedef enum {
    TIMELINE_ZOOM_IN = 1200,
    TIMELINE_ZOOM_OUT,
    TIMELINE_EARLIER,
    TIMELINE_LATER,
    TIMELINE_NOW,
} TimelineAction;

enum { TIMELINE_BINDINGS = 5 };
extern const Binding timeline_bindings[TIMELINE_BINDINGS];

// Zooms (15 minutes to one year, keeping the left quarter of the view where it is), pans by a
// quarter, or goes back to now. False if it is not an action of the time line's.
bool timeline_act(TimeAxis *axis, int action);

// Column of a moment in a line of `width`; -1 if it is outside.
int timeline_column(const TimeAxis *axis, int width, gint64 at_ms);

// The axis in the canvas's first line: "03:10    03:20", coarser the longer the span.
void timeline_draw_axis(const TimeAxis *axis, const Canvas *canvas);

// Marks in the canvas's first line. They need not be sorted.
void timeline_draw_marks(const TimeAxis *axis, const Canvas *canvas, const TimeMark *marks,
                         gsize n);
