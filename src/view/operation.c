// One operation: what happens now, how long it may take, what was lost, and every step with its driver's own
// words. The keys that intervene ask first; the report is the whole story as Markdown.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "model/progress.h"
#include "model/report.h"
#include "model/transition.h"
#include "view/ask.h"
#include "view/badge.h"
#include "view/page.h"
#include "widget/table.h"

enum { COLUMN_STEP, COLUMN_STATE, COLUMN_TIME, COLUMN_USUAL, COLUMN_SIDE, COLUMN_TRIES };
enum {
    ACTION_STATEMENT = 1,
    ACTION_HOLD,
    ACTION_REPORT,
    ACTION_CLOSE,
    ACTION_RETRY,
    ACTION_SKIP,
    ACTION_CONFIRM,
    ACTION_ABORT,
    ACTION_RESUME,
    ACTION_START,
    ACTION_WITHDRAW,
    ACTION_AGAIN,
    ACTION_REVIEW,
};

static const Binding BINDINGS[] = {
    {ACTION_HOLD, "hold", "H", "HOLD", "Stops before the next step. Any operator, no form.", 0},
    {ACTION_CONFIRM, "confirm", "C", "confirm step",
     "Says that the manual step under the cursor is done; asks how you know.", BIND_CHANGES},
    {ACTION_RETRY, "retry", "T", "retry", "Does what failed again; asks why it will work.",
     BIND_CHANGES},
    {ACTION_SKIP, "skip", "S", "skip",
     "Asks that the failed or waiting step be left out; approvers sign it.", BIND_CHANGES},
    {ACTION_ABORT, "abort", "X", "abort",
     "Asks that it be undone, and holds it; approvers sign it. Not past the point of no return.",
     BIND_CHANGES},
    {ACTION_REVIEW, "review", "V", "close review",
     "Closes the review of what was signed alone; somebody else than its giver.", BIND_CHANGES},
    {ACTION_RESUME, "resume", "U", "resume", "Lets it go on after a hold; asks why.", BIND_CHANGES},
    {ACTION_START, "start", "N", "start now", "Does not wait for the end of the hold window.",
     BIND_CHANGES},
    {ACTION_STATEMENT, "statement", "enter", "statement", "Goes to what is (or was) signed.", 0},
    {ACTION_REPORT, "report", "r", "report", "Shows the whole story as Markdown; y copies it.", 0},
    {ACTION_AGAIN, "again", "P", "propose again", "Proposes the same again.", BIND_CHANGES},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw", "Takes the proposal back; asks why.",
     BIND_CHANGES},
};

static const Binding REPORT_KEYS[] = {
    {ACTION_CLOSE, "close", "r esc q", "steps", "Goes back to the steps.", 0},
};

enum { STEP_MIN = 18, STEP_MIN_WIDE = 38, WIDE = 60 };

static const TableColumn COLUMNS[] = {
    [COLUMN_STEP] = {"STEP", 48, STEP_MIN, 0, ALIGN_LEFT, COLUMN_GROW},
    [COLUMN_STATE] = {"STATE", 18, 11, 0, ALIGN_LEFT, 0},
    [COLUMN_TIME] = {"TIME/LIMIT", 11, 11, 1, ALIGN_RIGHT, 0},
    [COLUMN_USUAL] = {"USUALLY", 7, 7, 2, ALIGN_RIGHT, 0},
    [COLUMN_SIDE] = {"SIDE", 9, 9, 3, ALIGN_LEFT, 0},
    [COLUMN_TRIES] = {"TRIES", 5, 5, 4, ALIGN_RIGHT, 0},
};

typedef struct {
    Page page;    // the report
    Keymap *keys; // of the steps
    Table *steps;
    Ask *ask; // NULL = closed
    bool report;
    bool place;                 // the cursor is to be put on the step that matters
    const ViewContext *context; // during a call
    const Operation *operation; // during a call
} OperationView;

