// What every screen that is one table shares (sign-offs, operations, findings, the audit log, schedules): rows
// made from the picture, a filter, a cursor that stays with its row.
#pragma once

#include "view/filter.h"
#include "view/screen.h"
#include "widget/table.h"

typedef struct {
    Keymap *keys;
    Table *table;
    GPtrArray *rows; // borrowed from the picture (or from the screen), good until the next refresh
    guint64 version; // of the picture they were made from; 0: make them anew
    Filter filter;
    const ViewContext *context; // during a call, for the model's functions
} List;

// `rows` are the list's own keys; the table's are added.
void list_init(List *list, const char *title, const Binding *rows, gsize n);
void list_release(List *list);

// True if the rows are older than the picture: empties them and takes note. The caller fills them.
bool list_begin(List *list, const ViewContext *context);

// The row under the cursor, or NULL. `model` as for the table.
gpointer list_selected(List *list, const TableModel *model);

// The table's keys, the wheel and clicks. EFFECT_NONE: not one of them.
Effect list_key(List *list, const TableModel *model, const KeyEvent *key, const Binding *binding);

void list_set_filter(List *list, const char *text);

// For models whose `data` is a List (or begins with one).
gsize list_count(gpointer data);
