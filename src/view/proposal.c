#include "view/proposal.h"

#include <string.h>

#include "base/text.h"
#include "view/badge.h"
#include "widget/form.h"

enum { FIELD_TO, FIELD_REASON, FIELD_MODE };

enum { ACTION_SEND = 1, ACTION_NEXT, ACTION_LEAVE };
enum { BOX_WIDTH = 76, BOX_HEIGHT = 8 };

static const Binding KEYS[] = {
    {ACTION_SEND, "propose", "ctrl-s", "propose", "Proposes it. Enter never does.", 0},
    {ACTION_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {ACTION_LEAVE, "leave", "esc", "leave", "Leaves without proposing.", 0},
};

struct ProposalForm {
    OperationKind kind;
    char *group;  // NULL: of a region
    char *region; // NULL: of a group
    Form *form;
    Keymap *keys;
};

static const char *check_name(const char *text, gpointer data)
{
    const ProposalForm *form = data;
    if (form->region && !*text)
        return NULL;
    return text_is_name(text) ? NULL : "The name of a location.";
}

static const char *check_reason(const char *text, gpointer data)
{
    (void)data;
    return text_has_word(text) ? NULL : "Say why, in a few words: it goes into the audit log.";
}

static const char *check_mode(const char *text, gpointer data)
{
    (void)data;
    return strcmp(text, "isolated") == 0 || strcmp(text, "live") == 0
               ? NULL
               : "isolated (looks, commands nothing) or live (there and home again).";
}

static const FormField FIELDS[] = {
    {"To", 64, 0, "location", check_name},
    {"Reason", 500, 0, "why now", check_reason},
    {"Mode", 8, 0, "isolated or live", check_mode}, // of a drill
};

// Where it would go if nobody says otherwise: home, or to the first standby where it is not already.
static const char *usual_target(const GroupStatus *group, OperationKind kind)
{
    if (kind == OPERATION_FAILBACK)
        return group->primary;
    for (guint i = 0; i < group->standbys->len; i++)
        if (g_strcmp0(group->standbys->pdata[i], group->active) != 0)
            return group->standbys->pdata[i];
    return kind == OPERATION_FAILOVER ? group->primary : "";
}

ProposalForm *proposal_form_new(const ViewContext *context, OperationKind kind, const char *group,
                                const char *region)
{
    const GroupStatus *status = picture_group(context->picture, group);
    bool drill = kind == OPERATION_DRILL;
    if (!status && !picture_location(context->picture, region))
        return NULL;
    ProposalForm *form = g_new0(ProposalForm, 1);
    form->kind = kind;
    form->group = status ? g_strdup(group) : NULL;
    form->region = status ? NULL : g_strdup(region);
    form->keys = keymap_new("Proposing");
    keymap_add(form->keys, KEYS, G_N_ELEMENTS(KEYS));
    form->form = form_new(FIELDS, drill ? 3 : 2, form);
    const char *to = status ? usual_target(status, kind) : kind == OPERATION_FAILBACK ? region : "";
    form_set_text(form->form, FIELD_TO, to);
    if (drill)
        form_set_text(form->form, FIELD_MODE, "isolated");
    form_set_focus(form->form, *to || form->region ? FIELD_REASON : FIELD_TO);
    return form;
}

void proposal_form_free(ProposalForm *form)
{
    if (!form)
        return;
    form_free(form->form);
    keymap_free(form->keys);
    g_free(form->group);
    g_free(form->region);
    g_free(form);
}

static Effect send_it(const ProposalForm *form, const ViewContext *context)
{
    int problem = form_first_problem(form->form);
    if (problem >= 0)
        return effect_message("%s: %s", FIELDS[problem].label,
                              form_problem(form->form, (guint)problem));
    const char *to = form_text(form->form, FIELD_TO);
    if (*to && !picture_location(context->picture, to))
        return effect_message("There is no location %s.", to);
    Effect effect = effect_of(EFFECT_PROPOSE);
    effect.operation_kind = form->kind;
    if (form->kind == OPERATION_DRILL)
        effect.drill =
            strcmp(form_text(form->form, FIELD_MODE), "live") == 0 ? DRILL_LIVE : DRILL_ISOLATED;
    effect.region = form->region != NULL;
    effect.object = g_strdup(form->region ? form->region : form->group);
    effect.to = *to ? g_strdup(to) : NULL;
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
    return effect_of_form(form_key(form->form, key), NULL);
}

const Keymap *proposal_form_keymap(const ProposalForm *form)
{
    return form->keys;
}

static char *title_text(const ProposalForm *form, const Picture *picture)
{
    static const char *const VERBS[] = {[OPERATION_FAILOVER] = "FAIL OVER",
                                        [OPERATION_FAILBACK] = "FAIL BACK",
                                        [OPERATION_DRILL] = "DRILL"};
    return form->region ? g_strdup_printf("propose: %s EVERY GROUP OF %s", VERBS[form->kind],
                                          picture_title(picture, form->region))
                        : g_strdup_printf("propose: %s %s", VERBS[form->kind], form->group);
}

// Groups that the operation would move: active there, or at home there and elsewhere now; a drill exercises those
// that are at home there.
static guint count_groups(const ProposalForm *form, const Picture *picture)
{
    guint count = 0;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        bool here = g_strcmp0(group->active, form->region) == 0;
        bool home = g_strcmp0(group->primary, form->region) == 0;
        count += form->kind == OPERATION_FAILOVER   ? here
                 : form->kind == OPERATION_FAILBACK ? home && !here
                                                    : home;
    }
    return count;
}