static gpointer operation_create(void)
{
    OperationView *view = g_new0(OperationView, 1);
    page_init(&view->page, "Report", REPORT_KEYS, G_N_ELEMENTS(REPORT_KEYS));
    view->keys = keymap_new("Operation");
    keymap_add(view->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    keymap_add(view->keys, table_bindings, TABLE_BINDINGS);
    view->steps = table_new(COLUMNS, G_N_ELEMENTS(COLUMNS), 0);
    return view;
}

static void operation_destroy(gpointer state)
{
    OperationView *view = state;
    page_release(&view->page);
    keymap_free(view->keys);
    table_free(view->steps);
    ask_free(view->ask);
    g_free(view);
}

// "ID", or "ID/report": its report at once.
static void operation_open(gpointer state, const char *object)
{
    OperationView *view = state;
    bool report = object && g_str_has_suffix(object, "/report");
    g_autofree char *id =
        report ? g_strndup(object, strlen(object) - strlen("/report")) : g_strdup(object);
    if (g_strcmp0(view->page.object, id) != 0) {
        view->report = false;
        view->place = true;
    }
    view->report = view->report || report;
    g_clear_pointer(&view->ask, ask_free);
    page_open(&view->page, id);
}

static const Operation *operation_of(const OperationView *view, const ViewContext *context)
{
    return picture_operation(context->picture, view->page.object);
}

static const char *title_of(const char *location, gpointer picture)
{
    return picture_title(picture, location);
}

// The whole story, written here: the picture has all of it. The caller frees.
static char *write_report(const Operation *operation, const ViewContext *context)
{
    gpointer picture = (gpointer)context->picture;
    g_autoptr(Report) report = report_new(operation, context->now_ms, title_of, picture);
    for (guint i = 0; operation->region && i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        const Operation *part =
            member->operation ? picture_operation(picture, member->operation) : NULL;
        if (part)
            report_add_part(report, report_new(part, context->now_ms, title_of, picture));
    }
    return report_markdown(report);
}

static void fill_report(OperationView *view, const Operation *operation, const ViewContext *context)
{
    g_autofree char *text = write_report(operation, context);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    pager_begin(view->page.pager);
    for (char **line = lines; *line; line++)
        pager_text(view->page.pager, g_str_has_prefix(*line, "#") ? ROLE_TITLE : ROLE_NORMAL,
                   *line);
}

static const char *step_id(const Step *step)
{
    return step->key ? step->key : step->title;
}

// Failed ones first, then what waits for a person, then what runs.
static void place_cursor(OperationView *view, const Operation *operation)
{
    static const StepState ORDER[] = {STEP_FAILED, STEP_WAITING, STEP_UNKNOWN, STEP_INTENT,
                                      STEP_PENDING};
    view->place = false;
    for (guint k = 0; k < G_N_ELEMENTS(ORDER); k++)
        for (guint i = 0; i < operation->steps->len; i++) {
            const Step *step = operation->steps->pdata[i];
            if (step->state == ORDER[k]) {
                table_select(view->steps, step_id(step));
                return;
            }
        }
}

static void operation_refresh(gpointer state, const ViewContext *context)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (operation && view->place)
        place_cursor(view, operation);
    if (operation && view->report)
        fill_report(view, operation, context);
}

// ---- the steps' table ----

static gsize model_count(gpointer data)
{
    return ((OperationView *)data)->operation->steps->len;
}

static const Step *step_at(const OperationView *view, gsize index)
{
    return view->operation->steps->pdata[index];
}

static void model_row(gpointer data, gsize index, TableRow *ret_row)
{
    ret_row->id = step_id(step_at(data, index));
}

// Titles may repeat; a step's place does not change.
static gsize model_find(gpointer data, const char *id)
{
    const OperationView *view = data;
    for (guint i = 0; i < view->operation->steps->len; i++) {
        if (g_strcmp0(step_id(step_at(view, i)), id) == 0)
            return i;
    }
    return G_MAXSIZE;
}

