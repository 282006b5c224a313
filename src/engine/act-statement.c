#include "engine/act-statement.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/evidence.h"
#include "engine/failed.h"
#include "model/plan.h"

// What it means that a step of that kind is never done.
static const char *const CONSEQUENCES[STEP_KINDS] = {
    [STEP_FENCE] = "the old side is not cut off: it may still run",
    [STEP_PASSIVATE] = "it may still run there",
    [STEP_DRAIN] = "runs that are in flight may be cut off",
    [STEP_REJOIN] = "it does not follow the other side's data",
    [STEP_CATCH_UP] = "data that has not arrived yet is lost",
    [STEP_PROMOTE] = "its data stays read-only there",
    [STEP_REROUTE] = "requests still go the old way",
    [STEP_ACTIVATE] = "it stays passive until somebody activates it",
    [STEP_VERIFY] = "nobody has seen that it works",
    [STEP_NOTIFY] = "nobody is told",
    [STEP_MANUAL] = "what it asks of a person is taken for not done",
    [STEP_WAIT] = "what it waits for may not be so",
    [STEP_LIMITED] = "the maintenance gate stays as it is",
};

static void set_text(char **text, char *value)
{
    g_free(*text);
    *text = value;
}

static bool is_left_out(const Operation *operation, const Act *act, const Step *step)
{
    if (act->step)
        return step->number == act->step;
    return step->state == STEP_FAILED && (operation->phase != PHASE_UNDOING || step->compensates);
}

// The plan of the act: what is left out, or what will be done to go back.
static GPtrArray *steps_of(const Operation *operation, const Group *group, const Act *act)
{
    if (act->kind == ACT_ABORT)
        return plan_undo(operation, group);
    GPtrArray *steps = g_ptr_array_new();
    for (guint i = 0; i < operation->steps->len; i++)
        if (is_left_out(operation, act, operation->steps->pdata[i]))
            g_ptr_array_add(steps, operation->steps->pdata[i]);
    return steps;
}

static void say_left_out(Statement *statement, const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        g_ptr_array_add(statement->not_done,
                        g_strdup_printf("step %u, %s: %s%s%s", step->number, step->title,
                                        CONSEQUENCES[step->kind], step->detail ? "; it said: " : "",
                                        step->detail ? step->detail : ""));
    }
}

// What was done already and no step of the way back undoes.
static void say_not_undone(Statement *statement, const Operation *operation, const GPtrArray *undo)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        bool waits = step->kind == STEP_DRAIN || step->kind == STEP_CATCH_UP ||
                     step->kind == STEP_WAIT || step->kind == STEP_VERIFY;
        bool undone = step->kind == STEP_PASSIVATE && undo->len;
        if (step->state == STEP_PENDING || step->state == STEP_SKIPPED || waits || undone)
            continue;
        g_ptr_array_add(statement->not_done,
                        g_strdup_printf("step %u, %s (%s): stays as it is", step->number,
                                        step->title, word_of(&STEP_STATE_NAMES, (int)step->state)));
    }
}

// A source that is silent now would keep everybody from signing the very thing that its silence asks for: its last
// word stands, with its age, and is named as not known.
static void freeze_silent(Engine *engine, Statement *statement, gint64 limit_ms)
{
    for (guint i = 0; i < statement->facts->len; i++) {
        Fact *fact = statement->facts->pdata[i];
        char age[16];
        bool old = !fact->observed_at_ms || engine->now_ms - fact->observed_at_ms > limit_ms / 2;
        if (fact->frozen || !old)
            continue;
        fact->frozen = true;
        duration_format((engine->now_ms - fact->observed_at_ms) / 1000 * 1000, age);
        g_ptr_array_add(
            statement->not_known,
            fact->observed_at_ms
                ? g_strdup_printf("%s now: it was last heard of %s before", fact->label, age)
                : g_strdup_printf("%s: it was never heard of", fact->label));
    }
}

