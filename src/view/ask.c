#include "view/ask.h"

#include <string.h>

#include "base/text.h"
#include "model/refusal.h"
#include "model/transition.h"
#include "widget/form.h"

enum { FIELD_REASON, FIELD_TICKET, FIELD_HOW, FIELDS };
enum { ACTION_SEND = 1, ACTION_NEXT, ACTION_LEAVE };
enum { REASON_MAX = 500, TICKET_MAX = 64, HOW_MAX = 16, BOX_WIDTH = 76 };

typedef struct {
    const char *verb;
    const char *title;
    const char *explains;
    RoleBit role;
    int event;        // that the operation must allow; -1: not asked
    const char *hint; // of the reason
    guint fields;
} Row;

static const Row ROWS[] = {
    {"resume", "RESUME", "Goes on with the next step. Only signers may.", ROLE_BIT_APPROVER,
     EVENT_RESUME, "why it may go on", 2},
    {"retry", "RETRY", "Does what failed again, with the same key: never twice.", ROLE_BIT_APPROVER,
     EVENT_RETRY, "why it will work now", 2},
    {"skip", "ASK TO SKIP", "Asks that it be left out for good. Approvers sign that on its own.",
     ROLE_BIT_OPERATOR, EVENT_SKIP, "why it can be left out", 2},
    {"abort", "ASK TO ABORT",
     "Asks that all be undone, step by step; it is held meanwhile. Approvers sign it.",
     ROLE_BIT_OPERATOR, EVENT_ABORT, "why it must not go on", 2},
    {"withdraw", "WITHDRAW", "Takes the proposal back. Nothing has moved yet.", ROLE_BIT_OPERATOR,
     EVENT_WITHDRAW, "why it is not needed", 2},
    {"start", "START NOW", "Does not wait for the end of the hold window.", ROLE_BIT_APPROVER,
     EVENT_START, "why it cannot wait", 2},
    {"confirm", "CONFIRM A STEP", "Says that the step was done by hand, with your name.",
     ROLE_BIT_OPERATOR, -1, "how you know that it is done", 2},
    {"attest", "ATTEST THAT THE OLD PRIMARY IS OFF",
     "Goes into the statement with your name. It then takes two signers.", ROLE_BIT_OPERATOR, -1,
     "what you saw", 3},
    {"take-back", "TAKE YOUR SIGN-OFF BACK", "It no longer counts. What has begun is held.",
     ROLE_BIT_APPROVER, -1, "why it must not count", 1},
    {"review", "CLOSE A REVIEW", "Says that you have looked at what was signed alone.",
     ROLE_BIT_APPROVER, -1, "what you found", 1},
    {"reject", "REJECT", "One reject ends the proposal; it can be proposed again.",
     ROLE_BIT_APPROVER, EVENT_REJECT, "why not", 2},
};

static const Binding KEYS[] = {
    {ACTION_SEND, "send", "ctrl-s", "send", "Sends it. Enter never does.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without doing anything.", 0},
};

static const Binding REJECT_KEYS[] = {
    {ACTION_SEND, "send", "ctrl-r", "reject", "Sends the reject. Enter never does.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without doing anything.", 0},
};

struct Ask {
    const Row *row;
    char *operation;
    char *group;
    char *digest;
    char *signoff; // that it is about; NULL
    guint step;
    guint count; // of fields
    FormField fields[FIELDS];
    Form *form;
    Keymap *keys;
};

static const Row *find_row(const char *verb)
{
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++)
        if (strcmp(ROWS[i].verb, verb) == 0)
            return &ROWS[i];
    g_assert_not_reached();
}

static const char *check_ticket(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "This step is confirmed with a ticket.";
}

static const char *check_how(const char *text, gpointer data)
{
    int how;
    (void)data;
    return name_parse(&ATTEST_NAMES, text, &how, NULL) && how != ATTEST_NONE
               ? NULL
               : "power, network, console or provider.";
}

static const char *check_reason(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "In words: it goes into the audit log.";
}

