#include "view/accept.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "model/quorum.h"

enum { FIELD_NOTE, FIELD_UNTIL };
enum { NOTE_MAX = 500, UNTIL_MAX = 24, ROWS = 6 };

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

typedef struct {
    Effect effect; // what is sent, but for what is typed
    char *explains;
    bool dated; // it has FIELD_UNTIL
} Accept;

static void release(gpointer data)
{
    Accept *accept = data;
    effect_release(&accept->effect);
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

static const char *refusal(gconstpointer data, const ViewContext *context)
{
    (void)data;
    return accept_refusal(context);
}

static char *explain(gconstpointer data, const Picture *picture)
{
    (void)picture;
    return g_strdup(((const Accept *)data)->explains);
}

static Effect send(gpointer data, const Form *form, const ViewContext *context)
{
    Accept *accept = data;
    Effect effect = accept->effect;
    accept->effect = effect_of(EFFECT_NONE); // moved
    effect.text = g_strdup(form_text(form, FIELD_NOTE));
    if (accept->dated)
        effect.until_ms = read_until(form_text(form, FIELD_UNTIL), context->now_ms);
    return effect;
}

static const DialogKind KIND = {.keys = dialog_bindings,
                                .refusal = refusal,
                                .explain = explain,
                                .send = send,
                                .release = release};

// Takes the texts.
static Dialog *make(const Effect *effect, const char *name, char *title, char *explains,
                    const FormField *fields, guint n)
{
    Accept *accept = g_new0(Accept, 1);
    *accept = (Accept){.effect = *effect, .explains = explains, .dated = n > FIELD_UNTIL};
    return dialog_new(
        &KIND, accept,
        &(DialogLook){.name = name, .title = title, .border = ROLE_WARN, .lines = ROWS - (int)n},
        fields, n);
}

Dialog *accept_new(const Finding *finding)
{
    const Effect effect = {
        .kind = EFFECT_ACCEPT, .object = g_strdup(finding->id), .mark = g_strdup(finding->mark)};
    return make(&effect, "Acknowledge", g_strdup_printf("ACKNOWLEDGE %s", finding->id),
                g_strdup_printf("%s It stays listed, and in every statement; it counts again when "
                                "the date passes or the facts change.",
                                finding->facts ? finding->facts : ""),
                FORM_FIELDS, G_N_ELEMENTS(FORM_FIELDS));
}

Dialog *accept_new_withdrawal(const Finding *finding)
{
    const Effect effect = {
        .kind = EFFECT_WITHDRAW, .object = g_strdup(finding->id), .verb = g_strdup("finding")};
    return make(
        &effect, "Withdraw", g_strdup_printf("WITHDRAW THE ACKNOWLEDGEMENT OF %s", finding->id),
        g_strdup_printf(
            "%s acknowledged it: %s. Taken back it counts again, at once, for everybody.",
            finding->acknowledged_by, finding->acknowledged_note ? finding->acknowledged_note : ""),
        WITHDRAW_FIELDS, G_N_ELEMENTS(WITHDRAW_FIELDS));
}

// What is sent of an item, but for the text.
static Effect effect_of_item(EffectKind kind, const Parity *parity, const ParityItem *item)
{
    return (Effect){.kind = kind,
                    .object = g_strdup(parity->workload),
                    .to = g_strdup(parity->standby),
                    .verb = g_strdup(name_of(&ENTITY_NAMES, (int)item->kind)),
                    .name = g_strdup(item->name),
                    .mark = g_strdup(item->mark)};
}

Dialog *accept_new_item(const Picture *picture, const Parity *parity, const ParityItem *item)
{
    const Effect effect = effect_of_item(EFFECT_CONFIRM, parity, item);
    return make(&effect, "Confirm", g_strdup_printf("CONFIRM %s %s", effect.verb, item->name),
                g_strdup_printf("It is %s in %s. It stays listed, with your name and note; it is "
                                "open again when either side changes.",
                                name_of(&PARITY_NAMES, (int)item->state),
                                picture_title(picture, parity->standby)),
                ITEM_FIELDS, G_N_ELEMENTS(ITEM_FIELDS));
}

Dialog *accept_new_item_withdrawal(const Parity *parity, const ParityItem *item)
{
    const Effect effect = effect_of_item(EFFECT_WITHDRAW, parity, item);
    return make(
        &effect, "Withdraw",
        g_strdup_printf("WITHDRAW THE CONFIRMATION OF %s %s", effect.verb, item->name),
        g_strdup_printf("%s confirmed it: %s. Taken back it is open again, at once, for everybody.",
                        item->confirmed_by, item->confirmed_note ? item->confirmed_note : ""),
        REOPEN_FIELDS, G_N_ELEMENTS(REOPEN_FIELDS));
}