// Of the steps that give the role away the first is the point of no return.
static bool is_point(const Operation *operation, const Step *step)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *other = operation->steps->pdata[i];
        if (other->grants)
            return other == step;
    }
    return false;
}

static void state_cell(const Step *step, gint64 now_ms, TableCell *cell)
{
    Badge badge = badge_step(step);
    StepPace pace = step_pace(step, now_ms);
    if (pace == PACE_STUCK)
        table_cell_state(cell, GLYPH_ALARM, ROLE_WARN, "STUCK");
    else if (pace == PACE_OVER_LIMIT)
        table_cell_state(cell, GLYPH_ALARM, ROLE_ALARM, "OVER LIMIT");
    else
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
}

static void time_cell(const Step *step, gint64 now_ms, TableCell *cell)
{
    char elapsed[16], limit[16];
    gint64 ms = step_elapsed(step, now_ms);
    duration_format(step->ended_ms ? ms : ms / 1000 * 1000, elapsed);
    duration_format(step->limit_ms, limit);
    table_cell_printf(cell, step_pace(step, now_ms) ? ROLE_WARN : ROLE_NORMAL, "%s/%s",
                      step->started_ms ? elapsed : "-", limit);
}

static void model_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const OperationView *view = data;
    const Step *step = step_at(view, index);
    gint64 now_ms = view->context->now_ms;
    char usual[16];
    switch (column) {
    case COLUMN_STEP:
        table_cell_printf(cell, is_point(view->operation, step) ? ROLE_WARN : ROLE_NORMAL, "%u %s",
                          step->number, step->title);
        break;
    case COLUMN_STATE:
        state_cell(step, now_ms, cell);
        break;
    case COLUMN_TIME:
        time_cell(step, now_ms, cell);
        break;
    case COLUMN_USUAL:
        duration_format(step->usual_ms, usual);
        table_cell_printf(cell, ROLE_DIM, "%s", step->usual_ms ? usual : "?");
        break;
    case COLUMN_SIDE:
        table_cell_printf(cell, ROLE_DIM, "%s", name_of(&SIDE_NAMES, (int)step->side));
        break;
    default:
        table_cell_printf(cell, step->attempts > 1 ? ROLE_WARN : ROLE_DIM, "%u", step->attempts);
    }
}

static TableModel model_of(OperationView *view, const ViewContext *context,
                           const Operation *operation)
{
    view->context = context;
    view->operation = operation;
    return (TableModel){.count = model_count,
                        .row = model_row,
                        .cell = model_cell,
                        .find = model_find,
                        .data = view,
                        .empty = "The plan of this operation has no steps."};
}

static const Step *selected_step(OperationView *view, const ViewContext *context,
                                 const Operation *operation)
{
    TableModel model = model_of(view, context, operation);
    gsize index = table_index(view->steps, &model);
    return index < operation->steps->len ? operation->steps->pdata[index] : NULL;
}

// ---- drawing ----

// Wraps `text` into lines from `y` on, at most to the canvas's end. Returns the line behind it.
static int put_text(const Canvas *canvas, int y, Style style, const char *text)
{
    return cells_put_wrapped(canvas, rect_make(1, y, canvas->width - 1, canvas->height - y), style,
                             text);
}