static char *now_text(const ProposalForm *form, const Picture *picture)
{
    const GroupStatus *group = picture_group(picture, form->group);
    if (form->region)
        return g_strdup_printf(
            "%u group%s, each signed and carried out on its own; To empty: each its first healthy "
            "place. %s",
            count_groups(form, picture), text_plural(count_groups(form, picture)),
            form->kind == OPERATION_DRILL
                ? "An exercise: isolated looks and commands nothing; live moves them there and "
                  "home again."
                : "Nothing moves before the sign-offs it needs.");
    return g_strdup_printf("%s is now at %s, mode %s. %s", form->group,
                           group && group->active ? picture_title(picture, group->active)
                                                  : "an unknown place",
                           group ? word_of(&MODE_NAMES, (int)group->mode) : "unknown",
                           form->kind == OPERATION_DRILL
                               ? "An exercise: isolated looks and commands nothing; live moves it "
                                 "there and home again."
                               : "Nothing moves before the sign-offs it needs.");
}

void proposal_form_draw(ProposalForm *form, const ViewContext *context, const Canvas *canvas)
{
    int width = MIN(canvas->width, BOX_WIDTH);
    int height = MIN(canvas->height,
                     BOX_HEIGHT + (form->region ? 1 : 0) + (form->kind == OPERATION_DRILL ? 1 : 0));
    Rect at = rect_make((canvas->width - width) / 2, (canvas->height - height) / 2, width, height);
    g_autofree char *title = title_text(form, context->picture);
    g_autofree char *text = now_text(form, context->picture);
    Style border = form->kind == OPERATION_DRILL ? ROLE_DRILL : ROLE_WARN;
    cells_fill(canvas, at, ROLE_NORMAL, GLYPH_NONE);
    Canvas box =
        cells_box(canvas, at, &(BoxLook){.title = title, .border = border, .is_double = true});
    Canvas body = canvas_sub(&box, rect_inset(canvas_rect(&box), 1, 0));
    int lines = MAX(body.height - form_height(form->form), 0);
    cells_put_wrapped(&body, rect_make(0, 0, body.width, lines), ROLE_NORMAL, text);
    int top = MIN(lines, 3);
    Canvas fields = canvas_sub(&body, rect_make(0, top, body.width, body.height - top));
    form_draw(form->form, &fields);
}

bool proposal_form_is_dirty(const ProposalForm *form)
{
    return *form_text(form->form, FIELD_REASON) != '\0';
}
