#include "widget/message.h"

#include <stdarg.h>
#include <string.h>

static gint64 stays_ms(Style style)
{
    switch (style_role(style)) {
    case ROLE_ALARM:
    case ROLE_UNKNOWN:
        return 0;
    case ROLE_WARN:
        return 15000;
    default:
        return 6000;
    }
}

void message_init(Message *message)
{
    *message = (Message){0};
}

void message_release(Message *message)
{
    g_free(message->text);
    *message = (Message){0};
}

void message_set(Message *message, Style style, gint64 now_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_free(message->text);
    gint64 stays = stays_ms(style);
    *message = (Message){text, style, stays ? now_ms + stays : 0};
}

void message_clear(Message *message)
{
    message_release(message);
}

static bool is_over(const Message *message, gint64 now_ms)
{
    return !message->text || (message->until_ms && now_ms >= message->until_ms);
}

// The line that begins at *at, which is moved behind it.
static gsize next_line(const Canvas *canvas, const char *text, gsize *at)
{
    gsize n = cells_wrap(canvas, text + *at, strlen(text) - *at, MAX(canvas->width, 1));
    *at += n;
    return n;
}

int message_height(const Message *message, const Canvas *canvas, gint64 now_ms, int most)
{
    gsize at = 0;
    int lines = 1;
    if (is_over(message, now_ms))
        return 1;
    next_line(canvas, message->text, &at);
    while (message->text[at] && lines < most) {
        next_line(canvas, message->text, &at);
        lines++;
    }
    return lines;
}

bool message_draw(const Message *message, const Canvas *canvas, gint64 now_ms)
{
    gsize at = 0;
    if (is_over(message, now_ms))
        return false;
    for (int y = 0; y + 1 < canvas->height && message->text[at]; y++) {
        const char *line = message->text + at;
        cells_put_n(canvas, 0, y, message->style, line, next_line(canvas, message->text, &at));
    }
    cells_fit(canvas, rect_make(0, canvas->height - 1, canvas->width, 1),
              ALIGN_LEFT | ALIGN_CLIP_END, message->style, message->text + at);
    return true;
}
