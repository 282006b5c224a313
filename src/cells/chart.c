#include "cells/chart.h"

#include <math.h>

void cells_bar(const Canvas *canvas, Rect at, Style style, double share)
{
    if (isnan(share)) {
        for (int x = 0; x < at.width; x++)
            cells_put(canvas, at.x + x, at.y, ROLE_UNKNOWN, "?");
        return;
    }
    int filled = (int)(CLAMP(share, 0.0, 1.0) * at.width + 0.5);
    if (share > 0.0 && filled == 0)
        filled = 1;
    if (share < 1.0 && filled == at.width)
        filled = at.width - 1;
    cells_fill(canvas, rect_make(at.x, at.y, filled, 1), style, GLYPH_FULL);
    cells_fill(canvas, rect_make(at.x + filled, at.y, at.width - filled, 1), ROLE_DIM, GLYPH_EMPTY);
}

static void find_scale(const double *values, gsize n, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (gsize i = 0; i < n; i++) {
        if (isnan(values[i]))
            continue;
        *low = MIN(*low, values[i]);
        *high = MAX(*high, values[i]);
    }
}

static Glyph spark_glyph(double value, double low, double high)
{
    if (isnan(value))
        return GLYPH_DOT;
    if (!(high > low))
        return GLYPH_SPARK_1;
    double level = CLAMP((value - low) / (high - low), 0.0, 1.0);
    return (Glyph)(GLYPH_SPARK_1 + (int)(level * 7 + 0.5));
}

void cells_spark(const Canvas *canvas, Rect at, const SparkLook *look, const double *values,
                 gsize n)
{
    if (at.width <= 0)
        return;
    gsize shown = MIN(n, (gsize)at.width);
    values += n - shown;
    double low = look->low, high = look->high;
    if (!(high > low))
        find_scale(values, shown, &low, &high);
    int x = at.x + at.width - (int)shown;
    for (gsize i = 0; i < shown; i++, x++) {
        Style style = isnan(values[i]) ? ROLE_DIM : look->style;
        cells_glyph(canvas, x, at.y, style, spark_glyph(values[i], low, high));
    }
}