static int put_format(const Canvas *canvas, int y, Style style, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static int put_format(const Canvas *canvas, int y, Style style, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return put_text(canvas, y, style, text);
}

static int draw_state(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation *op = view->operation;
    Badge badge = badge_operation(op);
    char left[16];
    cells_glyph(canvas, 1, y, badge.role, badge.glyph);
    Canvas text = canvas_sub(canvas, rect_make(2, 0, canvas->width - 2, canvas->height));
    Style style = op->kind == OPERATION_DRILL ? (Style)ROLE_DRILL : badge.role | STYLE_BOLD;
    y = put_format(&text, y, style, "%s · %s %s · %s → %s%s%s", badge.word, operation_word(op),
                   op->group, picture_title(view->context->picture, op->from),
                   picture_title(view->context->picture, op->to),
                   op->past_pnr && !operation_has_ended(op) ? " · past the point of no return" : "",
                   operation_has_turned(op) && !operation_has_ended(op) ? " · on its way home"
                                                                        : "");
    if (op->state == OPERATION_RUNNING && op->phase == PHASE_HOLDING) {
        left_format(op->hold_until_ms, view->context->now_ms, left);
        y = put_format(canvas, y, ROLE_ALARM | STYLE_REVERSE | STYLE_BOLD,
                       " [ H ]  HOLD   the first step begins %s%s ",
                       op->hold_until_ms > view->context->now_ms ? "in " : "now",
                       op->hold_until_ms > view->context->now_ms ? left : "");
    }
    return op->why ? put_format(canvas, y, ROLE_WARN, "%s", op->why) : y;
}

static int draw_clock(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation *op = view->operation;
    gint64 now_ms = view->context->now_ms, stop_ms = operation_clock_stop(op);
    gint64 left_ms = operation_left_usually(op, now_ms);
    char rto[16], used[16], forecast[16];
    if (!op->detected_ms)
        return y;
    gint64 used_ms = (stop_ms ? stop_ms : now_ms) - op->detected_ms;
    duration_format(op->rto_ms, rto);
    duration_format(stop_ms ? used_ms : used_ms / 1000 * 1000, used);
    duration_format((used_ms + left_ms) / 1000 * 1000, forecast);
    Role role = used_ms > op->rto_ms ? ROLE_ALARM : ROLE_NORMAL;
    if (operation_has_ended(op) && !op->started_ms)
        return put_format(canvas, y, role, "RTO %s: ended after %s, before anything moved", rto,
                          used);
    if (stop_ms)
        return put_format(canvas, y, role, "RTO %s: %s after %s", rto,
                          used_ms > op->rto_ms ? "MISSED" : "kept", used);
    if (op->state == OPERATION_AWAITING)
        return put_format(canvas, y, role, "RTO %s: %s used; nothing moves before the sign-offs",
                          rto, used);
    return put_format(canvas, y, role, "RTO %s: %s used, forecast %s (as usual)", rto, used,
                      left_ms < 0 ? "unknown" : forecast);
}

static void append_count(GString *out, const char *what, gint64 count)
{
    if (count < 0)
        g_string_append_printf(out, "%s%s not known", out->len ? ", " : "", what);
    else
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT " %s", out->len ? ", " : "", count, what);
}

static int draw_losses(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation *op = view->operation;
    const Losses *lost = &op->lost;
    if (!op->started_ms || operation_is_rehearsal(op))
        return y;
    if (!operation_has_ended(op) && lost->transactions < 0 && lost->abandoned_runs < 0 &&
        lost->missed_recurrences < 0)
        return put_text(canvas, y, ROLE_DIM, "lost: not counted yet");
    GString *out = g_string_new(NULL);
    append_count(out, "transactions", lost->transactions);
    append_count(out, "runs abandoned", lost->abandoned_runs);
    append_count(out, "recurrences missed", lost->missed_recurrences);
    bool harm = lost->transactions > 0 || lost->abandoned_runs > 0 || lost->missed_recurrences > 0;
    y = put_format(canvas, y, harm ? ROLE_WARN : ROLE_NORMAL, "lost: %s", out->str);
    g_string_free(out, TRUE);
    for (guint i = 0; i < op->exceptions->len; i++)
        y = put_format(canvas, y, ROLE_WARN, "exception: %s",
                       (const char *)op->exceptions->pdata[i]);
    return y;
}

