#include "view/list.h"

void list_init(List *list, const char *title, const Binding *rows, gsize n)
{
    *list = (List){
        .keys = keymap_new(title), .table = table_new(NULL, 0, 0), .rows = g_ptr_array_new()};
    if (n)
        keymap_add(list->keys, rows, n);
    keymap_add(list->keys, table_bindings, TABLE_BINDINGS);
    filter_init(&list->filter);
}

void list_release(List *list)
{
    keymap_free(list->keys);
    table_free(list->table);
    g_ptr_array_unref(list->rows);
    filter_release(&list->filter);
}

bool list_begin(List *list, const ViewContext *context)
{
    if (list->version == context->picture->version && list->version)
        return false;
    g_ptr_array_set_size(list->rows, 0);
    list->version = context->picture->version;
    return true;
}

gpointer list_selected(List *list, const TableModel *model)
{
    gsize index = table_index(list->table, model);
    return index < list->rows->len ? list->rows->pdata[index] : NULL;
}

Effect list_key(List *list, const TableModel *model, const KeyEvent *key, const Binding *binding)
{
    bool mine = key_is_mouse(key)
                    ? table_mouse(list->table, model, key)
                    : binding && table_act(list->table, model, binding->action) != TABLE_NOT_MINE;
    return effect_of(mine ? EFFECT_REDRAW : EFFECT_NONE);
}

void list_set_filter(List *list, const char *text)
{
    filter_set(&list->filter, text);
    list->version = 0;
}

gsize list_count(gpointer data)
{
    return ((List *)data)->rows->len;
}
