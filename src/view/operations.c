// Screen 5: what is under way first, then everything that has ended, newest first; nothing disappears.
#include "view/screens.h"

#include "base/timefmt.h"
#include "view/ask.h"
#include "view/badge.h"
#include "view/list.h"
#include "view/progress.h"

enum { COLUMN_WHAT, COLUMN_STATE, COLUMN_STEPS, COLUMN_WHEN, COLUMN_TIME, COLUMN_FROM, COLUMN_ID };
enum { ACTION_OPEN = 1, ACTION_HOLD, ACTION_AGAIN };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "open", "Opens the operation: steps, clock, losses.", 0},
    {ACTION_HOLD, "hold", "H", "HOLD", "Stops before the next step. Any operator, no form.", 0},
    {ACTION_AGAIN, "again", "P", "propose again", "Proposes the same again.", BIND_CHANGES},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_WHAT] = {"WHAT", 26, 14, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_STATE] = {"STATE", 27, 20, 0, ALIGN_LEFT, 0},
    [COLUMN_STEPS] = {"STEPS", 6, 6, 2, ALIGN_RIGHT, 0},
    [COLUMN_WHEN] = {"PROPOSED", 9, 9, 1, ALIGN_RIGHT, 0},
    [COLUMN_TIME] = {"TOOK", 7, 7, 3, ALIGN_RIGHT, 0},
    [COLUMN_FROM] = {"FROM → TO", 28, 16, 4, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_ID] = {"ID", 22, 12, 5, ALIGN_LEFT, 0},
};

typedef struct {
    List list; // rows: const Operation *
} Operations;

static gpointer operations_create(void)
{
    Operations *view = g_new0(Operations, 1);
    list_init(&view->list, "Operations", BINDINGS, G_N_ELEMENTS(BINDINGS));
    table_set_columns(view->list.table, COLUMNS, G_N_ELEMENTS(COLUMNS));
    return view;
}

static void operations_destroy(gpointer state)
{
    list_release(&((Operations *)state)->list);
    g_free(state);
}

static bool matches(const Operations *view, const Operation *operation)
{
    g_autofree char *text =
        g_strjoin(" ", operation->id, operation->group, operation->from, operation->to,
                  name_of(&OPERATION_STATE_NAMES, (int)operation->state),
                  name_of(&OPERATION_KIND_NAMES, (int)operation->kind), NULL);
    return filter_matches_text(&view->list.filter, text);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const Operation *x = *(Operation *const *)a, *y = *(Operation *const *)b;
    int ended = (int)operation_has_ended(x) - (int)operation_has_ended(y);
    return ended ? ended : (x->proposed_ms < y->proposed_ms) - (x->proposed_ms > y->proposed_ms);
}

static void operations_refresh(gpointer state, const ViewContext *context)
{
    Operations *view = state;
    const Picture *picture = context->picture;
    if (!list_begin(&view->list, context))
        return;
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++)
        if (matches(view, picture_at(picture, SHELF_OPERATIONS, i)))
            g_ptr_array_add(view->list.rows, picture_at(picture, SHELF_OPERATIONS, i));
    g_ptr_array_sort(view->list.rows, compare);
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const Operation *)((List *)data)->rows->pdata[index])->id;
}

static void time_cell(const Operation *operation, gint64 now_ms, TableCell *cell)
{
    gint64 start_ms = operation->detected_ms ? operation->detected_ms : operation->started_ms;
    gint64 stop_ms = operation_clock_stop(operation);
    char took[16];
    if (!start_ms || operation->state == OPERATION_EXPIRED)
        return;
    duration_format(((stop_ms ? stop_ms : now_ms) - start_ms) / 1000 * 1000, took);
    bool over = operation->rto_ms && (stop_ms ? stop_ms : now_ms) - start_ms > operation->rto_ms;
    table_cell_printf(cell, over ? ROLE_ALARM : ROLE_NORMAL, "%s", took);
}

