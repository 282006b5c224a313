#include "widget/message.h"

#include <stdarg.h>

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

bool message_draw(const Message *message, const Canvas *canvas, gint64 now_ms)
{
    if (!message->text || (message->until_ms && now_ms >= message->until_ms))
        return false;
    cells_fit(canvas, rect_make(0, 0, canvas->width, 1), ALIGN_LEFT | ALIGN_CLIP_END,
              message->style, message->text);
    return true;
}