static int draw_origin(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation *op = view->operation;
    char age[16], left[16];
    calm_age_format(op->proposed_ms, view->context->now_ms, age);
    left_format(op->expires_ms, view->context->now_ms, left);
    guint needed = op->statement ? op->statement->approvals : 0;
    g_autofree char *signed_ = needed ? g_strdup_printf("%u of %u signed", quorum_given(op), needed)
                                      : g_strdup("no sign-off needed");
    y = put_format(canvas, y, ROLE_DIM, "proposed by %s %s ago: %s · %s · epoch %" G_GINT64_FORMAT,
                   op->proposer, age, op->reason ? op->reason : "", signed_, op->epoch);
    if (op->state == OPERATION_AWAITING)
        y = put_format(canvas, y, ROLE_WARN, "expires in %s", left);
    return y;
}

// An act that waits, and a broken glass: both want somebody.
static int draw_acts(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation ballot = operation_ballot(view->operation);
    const Act *act = operation_act(view->operation);
    if (act)
        y = put_format(canvas, y, ROLE_WARN | STYLE_BOLD,
                       "%s: %u of %u signed, asked for by %s: %s · enter reads and signs it",
                       act->statement ? act->statement->confirm : "an act", quorum_given(&ballot),
                       act->statement ? act->statement->approvals : 0, act->by, act->reason);
    for (guint i = 0; i < ballot.signoffs->len; i++) {
        const SignOff *signoff = ballot.signoffs->pdata[i];
        if (signoff_review_is_due(signoff))
            y = put_format(canvas, y, ROLE_ALARM | STYLE_BOLD,
                           "BREAK-GLASS: %s alone signed it: %s · a review is due: V closes it",
                           signoff->operator_name, signoff->reason ? signoff->reason : "");
    }
    return y;
}

// The way home: from the first minute, not only when somebody asks.
static int draw_homecoming(const OperationView *view, const Canvas *canvas, int y)
{
    const GroupStatus *group = picture_group(view->context->picture, view->operation->group);
    if (!group || !group->failback.applies || !group->failback.how)
        return y;
    bool price = group->failback.discarded != 0;
    return put_format(canvas, y, price ? ROLE_WARN : ROLE_NORMAL, "way home: %s",
                      group->failback.how);
}

static int draw_window(const OperationView *view, const Canvas *canvas, int y)
{
    const Operation *op = view->operation;
    const GroupStatus *group = picture_group(view->context->picture, op->group);
    char left[16];
    bool open = group && group->rollback_until_ms > view->context->now_ms &&
                (op->state == OPERATION_COMPLETED || op->state == OPERATION_COMPLETED_EXCEPTIONS);
    if (!open)
        return y;
    left_format(group->rollback_until_ms, view->context->now_ms, left);
    return put_format(canvas, y, ROLE_NORMAL, "the way back stays prepared for %s: B proposes it",
                      left);
}

static void draw_step(const Step *step, bool is_point, const Canvas *canvas)
{
    Badge badge = badge_step(step);
    char usual[16], p95[16];
    g_autofree char *title = g_strdup_printf("step %u · %s", step->number, badge.word);
    cells_rule(canvas, rect_make(0, 0, canvas->width, 1), ROLE_BORDER, title);
    int y = put_text(canvas, 1, ROLE_NORMAL, step->title ? step->title : "");
    if (step->task)
        y = put_format(canvas, y, ROLE_TITLE, "“%s”", step->task);
    if (step->who)
        y = put_format(canvas, y, ROLE_NORMAL, "%s does it (%s)", step->who,
                       name_of(&SIDE_NAMES, (int)step->side));
    if (step->detail)
        y = put_format(canvas, y, badge.role == ROLE_DIM ? ROLE_NORMAL : (Style)badge.role, "%s",
                       step->detail);
    if (step->how)
        y = put_format(canvas, y, ROLE_NORMAL, "known by: %s",
                       name_of(&ATTEST_NAMES, (int)step->how));
    duration_format(step->usual_ms, usual);
    duration_format(step->usual_p95_ms, p95);
    put_format(canvas, y, ROLE_DIM, "%s%s%s%s%s%s%s%s%s%s%s",
               step->best_effort ? "best effort · " : "",
               is_point ? "the point of no return · " : "", step->by ? "by " : "",
               step->by ? step->by : "", step->ticket && *step->ticket ? ", " : "",
               step->ticket ? step->ticket : "", step->by ? " · " : "",
               step->usual_ms ? "usually " : "no usual duration known", step->usual_ms ? usual : "",
               step->usual_p95_ms ? ", 95 of 100 within " : "", step->usual_p95_ms ? p95 : "");
}

