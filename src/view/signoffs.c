// Screen 4: what waits for a sign-off, mine first, what expires soonest before the rest. Enter opens the statement.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/frame.h"
#include "view/operation-row.h"
#include "view/whole.h"

enum {
    COLUMN_WHAT,
    COLUMN_FROM,
    COLUMN_LOSS,
    COLUMN_SIGNED,
    COLUMN_YOU,
    COLUMN_EXPIRES,
    COLUMN_ID
};
enum { ACTION_OPEN = 1 };

static const Binding BINDINGS[] = {
    {ACTION_OPEN, "open", "enter", "read", "Opens the statement to be read and signed.", 0},
};

static const TableColumn COLUMNS[] = {
    [COLUMN_WHAT] = {"WHAT", 24, 14, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_FROM] = {"FROM → TO", 30, 26, 3, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_LOSS] = {"LOSS", 9, 7, 0, ALIGN_LEFT, 0},
    [COLUMN_SIGNED] = {"SIGNED", 6, 6, 1, ALIGN_LEFT, 0},
    [COLUMN_YOU] = {"YOU", 10, 10, 1, ALIGN_LEFT, 0},
    [COLUMN_EXPIRES] = {"EXPIRES", 7, 7, 0, ALIGN_RIGHT, 0},
    [COLUMN_ID] = {"ID", 20, 12, 4, ALIGN_LEFT, 0},
};

static bool is_queued(const Operation *operation)
{
    return !operation->region &&
           (operation_act(operation) || operation->state == OPERATION_AWAITING ||
            (operation->state == OPERATION_RUNNING && operation->phase == PHASE_HOLDING));
}

// Mine first, then what expires first.
static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
    const Operation x = operation_ballot(*(Operation *const *)a),
                    y = operation_ballot(*(Operation *const *)b);
    const Picture *picture = data;
    int mine = (int)operation_wants_me(&y, picture) - (int)operation_wants_me(&x, picture);
    return mine ? mine : (x.expires_ms > y.expires_ms) - (x.expires_ms < y.expires_ms);
}

static void signoffs_refresh(gpointer state, const ViewContext *context)
{
    List *list = state;
    const Picture *picture = context->picture;
    if (!list_begin(list, context))
        return;
    for (guint i = 0; i < picture_count(picture, SHELF_OPERATIONS); i++) {
        Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        if (is_queued(operation) && operation_row_matches(operation, &list->filter))
            g_ptr_array_add(list->rows, operation);
    }
    g_ptr_array_sort_with_data(list->rows, compare, (gpointer)picture);
}

static void loss_cell(const Operation *operation, TableCell *cell)
{
    const Statement *s = operation->statement;
    char bound[16];
    if (!s || !s->loss_known) {
        table_cell_printf(cell, ROLE_ALARM, "UNKNOWN");
        return;
    }
    duration_format_up(s->loss_ms, bound);
    if (s->loss_ms > 0)
        table_cell_printf(cell, ROLE_ALARM, "≤ %s", bound);
    else
        table_cell_printf(cell, statement_loses(s) ? ROLE_WARN : ROLE_OK, "none");
}

static void you_cell(const Operation *operation, const Picture *picture, TableCell *cell)
{
    if (operation->phase == PHASE_HOLDING)
        table_cell_state(cell, GLYPH_PAUSE, ROLE_WARN, "H holds");
    else if (quorum_must_look_again(operation, picture->me.name))
        table_cell_state(cell, GLYPH_SIGN, ROLE_ALARM, "AGAIN");
    else if (operation_wants_me(operation, picture))
        table_cell_state(cell, GLYPH_SIGN, ROLE_WARN, "sign");
    else if (operation_signed_by(operation, picture->me.name))
        table_cell_state(cell, GLYPH_UP, ROLE_OK, "signed");
    else
        table_cell_state(cell, GLYPH_NONE, ROLE_DIM, "others");
}

