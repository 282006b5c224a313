// The page where a failover is read and signed. Everything that a signer must know is on it, with its age; what
// does not fit must have been paged through before the form opens; when the statement changes under
// the reader it says what changed and must be read again. The hold key needs no form.
#include "view/screens.h"

#include <string.h>

#include "model/transition.h"
#include "view/ask.h"
#include "view/badge.h"
#include "view/evidence.h"
#include "view/frame.h"
#include "view/page.h"
#include "view/signform.h"
#include "view/statement-text.h"

enum {
    ACTION_SIGN = 1,
    ACTION_REJECT,
    ACTION_HOLD,
    ACTION_RESUME,
    ACTION_START,
    ACTION_WITHDRAW,
    ACTION_TAKE_BACK,
    ACTION_ATTEST,
    ACTION_FACTS,
    ACTION_OPERATION,
};

static const Binding BINDINGS[] = {
    {ACTION_SIGN, "sign", "enter", "write sign-off",
     "Opens the form, once everything here was on the screen.", BIND_CHANGES},
    {ACTION_HOLD, "hold", "H", "HOLD", "Stops before the next step. Any operator, no form.", 0},
    {ACTION_REJECT, "reject", "X", "reject", "Ends the proposal; asks why.", BIND_CHANGES},
    {ACTION_RESUME, "resume", "U", "resume", "Lets it go on after a hold; asks why.", BIND_CHANGES},
    {ACTION_START, "start", "N", "start now", "Does not wait for the end of the hold window.",
     BIND_CHANGES},
    {ACTION_FACTS, "facts", "e", "evidence", "Shows or hides the single facts of the evidence.", 0},
    {ACTION_OPERATION, "steps", "o", "operation", "Goes to the operation's page.", 0},
    {ACTION_WITHDRAW, "withdraw", "W", "withdraw", "Takes the proposal back; asks why.",
     BIND_CHANGES},
    {ACTION_ATTEST, "attest", "M", "attest",
     "Says that the old primary is off, and how you know; asks for both.", BIND_CHANGES},
    {ACTION_TAKE_BACK, "take-back", "K", "take sign-off back",
     "Takes your own sign-off back, before the point of no return; asks why.", BIND_CHANGES},
};

typedef struct {
    Page page;
    SignForm *form; // NULL = closed
    Dialog *ask;    // NULL = closed
    char *digest;   // of the statement on the page
    char *read;     // digest of the statement that was on the screen whole
    bool facts;
    Operation ballot; // what may be signed now: borrowed, made anew at each look
} StatementView;

static gpointer statement_create(void)
{
    StatementView *view = g_new0(StatementView, 1);
    page_init(&view->page, "Statement", BINDINGS, G_N_ELEMENTS(BINDINGS));
    return view;
}

static void close_forms(StatementView *view)
{
    g_clear_pointer(&view->form, sign_form_free);
    g_clear_pointer(&view->ask, dialog_free);
}

static void statement_destroy(gpointer state)
{
    StatementView *view = state;
    close_forms(view);
    page_release(&view->page);
    g_free(view->digest);
    g_free(view->read);
    g_free(view);
}

// As an operation whose statement is the one to be signed: an open act's before the operation's own.
static const Operation *operation_of(StatementView *view, const ViewContext *context)
{
    const Operation *operation = picture_operation(context->picture, view->page.object);
    if (!operation)
        return NULL;
    view->ballot = operation_ballot(operation);
    return &view->ballot;
}

static void statement_open(gpointer state, const char *object)
{
    StatementView *view = state;
    close_forms(view);
    if (g_strcmp0(view->page.object, object) != 0)
        view->facts = false;
    page_open(&view->page, object);
}

static void follow_form(StatementView *view, const ViewContext *context, const Operation *operation)
{
    if (!sign_form_sync(view->form, context, operation))
        close_forms(view);
}

// Another statement begins at its top and must be read again.
static void take_statement(StatementView *view, const ViewContext *context)
{
    const Operation *operation = operation_of(view, context);
    if (!operation)
        return;
    if (view->form)
        follow_form(view, context, operation);
    if (g_strcmp0(view->digest, operation->digest) == 0)
        return;
    g_free(view->digest);
    view->digest = g_strdup(operation->digest);
    pager_reset(view->page.pager);
}

