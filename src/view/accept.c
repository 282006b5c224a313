#include "view/accept.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "model/quorum.h"
#include "widget/form.h"

enum { FIELD_NOTE, FIELD_UNTIL, FIELDS };
enum { ACTION_SEND = 1, ACTION_NEXT, ACTION_LEAVE };
enum { NOTE_MAX = 500, UNTIL_MAX = 24, BOX_WIDTH = 76, BOX_HEIGHT = 8 };

static const Binding KEYS[] = {
    {ACTION_SEND, "send", "ctrl-s", "send", "Sends it. Enter never does.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without doing anything.", 0},
};

static const char *check_note(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "In words: it goes on record.";
}

// A date, or a time from now on. 0 = neither.
static gint64 read_until(const char *text, gint64 now_ms)
{
    gint64 at_ms = 0, length_ms = 0;
    g_autofree char *moment = g_strconcat(text, "T00:00:00Z", NULL);
    if (time_parse(moment, &at_ms, NULL))
        return at_ms;
    return duration_parse(text, &length_ms, NULL) && length_ms > 0 ? now_ms + length_ms : 0;
}

static const char *check_until(const char *text, gpointer data)
{
    (void)data;
    return read_until(text, 1) ? NULL : "A date such as 2026-12-31.";
}

static const FormField FORM_FIELDS[] = {
    [FIELD_NOTE] = {"Comment", NOTE_MAX, 0, "what is known of it", check_note},
    [FIELD_UNTIL] = {"Until", UNTIL_MAX, 0, "2026-12-31, or 14d", check_until},
};

static const FormField ITEM_FIELDS[] = {
    [FIELD_NOTE] = {"Note", NOTE_MAX, 0, "what was done, or why it may differ", check_note},
};

static const FormField WITHDRAW_FIELDS[] = {
    [FIELD_NOTE] = {"Reason", NOTE_MAX, 0, "why it counts again", check_note},
};

static const FormField REOPEN_FIELDS[] = {
    [FIELD_NOTE] = {"Reason", NOTE_MAX, 0, "why it is open again", check_note},
};

struct Accept {
    Effect effect; // what is sent, but for what is typed
    char *title;
    char *explains;
    const FormField *fields;
    bool dated; // it has FIELD_UNTIL
    Form *form;
    Keymap *keys;
};

static Accept *make(EffectKind kind, const char *name, const FormField *fields, guint n)
{
    Accept *accept = g_new0(Accept, 1);
    accept->effect = effect_of(kind);
    accept->fields = fields;
    accept->dated = n > FIELD_UNTIL;
    accept->form = form_new(fields, n, accept);
    accept->keys = keymap_new(name);
    keymap_add(accept->keys, KEYS, G_N_ELEMENTS(KEYS));
    return accept;
}

Accept *accept_new(const Finding *finding)
{
    Accept *accept = make(EFFECT_ACCEPT, "Acknowledge", FORM_FIELDS, FIELDS);
    accept->effect.object = g_strdup(finding->id);
    accept->effect.mark = g_strdup(finding->mark);
    accept->title = g_strdup_printf("ACKNOWLEDGE %s", finding->id);
    accept->explains = g_strdup_printf("%s It stays listed, and in every statement; it counts "
                                       "again when the date passes or the facts change.",
                                       finding->facts ? finding->facts : "");
    return accept;
}

Accept *accept_new_withdrawal(const Finding *finding)
{
    Accept *accept = make(EFFECT_WITHDRAW, "Withdraw", WITHDRAW_FIELDS, 1);
    accept->effect.object = g_strdup(finding->id);
    accept->effect.verb = g_strdup("finding");
    accept->title = g_strdup_printf("WITHDRAW THE ACKNOWLEDGEMENT OF %s", finding->id);
    accept->explains = g_strdup_printf(
        "%s acknowledged it: %s. Taken back it counts again, at once, for everybody.",
        finding->acknowledged_by, finding->acknowledged_note ? finding->acknowledged_note : "");
    return accept;
}

