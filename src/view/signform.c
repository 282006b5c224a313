#include "view/signform.h"

#include <string.h>

#include "base/text.h"
#include "model/refusal.h"
#include "view/badge.h"
#include "view/evidence.h"
#include "view/frame.h"
#include "view/signkey.h"
#include "view/statement-text.h"
#include "widget/form.h"

enum { FIELD_PHRASE, FIELD_REASON, FIELD_TICKET, FIELDS };
enum { ACTION_SIGN = 1, ACTION_REJECT, ACTION_NEXT, ACTION_LEAVE, ACTION_GLASS, ACTION_KEY };
enum { DWELL_MS = 3000, CHANGED_MS = 2000, STATUS_LINES = 2, KEY_LABEL = 3, KEY_COLUMN = 7 };

static const Binding KEYS[] = {
    {ACTION_SIGN, "sign", "ctrl-s", "sign and send", "Signs the statement and sends it.", 0},
    {ACTION_REJECT, "reject", "ctrl-r", "reject", "Rejects it: needs only the reason.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without signing.", 0},
};

// Only where the group asks for signatures.
static const Binding KEY_KEYS[] = {
    {ACTION_KEY, "other-key", "ctrl-o", "other key",
     "Signs with another SSH key, or with none, and looks again which there are.", 0},
};

// Only where the group's policy has it.
static const Binding GLASS_KEYS[] = {
    {ACTION_GLASS, "break-glass", "ctrl-g", "break glass",
     "Signs alone, with a longer phrase: alarms everybody and leaves a review. Again: no more.", 0},
};

struct SignForm {
    Form *form;
    Keymap *keys;
    char *operation;
    char *digest;   // of the statement that is being signed
    char *expected; // the phrase
    bool changed;   // since the form was opened
    bool alone;     // break-glass
    KeyChoice key;
    bool signing;  // asked for: the key is signing
    char *failure; // of the last signing; NULL
    SignaturePolicy policy;
    gint64 opens_ms; // monotonic: the sign key is closed before
};

static const char *check_phrase(const char *text, gpointer data)
{
    return quorum_phrase_matches(text, ((const SignForm *)data)->expected) ? NULL : "Not yet.";
}

static const char *check_reason(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "In words: it goes into the audit log.";
}

static const FormField ROWS[FIELDS] = {
    {"Phrase", 256, FIELD_NO_PASTE, "type it by hand", check_phrase},
    {"Reason", 500, 0, "why now", check_reason},
    {"Ticket", 64, FIELD_OPTIONAL, "may stay empty", NULL},
};

// Where nothing can be lost nothing is slowed down.
static gint64 dwell_of(const Operation *operation)
{
    return statement_loses(operation->statement) ? DWELL_MS : 0;
}

SignForm *sign_form_new(const Operation *operation, gint64 mono_ms)
{
    SignForm *form = g_new0(SignForm, 1);
    form->form = form_new(ROWS, FIELDS, form);
    form->keys = keymap_new("Signing");
    keymap_add(form->keys, KEYS, G_N_ELEMENTS(KEYS));
    form->policy = operation->statement->signature;
    if (form->policy != SIGNATURE_OFF)
        keymap_add(form->keys, KEY_KEYS, G_N_ELEMENTS(KEY_KEYS));
    if (operation->statement->break_glass)
        keymap_add(form->keys, GLASS_KEYS, G_N_ELEMENTS(GLASS_KEYS));
    form->operation = g_strdup(operation->id);
    form->digest = g_strdup(operation->digest);
    form->expected = g_strdup(operation->statement->confirm);
    form->opens_ms = mono_ms + dwell_of(operation);
    return form;
}

void sign_form_free(SignForm *form)
{
    if (!form)
        return;
    form_free(form->form);
    keymap_free(form->keys);
    g_free(form->operation);
    g_free(form->digest);
    g_free(form->expected);
    g_free(form->failure);
    key_choice_release(&form->key);
    g_free(form);
}

static char *phrase_of(const SignForm *form, const Operation *operation)
{
    return form->alone ? statement_break_glass_phrase(operation->statement)
                       : g_strdup(operation->statement->confirm);
}

