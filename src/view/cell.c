// A row of the matrix explained: for each place what is wanted, what is seen, since when, how old that is and how we
// know; what would change it; and why it is as it is: its triggers, its pattern, its proof.
#include "view/screens.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "view/badge.h"
#include "view/page.h"
#include "view/place.h"
#include "view/words.h"

enum { ACTION_OPERATION = 1, ACTION_SNAPSHOTS };
enum { BOX_HEIGHT_MIN = 10 };

static const Binding BINDINGS[] = {
    {ACTION_OPERATION, "operation", "o", "operation", "Goes to the open operation of its group.",
     0},
    {ACTION_SNAPSHOTS, "snapshots", "K", "kept", "Shows a connector's kept configurations.", 0},
};

static gpointer cell_create(void)
{
    Page *page = g_new0(Page, 1);
    page_init(page, "Workload", BINDINGS, G_N_ELEMENTS(BINDINGS));
    return page;
}

static void cell_destroy(gpointer state)
{
    page_release(state);
    g_free(state);
}

static void cell_open(gpointer state, const char *object)
{
    page_open(state, object);
}

typedef struct {
    Page *page;
    const ViewContext *context;
    const Picture *picture;
    const WorkloadStatus *workload;
    const GroupStatus *group; // NULL if it is not in the picture
} Say;

static void say_what(const Say *say)
{
    const WorkloadStatus *w = say->workload;
    page_field(say->page, "what", ROLE_TITLE, "%s, a %s of group %s", w->name,
               word_of(&KIND_NAMES, (int)w->kind), w->group);
}

static bool has_client_state(const WorkloadStatus *workload)
{
    for (guint i = 0; i < workload->triggers->len; i++)
        if (((const TriggerStatus *)workload->triggers->pdata[i])->keeper == KEEPER_CLIENT)
            return true;
    return false;
}

static void say_single(const Say *say)
{
    const WorkloadStatus *w = say->workload;
    bool client = has_client_state(w);
    if (!w->single_active)
        page_field(say->page, "active", ROLE_NORMAL, "any number of places at once");
    else if (client && w->pattern != PATTERN_ACTIVE_PASSIVE)
        page_field(say->page, "active", ROLE_WARN,
                   "one place only, whatever its pattern says: a trigger keeps its state with the "
                   "client, and two would handle the same twice");
    else
        page_field(say->page, "active", ROLE_NORMAL, "one place only, by its pattern%s",
                   client ? " and because a trigger keeps its state with the client" : "");
}

static void say_why(const Say *say)
{
    static const char *const PATTERNS[] = {
        [PATTERN_ACTIVE_PASSIVE] = "active/passive: one place works, the others stand by",
        [PATTERN_LOAD_BALANCED] = "active/active, requests spread by a balancer",
        [PATTERN_COMPETING_CONSUMERS] = "active/active, all take from one queue"};
    static const char *const PROOFS[] = {
        [PROOF_FENCING] =
            "the target refuses commands of an older epoch, which proves the old side off",
        [PROOF_LEASE] = "the target demotes itself when its lease lapses",
        [PROOF_POWER] = "an independent device cuts the old side off",
        [PROOF_MANUAL] = "only a person can attest that the old side is off"};
    const WorkloadStatus *w = say->workload;
    pager_rule(say->page->pager, "why it is so");
    page_field(say->page, "pattern", ROLE_NORMAL, "%s", PATTERNS[w->pattern]);
    say_single(say);
    place_say_combination(say->page, say->picture, w);
    place_say_route(say->page, say->picture, w);
    page_field(say->page, "driver", ROLE_NORMAL, "%s",
               w->driver ? w->driver : "none: nobody sees it");
    if (w->single_active)
        page_field(say->page, "proof", w->proof == PROOF_MANUAL ? ROLE_WARN : ROLE_NORMAL,
                   "class %s: %s", word_of(&PROOF_NAMES, (int)w->proof), PROOFS[w->proof]);
}