static void statement_refresh(gpointer state, const ViewContext *context)
{
    StatementView *view = state;
    const Operation *operation = operation_of(view, context);
    take_statement(view, context);
    if (operation) {
        statement_text_fill(&view->page, context, operation, view->facts);
        return;
    }
    pager_begin(view->page.pager);
    page_say(&view->page, ROLE_UNKNOWN, "There is no operation %s in the picture. Esc leads back.",
             view->page.object ? view->page.object : "yet");
}

// ---- what stands above the text ----

typedef struct {
    const Canvas *canvas;
    int y, most; // lines used, lines there are for notices
} Notices;

static void put_notice(Notices *notices, Style style, const char *text)
{
    gsize size = strlen(text), done = 0;
    const Canvas *canvas = notices->canvas;
    while (done < size && notices->y < notices->most) {
        gsize n = cells_wrap(canvas, text + done, size - done, MAX(canvas->width, 1));
        cells_fill(canvas, rect_make(0, notices->y, canvas->width, 1), style, GLYPH_NONE);
        cells_put_n(canvas, 0, notices->y++, style, text + done, n);
        done += n;
    }
}

static void notice_fates(Notices *notices, const StatementView *view, const ViewContext *context)
{
    static const struct {
        Style style;
        const char *word;
    } LOOKS[] = {
        [SENT_UNDERWAY] = {ROLE_WARN, "sent"},
        [SENT_UNKNOWN] = {ROLE_ALARM | STYLE_BOLD, "UNKNOWN, still asking"},
        [SENT_RECORDED] = {ROLE_OK | STYLE_BOLD, "recorded"},
        [SENT_REFUSED] = {ROLE_WARN | STYLE_BOLD, "REFUSED, it counts for nothing"},
        [SENT_LOST] = {ROLE_ALARM | STYLE_BOLD, "NEVER ARRIVED, it counts for nothing"},
    };
    bool told[2] = {false}; // a newer answer: what came to nothing before it is history
    for (guint i = 0; i < context->sent_count; i++) {
        const SentSignOff *sent = &context->sent[i];
        bool nothing = sent->state == SENT_REFUSED || sent->state == SENT_LOST;
        char age[16];
        if (g_strcmp0(sent->operation, view->page.object) != 0 || (nothing && told[sent->reject]))
            continue;
        told[sent->reject] = nothing || sent->state == SENT_RECORDED;
        age_format(sent->at_ms, context->local_ms, age);
        const char *word = LOOKS[sent->state].word, *words = sent->text ? sent->text : "";
        bool said = g_str_has_prefix(words, word); // the backend's receipt begins with it
        g_autofree char *text =
            g_strdup_printf("Your %s (%s ago): %s%s%s", sent->reject ? "reject" : "sign-off", age,
                            said ? "" : word, said || !*words ? "" : ". ", words);
        put_notice(notices, LOOKS[sent->state].style, text);
    }
}

static void notice_hold(Notices *notices, const ViewContext *context, const Operation *operation)
{
    Style loud = ROLE_ALARM | STYLE_REVERSE | STYLE_BOLD;
    char left[16];
    if (operation->held && !operation_has_ended(operation)) {
        put_notice(notices, loud,
                   " HELD: no new step begins. U resumes (a signer, with a reason).");
        return;
    }
    if (operation->phase != PHASE_HOLDING || operation->state != OPERATION_RUNNING)
        return;
    bool tall = notices->most >= 6;
    left_format(operation->hold_until_ms, context->now_ms, left);
    bool due = operation->hold_until_ms <= context->now_ms;
    g_autofree char *text =
        due ? g_strdup("  [ H ]  HOLD    the first step begins now")
            : g_strdup_printf("  [ H ]  HOLD    the first step begins in %s", left);
    if (tall)
        put_notice(notices, loud, " ");
    put_notice(notices, loud, text);
    if (tall)
        put_notice(notices, loud, " ");
}

