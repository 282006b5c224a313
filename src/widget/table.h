// A table of any number of rows. The rows are not stored here: the table asks a TableModel for the
// few that are visible, so that 100,000 cost what 40 cost. It holds only what is its own: where the
// cursor is, what is folded, how far it is scrolled.
//
// The cursor stays on a row's *identity*: when the list is sorted anew or rows come and go, it
// moves with its row and the row stays on the same line of the screen if it can. The first column
// stays when the others scroll sideways. When the screen is narrow, columns shrink to their least
// width, then those of the highest rank are left out, then the rest scrolls.
//
// Only the first column and a mark show the cursor: moving it costs few bytes on a slow link.
//
// A list is a table with one column and TABLE_NO_HEADER.
//
// A whole view, as an example:
//
//     typedef struct { GPtrArray *regions; Table *table; Keymap *keys; }
//     RegionsView;
//
//     static gsize count(gpointer data) { return ((RegionsView
//     *)data)->regions->len; } static void row(gpointer data, gsize index,
//     TableRow *ret_row)
//     {
//         const Region *region = ((RegionsView *)data)->regions->pdata[index];
//         ret_row->id = region->name;
//     }
//     static void cell(gpointer data, gsize index, guint column, TableCell
//     *cell)
//     {
//         const Region *region = ((RegionsView *)data)->regions->pdata[index];
//         switch (column) {
//         case 0: cell->text = region->name; break;
//         case 1: table_cell_state(cell, GLYPH_DOWN, ROLE_ALARM, "down");
//         break; case 2: table_cell_printf(cell, ROLE_NORMAL, "%d ms",
//         region->latency_ms); break;
//         }
//     }
//     static TableModel model_of(RegionsView *view)
//     {
//         return (TableModel){.count = count, .row = row, .cell = cell, .data =
//         view,
//                             .empty = "No regions. Add one to the fleet
//                             file."};
//     }
//     // draw: view model and widgets into the canvas of the frame's body
//     static void draw(RegionsView *view, const Canvas *canvas)
//     {
//         TableModel model = model_of(view);
//         table_draw(view->table, &model, canvas);
//     }
//     // update: a key has been looked up in the keymap (widget/keymap.h)
//     static Effect update(RegionsView *view, const KeyEvent *key, const
//     Binding *row)
//     {
//         TableModel model = model_of(view);
//         if (key_is_mouse(key))
//             return table_mouse(view->table, &model, key) ? REDRAW : NOTHING;
//         if (row && table_act(view->table, &model, row->action) !=
//         TABLE_NOT_MINE)
//             return REDRAW;
//         switch (row ? row->action : 0) {
//         case ACTION_OPEN: return open_region(table_selected(view->table));
//         }
//         return NOTHING;
//     }
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/keymap.h"

enum {
    TABLE_CELL_MAX = 160, // bytes of a formatted cell
    TABLE_MAX_COLUMNS = 64,
};

// Flags of a table.
enum {
    TABLE_NO_HEADER = 1,
    TABLE_NO_CURSOR = 2, // a list to be looked at; scrolls, selects nothing
    TABLE_TREE = 4,      // room for fold signs and indentation in the first column
};

// Flags of a column.
enum {
    COLUMN_GROW = 1,  // takes what is left over (shared equally)
    COLUMN_PAINT = 2, // drawn by the model's `paint`
};

typedef struct {
    const char *title; // copied
    int width;         // columns it wants
    int min_width;     // columns it needs; 0: the same as width
    int rank;          // 0: never left out; else the highest goes first
    Align align;
    guint flags; // COLUMN_
} TableColumn;

typedef enum { FOLD_LEAF, FOLD_OPEN, FOLD_CLOSED } Fold;

// What a model says of a row. Zeroed before the call.
typedef struct {
    const char *id; // unique in the table and lasting; must stay valid until the table call returns
    int level;      // depth in the tree
    Fold fold;      // for TABLE_TREE
    Style flags;    // STYLE_ flags for all its cells, e.g. STYLE_DIMMED
    bool skip;      // a heading: the cursor does not stop here
} TableRow;

// What a model says of a cell. text, style and glyph are zeroed before the call.
typedef struct {
    const char *text; // may point into the model, or to `buffer`; need not be clean
    Style style;
    Glyph glyph;       // drawn before the text; GLYPH_NONE: nothing
    Style glyph_style; // 0: as `style`
    char buffer[TABLE_CELL_MAX];
} TableCell;

typedef struct {
    gsize (*count)(gpointer data);
    void (*row)(gpointer data, gsize index, TableRow *ret_row);
    void (*cell)(gpointer data, gsize index, guint column, TableCell *cell);
    // Optional: index of an id, or G_MAXSIZE. Without it the rows are searched one by one.
    gsize (*find)(gpointer data, const char *id);
    // For COLUMN_PAINT: draws a cell, or the column's head for TABLE_HEAD.
    void (*paint)(gpointer data, gsize index, guint column, const Canvas *canvas);
    const char *empty; // shown when there are no rows: why, and which key brings some
    gpointer data;
} TableModel;

#define TABLE_HEAD G_MAXSIZE

// Actions of a table; rows for a keymap are in table_bindings.
typedef enum {
    TABLE_UP = 1000,
    TABLE_DOWN,
    TABLE_PAGE_UP,
    TABLE_PAGE_DOWN,
    TABLE_FIRST,
    TABLE_LAST,
    TABLE_LEFT,
    TABLE_RIGHT,
    TABLE_FOLD,
} TableAction;

// Rows for a keymap: what every table can do, and folding for those with TABLE_TREE.
enum { TABLE_BINDINGS = 8 };
extern const Binding table_bindings[TABLE_BINDINGS];
extern const Binding table_fold_binding[1];

typedef enum {
    TABLE_NOT_MINE, // not an action of the table's
    TABLE_DONE,     // done; draw again
    TABLE_FOLDED,   // a fold changed: make the rows anew, then draw
} TableResult;

typedef struct Table Table;

Table *table_new(const TableColumn *columns, gsize n, guint flags);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

// Other columns; cursor, folds and scroll stay.
void table_set_columns(Table *table, const TableColumn *columns, gsize n);

void table_draw(Table *table, const TableModel *model, const Canvas *canvas);

// True if that column has room, as drawn last (while a model's cells are asked for: now).
bool table_shows(const Table *table, guint column);

TableResult table_act(Table *table, const TableModel *model, int action);

// A click selects, the wheel scrolls; positions are the screen's. False if it was not on the table.
bool table_mouse(Table *table, const TableModel *model, const KeyEvent *event);

// The id under the cursor, NULL if there are no rows. Valid until the table is next used.
const char *table_selected(Table *table, const TableModel *model);

// Its index, G_MAXSIZE if there are no rows.
gsize table_index(Table *table, const TableModel *model);

// Puts the cursor on a row (when it is there at the next call).
void table_select(Table *table, const char *id);

// For rows that were not all there yet: the cursor goes back to the first one, unless a key, a click or table_select
// has put it elsewhere.
void table_begin_anew(Table *table);

// Folds. The model leaves out what is below a folded row and says FOLD_CLOSED for it.
bool table_is_folded(const Table *table, const char *id);
void table_set_folded(Table *table, const char *id, bool folded);

// For models: a formatted text, and a state as sign and word.
void table_cell_printf(TableCell *cell, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
void table_cell_state(TableCell *cell, Glyph glyph, Style style, const char *word);
