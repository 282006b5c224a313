// What every page of text shares (a region, a cell, an operation, a record, a statement): the object it was
// opened with, a pager, a keymap with the pager's own keys behind the page's.
#pragma once

#include "view/screen.h"
#include "widget/pager.h"

typedef struct {
    Keymap *keys;
    Pager *pager;
    char *object; // NULL until opened
} Page;

// `rows` are the page's own keys (may be NULL); the pager's are added.
void page_init(Page *page, const char *title, const Binding *rows, gsize n);
void page_release(Page *page);

// Another object begins at its top; the same one stays where it was read.
void page_open(Page *page, const char *object);

// The pager's keys and the wheel. EFFECT_NONE: not one of them.
Effect page_key(Page *page, const KeyEvent *key, const Binding *binding);

// A paragraph and a labelled field, formatted; at most 4 KiB of result.
void page_say(Page *page, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
void page_field(Page *page, const char *label, Style style, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
