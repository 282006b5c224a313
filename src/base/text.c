#include "base/text.h"

#include <string.h>

// Characters that print nothing or reorder what stands around them.
static bool is_invisible(gunichar ch)
{
    switch (g_unichar_type(ch)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return ch == 0x00AD || ch == 0x034F || ch == 0x115F || ch == 0x1160 || ch == 0x3164 ||
               (ch >= 0x180B && ch <= 0x180F) || (ch >= 0xFE00 && ch <= 0xFE0F) || ch == 0xFFA0 ||
               (ch >= 0xE0000 && ch <= 0xE0FFF);
    }
}

static int char_width(gunichar ch)
{
    if (g_unichar_iszerowidth(ch))
        return 0;
    return g_unichar_iswide(ch) ? 2 : 1;
}

static void escape_unit(TextUnit *unit, bool one_byte, guint32 value)
{
    unit->width =
        g_snprintf(unit->bytes, sizeof unit->bytes, one_byte ? "\\x%02x" : "\\u{%x}", value);
    unit->ch = 0;
}

bool text_next(const char **at, const char *end, TextUnit *ret_unit)
{
    const char *p = *at;
    if (p >= end)
        return false;
    gunichar ch = g_utf8_get_char_validated(p, end - p);
    if (ch == (gunichar)-1 || ch == (gunichar)-2) {
        escape_unit(ret_unit, true, (guint8)*p);
        *at = p + 1;
        return true;
    }
    *at = g_utf8_next_char(p);
    if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0))
        escape_unit(ret_unit, true, ch);
    else if (is_invisible(ch))
        escape_unit(ret_unit, false, ch);
    else {
        int n = g_unichar_to_utf8(ch, ret_unit->bytes);
        ret_unit->bytes[n] = '\0';
        ret_unit->ch = ch;
        ret_unit->width = char_width(ch);
    }
    return true;
}

int text_width(const char *text)
{
    TextUnit unit;
    int width = 0;
    const char *end = text ? text + strlen(text) : NULL;
    while (text && text_next(&text, end, &unit))
        width += unit.width;
    return width;
}

char *text_escape_n(const char *bytes, gsize n)
{
    GString *out = g_string_sized_new(n + 1);
    TextUnit unit;
    const char *end = bytes ? bytes + n : NULL;
    while (bytes && text_next(&bytes, end, &unit))
        g_string_append(out, unit.bytes);
    return g_string_free(out, FALSE);
}

char *text_escape(const char *text)
{
    return text_escape_n(text, text ? strlen(text) : 0);
}

// Appends units from `at` until `columns` are full; returns where it stopped.
static const char *take_columns(GString *out, const char *at, const char *end, int columns)
{
    TextUnit unit;
    const char *next = at;
    while (text_next(&next, end, &unit) && unit.width <= columns) {
        g_string_append(out, unit.bytes);
        columns -= unit.width;
        at = next;
    }
    return at;
}

char *text_clip_end(const char *text, int columns, bool ascii)
{
    const char *mark = ascii ? ".." : "…";
    int mark_width = ascii ? 2 : 1;
    text = text ? text : "";
    if (columns <= 0)
        return g_strdup("");
    if (text_width(text) <= columns)
        return text_escape(text);
    GString *out = g_string_new(NULL);
    const char *end = text + strlen(text);
    bool room = columns > mark_width;
    take_columns(out, text, end, room ? columns - mark_width : columns);
    g_string_append(out, room ? mark : "");
    return g_string_free(out, FALSE);
}

void text_replace(char **text, const char *value)
{
    if (g_strcmp0(*text, value) == 0)
        return;
    char *copy = g_strdup(value);
    g_free(*text);
    *text = copy;
}

bool text_is_name(const char *text)
{
    size_t n = text ? strlen(text) : 0;
    return n >= 1 && n <= 64 && g_ascii_isalnum(text[0]) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == n;
}

bool text_has_word(const char *text)
{
    for (const char *p = text; p && *p && g_utf8_validate(p, -1, NULL); p = g_utf8_next_char(p))
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            return true;
    return false;
}

const char *text_plural(gint64 count)
{
    return count == 1 ? "" : "s";
}

char *text_count(gint64 count, const char *one)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", count, one, text_plural(count));
}