static void say_trigger(const Say *say, const TriggerStatus *trigger)
{
    char left[16], at[32];
    g_autofree char *next = NULL;
    calm_left_format(trigger->next_ms, say->context->now_ms, left);
    time_format_full(trigger->next_ms, at);
    if (trigger->next_ms)
        next = g_strdup_printf("; fires next at %s, in %s, where it is active", at, left);
    page_field(say->page, word_of(&TRIGGER_NAMES, (int)trigger->type), ROLE_NORMAL,
               "%s%s%s%s%s, state kept by the %s%s%s", trigger->name, trigger->rule ? ": " : "",
               trigger->rule ? trigger->rule : "", trigger->split ? ", " : "",
               trigger->split ? trigger->split : "", word_of(&KEEPER_NAMES, (int)trigger->keeper),
               trigger->ordered ? ", order matters" : "", next ? next : "");
}

static const char *missed_words(const TriggerStatus *trigger)
{
    return trigger->missed > 0 ? "nobody ran them, and they are not replayed" : "none was lost";
}

static void say_counts(const Say *say, const TriggerStatus *trigger)
{
    char since[32], last[24];
    if (trigger->type == TRIGGER_POLLING) {
        page_field(say->page, "", ROLE_DIM,
                   "after a pause it works through what came meanwhile: nothing is missed");
        return;
    }
    if (trigger->missed < 0)
        return;
    time_format_full(trigger->counted_ms, since);
    ago_format(trigger->last_ms, say->context->now_ms, true, last);
    page_field(say->page, "", trigger->missed || trigger->doubled ? ROLE_WARN : ROLE_NORMAL,
               "%" G_GINT64_FORMAT " missed (%s), %" G_GINT64_FORMAT
               " doubled since %s; last run %s in %s",
               trigger->missed, missed_words(trigger), trigger->doubled, since, last,
               trigger->last_at ? picture_title(say->picture, trigger->last_at) : "nowhere");
}

static void say_triggers(const Say *say)
{
    pager_rule(say->page->pager, "triggers");
    if (!say->workload->triggers->len)
        page_say(say->page, ROLE_DIM, "None: it is used by others.");
    for (guint i = 0; i < say->workload->triggers->len; i++) {
        say_trigger(say, say->workload->triggers->pdata[i]);
        say_counts(say, say->workload->triggers->pdata[i]);
    }
}

// What is seen, how old that is, and by whom; beyond its limit it is history, not a state.
static void say_state(const Say *say, const InstanceStatus *instance)
{
    InstanceState state = badge_aged_instance(instance, say->context->now_ms);
    const char *by = say->workload->driver ? say->workload->driver : "nobody";
    Badge badge = badge_instance(state), before = badge_instance(instance->state);
    bool calm = state == instance->desired || instance->desired == INSTANCE_UNKNOWN;
    char since[16], seen[24];
    (calm ? calm_age_format : age_format)(instance->since_ms, say->context->now_ms, since);
    ago_format(instance->observed_at_ms, say->context->now_ms, calm, seen);
    if (state != instance->state)
        page_field(say->page, "is", badge.role | STYLE_BOLD,
                   "%s: it was %s when %s last saw it, %s: too old to be believed", badge.word,
                   before.word, by, seen);
    else
        page_field(say->page, "is", badge.role | STYLE_BOLD, "%s for %s, seen %s by %s", badge.word,
                   since, seen, by);
    page_field(say->page, "wanted", calm ? ROLE_NORMAL : ROLE_WARN, "%s%s",
               instance->desired == INSTANCE_UNKNOWN
                   ? "nobody says"
                   : word_of(&INSTANCE_NAMES, (int)instance->desired),
               calm ? "" : ": IT IS NOT SO");
    if (instance->quarantined)
        page_field(say->page, "held", ROLE_ALARM,
                   "QUARANTINED: it came back while its group lives elsewhere");
}

// A database, or what only forwards, runs nothing.
static bool has_runs(const WorkloadStatus *workload, const InstanceStatus *instance)
{
    return workload->kind == KIND_WORKFLOW || workload->triggers->len || instance->runs > 0 ||
           instance->last_run_ms;
}

static void say_run(const Say *say, const InstanceStatus *instance)
{
    char last[24];
    ago_format(instance->last_run_ms, say->context->now_ms, true, last);
    g_autofree char *runs =
        instance->runs < 0
            ? g_strdup("an unknown number of runs in flight")
            : g_strdup_printf("%d run%s in flight", instance->runs, text_plural(instance->runs));
    page_field(say->page, "runs", instance->runs < 0 ? ROLE_UNKNOWN : ROLE_NORMAL, "%s, %s%s", runs,
               instance->last_run_ms ? "last run " : "none seen to run here yet",
               instance->last_run_ms ? last : "");
}

