#include "view/proposal.h"

#include "base/text.h"
#include "view/badge.h"
#include "widget/form.h"

enum { FIELD_TO, FIELD_REASON };

struct ProposalForm {
    OperationKind kind;
    char *group;
    Form *form;
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
    if (key->code == K_ESC)
        return effect_of(EFFECT_BACK);
    if (key->code == K_CHAR && key->ch == 's' && key->mods == MOD_CTRL)
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

void proposal_form_draw(ProposalForm *form, const ViewContext *context, const Canvas *canvas)
{
    const GroupStatus *group = picture_group(context->picture, form->group);
    bool back = form->kind == OPERATION_FAILBACK;
    Rect at = rect_make(MAX((canvas->width - 76) / 2, 0), MAX((canvas->height - 9) / 2, 0),
                        MIN(canvas->width, 76), MIN(canvas->height, 9));
    g_autofree char *title =
        g_strdup_printf("propose: %s of %s", back ? "FAIL BACK" : "FAIL OVER", form->group);
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box =
        cells_box(canvas, at, &(BoxLook){.title = title, .border = ROLE_WARN, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    cells_printf(&body, 0, 0, ROLE_NORMAL,
                 "Now at %s, mode %s. Nothing moves before the sign-offs it needs.",
                 group && group->active ? group->active : "an unknown place",
                 group ? name_of(&MODE_NAMES, (int)group->mode) : "unknown");
    Canvas fields = canvas_sub(&body, rect_make(0, 2, body.width, form_height(form->form)));
    form_draw(form->form, &fields);
    cells_put(&body, 0, body.height - 1, ROLE_KEY, "ctrl-s propose   tab next field   esc leave");
}

bool proposal_form_is_dirty(const ProposalForm *form)
{
    return *form_text(form->form, FIELD_REASON) != '\0';
}
