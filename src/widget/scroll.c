#include "widget/scroll.h"

gsize scroll_to(gsize top, gsize line, gsize height, gsize total)
{
    if (height == 0 || total == 0)
        return 0;
    if (line < top)
        top = line;
    if (line >= top + height)
        top = line - height + 1;
    return scroll_by(top, 0, height, total);
}

gsize scroll_by(gsize top, gint64 delta, gsize height, gsize total)
{
    gint64 last = total > height ? (gint64)(total - height) : 0;
    return (gsize)CLAMP((gint64)top + delta, 0, last);
}

void scroll_draw(const Canvas *canvas, Rect at, const ScrollState *state)
{
    if (state->total <= state->height || at.height < 1)
        return;
    gsize lines = (gsize)at.height, hidden = state->total - state->height;
    gsize thumb = CLAMP(lines * state->height / state->total, 1, lines);
    // The ends are only reached at the ends.
    gsize start = (lines - thumb) * state->top / hidden;
    if (start == 0 && state->top > 0 && lines > thumb + 1)
        start = 1;
    for (gsize y = 0; y < lines; y++) {
        Glyph glyph = y >= start && y < start + thumb ? GLYPH_BLOCK : GLYPH_VERTICAL;
        cells_glyph(canvas, at.x, at.y + (int)y, ROLE_BORDER, glyph);
    }
}