// Where there is room, columns go before the steps' titles are cut.
static void set_columns(OperationView *view, int width)
{
    TableColumn columns[G_N_ELEMENTS(COLUMNS)];
    memcpy(columns, COLUMNS, sizeof columns);
    columns[COLUMN_STEP].min_width = width < WIDE ? STEP_MIN : STEP_MIN_WIDE;
    table_set_columns(view->steps, columns, G_N_ELEMENTS(columns));
}

static void draw_steps(OperationView *view, const ViewContext *context, const Operation *operation,
                       const Canvas *canvas)
{
    enum { DETAIL = 5, TABLE_MIN = 3 };
    Rect rest = canvas_rect(canvas);
    TableModel model = model_of(view, context, operation);
    Canvas head = canvas_sub(canvas, rect_make(0, 0, rest.width, MAX(rest.height - TABLE_MIN, 1)));
    int y = draw_state(view, &head, 0);
    y = draw_acts(view, &head, y);
    y = draw_clock(view, &head, y);
    y = draw_losses(view, &head, y);
    y = draw_window(view, &head, y);
    y = draw_homecoming(view, &head, y);
    y = draw_origin(view, &head, y);
    rect_cut_top(&rest, y);
    bool room = rest.height >= DETAIL + TABLE_MIN + 1;
    Rect detail = rect_cut_bottom(&rest, room ? DETAIL : 0);
    Canvas table = canvas_sub(canvas, rest);
    set_columns(view, canvas->width);
    table_draw(view->steps, &model, &table);
    const Step *step = selected_step(view, context, operation);
    Canvas below = canvas_sub(canvas, detail);
    if (step && room)
        draw_step(step, is_point(operation, step), &below);
}

static void operation_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation) {
        put_format(canvas, MIN(1, canvas->height - 1), ROLE_UNKNOWN,
                   "There is no operation %s in the picture. Esc leads back.",
                   view->page.object ? view->page.object : "yet");
        return;
    }
    if (view->report)
        pager_draw(view->page.pager, canvas);
    else
        draw_steps(view, context, operation, canvas);
    if (view->ask)
        ask_draw(view->ask, context, canvas);
}

// ---- keys ----

static Effect open_ask(OperationView *view, const Operation *operation, const char *verb)
{
    const Step *step = selected_step(view, view->context, operation);
    bool of_step =
        strcmp(verb, "retry") == 0 || strcmp(verb, "skip") == 0 || strcmp(verb, "confirm") == 0;
    const char *no = ask_refusal(verb, view->context, operation);
    if (no)
        return effect_message("%s: %s", verb, no);
    bool watched = step && step->side == SIDE_PROVIDER && step->state == STEP_INTENT;
    if (strcmp(verb, "confirm") == 0 && (!step || (step->state != STEP_WAITING && !watched)))
        return effect_message("Move the cursor to a step that waits for you.");
    if (strcmp(verb, "skip") == 0 &&
        (!step || (step->state != STEP_FAILED && step->state != STEP_WAITING)))
        return effect_message("Move the cursor to a step that failed, or that waits for a person.");
    if ((strcmp(verb, "skip") == 0 || strcmp(verb, "abort") == 0) && operation_act(operation))
        return effect_message("An act waits for its sign-offs already: enter reads it.");
    view->ask = ask_new(
        verb, operation,
        of_step && step && (step->state == STEP_FAILED || step->state == STEP_WAITING || watched)
            ? step->number
            : 0);
    return effect_of(EFFECT_REDRAW);
}