static void say_work(const Say *say, const InstanceStatus *instance)
{
    if (has_runs(say->workload, instance))
        say_run(say, instance);
    g_autofree char *stages = stages_describe(instance->stages);
    g_autofree char *stranded = stages_stranded(instance->stages);
    bool lost = badge_aged_instance(instance, say->context->now_ms) == INSTANCE_UNREACHABLE;
    if (stages)
        page_field(say->page, "stages", ROLE_NORMAL, "%s", stages);
    if (stranded && lost)
        page_field(say->page, "", ROLE_WARN, "%s, as it was last seen", stranded);
    if (instance->missed < 0)
        page_field(say->page, "missed", ROLE_UNKNOWN, "an unknown number of recurrences");
    else if (instance->missed)
        page_field(say->page, "missed", ROLE_WARN,
                   "%" G_GINT64_FORMAT " recurrence%s since the region went down", instance->missed,
                   text_plural(instance->missed));
}

// An epoch comes with a command: a target of class F that has had none keeps none yet.
static void say_fence(const Say *say, const InstanceStatus *instance)
{
    gint64 epoch = say->group ? say->group->epoch : 0;
    const char *boot = instance->boot_id ? instance->boot_id : "not reported";
    bool fences = say->workload->single_active && say->workload->proof == PROOF_FENCING;
    if (!instance->epoch)
        page_field(say->page, "fence", ROLE_DIM, "%s; boot id %s",
                   fences ? "no epoch yet: it comes with the first command" : "it reports no epoch",
                   boot);
    else
        page_field(say->page, "fence", instance->epoch == epoch ? ROLE_NORMAL : ROLE_WARN,
                   "epoch %" G_GINT64_FORMAT " (the group's is %" G_GINT64_FORMAT "), boot id %s",
                   instance->epoch, epoch, boot);
}

static void say_instance(const Say *say, const InstanceStatus *instance)
{
    g_autofree char *title =
        g_strdup_printf("%s%s", picture_title(say->picture, instance->location),
                        instance->primary ? " (home)" : "");
    pager_rule(say->page->pager, title);
    PlaceMove move;
    say_state(say, instance);
    if (place_move(say->picture, say->workload, instance->location, &move))
        place_say_move(say->page, &move);
    say_work(say, instance);
    say_fence(say, instance);
    place_say_host(say->page, say->picture, say->workload, instance);
    place_say_uses(say->page, say->picture, say->workload, instance->location);
    if (instance->detail)
        page_field(say->page, "says", ROLE_NORMAL, "%s", instance->detail);
}

static void say_findings(const Say *say)
{
    g_autofree char *object = g_strconcat("workload/", say->workload->id, NULL);
    bool any = false;
    for (guint i = 0; i < picture_count(say->picture, SHELF_FINDINGS); i++) {
        const Finding *finding = picture_at(say->picture, SHELF_FINDINGS, i);
        if (g_strcmp0(finding->object, object) != 0)
            continue;
        if (!any)
            pager_rule(say->page->pager, "findings");
        any = true;
        page_field(say->page, badge_severity(finding->severity).word,
                   badge_severity(finding->severity).role, "%s %s: %s %s", finding->rule,
                   finding->title ? finding->title : "", finding->facts ? finding->facts : "",
                   finding->way_out ? finding->way_out : "");
    }
}

static void say_quarantine(const Say *say)
{
    for (guint i = 0; i < say->workload->instances->len; i++) {
        const InstanceStatus *instance = say->workload->instances->pdata[i];
        if (instance->passivate_by)
            page_say(
                say->page, ROLE_WARN,
                "%s wants it switched off in %s, and it is not seen off yet: K takes that back.",
                instance->passivate_by, picture_title(say->picture, instance->location));
        if (instance->quarantined)
            page_say(say->page, ROLE_WARN,
                     "%s keeps it passive by quarantine until the group is brought home.",
                     picture_title(say->picture, instance->location));
    }
}

