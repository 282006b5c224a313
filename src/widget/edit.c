#include "widget/edit.h"

#include <string.h>

#include "base/text.h"

void edit_init(Edit *edit, gsize max_size, guint flags)
{
    *edit = (Edit){.text = g_string_new(NULL), .max_size = max_size, .flags = flags};
}

void edit_release(Edit *edit)
{
    if (edit->text)
        g_string_free(edit->text, TRUE);
    *edit = (Edit){0};
}

const char *edit_text(const Edit *edit)
{
    return edit->text->str;
}

// Inserts the visible characters of `text` at the cursor.
static EditResult insert_text(Edit *edit, const char *text)
{
    TextUnit unit;
    EditResult result = EDIT_MOVED;
    const char *end = text + strlen(text);
    while (text_next(&text, end, &unit)) {
        gsize size = strlen(unit.bytes);
        if (unit.ch == 0)
            continue;
        if (edit->text->len + size > edit->max_size)
            return EDIT_FULL;
        g_string_insert_len(edit->text, (gssize)edit->cursor, unit.bytes, (gssize)size);
        edit->cursor += size;
        result = EDIT_CHANGED;
    }
    return result;
}

void edit_set_text(Edit *edit, const char *text)
{
    g_string_truncate(edit->text, 0);
    edit->cursor = edit->scroll = 0;
    insert_text(edit, text ? text : "");
}

static gsize before(const Edit *edit, gsize at)
{
    if (at == 0)
        return 0;
    return (gsize)(g_utf8_prev_char(edit->text->str + at) - edit->text->str);
}

static gsize behind(const Edit *edit, gsize at)
{
    if (at >= edit->text->len)
        return edit->text->len;
    return (gsize)(g_utf8_next_char(edit->text->str + at) - edit->text->str);
}

static EditResult move_to(Edit *edit, gsize at)
{
    edit->cursor = at;
    return EDIT_MOVED;
}

static EditResult erase(Edit *edit, gsize from, gsize to)
{
    if (to <= from)
        return EDIT_MOVED;
    g_string_erase(edit->text, (gssize)from, (gssize)(to - from));
    edit->cursor = from;
    return EDIT_CHANGED;
}

static gsize word_start(const Edit *edit)
{
    gsize at = edit->cursor;
    while (at > 0 && edit->text->str[at - 1] == ' ')
        at--;
    while (at > 0 && edit->text->str[at - 1] != ' ')
        at--;
    return at;
}

static EditResult control_key(Edit *edit, gunichar ch)
{
    switch (ch) {
    case 'a':
        return move_to(edit, 0);
    case 'e':
        return move_to(edit, edit->text->len);
    case 'k':
        return erase(edit, edit->cursor, edit->text->len);
    case 'u':
        return erase(edit, 0, edit->cursor);
    case 'w':
        return erase(edit, word_start(edit), edit->cursor);
    default:
        return EDIT_IGNORED;
    }
}

static EditResult char_key(Edit *edit, const KeyEvent *key)
{
    char bytes[8] = "";
    if (key->mods & MOD_CTRL)
        return control_key(edit, key->ch);
    if (key->mods)
        return EDIT_IGNORED;
    bytes[g_unichar_to_utf8(key->ch, bytes)] = '\0';
    return insert_text(edit, bytes);
}

EditResult edit_key(Edit *edit, const KeyEvent *key)
{
    switch (key->code) {
    case K_CHAR:
        return char_key(edit, key);
    case K_PASTE:
        return edit->flags & EDIT_NO_PASTE ? EDIT_PASTE_REFUSED : insert_text(edit, key->text);
    case K_LEFT:
        return move_to(edit, before(edit, edit->cursor));
    case K_RIGHT:
        return move_to(edit, behind(edit, edit->cursor));
    case K_HOME:
        return move_to(edit, 0);
    case K_END:
        return move_to(edit, edit->text->len);
    case K_BACKSPACE:
        return erase(edit, before(edit, edit->cursor), edit->cursor);
    case K_DELETE:
        return erase(edit, edit->cursor, behind(edit, edit->cursor));
    default:
        return EDIT_IGNORED;
    }
}

static int columns_between(const Edit *edit, const Canvas *canvas, gsize from, gsize to)
{
    g_autofree char *part = g_strndup(edit->text->str + from, to - from);
    return cells_width(canvas, part);
}

void edit_draw(Edit *edit, const Canvas *canvas, Rect at, Style style, bool focused)
{
    if (edit->scroll > edit->cursor)
        edit->scroll = edit->cursor;
    while (edit->scroll < edit->cursor &&
           columns_between(edit, canvas, edit->scroll, edit->cursor) >= MAX(at.width, 1))
        edit->scroll = behind(edit, edit->scroll);
    Canvas field = canvas_sub(canvas, rect_make(at.x, at.y, at.width, 1));
    cells_fill(&field, canvas_rect(&field), style, GLYPH_NONE);
    cells_put(&field, 0, 0, style, edit->text->str + edit->scroll);
    if (focused)
        cells_cursor(&field, columns_between(edit, canvas, edit->scroll, edit->cursor), 0);
}