// What became of the signing that was asked for.
static bool follow_signing(SignForm *form, const Signing *signing)
{
    if (!form->signing)
        return true;
    bool ours = g_strcmp0(signing->operation, form->operation) == 0;
    if (ours && signing->state == SIGNING_RUNNING)
        return true;
    form->signing = false;
    g_free(form->failure);
    form->failure = ours && signing->state == SIGNING_FAILED ? g_strdup(signing->failure) : NULL;
    return form->failure != NULL;
}

static void follow_statement(SignForm *form, const Operation *operation, gint64 mono_ms)
{
    if (g_strcmp0(form->digest, operation->digest) == 0 || !operation->statement)
        return;
    g_clear_pointer(&form->failure, g_free);
    g_free(form->digest);
    g_free(form->expected);
    form->digest = g_strdup(operation->digest);
    form->expected = phrase_of(form, operation);
    form->changed = true;
    form->opens_ms = MAX(form->opens_ms, mono_ms + CHANGED_MS);
    form_set_text(form->form, FIELD_PHRASE, "");
}

bool sign_form_sync(SignForm *form, const ViewContext *context, const Operation *operation)
{
    if (!follow_signing(form, context->signing))
        return false;
    follow_statement(form, operation, context->mono_ms);
    return true;
}

static char *sentence(const GError *error)
{
    return g_strdup(error->message);
}

// The backend's own rules, over what the console knows. `form` NULL: as if everything were typed rightly.
static char *rule_refusal(const SignForm *form, const ViewContext *context,
                          const Operation *operation)
{
    const Picture *picture = context->picture;
    Person me = picture->me;
    SignOff signoff = {.operation = operation->id, .digest = operation->digest};
    char reason[] = "reason";
    g_autoptr(GError) error = NULL;
    signoff.phrase = form
                         ? (char *)form_text(form->form, FIELD_PHRASE)
                         : (operation->statement->confirm ? operation->statement->confirm : reason);
    signoff.break_glass = form && form->alone;
    signoff.reason = form ? (char *)form_text(form->form, FIELD_REASON) : reason;
    if (quorum_check(operation, &signoff, &me, context->now_ms,
                     evidence_age(picture, operation).oldest_ms, evidence_limit(picture, operation),
                     &error))
        return NULL;
    // The form opens for whom only the broken glass is left.
    bool alone = !form && operation->statement->break_glass &&
                 (g_error_matches(error, REFUSAL, REFUSAL_FOUR_EYES) ||
                  g_error_matches(error, REFUSAL, REFUSAL_DUPLICATE_PERSON));
    return alone ? NULL : sentence(error);
}

char *sign_refusal(const ViewContext *context, const Operation *operation)
{
    if (!operation->statement)
        return g_strdup("There is no statement to sign.");
    if (!context->armed)
        return g_strdup("Read-only until armed: press A first.");
    if (frame_is_stale(context->picture, context->local_ms))
        return g_strdup("The stream is stale: what stands here may be wrong. Signing is closed "
                        "until the backend is heard again.");
    return rule_refusal(NULL, context, operation);
}

static char *closed_text(const SignForm *form, gint64 mono_ms)
{
    char left[16];
    if (mono_ms >= form->opens_ms)
        return NULL;
    left_format(form->opens_ms + 999, mono_ms, left);
    return g_strdup_printf(form->changed ? "What you read has CHANGED: read it again. The sign key "
                                           "opens in %s."
                                         : "Read it once more. The sign key opens in %s.",
                           left);
}

static char *untyped(const SignForm *form)
{
    if (!*form_text(form->form, FIELD_PHRASE))
        return g_strdup("Type the phrase above by hand.");
    if (form_problem(form->form, FIELD_PHRASE))
        return g_strdup("The phrase typed is not (yet) the one above.");
    return form_problem(form->form, FIELD_REASON)
               ? g_strdup("Say why, in the field Reason: it goes into the audit log.")
               : NULL;
}

// Everything that stands between the form and a sign-off, the first of it.
static char *obstacle(const SignForm *form, const ViewContext *context, const Operation *operation)
{
    if (!operation)
        return g_strdup("The operation is not in the picture any more.");
    char *text = sign_refusal(context, operation);
    if (!text)
        text = closed_text(form, context->mono_ms);
    if (!text)
        text = untyped(form);
    if (!text)
        text = rule_refusal(form, context, operation);
    if (!text)
        text = key_choice_obstacle(&form->key, context->signing, form->policy);
    return text;
}

