// What the screens share that are a list to be read row by row (readiness, check-list, kept configurations, schedules):
// Enter opens the page of the row under the cursor, Esc leads back to the list, and where there is room that page
// stands below the table. A dialog may lie over both. The screen's state begins with its Browse, which begins with its
// List, so that the functions marked "for a Screen", here and in view/list.h, can stand in its row as they are.
#pragma once

#include "view/dialog.h"
#include "view/list.h"
#include "view/page.h"

// The actions that every one of them has; a screen's own begin at BROWSE_OWN.
enum { BROWSE_OPEN = 1, BROWSE_CLOSE, BROWSE_OWN };

typedef struct Browse Browse;

// How one of them looks; static.
typedef struct {
    const ListKind *list;
    const char *page_title; // heads the page's keys in the help
    const Binding *page_keys;
    gsize page_key_count;
    // Writes the page of the row `browse->page.object`, which may be gone.
    void (*fill)(Browse *browse, const ViewContext *context);
    // Above the table, `head_lines` high where there is room. NULL: nothing.
    void (*draw_head)(Browse *browse, const ViewContext *context, const Canvas *canvas);
    int head_lines;
    int detail_min; // the height from which on the page of the row under the cursor stands below the table; 0: never
    int detail_lines; // of it; 0: what `list_lines` of the table leave
    int list_lines;
} BrowseKind;

struct Browse {
    List list; // first: see view/list.h
    const BrowseKind *kind;
    Page page; // of the row that is read, or of the one under the cursor
    bool reading;
    Dialog *dialog; // NULL = closed
};

void browse_init(Browse *browse, const BrowseKind *kind);
void browse_release(Browse *browse);

// At the end of a refresh: what is read is written anew.
void browse_refresh(Browse *browse, const ViewContext *context);

// Opens the page of the row with this id, whether it is (already) in the list or not.
void browse_read(Browse *browse, const char *id);
// Back to the list, without a dialog: for another object.
void browse_close(Browse *browse);

// The id of the row that keys are about: the one that is read, else the one under the cursor. NULL: there is none.
// Borrowed, good until the next key or refresh.
const char *browse_object(Browse *browse, const ViewContext *context);

// Opens a dialog, which is taken. EFFECT_REDRAW.
Effect browse_ask(Browse *browse, Dialog *dialog);

// A key that is none of the screen's own: the open dialog's, BROWSE_OPEN and BROWSE_CLOSE, the page's or the table's.
// EFFECT_NONE: not one of them.
Effect browse_key(Browse *browse, const ViewContext *context, const KeyEvent *key,
                  const Binding *binding);

// For a Screen.
void browse_draw(gpointer state, const ViewContext *context, const Canvas *canvas);
const Keymap *browse_keymap(gpointer state);
bool browse_captures(gpointer state);
bool browse_is_dirty(gpointer state);
