// One line of text being typed. Bounded, scrolls sideways in its field, knows nothing of what the
// text is for. What cannot be seen cannot be typed: control and invisible characters are not taken.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/key.h"

enum { EDIT_NO_PASTE = 1 }; // for phrases that must be typed by hand

typedef enum {
    EDIT_IGNORED,       // not a key for a line of text
    EDIT_MOVED,         // the cursor moved, or nothing changed; draw again
    EDIT_CHANGED,       // the text changed
    EDIT_FULL,          // no room for it
    EDIT_PASTE_REFUSED, // pasted into a field that must be typed
} EditResult;

typedef struct {
    GString *text;  // what is typed; valid UTF-8
    gsize cursor;   // byte in `text`
    gsize scroll;   // first byte shown
    gsize max_size; // bytes it may grow to
    guint flags;    // EDIT_
} Edit;

void edit_init(Edit *edit, gsize max_size, guint flags);
void edit_release(Edit *edit);

// The text; never NULL, valid until it changes.
const char *edit_text(const Edit *edit);

// Replaces the text (cut to its limit, unfit characters left out), the cursor at its end.
void edit_set_text(Edit *edit, const char *text);

// Characters, arrows, home/end, backspace, delete, ctrl-a -e -k -u -w, and pastes.
EditResult edit_key(Edit *edit, const KeyEvent *key);

// Over at.width columns of line at.y. `focused` puts the terminal's cursor there.
void edit_draw(Edit *edit, const Canvas *canvas, Rect at, Style style, bool focused);
