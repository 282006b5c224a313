#include "view/page.h"

#include <stdarg.h>

enum { PAGE_TEXT_MAX = 4096 };

void page_init(Page *page, const char *title, const Binding *rows, gsize n)
{
    *page = (Page){.keys = keymap_new(title), .pager = pager_new()};
    if (n)
        keymap_add(page->keys, rows, n);
    keymap_add(page->keys, pager_bindings, PAGER_BINDINGS);
}

void page_release(Page *page)
{
    keymap_free(page->keys);
    pager_free(page->pager);
    g_free(page->object);
}

void page_open(Page *page, const char *object)
{
    if (g_strcmp0(page->object, object) == 0)
        return;
    char *copy = g_strdup(object);
    g_free(page->object);
    page->object = copy;
    pager_reset(page->pager);
}

Effect page_key(Page *page, const KeyEvent *key, const Binding *binding)
{
    bool mine = key_is_mouse(key) ? pager_mouse(page->pager, key)
                                  : binding && pager_act(page->pager, binding->action);
    return effect_of(mine ? EFFECT_REDRAW : EFFECT_NONE);
}

void page_say(Page *page, Style style, const char *format, ...)
{
    char text[PAGE_TEXT_MAX];
    va_list args;
    va_start(args, format);
    g_vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pager_text(page->pager, style, text);
}

void page_field(Page *page, const char *label, Style style, const char *format, ...)
{
    char text[PAGE_TEXT_MAX];
    va_list args;
    va_start(args, format);
    g_vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pager_field(page->pager, label, style, text);
}
