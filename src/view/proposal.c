#include "view/proposal.h"

#include <string.h>

#include "base/text.h"
#include "view/badge.h"
#include "widget/form.h"

enum { FIELD_TO, FIELD_REASON };

enum { ACTION_SEND = 1, ACTION_NEXT, ACTION_LEAVE };
enum { BOX_WIDTH = 76, BOX_HEIGHT = 8 };

static const Binding KEYS[] = {
    {ACTION_SEND, "propose", "ctrl-s", "propose", "Proposes it. Enter never does.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without proposing.", 0},
};

struct ProposalForm {
    OperationKind kind;
    char *group;
    Form *form;
    Keymap *keys;
};

static const char *check_name(const char *text, gpointer data)
{
    (void)data;
    return text_is_name(text) ? NULL : "The name of a location.";
}

static const char *check_reason(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "Say why, in a few words: it goes into the audit log.";
}

static const FormField FIELDS[] = {
    {"To", 64, 0, "location", check_name},
    {"Reason", 500, 0, "why now", check_reason},
};

ProposalForm *proposal_form_new(OperationKind kind, const char *group, const char *to)
{
    ProposalForm *form = g_new0(ProposalForm, 1);
    form->kind = kind;
    form->group = g_strdup(group);
    form->keys = keymap_new("Proposing");
    keymap_add(form->keys, KEYS, G_N_ELEMENTS(KEYS));
    form->form = form_new(FIELDS, G_N_ELEMENTS(FIELDS), form);
    form_set_text(form->form, FIELD_TO, to ? to : "");
    form_set_focus(form->form, to ? FIELD_REASON : FIELD_TO);
    return form;
}

void proposal_form_free(ProposalForm *form)
{
    if (!form)
        return;
    form_free(form->form);
    keymap_free(form->keys);
    g_free(form->group);
    g_free(form);
}

static Effect send_it(const ProposalForm *form, const ViewContext *context)
{
    int problem = form_first_problem(form->form);
    if (problem >= 0)
        return effect_message("%s: %s", FIELDS[problem].label,
                              form_problem(form->form, (guint)problem));
    const char *to = form_text(form->form, FIELD_TO);
    if (!picture_location(context->picture, to))
        return effect_message("There is no location %s.", to);
    Effect effect = effect_of(EFFECT_PROPOSE);
    effect.operation_kind = form->kind;
    effect.object = g_strdup(form->group);
    effect.to = g_strdup(to);
    effect.text = g_strdup(form_text(form->form, FIELD_REASON));
    return effect;
}

Effect proposal_form_key(ProposalForm *form, const ViewContext *context, const KeyEvent *key)
{
    const Binding *row = keymap_find(form->keys, key);
    if (row && row->action == ACTION_LEAVE)
        return effect_of(EFFECT_BACK);
    if (row && row->action == ACTION_SEND)
        return send_it(form, context);
    switch (form_key(form->form, key)) {
    case FORM_IGNORED:
        return effect_of(EFFECT_NONE);
    case FORM_FULL:
        return effect_message("There is no more room in this field.");
    default:
        return effect_of(EFFECT_REDRAW);
    }
}

const Keymap *proposal_form_keymap(const ProposalForm *form)
{
    return form->keys;
}

void proposal_form_draw(ProposalForm *form, const ViewContext *context, const Canvas *canvas)
{
    const GroupStatus *group = picture_group(context->picture, form->group);
    bool back = form->kind == OPERATION_FAILBACK;
    int width = MIN(canvas->width, BOX_WIDTH), height = MIN(canvas->height, BOX_HEIGHT);
    Rect at = rect_make((canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
    g_autofree char *title =
        g_strdup_printf("propose: %s %s", back ? "FAIL BACK" : "FAIL OVER", form->group);
    g_autofree char *text = g_strdup_printf(
        "%s is now at %s, mode %s. Nothing moves before the sign-offs it needs.", form->group,
        group && group->active ? picture_title(context->picture, group->active)
                               : "an unknown place",
        group ? name_of(&MODE_NAMES, (int)group->mode) : "unknown");
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box =
        cells_box(canvas, at, &(BoxLook){.title = title, .border = ROLE_WARN, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    gsize size = strlen(text), done = 0;
    int lines = MAX(body.height - form_height(form->form), 0);
    for (int y = 0; y < lines && done < size; y++) {
        gsize n = cells_wrap(&body, text + done, size - done, MAX(body.width, 1));
        cells_put_n(&body, 0, y, ROLE_NORMAL, text + done, n);
        done += n;
    }
    int top = MIN(lines, 3);
    Canvas fields = canvas_sub(&body, rect_make(0, top, body.width, body.height - top));
    form_draw(form->form, &fields);
}

bool proposal_form_is_dirty(const ProposalForm *form)
{
    return *form_text(form->form, FIELD_REASON) != '\0';
}
