// Text that is read rather than picked from: a statement, a record, the help. Made of blocks, wrapped
// to the width (never cut: what is signed must be readable whole), paged, and it knows whether
// everything has been on the screen.
//
// A block is a paragraph, or a field: a label at the left and the text beside it, wrapped under
// itself, so that text from outside can never pose as a label of ours. A line break in a text is
// shown as an escape like any control character; callers split where they mean to.
//
//     pager_begin(pager);
//     pager_rule(pager, "Statement");
//     pager_field(pager, "LOSS", ROLE_WARN, "up to 1m44s of writes, measured 8 s ago");
//     pager_text(pager, ROLE_NORMAL, "...");
//     pager_draw(pager, &body);
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/keymap.h"

enum { PAGER_MAX_BLOCKS = 20000 };

typedef enum {
    PAGER_UP = 1100,
    PAGER_DOWN,
    PAGER_PAGE_UP,
    PAGER_PAGE_DOWN,
    PAGER_FIRST,
    PAGER_LAST,
} PagerAction;

// Rows for a keymap.
enum { PAGER_BINDINGS = 6 };
extern const Binding pager_bindings[PAGER_BINDINGS];

typedef struct Pager Pager;

Pager *pager_new(void);
void pager_free(Pager *pager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pager, pager_free)

// Starts the content anew. Scroll and what has been seen stay with blocks of the same label in the same
// order, so a text may be rebuilt every second while somebody reads it.
void pager_begin(Pager *pager);

// As pager_begin, where nothing but ages and the like will differ: a block that was seen to its end stays
// so, though "9s ago" became "10s ago".
void pager_again(Pager *pager);

// Back to the top, nothing seen: for another text.
void pager_reset(Pager *pager);

// Blocks; the texts are copied. Beyond PAGER_MAX_BLOCKS one last block says that more was left out.
void pager_text(Pager *pager, Style style, const char *text);
void pager_field(Pager *pager, const char *label, Style style, const char *text);
void pager_rule(Pager *pager, const char *title); // a line across; title may be NULL
void pager_blank(Pager *pager);

void pager_draw(Pager *pager, const Canvas *canvas);

// True if it was an action of the pager's.
bool pager_act(Pager *pager, int action);

// The wheel; true if it was on the pager.
bool pager_mouse(Pager *pager, const KeyEvent *event);

// True once all of every block has been drawn since pager_reset, at whatever width; a block that has
// grown has to be drawn on to its new end. False while there is nothing.
bool pager_seen_all(const Pager *pager);

// Scrolls to the first line that was not drawn yet, as it was wrapped last. False if there is none.
bool pager_show_unseen(Pager *pager);
