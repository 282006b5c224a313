#include "model/plan.h"

#include <string.h>

#include "base/error.h"
#include "model/notice.h"

// A dead side is told to fence itself, but nobody waits long for the dead. A window opens once a day.
enum { FENCE_LIMIT_MS = 2000, VERIFY_LIMIT_MS = 120 * 1000, WINDOW_LIMIT_MS = 25 * 3600 * 1000 };

typedef struct {
    const PlanInput *input;
    GPtrArray *steps;
    guint wave;
} Planner;

static const char *title_of(const Location *location)
{
    return location->title ? location->title : location->name;
}

static Step *add_step(Planner *planner, StepKind kind, const Workload *workload,
                      const Location *location, char *title)
{
    Step *step = step_new(planner->steps->len + 1, kind);
    step->wave = planner->wave;
    step->title = title;
    step->workload = workload ? g_strdup(workload->id) : NULL;
    step->location = location ? g_strdup(location->name) : NULL;
    step->side = SIDE_SIGNALBOX;
    step->limit_ms = planner->input->group->policy.step_limit_ms;
    step->grants = kind == STEP_PROMOTE || kind == STEP_REROUTE || kind == STEP_ACTIVATE;
    g_ptr_array_add(planner->steps, step);
    return step;
}

// A step on one workload; where its driver cannot, a manual step that says what the person must do.
static Step *add_command(Planner *planner, StepKind kind, const Workload *workload,
                         const Location *location)
{
    char *title = g_strdup_printf("%s %s in %s", word_of(&STEP_KIND_NAMES, (int)kind),
                                  workload->name, title_of(location));
    Step *step = add_step(planner, kind, workload, location, title);
    if (planner->input->can(workload, kind, planner->input->data))
        return step;
    step->attests = kind == STEP_FENCE || kind == STEP_PASSIVATE;
    step->kind = STEP_MANUAL;
    step->side = SIDE_OPERATOR;
    step->limit_ms = planner->input->group->policy.manual_limit_ms;
    step->title = g_strconcat("by hand: ", title, NULL);
    g_free(title);
    return step;
}

static bool takes_part(const Workload *workload, const Location *location)
{
    return workload->kind != KIND_ROUTER && workload_instance(workload, location) != NULL;
}

// Waves are numbered densely: one begins only if the last one got a step.
static void next_wave(Planner *planner)
{
    const Step *last = planner->steps->len ? planner->steps->pdata[planner->steps->len - 1] : NULL;
    planner->wave = last ? last->wave + 1 : 1;
}

// One step for each single-active workload at `location`; with `data`, for those that hold data.
static void add_each(Planner *planner, StepKind kind, const Location *location, bool data)
{
    const GPtrArray *workloads = planner->input->group->workloads;
    for (guint i = 0; i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        if (takes_part(workload, location) && workload_holds_data(workload) == data &&
            (data || workload_is_single_active(workload)))
            add_command(planner, kind, workload, location);
    }
}

static void add_wave(Planner *planner, StepKind kind, const Location *location, bool data)
{
    next_wave(planner);
    add_each(planner, kind, location, data);
}

static void add_fences(Planner *planner)
{
    guint before = planner->steps->len;
    add_wave(planner, STEP_FENCE, planner->input->from, true);
    add_each(planner, STEP_FENCE, planner->input->from, false);
    for (guint i = before; i < planner->steps->len; i++) {
        Step *step = planner->steps->pdata[i];
        step->best_effort = true;
        if (step->kind != STEP_MANUAL)
            step->limit_ms = FENCE_LIMIT_MS;
    }
}

static void add_reroutes(Planner *planner)
{
    const GPtrArray *workloads = planner->input->group->workloads;
    next_wave(planner);
    for (guint i = 0; i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        if (workload->kind != KIND_ROUTER || !workload->instances->len)
            continue;
        const Instance *at = workload_instance(workload, planner->input->to);
        at = at ? at : workload->instances->pdata[0];
        Step *step = add_command(planner, STEP_REROUTE, workload, at->location);
        g_free(step->title);
        step->title =
            g_strdup_printf("%sreroute %s to %s", step->kind == STEP_MANUAL ? "by hand: " : "",
                            workload->name, title_of(planner->input->to));
    }
}

