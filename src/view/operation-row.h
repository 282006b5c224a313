// What the lists whose rows are operations (sign-offs, operations) share: a row's id and group, and the cells
// that say the same in both.
#pragma once

#include "view/list.h"

// For a ListKind and for a Screen; the rows are `const Operation *`.
void operation_row(gpointer data, gsize index, TableRow *ret_row);
const char *operation_row_group(gpointer state, const ViewContext *context);

// "failover orders", "West Europe → North Europe", and the id.
void operation_row_what(const Operation *operation, Style style, TableCell *cell);
void operation_row_from(const Operation *operation, const Picture *picture, TableCell *cell);
void operation_row_id(const Operation *operation, TableCell *cell);

// Its words that a filter finds: ids, group, places, and its kind.
bool operation_row_matches(const Operation *operation, const Filter *filter);