static void notice_change(Notices *notices, const Operation *operation)
{
    if (!operation->changed || operation->state != OPERATION_AWAITING)
        return;
    g_autofree char *text = g_strdup_printf("CHANGED (statement %u): %s.",
                                            operation->statement_version, operation->changed);
    put_notice(notices, ROLE_CHANGED | STYLE_BOLD, text);
}

static void notice_silence(Notices *notices, const ViewContext *context, const Operation *operation)
{
    if (operation->state == OPERATION_AWAITING &&
        frame_is_stale(context->picture, context->local_ms))
        put_notice(notices, ROLE_ALARM | STYLE_BOLD,
                   "STALE: signing is closed until the backend is heard again.");
}

static int draw_notices(const StatementView *view, const ViewContext *context,
                        const Operation *operation, const Canvas *canvas)
{
    Notices notices = {canvas, 0, MAX(canvas->height / 2, 1)};
    notice_hold(&notices, context, operation);
    notice_silence(&notices, context, operation);
    notice_fates(&notices, view, context);
    notice_change(&notices, operation);
    return notices.y;
}

// ---- drawing ----

// Beside the mode word, which always keeps its place.
static char *tag_of(const Operation *operation, int width)
{
    const char *word = badge_operation(operation).word;
    char digest[16];
    digest_short(operation->digest, digest);
    if (width < 60)
        return width < 44 ? NULL : g_strdup(word);
    return g_strdup_printf("%s · %s · %s", word, operation->id, digest);
}

static void draw_statement(StatementView *view, const ViewContext *context,
                           const Operation *operation, const Canvas *canvas, Rect at)
{
    Badge badge = badge_operation(operation);
    bool drill = operation->kind == OPERATION_DRILL;
    g_autofree char *tag = tag_of(operation, at.width);
    Style border = drill                                                           ? ROLE_DRILL
                   : context->picture->frame.production                            ? ROLE_PRODUCTION
                   : operation->statement && statement_loses(operation->statement) ? ROLE_WARN
                                                                                   : ROLE_BORDER;
    Canvas inside = cells_box(canvas, at,
                              &(BoxLook){.border = border,
                                         .title = statement_mode_word(operation),
                                         .title_style = border | STYLE_BOLD,
                                         .tag = tag,
                                         .tag_style = badge.role,
                                         .is_double = true});
    pager_draw(view->page.pager, &inside);
    if (pager_seen_all(view->page.pager) && g_strcmp0(view->read, operation->digest) != 0) {
        g_free(view->read);
        view->read = g_strdup(operation->digest);
    }
}

// The form below the text; where there is no room for both, the form alone.
static void draw_with_form(StatementView *view, const ViewContext *context,
                           const Operation *operation, const Canvas *canvas, Rect rest)
{
    Canvas inner = canvas_sub(canvas, rect_inset(canvas_rect(canvas), 1, 0));
    int height = sign_form_height(view->form, context, &inner);
    bool both = rest.height - height - 1 >= 4;
    Rect at = rect_cut_bottom(&rest, both ? height : rest.height);
    if (both) {
        Rect line = rect_cut_bottom(&rest, 1);
        g_autofree char *title = g_strdup_printf("%s · sign-off", statement_mode_word(operation));
        cells_rule(canvas, line, ROLE_WARN, title);
        draw_statement(view, context, operation, canvas, rest);
    }
    Canvas form = canvas_sub(canvas, rect_inset(at, 1, 0));
    sign_form_draw(view->form, context, &form);
}

static void statement_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    StatementView *view = state;
    const Operation *operation = operation_of(view, context);
    Rect rest = canvas_rect(canvas);
    if (!operation) {
        pager_draw(view->page.pager, canvas);
        return;
    }
    rect_cut_top(&rest, draw_notices(view, context, operation, canvas));
    if (view->form)
        draw_with_form(view, context, operation, canvas, rest);
    else
        draw_statement(view, context, operation, canvas, rest);
    dialog_draw(view->ask, context, canvas);
}

// ---- keys ----

static bool is_read(const StatementView *view, const Operation *operation)
{
    return g_strcmp0(view->read, operation->digest) == 0;
}

