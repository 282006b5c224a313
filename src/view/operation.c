// One operation: what happens now, how long it may take, what was lost, and every step with its driver's own
// words. The keys that intervene ask first; the report is the whole story as Markdown.
#include "view/screens.h"

#include <string.h>

#include "model/report.h"
#include "model/transition.h"
#include "view/ask.h"
#include "view/lines.h"
#include "view/operation-text.h"
#include "view/page.h"
#include "view/steps.h"

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

typedef struct {
    Page page;    // the report
    Keymap *keys; // of the steps
    Steps *steps;
    Dialog *ask; // NULL = closed
    bool report;
    bool place; // the cursor is to be put on the step that matters
} OperationView;

static gpointer operation_create(void)
{
    OperationView *view = g_new0(OperationView, 1);
    page_init(&view->page, "Report", REPORT_KEYS, G_N_ELEMENTS(REPORT_KEYS));
    view->keys = keymap_new("Operation");
    keymap_add(view->keys, BINDINGS, G_N_ELEMENTS(BINDINGS));
    keymap_add(view->keys, table_bindings, TABLE_BINDINGS);
    view->steps = steps_new();
    return view;
}

static void operation_destroy(gpointer state)
{
    OperationView *view = state;
    page_release(&view->page);
    keymap_free(view->keys);
    steps_free(view->steps);
    dialog_free(view->ask);
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
    g_clear_pointer(&view->ask, dialog_free);
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

static void operation_refresh(gpointer state, const ViewContext *context)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (operation && view->place)
        steps_place(view->steps, operation);
    view->place = view->place && !operation;
    if (operation && view->report)
        fill_report(view, operation, context);
}

// ---- drawing ----

static void draw_steps(OperationView *view, const ViewContext *context, const Operation *operation,
                       const Canvas *canvas)
{
    Rect rest = canvas_rect(canvas);
    Canvas head = canvas_sub(canvas, rect_make(0, 0, rest.width, MAX(rest.height - STEPS_MIN, 1)));
    rect_cut_top(&rest, operation_text_draw(operation, context, &head));
    Canvas below = canvas_sub(canvas, rest);
    steps_draw(view->steps, operation, context->now_ms, &below);
}

static void operation_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation) {
        Lines lines = {canvas, 1, MIN(1, canvas->height - 1)};
        lines_say(&lines, ROLE_UNKNOWN, "There is no operation %s in the picture. Esc leads back.",
                  view->page.object ? view->page.object : "yet");
        return;
    }
    if (view->report)
        pager_draw(view->page.pager, canvas);
    else
        draw_steps(view, context, operation, canvas);
    dialog_draw(view->ask, context, canvas);
}

// ---- keys ----

static Effect open_ask(OperationView *view, const ViewContext *context, const Operation *operation,
                       const char *verb)
{
    const Step *step = steps_selected(view->steps, operation);
    bool of_step =
        strcmp(verb, "retry") == 0 || strcmp(verb, "skip") == 0 || strcmp(verb, "confirm") == 0;
    const char *no = ask_refusal(verb, context, operation);
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

static Effect open_review(OperationView *view, const ViewContext *context,
                          const Operation *operation)
{
    const SignOff *signoff = due_review(operation);
    const char *no = ask_refusal("review", context, operation);
    if (no || !signoff)
        return effect_message("review: %s", no ? no : "None is due.");
    if (g_strcmp0(signoff->operator_name, context->picture->me.name) == 0)
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
    switch (action) {
    case ACTION_HOLD:
        return ask_hold(context, operation);
    case ACTION_STATEMENT:
        return effect_open(SCREEN_STATEMENT, operation->id);
    case ACTION_AGAIN:
        return ask_again(context, operation);
    case ACTION_REVIEW:
        return open_review(view, context, operation);
    case ACTION_REPORT:
    case ACTION_CLOSE:
        view->report = !view->report;
        pager_reset(view->page.pager);
        if (view->report)
            fill_report(view, operation, context);
        return effect_of(EFFECT_REDRAW);
    default:
        return (guint)action < G_N_ELEMENTS(VERBS) && VERBS[action]
                   ? open_ask(view, context, operation, VERBS[action])
                   : effect_of(EFFECT_NONE);
    }
}

static Effect operation_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return effect_of(EFFECT_NONE);
    if (view->ask && !key_is_mouse(key))
        return dialog_key(&view->ask, context, key);
    if (view->report && (key_is_mouse(key) || (binding && binding->action >= PAGER_UP)))
        return page_key(&view->page, key, binding);
    if (steps_key(view->steps, operation, key, binding))
        return effect_of(EFFECT_REDRAW);
    return binding ? act(view, context, operation, binding->action) : effect_of(EFFECT_NONE);
}

static const Keymap *operation_keymap(gpointer state)
{
    const OperationView *view = state;
    return view->ask ? dialog_keymap(view->ask) : view->report ? view->page.keys : view->keys;
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
        return ask_may_again(operation) ? BINDING_ON : BINDING_HIDDEN;
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
    return dialog_is_dirty(((const OperationView *)state)->ask);
}

static char *operation_copy_row(gpointer state, const ViewContext *context)
{
    OperationView *view = state;
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return NULL;
    const Step *step = steps_selected(view->steps, operation);
    if (view->report)
        return write_report(operation, context);
    return step ? g_strdup_printf("%s step %u: %s (%s) %s", operation->id, step->number,
                                  step->title, word_of(&STEP_STATE_NAMES, (int)step->state),
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
