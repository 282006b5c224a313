#include "view/proposal.h"

#include <string.h>

#include "base/text.h"

enum { FIELD_TO, FIELD_REASON, FIELD_MODE };

enum { LINES = 3, SPARE = 1 };

static const Binding KEYS[DIALOG_KEYS] = {
    {DIALOG_SEND, "propose", "ctrl-s", "propose", "Proposes it. Enter never does.", 0},
    {DIALOG_NEXT, "next-field", "tab", "next field", "Goes to the next field.", 0},
    {DIALOG_LEAVE, "leave", "esc", "leave", "Leaves without proposing.", 0},
};

typedef struct {
    OperationKind kind;
    char *group;  // NULL: of a region
    char *region; // NULL: of a group
} Proposal;

static const char *check_name(const char *text, gpointer data)
{
    const Proposal *proposal = data;
    if (proposal->region && !*text)
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

static Effect send(gpointer data, const Form *form, const ViewContext *context)
{
    const Proposal *proposal = data;
    const char *to = form_text(form, FIELD_TO);
    if (*to && !picture_location(context->picture, to))
        return effect_message("There is no location %s.", to);
    Effect effect = effect_of(EFFECT_PROPOSE);
    effect.operation_kind = proposal->kind;
    if (proposal->kind == OPERATION_DRILL)
        effect.drill =
            strcmp(form_text(form, FIELD_MODE), "live") == 0 ? DRILL_LIVE : DRILL_ISOLATED;
    effect.region = proposal->region != NULL;
    effect.object = g_strdup(proposal->region ? proposal->region : proposal->group);
    effect.to = *to ? g_strdup(to) : NULL;
    effect.text = g_strdup(form_text(form, FIELD_REASON));
    return effect;
}

static char *title_text(const Proposal *proposal, const Picture *picture)
{
    static const char *const VERBS[] = {[OPERATION_FAILOVER] = "FAIL OVER",
                                        [OPERATION_FAILBACK] = "FAIL BACK",
                                        [OPERATION_DRILL] = "DRILL"};
    return proposal->region
               ? g_strdup_printf("propose: %s EVERY GROUP OF %s", VERBS[proposal->kind],
                                 picture_title(picture, proposal->region))
               : g_strdup_printf("propose: %s %s", VERBS[proposal->kind], proposal->group);
}

// Groups that the operation would move: active there, or at home there and elsewhere now; a drill exercises those
// that are at home there.
static guint count_groups(const Proposal *proposal, const Picture *picture)
{
    guint count = 0;
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        const GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        bool here = g_strcmp0(group->active, proposal->region) == 0;
        bool home = g_strcmp0(group->primary, proposal->region) == 0;
        count += proposal->kind == OPERATION_FAILOVER   ? here
                 : proposal->kind == OPERATION_FAILBACK ? home && !here
                                                        : home;
    }
    return count;
}

static char *explain(gconstpointer data, const Picture *picture)
{
    const Proposal *proposal = data;
    const GroupStatus *group = picture_group(picture, proposal->group);
    bool drill = proposal->kind == OPERATION_DRILL;
    if (proposal->region) {
        guint count = count_groups(proposal, picture);
        return g_strdup_printf(
            "%u group%s, each signed and carried out on its own; To empty: each its first healthy "
            "place. %s",
            count, text_plural(count),
            drill ? "An exercise: isolated looks and commands nothing; live moves them there and "
                    "home again."
                  : "Nothing moves before the sign-offs it needs.");
    }
    return g_strdup_printf(
        "%s is now at %s, mode %s. %s", proposal->group,
        group && group->active ? picture_title(picture, group->active) : "an unknown place",
        group ? word_of(&MODE_NAMES, (int)group->mode) : "unknown",
        drill ? "An exercise: isolated looks and commands nothing; live moves it "
                "there and home again."
              : "Nothing moves before the sign-offs it needs.");
}

static void release(gpointer data)
{
    Proposal *proposal = data;
    g_free(proposal->group);
    g_free(proposal->region);
    g_free(proposal);
}

static const DialogKind KIND = {.keys = KEYS, .explain = explain, .send = send, .release = release};

Dialog *proposal_new(const ViewContext *context, OperationKind kind, const char *group,
                     const char *region)
{
    const GroupStatus *status = picture_group(context->picture, group);
    bool drill = kind == OPERATION_DRILL;
    if (!status && !picture_location(context->picture, region))
        return NULL;
    Proposal *proposal = g_new0(Proposal, 1);
    *proposal = (Proposal){.kind = kind,
                           .group = status ? g_strdup(group) : NULL,
                           .region = status ? NULL : g_strdup(region)};
    Dialog *dialog = dialog_new(&KIND, proposal,
                                &(DialogLook){.name = "Proposing",
                                              .title = title_text(proposal, context->picture),
                                              .border = drill ? ROLE_DRILL : ROLE_WARN,
                                              .lines = LINES,
                                              .spare = proposal->region ? SPARE + 1 : SPARE},
                                FIELDS, drill ? 3 : 2);
    const char *to = status ? usual_target(status, kind) : kind == OPERATION_FAILBACK ? region : "";
    dialog_preset(dialog, FIELD_TO, to);
    if (drill)
        dialog_preset(dialog, FIELD_MODE, "isolated");
    dialog_focus(dialog, *to || proposal->region ? FIELD_REASON : FIELD_TO);
    return dialog;
}