static bool leaves_out(const GPtrArray *steps, StepKind kind)
{
    for (guint i = 0; i < steps->len; i++)
        if (((const Step *)steps->pdata[i])->kind == kind)
            return true;
    return false;
}

static void set_loss(Engine *engine, const Operation *operation, const Act *act,
                     const GPtrArray *steps, Statement *statement)
{
    const GroupLive *live = world_live(engine, operation->group);
    LossBound bound = {.known = true};
    if (act->kind == ACT_ABORT)
        bound.how = g_strdup_printf("nothing has been activated in %s: what was committed is in %s",
                                    world_title(engine, operation->to),
                                    world_title(engine, operation->from));
    else if (leaves_out(steps, STEP_CATCH_UP))
        derive_loss(engine, live->group, operation->from, operation->to, &bound);
    else
        bound.how = g_strdup("leaving this out loses no data beyond what was signed for before");
    statement->loss_known = bound.known;
    statement->loss_ms = bound.loss_ms > 0 ? statement_roomy_bound(bound.loss_ms) : bound.loss_ms;
    statement->loss_transactions = bound.transactions;
    statement->discards = 0; // that was signed for with the plan
    set_text(&statement->loss_how, bound.how);
    statement->band = loss_band(bound.known, statement->loss_ms, live->group->rpo_ms);
}

static void set_sentences(const Engine *engine, const Operation *operation, const Act *act,
                          const GPtrArray *steps, Statement *statement)
{
    const char *why = operation->why ? operation->why : "";
    const Step *first = steps->len ? steps->pdata[0] : NULL;
    bool skip = act->kind == ACT_SKIP;
    set_text(&statement->summary,
             skip ? g_strdup_printf("Leave out for good: %s%s", first ? first->title : "nothing",
                                    steps->len > 1 ? ", and what else has failed" : "")
                  : g_strdup_printf("Abort %s: %u step%s back, under a new epoch; %s stays in %s",
                                    operation->id, steps->len, text_plural(steps->len),
                                    operation->group, world_title(engine, operation->from)));
    set_text(&statement->why,
             g_strdup_printf("%s asks: %s%s%s", act->by, act->reason, *why ? " · " : "", why));
    set_text(&statement->way_back,
             g_strdup(skip ? "What is left out can be done by hand later; the operation ends as "
                             "completed with exceptions, never as done."
                           : "An abort cannot be aborted; the failover can be proposed again when "
                             "it has ended."));
    set_text(&statement->if_we_wait,
             g_strdup_printf("The operation stays %s; retry and %s are "
                             "the other ways on.",
                             operation->held ? "held" : "as it is", skip ? "abort" : "skip"));
}

static void set_approvals(const Operation *operation, Statement *statement)
{
    guint before = operation->statement ? operation->statement->approvals : 0;
    statement->approvals = MAX(MAX(statement->approvals, before), 1);
    set_text(&statement->signoff_why, g_strdup("what goes past the plan is always signed"));
}

Statement *act_statement(Engine *engine, const Operation *operation, const Act *act)
{
    const GroupLive *live = world_live(engine, operation->group);
    g_autoptr(GPtrArray) steps = steps_of(operation, live->group, act);
    Statement *statement = evidence_statement(engine, operation, steps);
    statement->act = act->kind;
    statement->act_step = act->step;
    statement->version = act->statement_version;
    statement->expires_ms = act->expires_ms;
    // The epoch is the operation's own by now, and what runs is not abandoned by an act.
    statement->abandoned_runs = statement->missed_recurrences = 0;
    g_ptr_array_set_size(statement->reduced, 0);
    g_ptr_array_set_size(statement->effects, 0);
    freeze_silent(engine, statement, live->group->policy.evidence_ms);
    set_loss(engine, operation, act, steps, statement);
    if (act->kind == ACT_SKIP)
        say_left_out(statement, steps);
    else
        say_not_undone(statement, operation, steps);
    set_sentences(engine, operation, act, steps, statement);
    set_approvals(operation, statement);
    set_text(&statement->confirm, act_phrase(statement));
    return statement;
}