static Effect open_form(StatementView *view, const ViewContext *context, const Operation *operation)
{
    g_autofree char *no = sign_refusal(context, operation);
    if (no)
        return effect_message("%s", no);
    if (!is_read(view, operation)) {
        pager_show_unseen(
            view->page.pager); // whoever jumped to the end does not know what was left out
        return effect_message("Read it to its end first: this was not on the screen yet (space).");
    }
    view->form = sign_form_new(operation, context->mono_ms);
    pager_act(view->page.pager, PAGER_FIRST); // what matters most stands above the form
    return effect_of(operation->statement->signature == SIGNATURE_OFF ? EFFECT_REDRAW
                                                                      : EFFECT_KEYS);
}

static Effect open_ask(StatementView *view, const ViewContext *context, const Operation *operation,
                       const char *verb)
{
    const char *no = ask_refusal(verb, context, operation);
    if (no)
        return effect_message("%s: %s", verb, no);
    view->ask = ask_new(verb, operation, 0);
    return effect_of(EFFECT_REDRAW);
}

static Effect open_take_back(StatementView *view, const ViewContext *context,
                             const Operation *operation)
{
    const SignOff *mine = operation_approval_of(operation, context->picture->me.name);
    const char *no = ask_refusal("take-back", context, operation);
    if (no)
        return effect_message("take back: %s", no);
    if (!mine)
        return effect_message("You have not signed this: there is nothing to take back.");
    view->ask = ask_new_signoff("take-back", operation, mine);
    return effect_of(EFFECT_REDRAW);
}

static Effect act(StatementView *view, const ViewContext *context, const Operation *operation,
                  int action)
{
    switch (action) {
    case ACTION_SIGN:
        return open_form(view, context, operation);
    case ACTION_REJECT:
        return open_ask(view, context, operation, "reject");
    case ACTION_RESUME:
        return open_ask(view, context, operation, "resume");
    case ACTION_START:
        return open_ask(view, context, operation, "start");
    case ACTION_WITHDRAW:
        return open_ask(view, context, operation, "withdraw");
    case ACTION_ATTEST:
        return open_ask(view, context, operation, "attest");
    case ACTION_TAKE_BACK:
        return open_take_back(view, context, operation);
    case ACTION_HOLD:
        return ask_hold(context, operation);
    case ACTION_OPERATION:
        return effect_open(SCREEN_OPERATION, operation->id);
    case ACTION_FACTS:
        view->facts = !view->facts;
        statement_text_fill(&view->page, context, operation, view->facts);
        return effect_of(EFFECT_REDRAW);
    default:
        return effect_of(EFFECT_NONE);
    }
}

static Effect form_keys(StatementView *view, const ViewContext *context, const KeyEvent *key,
                        const Binding *binding)
{
    static const struct {
        KeyCode code;
        int action;
    } SCROLL[] = {{K_PAGE_DOWN, PAGER_PAGE_DOWN}, {K_PAGE_UP, PAGER_PAGE_UP}};
    for (guint i = 0; i < G_N_ELEMENTS(SCROLL); i++)
        if (key->code == SCROLL[i].code)
            return effect_of(pager_act(view->page.pager, SCROLL[i].action) ? EFFECT_REDRAW
                                                                           : EFFECT_NONE);
    if (view->ask)
        return dialog_key(&view->ask, context, key);
    Effect effect = sign_form_key(view->form, context, key, binding);
    if (effect.kind == EFFECT_BACK || (effect.kind == EFFECT_SIGN && !effect.text))
        close_forms(view);
    if (effect.kind == EFFECT_BACK)
        effect.kind = EFFECT_REDRAW;
    return effect;
}

static Effect statement_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                               const Binding *binding)
{
    StatementView *view = state;
    const Operation *operation = operation_of(view, context);
    take_statement(view, context);
    if (key_is_mouse(key))
        return page_key(&view->page, key, NULL);
    if (view->form || view->ask)
        return form_keys(view, context, key, binding);
    Effect effect = page_key(&view->page, key, binding);
    return effect.kind == EFFECT_NONE && operation && binding
               ? act(view, context, operation, binding->action)
               : effect;
}

static const Keymap *statement_keymap(gpointer state)
{
    const StatementView *view = state;
    return view->form  ? sign_form_keymap(view->form)
           : view->ask ? dialog_keymap(view->ask)
                       : view->page.keys;
}

