// The page of a region-level operation: its groups in the order they are moved, each with its own operation. Enter
// goes on to what is next to be read there, T proposes again what was not moved.
#include "view/whole.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/region.h"
#include "view/ask.h"
#include "view/badge.h"
#include "view/frame.h"
#include "view/lines.h"
#include "view/list.h"
#include "view/screens.h"

enum { COLUMN_GROUP, COLUMN_STATE, COLUMN_SIGNED, COLUMN_YOU, COLUMN_TO, COLUMN_ID };
enum { ACTION_OPEN = 1, ACTION_HOLD, ACTION_RETRY, ACTION_RESUME, ACTION_WITHDRAW };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "open",
     "Opens the group's statement while it waits for sign-offs, else its operation.", 0},
    {ACTION_HOLD, "hold", "H", "HOLD ALL", "Stops every one of them. Any operator, no form.", 0},
    {ACTION_RETRY, "retry", "T", "retry the rest",
     "Proposes again what was not moved, or exercised; asks why it will work.", BIND_CHANGES},
    {ACTION_RESUME, "resume", "U", "resume all", "Lets them go on after a hold; asks why.",
     BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw all", "Takes back what has not begun; asks why.",
     BIND_CHANGES},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_GROUP] = {"GROUP", 24, 12, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_STATE] = {"STATE", 27, 20, 0, ALIGN_LEFT, 0},
    [COLUMN_SIGNED] = {"SIGNED", 6, 6, 1, ALIGN_LEFT, 0},
    [COLUMN_YOU] = {"YOU", 8, 8, 1, ALIGN_LEFT, 0},
    [COLUMN_TO] = {"TO, OR WHY NOT", 30, 14, 2, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_ID] = {"ID", 20, 12, 3, ALIGN_LEFT, 0},
};

typedef struct {
    List list; // first; rows: const Member *
    char *object;
    Dialog *ask; // NULL = closed
} Whole;

// ---- what others say too ----

// Its members that need no (further) sign-off: signed, under way, or ended.
static guint whole_signed(const Operation *parent, const Picture *picture)
{
    guint count = 0;
    for (guint i = 0; i < parent->members->len; i++) {
        const Member *member = parent->members->pdata[i];
        const Operation *child = picture_operation(picture, member->operation);
        count += member->operation &&
                 (child ? child->state != OPERATION_AWAITING : member->state != OPERATION_AWAITING);
    }
    return count;
}

char *whole_part(const Operation *operation, const Picture *picture)
{
    const Operation *parent = picture_operation(picture, operation->parent);
    if (!parent)
        return NULL;
    return g_strdup_printf("%s of all of %s: %u of %u signed", operation_word(parent),
                           picture_title(picture, parent->region), whole_signed(parent, picture),
                           parent->members->len);
}

Effect whole_open(const Operation *operation)
{
    return effect_open(operation->region ? SCREEN_WHOLE : SCREEN_OPERATION, operation->id);
}

// ---- the table ----

static const Operation *whole_of(const Whole *view, const ViewContext *context)
{
    const Operation *operation = picture_operation(context->picture, view->object);
    return operation && operation->region ? operation : NULL;
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = ((const Member *)((List *)data)->rows->pdata[index])->group;
}

static void state_cell(const Member *member, const Operation *child, TableCell *cell)
{
    Operation stands_for = {.state = member->state};
    Badge badge = badge_operation(child ? child : &stands_for);
    if (member->operation)
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
    else
        table_cell_state(cell, GLYPH_DASH, ROLE_WARN, "left out");
}