// What pulls work by itself starts last: what others call first, then what polls or subscribes, then what
// fires by the clock.
static guint trigger_rank(const Workload *workload)
{
    static const guint RANKS[] = {[TRIGGER_REQUEST] = 1,
                                  [TRIGGER_POLLING] = 2,
                                  [TRIGGER_WEBHOOK] = 2,
                                  [TRIGGER_RECURRENCE] = 3};
    guint rank = 0;
    for (guint i = 0; i < workload->triggers->len; i++)
        rank = MAX(rank, RANKS[((const Trigger *)workload->triggers->pdata[i])->type]);
    return rank;
}

enum { DEPTH_MAX = 64, RANK_COUNT = 4 };

// Longest chain of dependencies below `workload`; more than DEPTH_MAX means a cycle.
static guint depth_of(const Workload *workload, guint limit)
{
    guint depth = 0;
    for (guint i = 0; limit && i < workload->depends_on->len; i++) {
        guint below = depth_of(workload->depends_on->pdata[i], limit - 1); // MAX evaluates twice
        depth = MAX(depth, 1 + below);
    }
    return limit ? depth : DEPTH_MAX + 1;
}

typedef struct {
    const Workload *workload;
    guint order; // depth × RANK_COUNT + rank
} Ordered;

static int compare_order(gconstpointer a, gconstpointer b)
{
    const Ordered *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->workload->index > y->workload->index) - (x->workload->index < y->workload->index);
}

// Data is promoted, not activated; and what runs there already (active-active) is left alone.
static bool is_activated(const PlanInput *input, const Workload *workload, const Location *location)
{
    if (!takes_part(workload, location) || workload_holds_data(workload))
        return false;
    return workload_is_single_active(workload) ||
           (input->is_passive && input->is_passive(workload, location, input->data));
}

static bool activation_order(const PlanInput *input, const Location *location, GArray *order,
                             GError **error)
{
    const GPtrArray *workloads = input->group->workloads;
    for (guint i = 0; i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        guint depth = depth_of(workload, DEPTH_MAX);
        if (depth >= DEPTH_MAX) {
            g_set_error(
                error, ERR, ERR_INVALID,
                "Workload %s depends on itself through its depends_on: the order of activation is "
                "not defined.",
                workload->id);
            return false;
        }
        Ordered entry = {workload, depth * RANK_COUNT + trigger_rank(workload)};
        if (is_activated(input, workload, location))
            g_array_append_val(order, entry);
    }
    g_array_sort(order, compare_order);
    return true;
}

static bool add_activations(Planner *planner, const Location *location, GError **error)
{
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(Ordered));
    if (!activation_order(planner->input, location, order, error))
        return false;
    for (guint i = 0; i < order->len; i++) {
        const Ordered *entry = &g_array_index(order, Ordered, i);
        if (!i || entry->order != g_array_index(order, Ordered, i - 1).order)
            next_wave(planner);
        add_command(planner, STEP_ACTIVATE, entry->workload, location);
    }
    return true;
}

static Step *add_group_step(Planner *planner, StepKind kind, const Location *location, char *title)
{
    next_wave(planner);
    return add_step(planner, kind, NULL, location, title);
}

static Step *add_manual(Planner *planner, char *title)
{
    Step *step = add_step(planner, STEP_MANUAL, NULL, NULL, title);
    step->side = SIDE_OPERATOR;
    step->limit_ms = planner->input->group->policy.manual_limit_ms;
    return step;
}

// A drill is nobody's news, and moves nothing that is not ours.
static bool is_earnest(const PlanInput *input)
{
    return input->kind != OPERATION_DRILL;
}

// Delivered where somebody does that; else a person sends the text and confirms it.
static void add_notice(Planner *planner, NoticeKind kind, const char *what)
{
    const PlanInput *input = planner->input;
    const char *template = input->group->notices[kind];
    if (!template || !is_earnest(input))
        return;
    next_wave(planner);
    char *title = g_strdup_printf("tell the customers: %s", what);
    Step *step = input->delivers ? add_step(planner, STEP_NOTIFY, NULL, NULL, title)
                                 : add_manual(planner, title);
    step->task = notice_render(template, input->group, input->from, input->to);
}

// What is the customer's own, outside of what we command (F11): done side by side, each confirmed.
static void add_unmanaged(Planner *planner)
{
    const GPtrArray *own = planner->input->group->unmanaged;
    if (!is_earnest(planner->input))
        return;
    next_wave(planner);
    for (guint i = 0; i < own->len; i++)
        add_manual(planner, g_strdup_printf("your own: %s", (const char *)own->pdata[i]));
}