Ask *ask_new(const char *verb, const Operation *operation, guint step)
{
    Ask *ask = g_new0(Ask, 1);
    bool reject = strcmp(verb, "reject") == 0;
    ask->row = find_row(verb);
    ask->operation = g_strdup(operation->id);
    ask->group = g_strdup(operation->group);
    ask->digest = g_strdup(operation->digest);
    ask->step = step;
    ask->fields[FIELD_REASON] = (FormField){"Reason", REASON_MAX, 0, ask->row->hint, check_reason};
    const Step *about = step ? operation_step(operation, step) : NULL;
    bool ticket = about && about->needs_ticket && strcmp(verb, "confirm") == 0;
    bool attests = about && about->attests && strcmp(verb, "confirm") == 0;
    ask->count = attests ? FIELDS : ask->row->fields;
    ask->fields[FIELD_TICKET] =
        ticket ? (FormField){"Ticket", TICKET_MAX, 0, "its reference", check_ticket}
               : (FormField){"Ticket", TICKET_MAX, FIELD_OPTIONAL, "may stay empty", NULL};
    ask->fields[FIELD_HOW] =
        (FormField){"How", HOW_MAX, 0, "power, network, console or provider", check_how};
    ask->form = form_new(ask->fields, ask->count, ask);
    ask->keys = keymap_new(ask->row->title);
    keymap_add(ask->keys, reject ? REJECT_KEYS : KEYS, G_N_ELEMENTS(KEYS));
    return ask;
}

Ask *ask_new_signoff(const char *verb, const Operation *operation, const SignOff *signoff)
{
    Ask *ask = ask_new(verb, operation, 0);
    ask->signoff = g_strdup(signoff->id);
    return ask;
}

void ask_free(Ask *ask)
{
    if (!ask)
        return;
    form_free(ask->form);
    keymap_free(ask->keys);
    g_free(ask->operation);
    g_free(ask->group);
    g_free(ask->digest);
    g_free(ask->signoff);
    g_free(ask);
}

static const char *past_return(const Row *row, const Operation *operation)
{
    return row->event == EVENT_ABORT && operation->past_pnr && !operation_has_ended(operation)
               ? "Past the point of no return: no abort any more. Let it end, then fail back."
               : NULL;
}

const char *ask_refusal(const char *verb, const ViewContext *context, const Operation *operation)
{
    const Row *row = find_row(verb);
    if (!context->armed)
        return "Read-only until armed: press A first.";
    if (!person_has(&context->picture->me, row->role))
        return row->role == ROLE_BIT_APPROVER ? "Your role does not allow it: approver is needed."
                                              : "Your role does not allow it: operator is needed.";
    if (operation->region) // its parts say what each of them allows
        return NULL;
    if (row->event >= 0 && !transition_allows(operation, (OperationEvent)row->event))
        return past_return(row, operation) ? past_return(row, operation)
                                           : "Not possible in the operation's state.";
    return NULL;
}

Effect ask_hold(const ViewContext *context, const Operation *operation)
{
    if (!person_has(&context->picture->me, ROLE_BIT_OPERATOR))
        return effect_message("Your role does not allow it: operator is needed to hold.");
    if (operation->held)
        return effect_message("It is held already. U resumes.");
    if (!transition_allows(operation, EVENT_HOLD))
        return effect_message("There is nothing to hold: it has ended.");
    Effect effect = effect_of(EFFECT_COMMAND);
    effect.verb = g_strdup("hold");
    effect.object = g_strdup(operation->id);
    return effect;
}

bool ask_may_again(const Operation *operation)
{
    switch (operation->state) {
    case OPERATION_EXPIRED:
    case OPERATION_WITHDRAWN:
    case OPERATION_REJECTED:
    case OPERATION_ABORTED:
        return true;
    default:
        return operation_is_rehearsal(operation) && operation_has_ended(operation);
    }
}

