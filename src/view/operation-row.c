#include "view/operation-row.h"

void operation_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const Operation *)((List *)data)->rows->pdata[index])->id;
}

const char *operation_row_group(gpointer state, const ViewContext *context)
{
    const Operation *operation = list_selected(state, context);
    return operation ? operation->group : NULL;
}

void operation_row_what(const Operation *operation, Style style, TableCell *cell)
{
    if (operation->kind == OPERATION_DRILL)
        style = ROLE_DRILL;
    table_cell_printf(cell, style, "%s %s", operation_word(operation),
                      operation->region ? operation->region : operation->group);
}

void operation_row_from(const Operation *operation, const Picture *picture, TableCell *cell)
{
    const Statement *statement = operation->statement;
    bool drill = operation->kind == OPERATION_DRILL;
    const char *from = drill && statement ? statement->from : operation->from;
    const char *to = drill && statement ? statement->to : operation->to;
    bool several = operation->region && to && !*to;
    table_cell_printf(cell, ROLE_NORMAL, "%s → %s%s", picture_title(picture, from),
                      several ? "each its own" : picture_title(picture, to),
                      drill ? " and home" : "");
}

void operation_row_id(const Operation *operation, TableCell *cell)
{
    table_cell_printf(cell, ROLE_DIM, "%s", operation->id);
}

bool operation_row_matches(const Operation *operation, const Filter *filter)
{
    g_autofree char *text = g_strjoin(
        " ", operation->id, operation->group, operation->from, operation->to,
        word_of(&OPERATION_STATE_NAMES, (int)operation->state), operation_word(operation), NULL);
    return filter_matches_text(filter, text);
}
