#include "view/lines.h"

void lines_say(Lines *lines, Style style, const char *format, ...)
{
    const Canvas *canvas = lines->canvas;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    Rect rest = rect_make(lines->x, lines->y, canvas->width - lines->x, canvas->height - lines->y);
    lines->y = cells_put_wrapped(canvas, rest, style, text);
}