static void say_change(const Say *say)
{
    const GroupStatus *group = say->group;
    pager_rule(say->page->pager, "what would change it");
    say_quarantine(say);
    if (!group)
        page_say(say->page, ROLE_UNKNOWN, "Its group is not in the picture.");
    else if (group->operation)
        page_say(say->page, ROLE_WARN, "Operation %s is open: o goes there.", group->operation);
    else if (g_strcmp0(group->active, group->primary) != 0)
        page_say(say->page, ROLE_NORMAL, "A failback of %s to %s: B proposes it.", group->name,
                 picture_title(say->picture, group->primary));
    else if (group->standbys->len)
        page_say(say->page, ROLE_NORMAL, "A failover of %s to %s: F proposes it.", group->name,
                 picture_title(say->picture, group->standbys->pdata[0]));
    else
        page_say(say->page, ROLE_WARN, "Nothing: %s has no standby.", group->name);
}

static void cell_refresh(gpointer state, const ViewContext *context)
{
    Page *page = state;
    const WorkloadStatus *workload = picture_workload(context->picture, page->object);
    pager_begin(page->pager);
    if (!workload) {
        page_say(page, ROLE_UNKNOWN, "There is no workload %s in the picture. Esc leads back.",
                 page->object ? page->object : "yet");
        return;
    }
    Say say = {page, context, context->picture, workload,
               picture_group(context->picture, workload->group)};
    say_what(&say);
    for (guint i = 0; i < workload->instances->len; i++)
        say_instance(&say, workload->instances->pdata[i]);
    say_change(&say);
    say_findings(&say);
    say_triggers(&say);
    say_why(&say);
}

static void cell_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Page *page = state;
    (void)context;
    BoxLook look = {.title = page->object ? page->object : "workload"};
    bool room = canvas->height >= BOX_HEIGHT_MIN;
    Canvas box = room ? cells_box(canvas, canvas_rect(canvas), &look) : *canvas;
    pager_draw(page->pager, &box);
}

static const char *cell_group(gpointer state, const ViewContext *context)
{
    const WorkloadStatus *workload = picture_workload(context->picture, ((Page *)state)->object);
    return workload ? workload->group : NULL;
}

static Effect cell_update(gpointer state, const ViewContext *context, const KeyEvent *key,
                          const Binding *binding)
{
    const GroupStatus *group = picture_group(context->picture, cell_group(state, context));
    if (binding && binding->action == ACTION_OPERATION)
        return group && group->operation ? effect_open(SCREEN_OPERATION, group->operation)
                                         : effect_message("No operation of its group is open.");
    if (binding && binding->action == ACTION_SNAPSHOTS)
        return effect_open(SCREEN_SNAPSHOTS, ((Page *)state)->object);
    return page_key(state, key, binding);
}

static BindingState cell_state(gpointer state, const ViewContext *context, const Binding *binding)
{
    const WorkloadStatus *workload = picture_workload(context->picture, ((Page *)state)->object);
    const GroupStatus *group = picture_group(context->picture, workload ? workload->group : NULL);
    bool connector = workload && workload->kind == KIND_CONNECTOR;
    bool nothing = (binding->action == ACTION_SNAPSHOTS && !connector) ||
                   (binding->action == ACTION_OPERATION && !(group && group->operation));
    return nothing ? BINDING_HIDDEN : BINDING_ON;
}

static const Keymap *cell_keymap(gpointer state)
{
    return ((Page *)state)->keys;
}

static char *cell_copy(gpointer state, const ViewContext *context)
{
    (void)context;
    return g_strdup(((Page *)state)->object);
}

static char *cell_command_line(gpointer state, const ViewContext *context)
{
    const char *group = cell_group(state, context);
    return group ? g_strdup_printf("signalbox roles --filter group:%s", group) : NULL;
}

const Screen CELL_SCREEN = {
    .id = SCREEN_CELL,
    .parent = SCREEN_ROLES,
    .name = "cell",
    .title = "Workload",
    .create = cell_create,
    .destroy = cell_destroy,
    .refresh = cell_refresh,
    .draw = cell_draw,
    .update = cell_update,
    .keymap = cell_keymap,
    .state = cell_state,
    .open = cell_open,
    .copy = cell_copy,
    .command_line = cell_command_line,
    .proposes = true,
    .group = cell_group,
};