static const SignOff *due_review(const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++)
        if (signoff_review_is_due(operation->signoffs->pdata[i]))
            return operation->signoffs->pdata[i];
    return NULL;
}

static Effect open_review(OperationView *view, const Operation *operation)
{
    const SignOff *signoff = due_review(operation);
    const char *no = ask_refusal("review", view->context, operation);
    if (no || !signoff)
        return effect_message("review: %s", no ? no : "None is due.");
    if (g_strcmp0(signoff->operator_name, view->context->picture->me.name) == 0)
        return effect_message("You broke the glass: somebody else closes the review.");
    view->ask = ask_new_signoff("review", operation, signoff);
    return effect_of(EFFECT_REDRAW);
}

static Effect act(OperationView *view, const ViewContext *context, const Operation *operation,
                  int action)
{
    static const char *const VERBS[] = {
        [ACTION_RETRY] = "retry",      [ACTION_SKIP] = "skip",     [ACTION_CONFIRM] = "confirm",
        [ACTION_ABORT] = "abort",      [ACTION_RESUME] = "resume", [ACTION_START] = "start",
        [ACTION_WITHDRAW] = "withdraw"};
    view->context = context;
    view->operation = operation;
    switch (action) {
    case ACTION_HOLD:
        return ask_hold(context, operation);
    case ACTION_STATEMENT:
        return effect_open(SCREEN_STATEMENT, operation->id);
    case ACTION_AGAIN:
        return ask_again(context, operation);
    case ACTION_REVIEW:
        return open_review(view, operation);
    case ACTION_REPORT:
    case ACTION_CLOSE:
        view->report = !view->report;
        pager_reset(view->page.pager);
        if (view->report)
            fill_report(view, operation, context);
        return effect_of(EFFECT_REDRAW);
    default:
        return (guint)action < G_N_ELEMENTS(VERBS) && VERBS[action]
                   ? open_ask(view, operation, VERBS[action])
                   : effect_of(EFFECT_NONE);
    }
}

static Effect ask_keys(OperationView *view, const ViewContext *context, const KeyEvent *key,
                       const Binding *binding)
{
    Effect effect = ask_key(view->ask, context, key, binding);
    if (effect.kind == EFFECT_BACK || effect.kind == EFFECT_COMMAND || effect.kind == EFFECT_SIGN)
        g_clear_pointer(&view->ask, ask_free);
    if (effect.kind == EFFECT_BACK)
        effect.kind = EFFECT_REDRAW;
    return effect;
}

static Effect operation_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return effect_of(EFFECT_NONE);
    if (view->ask && !key_is_mouse(key))
        return ask_keys(view, context, key, binding);
    TableModel model = model_of(view, context, operation);
    if (view->report && (key_is_mouse(key) || (binding && binding->action >= PAGER_UP)))
        return page_key(&view->page, key, binding);
    if (key_is_mouse(key))
        return effect_of(table_mouse(view->steps, &model, key) ? EFFECT_REDRAW : EFFECT_NONE);
    if (binding && table_act(view->steps, &model, binding->action) != TABLE_NOT_MINE)
        return effect_of(EFFECT_REDRAW);
    return binding ? act(view, context, operation, binding->action) : effect_of(EFFECT_NONE);
}

static const Keymap *operation_keymap(gpointer state)
{
    const OperationView *view = state;
    return view->ask ? ask_keymap(view->ask) : view->report ? view->page.keys : view->keys;
}

static bool has_step(const Operation *operation, StepState state)
{
    for (guint i = 0; i < operation->steps->len; i++)
        if (((const Step *)operation->steps->pdata[i])->state == state)
            return true;
    return false;
}

// A provider is waited for, whose work is watched: who hears of it sooner may confirm it.
static bool is_watching(const Operation *operation)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->side == SIDE_PROVIDER && step->state == STEP_INTENT)
            return true;
    }
    return false;
}