static void add_window(Planner *planner)
{
    g_autofree char *window = day_window_format(&planner->input->group->failback_window);
    if (window && is_earnest(planner->input))
        add_group_step(planner, STEP_WAIT, NULL,
                       g_strdup_printf("wait for the failback window, %s UTC", window))
            ->limit_ms = WINDOW_LIMIT_MS;
}

static bool is_in_plan(const PlanInput *input, const OwnStep *own)
{
    bool back = input->kind == OPERATION_FAILBACK;
    if (input->from == input->to || !is_earnest(input)) // a restart in place moves nothing
        return false;
    return own->on == STEP_ON_BOTH || (own->on == STEP_ON_FAILBACK) == back;
}

// The group's own steps of that place: each a wave, for what follows rests on it.
static void add_own(Planner *planner, StepPlace place)
{
    const PlanInput *input = planner->input;
    for (guint i = 0; i < input->group->steps->len; i++) {
        const OwnStep *own = input->group->steps->pdata[i];
        if (own->place != place || !is_in_plan(input, own))
            continue;
        bool provider = own->side == WORKER_PROVIDER;
        Step *step = add_group_step(planner, provider ? STEP_WAIT : STEP_MANUAL, own->watch,
                                    g_strdup(own->title));
        step->who = g_strdup(own->who);
        step->side = provider ? SIDE_PROVIDER : SIDE_OPERATOR;
        step->limit_ms = own->limit_ms;
        step->needs_ticket = own->ticket;
    }
}

static bool has_data(const PlanInput *input)
{
    for (guint i = 0; i < input->group->workloads->len; i++) {
        const Workload *workload = input->group->workloads->pdata[i];
        if (workload_holds_data(workload) && takes_part(workload, input->to))
            return true;
    }
    return false;
}

static void add_catch_up(Planner *planner)
{
    const PlanInput *input = planner->input;
    if (has_data(input))
        add_group_step(planner, STEP_CATCH_UP, input->to,
                       g_strdup_printf("wait until %s has all data of %s", title_of(input->to),
                                       title_of(input->from)))
            ->limit_ms = input->group->policy.drain_limit_ms;
}

// The orderly way out of the losing side: its triggers first, then what still runs, then its data.
static void add_leaving(Planner *planner)
{
    const PlanInput *input = planner->input;
    guint before = planner->steps->len;
    add_wave(planner, STEP_PASSIVATE, input->from, false);
    if (planner->steps->len > before)
        add_group_step(planner, STEP_DRAIN, input->from,
                       g_strdup_printf("wait for the runs in flight in %s", title_of(input->from)))
            ->limit_ms = input->group->policy.drain_limit_ms;
    add_wave(planner, STEP_PASSIVATE, input->from, true);
    add_catch_up(planner);
}

// A connector works when its provider has recreated what belongs to it (D4): that may take as long as the RTO.
static gint64 verify_limit_ms(const Group *group)
{
    for (guint i = 0; i < group->workloads->len; i++)
        if (((const Workload *)group->workloads->pdata[i])->kind == KIND_CONNECTOR)
            return MAX(group->rto_ms, (gint64)VERIFY_LIMIT_MS);
    return VERIFY_LIMIT_MS;
}

// What was made anew works once its provider has released what belongs to it from the old one: asked for by hand,
// with a ticket (D3). Also in a live drill, for that makes it anew, too.
static void add_releases(Planner *planner)
{
    const PlanInput *input = planner->input;
    for (guint i = 0; i < input->group->workloads->len && input->from != input->to; i++) {
        const Workload *workload = input->group->workloads->pdata[i];
        const char *ask = workload_release(workload);
        if (!ask || !is_activated(input, workload, input->to))
            continue;
        next_wave(planner);
        Step *step = add_manual(planner, g_strdup_printf("%s: %s", workload->name, ask));
        step->needs_ticket = true;
        step->limit_ms = verify_limit_ms(input->group);
    }
}

static bool add_arriving(Planner *planner, GError **error)
{
    const PlanInput *input = planner->input;
    add_own(planner, PLACE_BEFORE_GRANT);
    add_wave(planner, STEP_PROMOTE, input->to, true);
    add_reroutes(planner);
    add_own(planner, PLACE_BEFORE_ACTIVATE);
    if (!add_activations(planner, input->to, error))
        return false;
    add_releases(planner);
    add_own(planner, PLACE_AFTER_ACTIVATE);
    add_group_step(
        planner, STEP_VERIFY, input->to,
        g_strdup_printf("verify that %s works in %s", input->group->name, title_of(input->to)))
        ->limit_ms = verify_limit_ms(input->group);
    return true;
}

