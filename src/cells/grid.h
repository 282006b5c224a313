// A grid of cells: one picture of the screen, made anew for every frame and compared with the one
// before. It knows characters, widths and roles; neither colours nor terminals. Everything here is
// bounds-checked: a grid may be 0x0. Drawing goes through a Canvas (cells/draw.h).
//
// The text dumps are what --once prints, what `w` writes, and what the tests compare.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/rect.h"
#include "cells/style.h"

// Larger screens than this are cut: nobody has one, and a hostile size must not cost memory.
enum { GRID_MAX_WIDTH = 1000, GRID_MAX_HEIGHT = 500, CELL_CHARS = 3 };

// One cell. A wide character has width 2 and is followed by a cell of width 0 (its right half).
typedef struct {
    gunichar ch[CELL_CHARS]; // base character and up to two combining marks; 0 where unused
    guint16 style;           // role and flags (cells/style.h)
    guint8 width;            // 1, 2, or 0 for the right half of a wide character
    guint8 unused;           // always 0, so that cells compare bytewise
} Cell;

typedef struct Grid Grid;

// A blank grid. `ascii`: draw with ASCII glyphs, and show other characters escaped. Owned by the
// caller.
Grid *grid_new(int width, int height, bool ascii);
void grid_free(Grid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grid, grid_free)

// Blank it again; same size, cursor hidden.
void grid_clear(Grid *grid);

// New size (clamped to 0..GRID_MAX_*); the content is blanked.
void grid_resize(Grid *grid, int width, int height);

int grid_width(const Grid *grid);
int grid_height(const Grid *grid);
bool grid_is_ascii(const Grid *grid);

// The cells of line `y`, grid_width() of them; NULL outside.
const Cell *grid_line(const Grid *grid, int y);

// The same, for those who write cells: only cells/draw.c.
Cell *grid_line_mutable(Grid *grid, int y);

// Where the terminal's cursor shall stand; (-1, -1) hides it.
void grid_set_cursor(Grid *grid, int x, int y);
// False if hidden.
bool grid_cursor(const Grid *grid, int *ret_x, int *ret_y);

// Make `to` the same picture as `from`, size included.
void grid_copy(Grid *to, const Grid *from);

// Lines of plain text, trailing blanks cut, each ended by '\n'. Safe to print. The caller frees.
char *grid_text(const Grid *grid);

// As grid_text, with a letter for the role of every cell (grid_role_letter) instead of its
// character; capitals where STYLE_SELECTED, '.' for ROLE_NORMAL, '#' if that is selected. For
// tests.
char *grid_roles(const Grid *grid);
char grid_role_letter(Style style);
