// Rectangles of cells. A screen is cut up from the outside in: take the header off the top, the
// footer off the bottom, and what is left is the body. Sizes are never negative, so a screen of 1x1
// or 0x0 is cut into empty pieces and nothing else has to care.
#pragma once

#include <stdbool.h>

typedef struct {
    int x, y;          // top left cell
    int width, height; // cells; never negative in what these functions return
} Rect;

// A rectangle; negative sizes become 0.
Rect rect_make(int x, int y, int width, int height);

// `r` without `dx` columns on either side and `dy` lines above and below.
Rect rect_inset(Rect r, int dx, int dy);

// What both cover; empty if nothing.
Rect rect_intersect(Rect a, Rect b);

bool rect_contains(Rect r, int x, int y);

// Cut `n` lines or columns (at most what is there) off one side: returns the piece, shrinks *r.
Rect rect_cut_top(Rect *r, int n);
Rect rect_cut_bottom(Rect *r, int n);
Rect rect_cut_left(Rect *r, int n);
Rect rect_cut_right(Rect *r, int n);

// Column number `index` of `count` equally wide ones with `gap` between them; the last takes the
// rest.
Rect rect_column(Rect r, int count, int gap, int index);