static bool check_input(const PlanInput *input, GError **error)
{
    const Location *both[] = {input->from, input->to};
    for (guint i = 0; i < 2; i++)
        if (!both[i] || !group_has_location(input->group, both[i])) {
            g_set_error(error, ERR, ERR_INVALID, "Group %s does not run at %s.", input->group->name,
                        both[i] ? both[i]->name : "no location");
            return false;
        }
    return true;
}

// Where its provider does not support one of the workloads, nothing can be made of it there (D6).
static bool check_regions(const PlanInput *input, GError **error)
{
    for (guint i = 0; i < input->group->workloads->len; i++) {
        const Workload *workload = input->group->workloads->pdata[i];
        if (!workload_instance(workload, input->to) || workload_supports(workload, input->to))
            continue;
        GString *regions = g_string_new(NULL);
        for (guint k = 0; k < workload->regions->len; k++)
            g_string_append_printf(regions, "%s%s", k ? ", " : "",
                                   (const char *)workload->regions->pdata[k]);
        g_set_error(error, ERR, ERR_INVALID, "%s %s is not supported in %s; it is in: %s.",
                    word_of(&KIND_NAMES, (int)workload->kind), workload->id, title_of(input->to),
                    regions->str);
        g_string_free(regions, TRUE);
        return false;
    }
    return true;
}

static bool plan_failover(Planner *planner, GError **error)
{
    const PlanInput *input = planner->input;
    add_own(planner, PLACE_START);
    if (input->planned) {
        add_notice(planner, NOTICE_PLANNED, "a planned failover begins");
        add_leaving(planner);
    } else
        add_fences(planner);
    if (!add_arriving(planner, error))
        return false;
    bool home = input->to == input->group->primary;
    add_group_step(planner, STEP_LIMITED, NULL,
                   g_strdup(home ? "leave limited mode"
                                 : "enter limited mode: maintenance and deployments closed"));
    add_notice(planner, home ? NOTICE_HOME : NOTICE_FAILOVER,
               home ? "it is home again" : "it runs in the standby");
    add_unmanaged(planner);
    add_own(planner, PLACE_END);
    return true;
}

static bool plan_failback(Planner *planner, GError **error)
{
    const PlanInput *input = planner->input;
    add_own(planner, PLACE_START);
    add_wave(planner, STEP_REJOIN, input->to, true);
    add_catch_up(planner);
    add_window(planner);
    add_notice(planner, NOTICE_FAILBACK, "failback begins, with a brief interruption");
    add_leaving(planner);
    if (!add_arriving(planner, error))
        return false;
    add_group_step(planner, STEP_LIMITED, NULL, g_strdup("leave limited mode"));
    add_notice(planner, NOTICE_HOME, "it is home again");
    add_unmanaged(planner);
    add_own(planner, PLACE_END);
    return true;
}

// There, and home again.
static bool plan_drill(Planner *planner, GError **error)
{
    const PlanInput *there = planner->input;
    PlanInput back = *there;
    back.from = there->to;
    back.to = there->from;
    back.planned = true;
    if (!plan_failover(planner, error))
        return false;
    add_group_step(planner, STEP_TURN, there->to,
                   g_strdup_printf("turn: %s has arrived in %s; from here on it goes home",
                                   there->group->name, title_of(there->to)));
    planner->input = &back;
    bool ok = plan_failback(planner, error);
    planner->input = there;
    return ok;
}

// Said in every step: nobody may take a rehearsal for the thing itself.
static void mark_rehearsal(GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        Step *step = steps->pdata[i];
        char *title = g_strdup_printf(
            "%s: %s", step->kind == STEP_MANUAL ? "rehearse, do not do it" : "rehearse",
            step->title);
        g_free(step->title);
        step->title = title;
    }
}

static void free_step(gpointer data)
{
    step_free(data);
}

// Who does such steps, as the fleet file has it (F7).
static void name_people(const PlanInput *input, const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        Step *step = steps->pdata[i];
        const char *kind = name_of(&STEP_KIND_NAMES, (int)step->kind);
        if (!step->who)
            step->who = g_strdup(g_hash_table_lookup(input->group->responsibilities, kind));
    }
}

GPtrArray *plan_make(const PlanInput *input, GError **error)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(free_step);
    Planner planner = {input, steps, 1};
    if (!check_input(input, error) || !check_regions(input, error))
        return NULL;
    bool ok = input->kind == OPERATION_DRILL      ? plan_drill(&planner, error)
              : input->from == input->to          ? add_arriving(&planner, error)
              : input->kind == OPERATION_FAILBACK ? plan_failback(&planner, error)
                                                  : plan_failover(&planner, error);
    if (ok && input->drill == DRILL_ISOLATED)
        mark_rehearsal(steps);
    name_people(input, steps);
    return ok ? g_steal_pointer(&steps) : NULL;
}

