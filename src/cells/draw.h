// Drawing into a grid. A Canvas is a window onto the grid with its own coordinates: (0, 0) is its
// top left, width and height are its size, and nothing drawn through it lands outside. A widget
// gets a canvas and need not know where on the screen it is; canvas_sub hands a part of it on.
//
// Only this file writes characters into cells, and it cleans them first: control characters, escape
// sequences, bidirectional overrides and broken UTF-8 become visible, underlined escapes
// (base/text.h). So every `text` here may come straight from the network. NULL is drawn as "".
//
//     Canvas all = canvas_of(grid);
//     Rect rest = canvas_rect(&all);
//     Canvas head = canvas_sub(&all, rect_cut_top(&rest, 1));
//     Canvas body = canvas_sub(&all, rest);
//     int x = cells_put(&head, 0, 0, ROLE_TITLE, "Regions");
//     cells_printf(&head, x + 2, 0, ROLE_DIM, "%d of %d", shown, total);
//     cells_fit(&head, rect_make(head.width - 9, 0, 9, 1), ALIGN_RIGHT,
//     ROLE_NORMAL, clock_text); Canvas inner = cells_box(&body,
//     canvas_rect(&body), &(BoxLook){.title = "West Europe"});
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/glyph.h"
#include "cells/grid.h"
#include "cells/rect.h"
#include "cells/style.h"

typedef struct {
    Grid *grid;        // not owned
    int x, y;          // where (0, 0) is in the grid
    int width, height; // size in cells, may be 0
    Rect clip;         // what may be written, in the grid's coordinates
    bool ascii;        // the grid's
} Canvas;

typedef enum {
    ALIGN_LEFT,
    ALIGN_RIGHT,
    ALIGN_CENTER,
    ALIGN_CLIP_END = 4, // flag: too long a text loses its end instead of its middle
} Align;

// How a box looks; every field may be left out. `tag` stands at the right end of the top line.
typedef struct {
    Style border; // 0 means ROLE_BORDER
    const char *title;
    Style title_style; // 0 means ROLE_TITLE
    const char *tag;
    Style tag_style;
    bool is_double; // for what must stand out: top and bottom of double lines
} BoxLook;

// The whole grid.
Canvas canvas_of(Grid *grid);

// A part of a canvas; `at` is in the canvas's coordinates. Parts outside are cut off, coordinates
// stay.
Canvas canvas_sub(const Canvas *canvas, Rect at);

// (0, 0, width, height): to be cut up with rect_cut_*.
Rect canvas_rect(const Canvas *canvas);

// Columns of `text` as cells_put would draw it.
int cells_width(const Canvas *canvas, const char *text);

// Writes one line of text at (x, y), cut at the canvas's edge. Returns the column behind it.
int cells_put(const Canvas *canvas, int x, int y, Style style, const char *text);

// As cells_put for `n` bytes that need not end in NUL.
int cells_put_n(const Canvas *canvas, int x, int y, Style style, const char *text, gsize n);

// As cells_put, formatted; at most 1 KiB of result.
int cells_printf(const Canvas *canvas, int x, int y, Style style, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

// Writes text into line at.y, exactly at.width columns of it: padded with blanks of the same style,
// or cut in the middle (with ALIGN_CLIP_END at the end) with an ellipsis. at.height is not looked
// at.
void cells_fit(const Canvas *canvas, Rect at, Align align, Style style, const char *text);

// How many bytes of `text` (`n` of them) go into one line of `columns`: broken at a blank where there
// is one, never in the middle of a character, and at least one character. Blanks where it broke are
// counted in, so the rest starts with a word.
gsize cells_wrap(const Canvas *canvas, const char *text, gsize n, int columns);

// Writes text (NULL: nothing) into the rectangle, broken into lines; where it finds no room the last line ends in
// an ellipsis. Returns the line behind the last one.
int cells_put_wrapped(const Canvas *canvas, Rect at, Style style, const char *text);

// One glyph. Returns the column behind it.
int cells_glyph(const Canvas *canvas, int x, int y, Style style, Glyph glyph);

// Fills a rectangle with a glyph (GLYPH_NONE: blanks).
void cells_fill(const Canvas *canvas, Rect at, Style style, Glyph glyph);

// Sets and clears style flags of cells already drawn: dim what is stale, mark the selected line.
void cells_restyle(const Canvas *canvas, Rect at, Style set_flags, Style clear_flags);

// A box; returns the canvas inside it. Boxes too small for an inside leave an empty canvas.
Canvas cells_box(const Canvas *canvas, Rect at, const BoxLook *look);

// A horizontal line in line at.y over at.width, with `title` (may be NULL) set into it.
void cells_rule(const Canvas *canvas, Rect at, Style style, const char *title);

// Puts the terminal's cursor there, if inside.
void cells_cursor(const Canvas *canvas, int x, int y);