// NULL if the operation is gone.
static const Operation *ballot_of(const SignForm *form, const ViewContext *context,
                                  Operation *ret_ballot)
{
    const Operation *operation = picture_operation(context->picture, form->operation);
    if (operation)
        *ret_ballot = operation_ballot(operation);
    return operation ? ret_ballot : NULL;
}

static SignOff *make_signoff(const SignForm *form, Decision decision)
{
    SignOff *signoff = signoff_new(NULL);
    signoff->operation = g_strdup(form->operation);
    signoff->digest = g_strdup(form->digest);
    signoff->decision = decision;
    signoff->break_glass = decision == DECISION_APPROVE && form->alone;
    signoff->reason = g_strdup(form_text(form->form, FIELD_REASON));
    signoff->ticket = g_strdup(form_text(form->form, FIELD_TICKET));
    signoff->phrase =
        decision == DECISION_APPROVE ? g_strdup(form_text(form->form, FIELD_PHRASE)) : NULL;
    return signoff;
}

static Effect send(const SignForm *form, Decision decision, const SigningKey *key)
{
    Effect effect = effect_of(EFFECT_SIGN);
    effect.object = g_strdup(form->operation);
    effect.signoff = make_signoff(form, decision);
    effect.text = key ? g_strdup(key->fingerprint) : NULL;
    return effect;
}

static Effect sign(SignForm *form, const ViewContext *context)
{
    Operation ballot;
    const Operation *operation = ballot_of(form, context, &ballot);
    g_autofree char *no = obstacle(form, context, operation);
    g_autofree char *keyless = key_choice_obstacle(&form->key, context->signing, form->policy);
    if (no && g_strcmp0(no, keyless) == 0) // the form says so; perhaps it has changed since
        return effect_of(EFFECT_KEYS);
    if (no)
        return effect_message("Not signed. %s", no);
    const SigningKey *key =
        form->policy != SIGNATURE_OFF ? key_choice_key(&form->key, context->signing) : NULL;
    form->signing = key != NULL;
    g_clear_pointer(&form->failure, g_free);
    return send(form, DECISION_APPROVE, key);
}

static Effect reject(const SignForm *form, const ViewContext *context)
{
    if (!context->armed)
        return effect_message("Not rejected. Read-only until armed: press A first.");
    if (!person_has(&context->picture->me, ROLE_BIT_APPROVER))
        return effect_message("Not rejected. Your role does not allow it: approver is needed.");
    if (form_problem(form->form, FIELD_REASON))
        return effect_message("Not rejected. Say why, in the field Reason.");
    return send(form, DECISION_REJECT, NULL);
}

static Effect break_glass(SignForm *form, const ViewContext *context)
{
    Operation ballot;
    const Operation *operation = ballot_of(form, context, &ballot);
    if (!operation || !operation->statement)
        return effect_of(EFFECT_NONE);
    form->alone = !form->alone;
    g_free(form->expected);
    form->expected = phrase_of(form, operation);
    form_set_text(form->form, FIELD_PHRASE, "");
    form->opens_ms = MAX(form->opens_ms, context->mono_ms + DWELL_MS);
    return effect_message(form->alone ? "BREAK-GLASS: you sign alone. Everybody is alarmed, and a "
                                        "review by somebody else is due."
                                      : "One sign-off among the needed ones again.");
}

static Effect other_key(SignForm *form, const ViewContext *context)
{
    key_choice_next(&form->key, context->signing, form->policy);
    g_clear_pointer(&form->failure, g_free);
    return effect_of(EFFECT_KEYS);
}

Effect sign_form_key(SignForm *form, const ViewContext *context, const KeyEvent *key,
                     const Binding *binding)
{
    if (form->signing) // what is being signed must stay as it is
        return effect_of(binding && binding->action == ACTION_LEAVE ? EFFECT_SIGN_CANCEL
                                                                    : EFFECT_NONE);
    switch (binding ? binding->action : 0) {
    case ACTION_SIGN:
        return sign(form, context);
    case ACTION_REJECT:
        return reject(form, context);
    case ACTION_LEAVE:
        return effect_of(EFFECT_BACK);
    case ACTION_GLASS:
        return break_glass(form, context);
    case ACTION_KEY:
        return other_key(form, context);
    default:
        return effect_of_form(form_key(form->form, key),
                              "The phrase is typed by hand: pasting is refused here.");
    }
}

