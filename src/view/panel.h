// A region's panel: a label and a value a line.
#pragma once

#include "view/latency.h"
#include "view/screen.h"

enum { PANEL_WIDTH_MIN = 38, PANEL_HEIGHT = 9 };

// `selected`: the cursor is on it.
void panel_draw(const ViewContext *context, const LocationStatus *location, const Latency *latency,
                bool selected, const Canvas *canvas, Rect at);