static void expires_cell(const Operation *operation, gint64 now_ms, TableCell *cell)
{
    bool holding = operation->phase == PHASE_HOLDING;
    gint64 at_ms = holding ? operation->hold_until_ms : operation->expires_ms;
    char left[16];
    left_format(at_ms, now_ms, left);
    table_cell_printf(cell, holding || at_ms - now_ms < 5 * 60 * 1000 ? ROLE_WARN : ROLE_NORMAL,
                      "%s", holding && at_ms <= now_ms ? "starts" : left);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const List *list = data;
    const ViewContext *context = list->context;
    const Operation ballot = operation_ballot(list->rows->pdata[index]), *operation = &ballot;
    const Act *act = operation_act(operation);
    switch (column) {
    case COLUMN_WHAT:
        if (act)
            table_cell_printf(cell, ROLE_TITLE, "%s %s", word_of(&ACT_NAMES, (int)act->kind),
                              operation->group);
        else
            operation_row_what(operation, ROLE_TITLE, cell);
        break;
    case COLUMN_FROM:
        operation_row_from(operation, context->picture, cell);
        break;
    case COLUMN_LOSS:
        loss_cell(operation, cell);
        break;
    case COLUMN_SIGNED:
        table_cell_printf(cell, ROLE_NORMAL, "%u of %u", quorum_given(operation),
                          operation->statement ? operation->statement->approvals : 0);
        break;
    case COLUMN_YOU:
        you_cell(operation, context->picture, cell);
        break;
    case COLUMN_EXPIRES:
        expires_cell(operation, context->now_ms, cell);
        break;
    default:
        operation_row_id(operation, cell);
    }
}

static const ListKind KIND = {
    .title = "Sign-offs",
    LIST_TABLES(BINDINGS, COLUMNS),
    .row = operation_row,
    .cell = model_cell,
    .none_matches = "Nothing that waits matches the filter: / changes it.",
    .none = "Nothing waits for a sign-off. 2 and F propose a failover; 5 shows operations.",
};

static gpointer signoffs_create(void)
{
    return list_new(&KIND);
}

static int put_line(const Canvas *canvas, int y, const char *label, Style style, const char *text)
{
    enum { LABEL = 6 };
    cells_put(canvas, 1, y, ROLE_DIM, label);
    return cells_put_wrapped(canvas, rect_make(LABEL, y, canvas->width - LABEL, canvas->height - y),
                             style, text);
}

// What the selected statement is about, before it is opened.
static void draw_preview(const Operation *operation, const Picture *picture, const Canvas *canvas)
{
    const Statement *s = operation->statement;
    cells_rule(canvas, rect_make(0, 0, canvas->width, 1), ROLE_BORDER, operation->id);
    if (!s)
        return;
    int y = put_line(canvas, 1, "MOVE", ROLE_NORMAL, s->summary);
    y = put_line(canvas, y, "WHY", ROLE_NORMAL, s->why);
    g_autofree char *part = whole_part(operation, picture);
    y = put_line(canvas, y, "LOSS", statement_loses(s) ? ROLE_ALARM : ROLE_OK,
                 s->loss_how ? s->loss_how : "nobody says how much");
    if (part)
        put_line(canvas, y, "PART", ROLE_NORMAL, part);
}

static void signoffs_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    enum { PREVIEW = 8, PREVIEW_MIN_HEIGHT = 14 };
    Rect rest = canvas_rect(canvas);
    Rect below = rect_cut_bottom(&rest, rest.height >= PREVIEW_MIN_HEIGHT ? PREVIEW : 0);
    Canvas table = canvas_sub(canvas, rest), preview = canvas_sub(canvas, below);
    list_draw(state, context, &table);
    const Operation *operation = list_selected(state, context);
    if (operation && below.height) {
        const Operation ballot = operation_ballot(operation);
        draw_preview(&ballot, context->picture, &preview);
    }
}

static Effect signoffs_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                              const Binding *binding)
{
    const Operation *operation = list_selected(state, context);
    if (binding && binding->action == ACTION_OPEN)
        return operation ? effect_open(SCREEN_STATEMENT, operation->id)
                         : effect_message("Nothing waits here.");
    return list_key(state, context, key, binding);
}

static char *signoffs_command_line(gpointer state, const ViewContext *context)
{
    (void)state, (void)context;
    return g_strdup("signalbox signoffs");
}

const Screen SIGNOFFS_SCREEN = {
    .id = SCREEN_SIGNOFFS,
    .name = "signoffs",
    .title = "Sign-offs",
    .digit = '4',
    .create = signoffs_create,
    .destroy = list_free,
    .refresh = signoffs_refresh,
    .draw = signoffs_draw,
    .update = signoffs_update,
    .keymap = list_keymap,
    .copy = list_copy,
    .command_line = signoffs_command_line,
    .filter = list_filter,
    .set_filter = list_set_filter,
    .group = operation_row_group,
};