static void you_cell(const Operation *child, const Picture *picture, TableCell *cell)
{
    if (operation_wants_me(child, picture))
        table_cell_state(cell, GLYPH_SIGN, ROLE_WARN, "sign");
    else if (operation_signed_by(child, picture->me.name))
        table_cell_state(cell, GLYPH_UP, ROLE_OK, "signed");
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const Picture *picture = list->context->picture;
    const Member *member = list->rows->pdata[index];
    const Operation *child = picture_operation(picture, member->operation);
    switch (column) {
    case COLUMN_GROUP:
        table_cell_printf(cell, ROLE_TITLE, "%s", member->group);
        break;
    case COLUMN_STATE:
        state_cell(member, child, cell);
        break;
    case COLUMN_SIGNED:
        if (child && child->statement)
            table_cell_printf(cell, ROLE_NORMAL, "%u of %u", quorum_given(child),
                              child->statement->approvals);
        break;
    case COLUMN_YOU:
        if (child)
            you_cell(child, picture, cell);
        break;
    case COLUMN_TO:
        table_cell_printf(cell, member->why ? ROLE_WARN : ROLE_NORMAL, "%s",
                          member->why ? member->why
                          : child     ? picture_title(picture, child->to)
                                      : "");
        break;
    default:
        table_cell_printf(cell, ROLE_DIM, "%s", member->operation ? member->operation : "");
    }
}

static const ListKind KIND = {
    .title = "Region-level operation",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = model_row,
    .cell = model_cell,
    .none_matches = "No group matches.",
    .none = "There is no such operation in the picture. Esc leads back.",
};

// ---- life ----

static gpointer whole_create(void)
{
    Whole *view = g_new0(Whole, 1);
    list_init(&view->list, &KIND);
    return view;
}

static void whole_destroy(gpointer state)
{
    Whole *view = state;
    list_release(&view->list);
    dialog_free(view->ask);
    g_free(view->object);
    g_free(view);
}

static void whole_open_object(gpointer state, const char *object)
{
    Whole *view = state;
    g_clear_pointer(&view->ask, dialog_free);
    g_free(view->object);
    view->object = g_strdup(object);
    view->list.version = 0;
}

static void whole_refresh(gpointer state, const ViewContext *context)
{
    Whole *view = state;
    const Operation *operation = whole_of(view, context);
    if (!list_begin(&view->list, context))
        return;
    for (guint i = 0; operation && i < operation->members->len; i++)
        g_ptr_array_add(view->list.rows, operation->members->pdata[i]);
}

static int draw_head(const Operation *operation, const ViewContext *context, const Canvas *canvas)
{
    Badge badge = badge_operation(operation);
    char age[16];
    calm_age_format(operation->proposed_ms, context->now_ms, age);
    Lines lines = {canvas, 1, 0};
    lines_say(&lines, badge.role | STYLE_BOLD, "%s · %s of all of %s · %u of %u signed, %u %s",
              badge.word, operation_word(operation),
              picture_title(context->picture, operation->region),
              whole_signed(operation, context->picture), operation->members->len,
              region_moved(operation), region_word(operation));
    if (operation->why)
        lines_say(&lines, ROLE_NORMAL, "%s", operation->why);
    lines_say(&lines, ROLE_DIM, "proposed by %s %s ago: %s", operation->proposer, age,
              operation->reason ? operation->reason : "");
    return lines.y;
}

static void whole_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    enum { TABLE_MIN = 3 };
    Whole *view = state;
    const Operation *operation = whole_of(view, context);
    Rect rest = canvas_rect(canvas);
    Canvas head = canvas_sub(canvas, rect_make(0, 0, rest.width, MAX(rest.height - TABLE_MIN, 1)));
    if (operation)
        rect_cut_top(&rest, draw_head(operation, context, &head));
    Canvas table = canvas_sub(canvas, rest);
    list_draw(&view->list, context, &table);
    dialog_draw(view->ask, context, canvas);
}

// ---- keys ----

static bool can_retry(const Operation *operation)
{
    for (guint i = 0; i < operation->members->len; i++)
        if (member_is_left(operation->members->pdata[i]))
            return true;
    return false;
}