static void state_cell(const Operation *operation, TableCell *cell)
{
    Badge badge = badge_operation(operation);
    table_cell_state(cell, badge.glyph, badge.role, badge.word);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const ViewContext *context = list->context;
    const Operation *operation = list->rows->pdata[index];
    bool ended = operation_has_ended(operation);
    char age[16];
    switch (column) {
    case COLUMN_WHAT:
        table_cell_printf(cell, ended ? ROLE_NORMAL : ROLE_TITLE, "%s %s",
                          name_of(&OPERATION_KIND_NAMES, (int)operation->kind), operation->group);
        break;
    case COLUMN_STATE:
        state_cell(operation, cell);
        break;
    case COLUMN_STEPS:
        table_cell_printf(cell, ROLE_NORMAL, "%u/%u", operation_settled_steps(operation),
                          operation->steps->len);
        break;
    case COLUMN_WHEN:
        calm_age_format(operation->proposed_ms, context->now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    case COLUMN_TIME:
        time_cell(operation, context->now_ms, cell);
        break;
    case COLUMN_FROM:
        table_cell_printf(cell, ROLE_NORMAL, "%s → %s",
                          picture_title(context->picture, operation->from),
                          picture_title(context->picture, operation->to));
        break;
    default:
        table_cell_printf(cell, ROLE_DIM, "%s", operation->id);
    }
}

static TableModel model_of(Operations *view, const ViewContext *context)
{
    view->list.context = context;
    return (TableModel){.count = list_count,
                        .row = model_row,
                        .cell = model_cell,
                        .data = &view->list,
                        .empty = !filter_is_empty(&view->list.filter)
                                     ? "No operation matches the filter: / changes it."
                                 : context->picture->complete
                                     ? "No operation yet. F on screen 2 proposes a failover of the "
                                       "selected group."
                                     : "Waiting for the backend's first picture."};
}

static void operations_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    TableModel model = model_of(state, context);
    table_draw(((Operations *)state)->list.table, &model, canvas);
}

static const Operation *selected(Operations *view, const ViewContext *context)
{
    TableModel model = model_of(view, context);
    return list_selected(&view->list, &model);
}

static Effect operations_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                                const Binding *binding)
{
    Operations *view = state;
    TableModel model = model_of(view, context);
    const Operation *operation = selected(view, context);
    int action = binding ? binding->action : 0;
    if (action == ACTION_OPEN || action == ACTION_HOLD || action == ACTION_AGAIN) {
        if (!operation)
            return effect_message("There is no operation here.");
        return action == ACTION_OPEN   ? effect_open(SCREEN_OPERATION, operation->id)
               : action == ACTION_HOLD ? ask_hold(context, operation)
                                       : ask_again(context, operation);
    }
    return list_key(&view->list, &model, key, binding);
}

static const Keymap *operations_keymap(gpointer state)
{
    return ((Operations *)state)->list.keys;
}

static BindingState operations_state(gpointer state, const ViewContext *context,
                                     const Binding *binding)
{
    const Operation *operation = selected(state, context);
    if (binding->action == ACTION_HOLD)
        return operation && !operation_has_ended(operation) && !operation->held ? BINDING_ON
                                                                                : BINDING_HIDDEN;
    if (binding->action == ACTION_AGAIN)
        return operation && operation_has_ended(operation) ? BINDING_ON : BINDING_HIDDEN;
    return BINDING_ON;
}

static char *operations_copy(gpointer state, const ViewContext *context)
{
    const Operation *operation = selected(state, context);
    return operation ? g_strdup(operation->id) : NULL;
}

static char *operations_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox operations");
}

static const char *operations_filter(gpointer state)
{
    return filter_text(&((Operations *)state)->list.filter);
}

static void operations_set_filter(gpointer state, const char *text)
{
    list_set_filter(&((Operations *)state)->list, text);
}

static const char *operations_group(gpointer state, const ViewContext *context)
{
    const Operation *operation = selected(state, context);
    return operation ? operation->group : NULL;
}

const Screen OPERATIONS_SCREEN = {
    .id = SCREEN_OPERATIONS,
    .name = "operations",
    .title = "Operations",
    .digit = '5',
    .create = operations_create,
    .destroy = operations_destroy,
    .refresh = operations_refresh,
    .draw = operations_draw,
    .update = operations_update,
    .keymap = operations_keymap,
    .state = operations_state,
    .copy = operations_copy,
    .command_line = operations_command_line,
    .filter = operations_filter,
    .set_filter = operations_set_filter,
    .group = operations_group,
};