// Off its present place: what a drill did on the way there is over when it goes home.
static bool was_passivated(const Operation *operation, const Step *step)
{
    return !operation_is_rehearsal(operation) && g_strcmp0(step->location, operation->from) == 0 &&
           step->kind == STEP_PASSIVATE && !step->compensates && step->state != STEP_PENDING &&
           step->state != STEP_SKIPPED;
}

static const char *place_title(const Workload *workload, const char *name)
{
    for (guint i = 0; i < workload->instances->len; i++) {
        const Location *location = ((const Instance *)workload->instances->pdata[i])->location;
        if (g_strcmp0(location->name, name) == 0)
            return title_of(location);
    }
    return name;
}

static void add_undo(GPtrArray *undo, const Operation *operation, const Step *done,
                     const Workload *workload, StepKind kind, guint wave)
{
    Step *step = step_new(operation->steps->len + undo->len + 1, kind);
    step->wave = wave;
    step->title = g_strdup_printf("undo: %s %s in %s again", word_of(&STEP_KIND_NAMES, (int)kind),
                                  workload->name, place_title(workload, done->location));
    step->workload = g_strdup(done->workload);
    step->location = g_strdup(done->location);
    step->side = SIDE_SIGNALBOX;
    step->limit_ms = done->limit_ms;
    step->compensates = true;
    g_ptr_array_add(undo, step);
}

GPtrArray *plan_undo(const Operation *operation, const Group *group)
{
    GPtrArray *undo = g_ptr_array_new_with_free_func(free_step);
    const Step *last =
        operation->steps->len ? operation->steps->pdata[operation->steps->len - 1] : NULL;
    guint wave = last ? last->wave + 1 : 1;
    // Data first, then in the reverse of the order it was switched off in.
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = operation->steps->len; i-- > 0;) {
            const Step *step = operation->steps->pdata[i];
            const char *name = step->workload ? strrchr(step->workload, '/') : NULL;
            const Workload *workload = name ? group_workload(group, name + 1) : NULL;
            if (was_passivated(operation, step) && workload &&
                workload_holds_data(workload) == (pass == 0))
                add_undo(undo, operation, step, workload, pass == 0 ? STEP_PROMOTE : STEP_ACTIVATE,
                         wave);
        }
        wave++;
    }
    return undo;
}

OperationPhase plan_phase(const Step *step)
{
    static const OperationPhase PHASES[STEP_KINDS] = {
        [STEP_FENCE] = PHASE_PASSIVATING,    [STEP_PASSIVATE] = PHASE_PASSIVATING,
        [STEP_DRAIN] = PHASE_PASSIVATING,    [STEP_REJOIN] = PHASE_STARTING,
        [STEP_CATCH_UP] = PHASE_PASSIVATING, [STEP_PROMOTE] = PHASE_ACTIVATING,
        [STEP_REROUTE] = PHASE_ACTIVATING,   [STEP_ACTIVATE] = PHASE_ACTIVATING,
        [STEP_VERIFY] = PHASE_VERIFYING,     [STEP_NOTIFY] = PHASE_STARTING,
        [STEP_MANUAL] = PHASE_PASSIVATING,   [STEP_WAIT] = PHASE_PASSIVATING,
        [STEP_LIMITED] = PHASE_VERIFYING,    [STEP_TURN] = PHASE_STARTING,
    };
    if (step->compensates)
        return PHASE_UNDOING;
    return step->grants ? PHASE_ACTIVATING : PHASES[step->kind];
}

// It takes the role away, or brings the data over; what else is waited for meanwhile proves nothing.
static bool proves(const Step *step)
{
    bool beside = step->kind == STEP_WAIT || (step->kind == STEP_MANUAL && !step->workload);
    return plan_phase(step) == PHASE_PASSIVATING && !beside;
}

bool plan_is_proven(const Operation *operation)
{
    bool proven = false, open = false, granted = false;
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->kind == STEP_TURN && step->state == STEP_DONE)
            proven = open = granted = false; // what counts is the way home
        granted = granted || step->grants;
        if (granted || !proves(step))
            continue;
        proven = true;
        open = open || step->state != STEP_DONE;
    }
    return proven && !open;
}
