#include "view/ask.h"

#include <string.h>

#include "base/text.h"
#include "model/refusal.h"
#include "model/transition.h"

enum { FIELD_REASON, FIELD_TICKET, FIELD_HOW, FIELDS };
enum { REASON_MAX = 500, TICKET_MAX = 64, HOW_MAX = 16, LINES = 3 };

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

static const Binding REJECT_KEYS[DIALOG_KEYS] = {
    {DIALOG_SEND, "send", "ctrl-r", "reject", "Sends the reject. Enter never does.", 0},
    {DIALOG_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {DIALOG_LEAVE, "leave", "esc", "leave", "Leaves without doing anything.", 0},
};

typedef struct {
    const Row *row;
    char *operation;
    char *digest;
    char *signoff; // that it is about; NULL
    guint step;
    guint count; // of fields
    FormField fields[FIELDS];
} Ask;

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

static const char *refusal(gconstpointer data, const ViewContext *context)
{
    const Ask *ask = data;
    const Operation *operation = picture_operation(context->picture, ask->operation);
    return operation ? ask_refusal(ask->row->verb, context, operation)
                     : "The operation is not in the picture any more.";
}

static char *explain(gconstpointer data, const Picture *picture)
{
    (void)picture;
    return g_strdup(((const Ask *)data)->row->explains);
}

static Effect send_reject(gpointer data, const Form *form, const ViewContext *context)
{
    const Ask *ask = data;
    Effect effect = effect_of(EFFECT_SIGN);
    (void)context;
    effect.object = g_strdup(ask->operation);
    effect.signoff = signoff_new(NULL);
    effect.signoff->operation = g_strdup(ask->operation);
    effect.signoff->digest = g_strdup(ask->digest);
    effect.signoff->decision = DECISION_REJECT;
    effect.signoff->reason = g_strdup(form_text(form, FIELD_REASON));
    effect.signoff->ticket = g_strdup(form_text(form, FIELD_TICKET));
    return effect;
}

static Effect send_command(gpointer data, const Form *form, const ViewContext *context)
{
    const Ask *ask = data;
    Effect effect = effect_of(EFFECT_COMMAND);
    (void)context;
    effect.verb = g_strdup(ask->row->verb);
    effect.object = g_strdup(ask->operation);
    effect.step = ask->step;
    effect.to = g_strdup(ask->signoff);
    effect.text = g_strdup(form_text(form, FIELD_REASON));
    if (ask->count > FIELD_TICKET)
        effect.ticket = g_strdup(form_text(form, FIELD_TICKET));
    if (ask->count > FIELD_HOW)
        effect.how = g_strdup(form_text(form, FIELD_HOW));
    return effect;
}

static void release(gpointer data)
{
    Ask *ask = data;
    g_free(ask->operation);
    g_free(ask->digest);
    g_free(ask->signoff);
    g_free(ask);
}

static const DialogKind REJECT = {.keys = REJECT_KEYS,
                                  .refusal = refusal,
                                  .explain = explain,
                                  .send = send_reject,
                                  .release = release};
static const DialogKind COMMAND = {.keys = dialog_bindings,
                                   .refusal = refusal,
                                   .explain = explain,
                                   .send = send_command,
                                   .release = release};

// ---- life ----

// A reason always; a ticket where the command has one, which some steps demand; how, of what is attested.
static void set_fields(Ask *ask, const Step *confirmed)
{
    bool ticket = confirmed && confirmed->needs_ticket;
    ask->count = confirmed && confirmed->attests ? FIELDS : ask->row->fields;
    ask->fields[FIELD_REASON] = (FormField){"Reason", REASON_MAX, 0, ask->row->hint, check_reason};
    ask->fields[FIELD_TICKET] =
        ticket ? (FormField){"Ticket", TICKET_MAX, 0, "its reference", check_ticket}
               : (FormField){"Ticket", TICKET_MAX, FIELD_OPTIONAL, "may stay empty", NULL};
    ask->fields[FIELD_HOW] =
        (FormField){"How", HOW_MAX, 0, "power, network, console or provider", check_how};
}

static Dialog *make(const Row *row, const Operation *operation, guint step, const char *signoff)
{
    Ask *ask = g_new0(Ask, 1);
    *ask = (Ask){.row = row,
                 .operation = g_strdup(operation->id),
                 .digest = g_strdup(operation->digest),
                 .signoff = g_strdup(signoff),
                 .step = step};
    set_fields(ask,
               step && strcmp(row->verb, "confirm") == 0 ? operation_step(operation, step) : NULL);
    DialogLook look = {.name = row->title, .border = ROLE_WARN, .lines = LINES};
    look.title = step ? g_strdup_printf("%s step %u of %s", row->title, step, operation->id)
                      : g_strdup_printf("%s %s", row->title, operation->id);
    return dialog_new(row->event == EVENT_REJECT ? &REJECT : &COMMAND, ask, &look, ask->fields,
                      ask->count);
}

Dialog *ask_new(const char *verb, const Operation *operation, guint step)
{
    return make(find_row(verb), operation, step, NULL);
}

Dialog *ask_new_signoff(const char *verb, const Operation *operation, const SignOff *signoff)
{
    return make(find_row(verb), operation, 0, signoff->id);
}