static Effect open_member(Whole *view, const ViewContext *context)
{
    const Member *member = list_selected(&view->list, context);
    const Operation *child = member ? picture_operation(context->picture, member->operation) : NULL;
    if (!child)
        return effect_message("%s", member && member->why ? member->why
                                                          : "It has no operation of its own.");
    return effect_open(child->state == OPERATION_AWAITING ? SCREEN_STATEMENT : SCREEN_OPERATION,
                       child->id);
}

static Effect open_ask(Whole *view, const ViewContext *context, const Operation *operation,
                       const char *verb)
{
    const char *no = ask_refusal(verb, context, operation);
    if (no)
        return effect_message("%s: %s", verb, no);
    if (strcmp(verb, "retry") == 0 && !can_retry(operation))
        return effect_message("There is nothing to retry: all of it is done, or under way.");
    view->ask = ask_new(verb, operation, 0);
    return effect_of(EFFECT_REDRAW);
}

static Effect whole_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                           const Binding *binding)
{
    static const char *const VERBS[] = {
        [ACTION_RETRY] = "retry", [ACTION_RESUME] = "resume", [ACTION_WITHDRAW] = "withdraw"};
    Whole *view = state;
    const Operation *operation = whole_of(view, context);
    int action = binding ? binding->action : 0;
    if (view->ask && !key_is_mouse(key))
        return dialog_key(&view->ask, context, key);
    if (!operation || action == 0 || action >= TABLE_UP)
        return list_key(&view->list, context, key, binding);
    if (action == ACTION_OPEN)
        return open_member(view, context);
    return action == ACTION_HOLD ? ask_hold(context, operation)
                                 : open_ask(view, context, operation, VERBS[action]);
}

static BindingState whole_state(gpointer state, const ViewContext *context, const Binding *binding)
{
    const Whole *view = state;
    const Operation *operation = whole_of(view, context);
    bool open = operation && region_open(operation);
    switch (view->ask ? 0 : binding->action) {
    case ACTION_HOLD:
        return open && !operation->held ? BINDING_ON : BINDING_HIDDEN;
    case ACTION_RESUME:
        return open && operation->held ? BINDING_ON : BINDING_HIDDEN;
    case ACTION_WITHDRAW:
        return open ? BINDING_ON : BINDING_HIDDEN;
    case ACTION_RETRY:
        return operation && can_retry(operation) ? BINDING_ON : BINDING_HIDDEN;
    default:
        return BINDING_ON;
    }
}

static const Keymap *whole_keymap(gpointer state)
{
    const Whole *view = state;
    return view->ask ? dialog_keymap(view->ask) : view->list.keys;
}

static bool whole_captures(gpointer state)
{
    return ((Whole *)state)->ask != NULL;
}

static bool whole_is_dirty(gpointer state)
{
    return dialog_is_dirty(((const Whole *)state)->ask);
}

static char *whole_command_line(gpointer state, const ViewContext *context)
{
    const Operation *operation = whole_of(state, context);
    return operation
               ? g_strdup_printf(operation_has_ended(operation) ? "signalbox operations show %s"
                                                                : "signalbox watch %s",
                                 operation->id)
               : NULL;
}

static const char *whole_group(gpointer state, const ViewContext *context)
{
    const Member *member = list_selected(state, context);
    return member ? member->group : NULL;
}

const Screen WHOLE_SCREEN = {
    .id = SCREEN_WHOLE,
    .parent = SCREEN_OPERATIONS,
    .name = "whole",
    .title = "Region-level",
    .create = whole_create,
    .destroy = whole_destroy,
    .refresh = whole_refresh,
    .draw = whole_draw,
    .update = whole_update,
    .keymap = whole_keymap,
    .state = whole_state,
    .open = whole_open_object,
    .captures = whole_captures,
    .is_dirty = whole_is_dirty,
    .copy = list_copy,
    .command_line = whole_command_line,
    .group = whole_group,
};