static void set_item(Accept *accept, const char *what, const Parity *parity, const ParityItem *item)
{
    const char *kind = name_of(&ENTITY_NAMES, (int)item->kind);
    accept->effect.object = g_strdup(parity->workload);
    accept->effect.to = g_strdup(parity->standby);
    accept->effect.verb = g_strdup(kind);
    accept->effect.name = g_strdup(item->name);
    accept->effect.mark = g_strdup(item->mark);
    accept->title = g_strdup_printf("%s %s %s", what, kind, item->name);
}

Accept *accept_new_item(const Parity *parity, const ParityItem *item)
{
    Accept *accept = make(EFFECT_CONFIRM, "Confirm", ITEM_FIELDS, G_N_ELEMENTS(ITEM_FIELDS));
    set_item(accept, "CONFIRM", parity, item);
    accept->explains = g_strdup_printf("It is %s in %s. It stays listed, with your name and note; "
                                       "it is open again when either side changes.",
                                       name_of(&PARITY_NAMES, (int)item->state), parity->standby);
    return accept;
}

Accept *accept_new_item_withdrawal(const Parity *parity, const ParityItem *item)
{
    Accept *accept = make(EFFECT_WITHDRAW, "Withdraw", REOPEN_FIELDS, G_N_ELEMENTS(REOPEN_FIELDS));
    set_item(accept, "WITHDRAW THE CONFIRMATION OF", parity, item);
    accept->explains =
        g_strdup_printf("%s confirmed it: %s. Taken back it is open again, at once, for everybody.",
                        item->confirmed_by, item->confirmed_note ? item->confirmed_note : "");
    return accept;
}

void accept_free(Accept *accept)
{
    if (!accept)
        return;
    form_free(accept->form);
    keymap_free(accept->keys);
    effect_release(&accept->effect);
    g_free(accept->title);
    g_free(accept->explains);
    g_free(accept);
}

const char *accept_refusal(const ViewContext *context)
{
    if (!context->armed)
        return "Read-only until armed: press A first.";
    return person_has(&context->picture->me, ROLE_BIT_OPERATOR)
               ? NULL
               : "Your role does not allow it: operator is needed.";
}

static Effect send(Accept *accept, const ViewContext *context)
{
    const char *no = accept_refusal(context);
    int problem = form_first_problem(accept->form);
    if (no)
        return effect_message("%s", no);
    if (problem >= 0)
        return effect_message("%s: %s", accept->fields[problem].label,
                              form_problem(accept->form, (guint)problem));
    Effect effect = accept->effect;
    accept->effect = effect_of(EFFECT_NONE); // moved: the form ends with it
    effect.text = g_strdup(form_text(accept->form, FIELD_NOTE));
    if (accept->dated)
        effect.until_ms = read_until(form_text(accept->form, FIELD_UNTIL), context->now_ms);
    return effect;
}

Effect accept_key(Accept *accept, const ViewContext *context, const KeyEvent *key,
                  const Binding *binding)
{
    if (binding && binding->action == ACTION_SEND)
        return send(accept, context);
    if (binding && binding->action == ACTION_LEAVE)
        return effect_of(EFFECT_BACK);
    return effect_of_form(form_key(accept->form, key), NULL);
}

const Keymap *accept_keymap(const Accept *accept)
{
    return accept->keys;
}

void accept_draw(Accept *accept, const Canvas *canvas)
{
    int height = MIN(canvas->height, BOX_HEIGHT), width = MIN(canvas->width, BOX_WIDTH);
    Rect at = rect_make((canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box = cells_box(
        canvas, at, &(BoxLook){.title = accept->title, .border = ROLE_WARN, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    Rect rest = canvas_rect(&body);
    // In a small box the fields come first; the footer says which key sends.
    Canvas form = canvas_sub(&body, rect_cut_bottom(&rest, form_height(accept->form)));
    cells_put_wrapped(&body, rest, ROLE_NORMAL, accept->explains);
    form_draw(accept->form, &form);
}

bool accept_is_dirty(const Accept *accept)
{
    return *form_text(accept->form, FIELD_NOTE) ||
           (accept->dated && *form_text(accept->form, FIELD_UNTIL));
}
