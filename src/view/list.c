#include "view/list.h"

void list_init(List *list, const ListKind *kind)
{
    *list = (List){.kind = kind,
                   .keys = keymap_new(kind->title),
                   .table = table_new(kind->columns, kind->column_count, 0),
                   .rows = g_ptr_array_new()};
    keymap_add(list->keys, kind->keys, kind->key_count);
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

List *list_new(const ListKind *kind)
{
    List *list = g_new(List, 1);
    list_init(list, kind);
    return list;
}

void list_free(gpointer state)
{
    list_release(state);
    g_free(state);
}

bool list_begin(List *list, const ViewContext *context)
{
    if (list->version == context->picture->version && list->version)
        return false;
    g_ptr_array_set_size(list->rows, 0);
    // What came first need not stand first: nobody chose the row that happened to.
    if (list->early)
        table_begin_anew(list->table);
    list->early = !context->picture->complete;
    list->version = context->picture->version;
    return true;
}

static gsize count_rows(gpointer data)
{
    return ((List *)data)->rows->len;
}

static const char *why_empty(const List *list, const ViewContext *context)
{
    if (!filter_is_empty(&list->filter))
        return list->kind->none_matches;
    if (list->waiting)
        return list->waiting;
    return context->picture->complete ? list->kind->none
                                      : "Waiting for the backend's first picture.";
}

static TableModel model_of(List *list, const ViewContext *context)
{
    list->context = context;
    return (TableModel){.count = count_rows,
                        .row = list->kind->row,
                        .cell = list->kind->cell,
                        .paint = list->kind->paint,
                        .data = list,
                        .empty = why_empty(list, context)};
}

gpointer list_selected(List *list, const ViewContext *context)
{
    TableModel model = model_of(list, context);
    gsize index = table_index(list->table, &model);
    return index < list->rows->len ? list->rows->pdata[index] : NULL;
}

const char *list_selected_id(List *list, const ViewContext *context)
{
    TableModel model = model_of(list, context);
    return table_selected(list->table, &model);
}

void list_draw(List *list, const ViewContext *context, const Canvas *canvas)
{
    TableModel model = model_of(list, context);
    table_draw(list->table, &model, canvas);
}

Effect list_key(List *list, const ViewContext *context, const KeyEvent *key, const Binding *binding)
{
    TableModel model = model_of(list, context);
    bool mine = key_is_mouse(key)
                    ? table_mouse(list->table, &model, key)
                    : binding && table_act(list->table, &model, binding->action) != TABLE_NOT_MINE;
    return effect_of(mine ? EFFECT_REDRAW : EFFECT_NONE);
}

const Keymap *list_keymap(gpointer state)
{
    return ((List *)state)->keys;
}

const char *list_filter(gpointer state)
{
    return filter_text(&((List *)state)->filter);
}

void list_set_filter(gpointer state, const char *text)
{
    List *list = state;
    filter_set(&list->filter, text);
    list->version = 0;
}

char *list_copy(gpointer state, const ViewContext *context)
{
    return g_strdup(list_selected_id(state, context));
}