static BindingState operation_state(gpointer state, const ViewContext *context,
                                    const Binding *binding)
{
    static const struct {
        int action;
        OperationEvent event;
    } EVENTS[] = {{ACTION_RETRY, EVENT_RETRY},
                  {ACTION_SKIP, EVENT_SKIP},
                  {ACTION_START, EVENT_START},
                  {ACTION_WITHDRAW, EVENT_WITHDRAW},
                  {ACTION_HOLD, EVENT_HOLD}};
    const OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    bool ended = !operation || operation_has_ended(operation);
    if (view->ask || view->report || binding->action >= TABLE_UP)
        return BINDING_ON;
    if (!operation)
        return BINDING_HIDDEN;
    if (binding->action == ACTION_RESUME || binding->action == ACTION_HOLD)
        return !ended && operation->held == (binding->action == ACTION_RESUME) ? BINDING_ON
                                                                               : BINDING_HIDDEN;
    if (binding->action == ACTION_AGAIN)
        return ended ? BINDING_ON : BINDING_HIDDEN;
    if (binding->action == ACTION_REVIEW)
        return due_review(operation) ? BINDING_ON : BINDING_HIDDEN;
    // A step that waits can be left out; one that runs cannot.
    if (binding->action == ACTION_SKIP && operation->state == OPERATION_RUNNING)
        return has_step(operation, STEP_WAITING) ? BINDING_ON : BINDING_HIDDEN;
    if (binding->action == ACTION_CONFIRM)
        return has_step(operation, STEP_WAITING) || is_watching(operation) ? BINDING_ON
                                                                           : BINDING_HIDDEN;
    // Past the point of no return the key stays in sight, greyed: who presses it is told why.
    if (binding->action == ACTION_ABORT)
        return ended || operation->state == OPERATION_AWAITING ? BINDING_HIDDEN
               : transition_allows(operation, EVENT_ABORT)     ? BINDING_ON
                                                               : BINDING_GREYED;
    for (guint i = 0; i < G_N_ELEMENTS(EVENTS); i++)
        if (EVENTS[i].action == binding->action)
            return transition_allows(operation, EVENTS[i].event) ? BINDING_ON : BINDING_HIDDEN;
    return BINDING_ON;
}

static bool operation_captures(gpointer state)
{
    return ((OperationView *)state)->ask != NULL;
}

static bool operation_is_dirty(gpointer state)
{
    const OperationView *view = state;
    return view->ask && ask_is_dirty(view->ask);
}

static char *operation_copy_row(gpointer state, const ViewContext *context)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return NULL;
    const Step *step = selected_step(view, context, operation);
    if (view->report)
        return write_report(operation, context);
    return step ? g_strdup_printf("%s step %u: %s (%s) %s", operation->id, step->number,
                                  step->title, name_of(&STEP_STATE_NAMES, (int)step->state),
                                  step->detail ? step->detail : "")
                : g_strdup(operation->id);
}

static char *operation_command_line(gpointer state, const ViewContext *context)
{
    const OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return NULL;
    return g_strdup_printf(view->report                     ? "signalbox report %s"
                           : operation_has_ended(operation) ? "signalbox operations show %s"
                                                            : "signalbox watch %s",
                           operation->id);
}

static const char *operation_group(gpointer state, const ViewContext *context)
{
    const Operation *operation = operation_of(state, context);
    return operation ? operation->group : NULL;
}

const Screen OPERATION_SCREEN = {
    .id = SCREEN_OPERATION,
    .parent = SCREEN_OPERATIONS,
    .name = "operation",
    .title = "Operation",
    .create = operation_create,
    .destroy = operation_destroy,
    .refresh = operation_refresh,
    .draw = operation_draw,
    .update = operation_update,
    .keymap = operation_keymap,
    .state = operation_state,
    .open = operation_open,
    .captures = operation_captures,
    .is_dirty = operation_is_dirty,
    .copy = operation_copy_row,
    .command_line = operation_command_line,
    .group = operation_group,
};