Effect ask_again(const ViewContext *context, const Operation *operation)
{
    if (!context->armed)
        return effect_message("Propose again: read-only until armed. Press A first.");
    if (!person_has(&context->picture->me, ROLE_BIT_OPERATOR))
        return effect_message("Your role does not allow it: operator is needed to propose.");
    if (operation->region)
        return effect_message("T retries: it proposes again what was not moved.");
    if (!ask_may_again(operation))
        return effect_message(operation_has_ended(operation)
                                  ? "It was carried out: F proposes the next failover, B the way "
                                    "home."
                                  : "It has not ended: there is nothing to propose again.");
    Effect effect = effect_of(EFFECT_PROPOSE);
    effect.operation_kind = operation->kind;
    effect.drill = operation->drill;
    effect.object = g_strdup(operation->group);
    effect.to = g_strdup(operation->statement ? operation->statement->to : operation->to);
    effect.text = g_strdup_printf("again after %s: %s", operation->id,
                                  operation->reason ? operation->reason : "");
    return effect;
}

static Effect make_reject(const Ask *ask)
{
    Effect effect = effect_of(EFFECT_SIGN);
    effect.object = g_strdup(ask->operation);
    effect.signoff = signoff_new(NULL);
    effect.signoff->operation = g_strdup(ask->operation);
    effect.signoff->digest = g_strdup(ask->digest);
    effect.signoff->decision = DECISION_REJECT;
    effect.signoff->reason = g_strdup(form_text(ask->form, FIELD_REASON));
    effect.signoff->ticket = g_strdup(form_text(ask->form, FIELD_TICKET));
    return effect;
}

static Effect send(const Ask *ask, const ViewContext *context)
{
    const Operation *operation = picture_operation(context->picture, ask->operation);
    const char *no = operation ? ask_refusal(ask->row->verb, context, operation)
                               : "The operation is not in the picture any more.";
    int problem = form_first_problem(ask->form);
    if (no)
        return effect_message("%s", no);
    if (problem >= 0)
        return effect_message("%s: %s", ask->fields[problem].label,
                              form_problem(ask->form, (guint)problem));
    if (strcmp(ask->row->verb, "reject") == 0)
        return make_reject(ask);
    Effect effect = effect_of(EFFECT_COMMAND);
    effect.verb = g_strdup(ask->row->verb);
    effect.object = g_strdup(ask->operation);
    effect.step = ask->step;
    effect.to = g_strdup(ask->signoff);
    effect.text = g_strdup(form_text(ask->form, FIELD_REASON));
    if (ask->count > FIELD_TICKET)
        effect.ticket = g_strdup(form_text(ask->form, FIELD_TICKET));
    if (ask->count > FIELD_HOW)
        effect.how = g_strdup(form_text(ask->form, FIELD_HOW));
    return effect;
}

Effect ask_key(Ask *ask, const ViewContext *context, const KeyEvent *key, const Binding *binding)
{
    if (binding && binding->action == ACTION_SEND)
        return send(ask, context);
    if (binding && binding->action == ACTION_LEAVE)
        return effect_of(EFFECT_BACK);
    return effect_of_form(form_key(ask->form, key),
                          "This is typed by hand: pasting is refused here.");
}

const Keymap *ask_keymap(const Ask *ask)
{
    return ask->keys;
}

void ask_draw(Ask *ask, const ViewContext *context, const Canvas *canvas)
{
    int height = MIN(canvas->height, (int)ask->count + 5), width = MIN(canvas->width, BOX_WIDTH);
    Rect at = rect_make((canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
    g_autofree char *title =
        ask->step ? g_strdup_printf("%s step %u of %s", ask->row->title, ask->step, ask->operation)
                  : g_strdup_printf("%s %s", ask->row->title, ask->operation);
    (void)context;
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box =
        cells_box(canvas, at, &(BoxLook){.title = title, .border = ROLE_WARN, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    Rect rest = canvas_rect(&body);
    // In a small box the fields come first; the footer says which key sends.
    Rect fields = rect_cut_bottom(&rest, form_height(ask->form) + (rest.height > 5 ? 1 : 0));
    cells_put_wrapped(&body, rest, ROLE_NORMAL, ask->row->explains);
    Canvas form = canvas_sub(&body, fields);
    form_draw(ask->form, &form);
}

bool ask_is_dirty(const Ask *ask)
{
    return *form_text(ask->form, FIELD_REASON) ||
           (ask->count > FIELD_TICKET && *form_text(ask->form, FIELD_TICKET));
}