// Nobody has proven that the old primary is off: a person may say so.
static bool is_attestable(const Operation *operation)
{
    const Statement *s = operation->statement;
    return operation->state == OPERATION_AWAITING && s && s->act == ACT_NONE &&
           !operation->planned &&
           (s->old_primary == OLD_UNCONFIRMED || operation->attested.how != ATTEST_NONE);
}

static BindingState statement_state(gpointer state, const ViewContext *context,
                                    const Binding *binding)
{
    static const struct {
        int action;
        OperationEvent event;
    } EVENTS[] = {{ACTION_SIGN, EVENT_APPROVED},
                  {ACTION_REJECT, EVENT_REJECT},
                  {ACTION_START, EVENT_START},
                  {ACTION_WITHDRAW, EVENT_WITHDRAW},
                  {ACTION_HOLD, EVENT_HOLD}};
    StatementView *view = state;
    const Operation *operation = operation_of(view, context);
    if (view->form || view->ask || binding->action >= PAGER_UP)
        return BINDING_ON;
    if (!operation)
        return BINDING_HIDDEN;
    if (binding->action == ACTION_RESUME)
        return operation->held && !operation_has_ended(operation) ? BINDING_ON : BINDING_HIDDEN;
    if (binding->action == ACTION_HOLD && operation->held)
        return BINDING_HIDDEN;
    bool act = operation->statement && operation->statement->act != ACT_NONE;
    if (act && binding->action == ACTION_START) // the operation's own, and it has begun
        return BINDING_HIDDEN;
    if (binding->action == ACTION_ATTEST)
        return is_attestable(operation) ? BINDING_ON : BINDING_HIDDEN;
    if (binding->action == ACTION_TAKE_BACK)
        return operation_approval_of(operation, context->picture->me.name) &&
                       !operation->past_pnr && !operation_has_ended(operation)
                   ? BINDING_ON
                   : BINDING_HIDDEN;
    for (guint i = 0; i < G_N_ELEMENTS(EVENTS); i++)
        if (EVENTS[i].action == binding->action && !transition_allows(operation, EVENTS[i].event))
            return BINDING_HIDDEN;
    // Whatever closes it is said beforehand: old evidence by FRESH, silence by a notice, the rest by the key.
    g_autofree char *no = binding->action == ACTION_SIGN ? sign_refusal(context, operation) : NULL;
    bool unread = binding->action == ACTION_SIGN && !is_read(view, operation);
    return no || unread ? BINDING_GREYED : BINDING_ON;
}

static bool statement_captures(gpointer state)
{
    return ((StatementView *)state)->form || ((StatementView *)state)->ask;
}

static bool statement_is_dirty(gpointer state)
{
    const StatementView *view = state;
    return (view->form && sign_form_is_dirty(view->form)) || dialog_is_dirty(view->ask);
}

static char *statement_copy_row(gpointer state, const ViewContext *context)
{
    const Operation *operation = operation_of(state, context);
    return operation
               ? g_strdup_printf("%s %s", operation->id, operation->digest ? operation->digest : "")
               : NULL;
}

static char *statement_command_line(gpointer state, const ViewContext *context)
{
    const Operation *operation = operation_of(state, context);
    if (!operation || !operation->statement)
        return NULL;
    return g_strdup_printf("signalbox signoff %s --approve --reason TEXT --confirm '%s'",
                           operation->id, operation->statement->confirm);
}

static const char *statement_group(gpointer state, const ViewContext *context)
{
    const Operation *operation = operation_of(state, context);
    return operation ? operation->group : NULL;
}

const Screen STATEMENT_SCREEN = {
    .id = SCREEN_STATEMENT,
    .parent = SCREEN_SIGNOFFS,
    .name = "statement",
    .title = "Statement",
    .create = statement_create,
    .destroy = statement_destroy,
    .refresh = statement_refresh,
    .draw = statement_draw,
    .update = statement_update,
    .keymap = statement_keymap,
    .state = statement_state,
    .open = statement_open,
    .captures = statement_captures,
    .is_dirty = statement_is_dirty,
    .copy = statement_copy_row,
    .command_line = statement_command_line,
    .group = statement_group,
};
