// Screen 5: what is under way first, then everything that has ended, newest first; nothing disappears.
#include "view/screens.h"

#include "base/timefmt.h"
#include "view/ask.h"
#include "view/badge.h"
#include "view/operation-row.h"
#include "view/whole.h"
#include "model/region.h"
#include "model/progress.h"

enum { COLUMN_WHAT, COLUMN_STATE, COLUMN_STEPS, COLUMN_WHEN, COLUMN_TIME, COLUMN_FROM, COLUMN_ID };
enum { ACTION_OPEN = 1, ACTION_HOLD, ACTION_AGAIN, ACTION_REPORT };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "open", "Opens the operation: steps, clock, losses.", 0},
    {ACTION_HOLD, "hold", "H", "HOLD", "Stops before the next step. Any operator, no form.", 0},
    {ACTION_REPORT, "report", "r", "report", "Opens the operation's whole story.", 0},
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

static int compare(gconstpointer a, gconstpointer b)
{
    const Operation *x = *(Operation *const *)a, *y = *(Operation *const *)b;
    int ended = (int)operation_has_ended(x) - (int)operation_has_ended(y);
    return ended ? ended : (x->proposed_ms < y->proposed_ms) - (x->proposed_ms > y->proposed_ms);
}

// The parts of a region-level operation stand below it, in the order they are moved.
static void nest(GPtrArray *rows, const Picture *picture)
{
    g_autoptr(GPtrArray) flat = g_ptr_array_copy(rows, NULL, NULL);
    g_ptr_array_set_size(rows, 0);
    for (guint i = 0; i < flat->len; i++) {
        Operation *operation = flat->pdata[i];
        const Operation *parent = picture_operation(picture, operation->parent);
        if (parent && g_ptr_array_find(flat, parent, NULL))
            continue;
        g_ptr_array_add(rows, operation);
        for (guint j = 0; j < operation->members->len; j++) {
            const Member *member = operation->members->pdata[j];
            gpointer child = picture_get(picture, SHELF_OPERATIONS, member->operation);
            if (child && g_ptr_array_find(flat, child, NULL))
                g_ptr_array_add(rows, child);
        }
        // Earlier ones of a group that was proposed again come last.
        for (guint j = 0; j < flat->len; j++) {
            const Operation *child = flat->pdata[j];
            const Member *member = operation_member(operation, child->group);
            if (g_strcmp0(child->parent, operation->id) == 0 &&
                (!member || g_strcmp0(member->operation, child->id) != 0))
                g_ptr_array_add(rows, flat->pdata[j]);
        }
    }
}

static void operations_refresh(gpointer state, const ViewContext *context)
{
    List *list = state;
    const Picture *picture = context->picture;
    if (!list_begin(list, context))
        return;
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++)
        if (operation_row_matches(picture_at(picture, SHELF_OPERATIONS, i), &list->filter))
            g_ptr_array_add(list->rows, picture_at(picture, SHELF_OPERATIONS, i));
    g_ptr_array_sort(list->rows, compare);
    nest(list->rows, picture);
}

// From its first step; what was waited for before that is not its work, but counts against the RTO.
static void time_cell(const Operation *operation, gint64 now_ms, TableCell *cell)
{
    gint64 stop_ms = operation_clock_stop(operation), end_ms = stop_ms ? stop_ms : now_ms;
    char took[16];
    if (!operation->started_ms)
        return;
    duration_format(MAX(end_ms - operation->started_ms, (gint64)0) / 1000 * 1000, took);
    bool over = operation->rto_ms && operation->detected_ms &&
                end_ms - operation->detected_ms > operation->rto_ms;
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
        if (picture_operation(context->picture, operation->parent))
            table_cell_printf(cell, ended ? ROLE_NORMAL : ROLE_TITLE, "  → %s", operation->group);
        else
            operation_row_what(operation, ended ? ROLE_NORMAL : ROLE_TITLE, cell);
        break;
    case COLUMN_STATE:
        state_cell(operation, cell);
        break;
    case COLUMN_STEPS:
        table_cell_printf(cell, ROLE_NORMAL, "%u/%u",
                          operation->region ? region_moved(operation)
                                            : operation_done_steps(operation),
                          operation->region ? operation->members->len : operation->steps->len);
        break;
    case COLUMN_WHEN:
        calm_age_format(operation->proposed_ms, context->now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    case COLUMN_TIME:
        time_cell(operation, context->now_ms, cell);
        break;
    case COLUMN_FROM:
        operation_row_from(operation, context->picture, cell);
        break;
    default:
        operation_row_id(operation, cell);
    }
}

static const ListKind KIND = {
    .title = "Operations",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = operation_row,
    .cell = model_cell,
    .none_matches = "No operation matches the filter: / changes it.",
    .none = "No operation yet. F on screen 2 proposes a failover of the selected group.",
};

static gpointer operations_create(void)
{
    return list_new(&KIND);
}

static void operations_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    list_draw(state, context, canvas);
}

static Effect operations_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                                const Binding *binding)
{
    const Operation *operation = list_selected(state, context);
    int action = binding ? binding->action : 0;
    if (action == ACTION_OPEN || action == ACTION_HOLD || action == ACTION_AGAIN) {
        if (!operation)
            return effect_message("There is no operation here.");
        return action == ACTION_OPEN   ? whole_open(operation)
               : action == ACTION_HOLD ? ask_hold(context, operation)
                                       : ask_again(context, operation);
    }
    if (action == ACTION_REPORT) {
        if (!operation)
            return effect_message("There is no operation here.");
        g_autofree char *object = g_strconcat(operation->id, "/report", NULL);
        return effect_open(SCREEN_OPERATION, object);
    }
    return list_key(state, context, key, binding);
}

static BindingState operations_state(gpointer state, const ViewContext *context,
                                     const Binding *binding)
{
    const Operation *operation = list_selected(state, context);
    if (binding->action == ACTION_HOLD)
        return operation && !operation_has_ended(operation) && !operation->held ? BINDING_ON
                                                                                : BINDING_HIDDEN;
    if (binding->action == ACTION_AGAIN)
        return operation && ask_may_again(operation) ? BINDING_ON : BINDING_HIDDEN;
    return BINDING_ON;
}

static char *operations_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox operations");
}

const Screen OPERATIONS_SCREEN = {
    .id = SCREEN_OPERATIONS,
    .name = "operations",
    .title = "Operations",
    .digit = '5',
    .create = operations_create,
    .destroy = list_free,
    .refresh = operations_refresh,
    .draw = operations_draw,
    .update = operations_update,
    .keymap = list_keymap,
    .state = operations_state,
    .copy = list_copy,
    .command_line = operations_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
    .group = operation_row_group,
};
