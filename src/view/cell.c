// A row of the matrix explained: what it is, why only one may be active, what triggers it, and for each place what
// is wanted, what is seen, since when, how old that is and how we know.
#include "view/screens.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/page.h"

enum { ACTION_OPERATION = 1 };

static const Binding BINDINGS[] = {
    {ACTION_OPERATION, "operation", "o", "operation", "Goes to the open operation of its group.",
     0},
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
    static const char *const PATTERNS[] = {
        [PATTERN_ACTIVE_PASSIVE] = "active/passive: one place works, the others stand by",
        [PATTERN_LOAD_BALANCED] = "active/active, requests spread by a balancer",
        [PATTERN_COMPETING_CONSUMERS] = "active/active, all take from one queue"};
    const WorkloadStatus *w = say->workload;
    page_field(say->page, "what", ROLE_TITLE, "%s, a %s of group %s", w->name,
               name_of(&KIND_NAMES, (int)w->kind), w->group);
    page_field(say->page, "pattern", ROLE_NORMAL, "%s", PATTERNS[w->pattern]);
    if (w->router)
        page_field(say->page, "router", ROLE_NORMAL, "%s sends the requests here", w->router);
    page_field(say->page, "driver", ROLE_NORMAL, "%s, proof class %s", w->driver ? w->driver : "-",
               name_of(&PROOF_NAMES, (int)w->proof));
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

static void say_triggers(const Say *say)
{
    pager_rule(say->page->pager, "triggers");
    if (!say->workload->triggers->len)
        page_say(say->page, ROLE_DIM, "None: it is used by others.");
    for (guint i = 0; i < say->workload->triggers->len; i++) {
        const TriggerStatus *trigger = say->workload->triggers->pdata[i];
        char left[16], at[16];
        left_format(trigger->next_ms, say->context->now_ms, left);
        time_format_clock(trigger->next_ms, at);
        page_field(say->page, trigger->name, ROLE_NORMAL, "%s%s%s, state kept by the %s%s%s%s%s%s",
                   name_of(&TRIGGER_NAMES, (int)trigger->type), trigger->rule ? ": " : "",
                   trigger->rule ? trigger->rule : "", name_of(&KEEPER_NAMES, (int)trigger->keeper),
                   trigger->ordered ? ", order matters" : "", trigger->next_ms ? "; next at " : "",
                   trigger->next_ms ? at : "", trigger->next_ms ? ", in " : "",
                   trigger->next_ms ? left : "");
    }
}

static void say_state(const Say *say, const InstanceStatus *instance)
{
    InstanceState state = badge_aged_instance(instance, say->context->now_ms);
    Badge badge = badge_instance(state);
    bool calm = state == instance->desired || instance->desired == INSTANCE_UNKNOWN;
    char since[16], seen[16];
    (calm ? calm_age_format : age_format)(instance->since_ms, say->context->now_ms, since);
    (calm ? calm_age_format : age_format)(instance->observed_at_ms, say->context->now_ms, seen);
    page_field(say->page, "is", badge.role | STYLE_BOLD, "%s for %s, observed %s ago by %s%s",
               badge.word, since, seen, say->workload->driver ? say->workload->driver : "nobody",
               state != instance->state ? ": too old to be believed" : "");
    page_field(say->page, "wanted", calm ? ROLE_NORMAL : ROLE_WARN, "%s%s",
               instance->desired == INSTANCE_UNKNOWN
                   ? "nobody says"
                   : name_of(&INSTANCE_NAMES, (int)instance->desired),
               calm ? "" : ": IT IS NOT SO");
}

static void say_instance(const Say *say, const InstanceStatus *instance)
{
    char last[16];
    g_autofree char *title =
        g_strdup_printf("%s%s", picture_title(say->picture, instance->location),
                        instance->primary ? " (home)" : "");
    pager_rule(say->page->pager, title);
    say_state(say, instance);
    calm_age_format(instance->last_run_ms, say->context->now_ms, last);
    g_autofree char *runs = instance->runs < 0 ? g_strdup("an unknown number of runs in flight")
                                               : g_strdup_printf("%d in flight", instance->runs);
    page_field(say->page, "runs", ROLE_NORMAL, "%s, last run %s%s", runs, last,
               instance->last_run_ms ? " ago" : " seen");
    if (instance->missed)
        page_field(say->page, "missed", ROLE_WARN,
                   instance->missed < 0 ? "an unknown number of recurrences (%" G_GINT64_FORMAT ")"
                                        : "%" G_GINT64_FORMAT " recurrences since it went down",
                   instance->missed);
    page_field(say->page, "fence", ROLE_NORMAL,
               "epoch %" G_GINT64_FORMAT " (the group's is %" G_GINT64_FORMAT "), boot id %s",
               instance->epoch, say->group ? say->group->epoch : 0,
               instance->boot_id ? instance->boot_id : "not reported");
    if (instance->quarantined)
        page_field(say->page, "", ROLE_ALARM,
                   "QUARANTINED: it came back while its group lives elsewhere");
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
        page_field(say->page, finding->rule, badge_severity(finding->severity).role, "%s %s",
                   finding->facts ? finding->facts : "", finding->way_out ? finding->way_out : "");
    }
}

static void say_change(const Say *say)
{
    const GroupStatus *group = say->group;
    pager_rule(say->page->pager, "what would change it");
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
    say_single(&say);
    say_triggers(&say);
    for (guint i = 0; i < workload->instances->len; i++)
        say_instance(&say, workload->instances->pdata[i]);
    say_findings(&say);
    say_change(&say);
}

static void cell_draw(gpointer state, const ViewContext *context, const Canvas *canvas)
{
    Page *page = state;
    (void)context;
    Canvas box = cells_box(canvas, canvas_rect(canvas),
                           &(BoxLook){.title = page->object ? page->object : "workload"});
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
    return page_key(state, key, binding);
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
    .open = cell_open,
    .copy = cell_copy,
    .command_line = cell_command_line,
    .group = cell_group,
};
