#include "cells/rect.h"

#include <glib.h>

Rect rect_make(int x, int y, int width, int height)
{
    return (Rect){x, y, MAX(width, 0), MAX(height, 0)};
}

Rect rect_inset(Rect r, int dx, int dy)
{
    return rect_make(r.x + MIN(dx, r.width), r.y + MIN(dy, r.height), r.width - 2 * dx,
                     r.height - 2 * dy);
}

Rect rect_intersect(Rect a, Rect b)
{
    int left = MAX(a.x, b.x), top = MAX(a.y, b.y);
    int right = MIN(a.x + a.width, b.x + b.width), bottom = MIN(a.y + a.height, b.y + b.height);
    return rect_make(left, top, right - left, bottom - top);
}

bool rect_contains(Rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height;
}

Rect rect_cut_top(Rect *r, int n)
{
    n = CLAMP(n, 0, r->height);
    Rect piece = {r->x, r->y, r->width, n};
    r->y += n;
    r->height -= n;
    return piece;
}

Rect rect_cut_bottom(Rect *r, int n)
{
    n = CLAMP(n, 0, r->height);
    r->height -= n;
    return (Rect){r->x, r->y + r->height, r->width, n};
}

Rect rect_cut_left(Rect *r, int n)
{
    n = CLAMP(n, 0, r->width);
    Rect piece = {r->x, r->y, n, r->height};
    r->x += n;
    r->width -= n;
    return piece;
}

Rect rect_cut_right(Rect *r, int n)
{
    n = CLAMP(n, 0, r->width);
    r->width -= n;
    return (Rect){r->x + r->width, r->y, n, r->height};
}

Rect rect_column(Rect r, int count, int gap, int index)
{
    if (count < 1 || index < 0 || index >= count)
        return rect_make(r.x, r.y, 0, 0);
    int each = MAX((r.width - gap * (count - 1)) / count, 0);
    int at = index * (each + gap);
    int width = index == count - 1 ? r.width - at : each;
    return rect_intersect(r, rect_make(r.x + at, r.y, width, r.height));
}