const Keymap *sign_form_keymap(const SignForm *form)
{
    return form->keys;
}

// ---- drawing ----

static const char LEAD[] = "Type exactly: ";

static int lines_of(const Canvas *canvas, const char *text)
{
    gsize size = strlen(text), done = 0;
    int lines = 0;
    for (; done < size; lines++)
        done += cells_wrap(canvas, text + done, size - done, MAX(canvas->width, 1));
    return lines;
}

static int put_wrapped(const Canvas *canvas, int y, Style style, const char *text, int most)
{
    return cells_put_wrapped(canvas, rect_make(0, y, canvas->width, most), style, text);
}

static char *lead_of(const SignForm *form)
{
    return g_strconcat(LEAD, form->expected, NULL);
}

// Why a key did not sign, or why there is none, is told whole.
static int status_lines(const SignForm *form, const ViewContext *context, const Canvas *canvas)
{
    g_autofree char *no = form->failure
                              ? g_strdup(form->failure)
                              : key_choice_obstacle(&form->key, context->signing, form->policy);
    return no ? MAX(lines_of(canvas, no), STATUS_LINES) : STATUS_LINES;
}

int sign_form_height(const SignForm *form, const ViewContext *context, const Canvas *canvas)
{
    g_autofree char *lead = lead_of(form);
    return lines_of(canvas, lead) + FIELDS + status_lines(form, context, canvas) +
           (form->policy != SIGNATURE_OFF);
}

static void draw_status(const SignForm *form, const ViewContext *context, const Canvas *canvas,
                        int y)
{
    Operation ballot;
    const Operation *operation = ballot_of(form, context, &ballot);
    g_autofree char *no = obstacle(form, context, operation);
    char digest[16];
    digest_short(form->digest, digest);
    if (form->signing && context->signing->state == SIGNING_RUNNING) {
        g_autofree char *words = signing_words(context->signing, context->mono_ms);
        put_wrapped(canvas, y, ROLE_WARN | STYLE_BOLD, words, STATUS_LINES);
        return;
    }
    int lines = status_lines(form, context, canvas);
    if (form->failure) {
        put_wrapped(canvas, y, ROLE_WARN | STYLE_BOLD, form->failure, lines);
        return;
    }
    if (no) {
        put_wrapped(canvas, y, form->changed ? ROLE_CHANGED : ROLE_WARN, no, lines);
        return;
    }
    g_autofree char *ready = g_strdup_printf(
        "Ready: ctrl-s %s as %s, digest %s, recorded under %s.",
        form->alone ? "BREAKS THE GLASS" : "signs",
        context->picture->me.name ? context->picture->me.name : "nobody", digest,
        context->picture->me.how ? context->picture->me.how : "an unknown identity");
    put_wrapped(canvas, y, ROLE_OK | STYLE_BOLD, ready, STATUS_LINES);
}

// The line of the key, in the columns of the fields above it.
static int draw_key(const SignForm *form, const ViewContext *context, const Canvas *canvas, int y)
{
    if (form->policy == SIGNATURE_OFF)
        return y;
    g_autofree char *words = key_choice_words(&form->key, context->signing, form->policy);
    bool missing =
        form->policy == SIGNATURE_REQUIRED && !key_choice_key(&form->key, context->signing);
    cells_put(canvas, KEY_LABEL, y, ROLE_DIM, "Key");
    cells_fit(canvas, rect_make(KEY_COLUMN, y, canvas->width - KEY_COLUMN, 1), ALIGN_LEFT,
              missing ? ROLE_WARN : ROLE_NORMAL, words);
    return y + 1;
}

void sign_form_draw(SignForm *form, const ViewContext *context, const Canvas *canvas)
{
    g_autofree char *lead = lead_of(form);
    int y = put_wrapped(canvas, 0, form->alone ? ROLE_ALARM | STYLE_BOLD : (Style)ROLE_TITLE, lead,
                        MAX(canvas->height - FIELDS, 1));
    Canvas fields = canvas_sub(canvas, rect_make(0, y, canvas->width, FIELDS));
    form_draw(form->form, &fields);
    y = draw_key(form, context, canvas, y + FIELDS);
    draw_status(form, context, canvas, y);
}

bool sign_form_is_dirty(const SignForm *form)
{
    for (guint i = 0; i < FIELDS; i++)
        if (*form_text(form->form, i))
            return true;
    return false;
}
