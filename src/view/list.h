// What every screen that is one table shares (sign-offs, operations, findings, the audit log, schedules): rows
// made from the picture, a filter, a cursor that stays with its row. The screen's state begins with its List, so
// that the functions below marked "for a Screen" can stand in its row as they are.
#pragma once

#include "view/filter.h"
#include "view/screen.h"
#include "widget/table.h"

// How the rows of a list look; static.
typedef struct {
    const char *title;
    const Binding *keys; // the list's own; the table's are added
    gsize key_count;
    const TableColumn *columns;
    gsize column_count;
    // As in a TableModel; `data` is the List.
    void (*row)(gpointer data, gsize index, TableRow *ret_row);
    void (*cell)(gpointer data, gsize index, guint column, TableCell *cell);
    void (*paint)(gpointer data, gsize index, guint column, const Canvas *canvas); // NULL: nothing
    const char *none_matches; // instead of rows, while there is a filter
    const char *none;         // there are none at all
} ListKind;

// The members that are static tables of the screen's own.
#define LIST_TABLES(bindings, table_columns)                                                       \
    .keys = (bindings), .key_count = G_N_ELEMENTS(bindings), .columns = (table_columns),           \
    .column_count = G_N_ELEMENTS(table_columns)

typedef struct {
    const ListKind *kind;
    Keymap *keys;
    Table *table;
    GPtrArray *rows; // borrowed from the picture (or from the screen), good until the next refresh
    guint64 version; // of the picture they were made from; 0: make them anew
    Filter filter;
    bool early;                 // they were made while the first picture was still coming
    const char *waiting;        // instead of rows: what is still to come; NULL: the picture
    const ViewContext *context; // during a call, for the kind's functions
} List;

// Empty, without a filter; the first list_begin asks for rows.
void list_init(List *list, const ListKind *kind);
void list_release(List *list);

// A state that is a List and nothing else; list_free is for a Screen.
List *list_new(const ListKind *kind);
void list_free(gpointer state);

// True if the rows are older than the picture: empties them and takes note. The caller fills them.
bool list_begin(List *list, const ViewContext *context);

// The row under the cursor, or NULL; and its id, good until the table is next used.
gpointer list_selected(List *list, const ViewContext *context);
const char *list_selected_id(List *list, const ViewContext *context);

// The table, or why it is empty, filling the canvas.
void list_draw(List *list, const ViewContext *context, const Canvas *canvas);

// The table's keys, the wheel and clicks. EFFECT_NONE: not one of them.
Effect list_key(List *list, const ViewContext *context, const KeyEvent *key,
                const Binding *binding);

// For a Screen: its keymap, its filter, and the id of the row under the cursor as what `y` copies.
const Keymap *list_keymap(gpointer state);
const char *list_filter(gpointer state);
void list_set_filter(gpointer state, const char *text);
char *list_copy(gpointer state, const ViewContext *context);
