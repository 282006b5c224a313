// Where the columns of a table go when the width is what it is. Private to the table; apart because
// it is arithmetic that can be tested alone.
#pragma once

#include "widget/table.h"

enum { COLUMN_GAP = 2 };

typedef struct {
    guint column; // index in the table
    int x, width;
} ColumnPlace;

typedef struct {
    ColumnPlace places[TABLE_MAX_COLUMNS]; // from left to right; the first column is always there
    guint n;
    bool more_left, more_right; // columns scrolled away
    guint last_first;           // greatest useful value of `first`
} ColumnLayout;

// Lays out `n` columns over `width` cells: shrink, leave out by rank, scroll sideways by `first`
// columns.
void columns_lay_out(const TableColumn *columns, guint n, int width, guint first,
                     ColumnLayout *ret_layout);
