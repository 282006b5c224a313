// What people do with an operation: one row each, with the role it takes and what it does to the copy.
#include "base/text.h"
#include "engine/act.h"
#include "engine/failed.h"
#include "engine/region.h"
#include "engine/step.h"
#include "model/plan.h"
#include "model/quorum.h"
#include "model/refusal.h"

static const char *const NAMES[COMMAND_COUNT] = {"withdraw", "hold",  "resume",  "retry", "skip",
                                                 "abort",    "start", "confirm", "attest"};
const NameTable COMMAND_NAMES = NAME_TABLE("command", NAMES);

typedef struct {
    CommandRequest request;
    EngineOperationDone done;
    gpointer data;
} Asked;

typedef bool (*Command)(Engine *engine, Motion *motion, Operation *copy,
                        const CommandRequest *asked, GError **error);

static bool do_withdraw(Engine *engine, Motion *motion, Operation *copy,
                        const CommandRequest *asked, GError **error)
{
    bool may = g_strcmp0(copy->proposer, asked->person->name) == 0 ||
               person_has(asked->person, ROLE_BIT_APPROVER);
    g_autofree char *why =
        g_strdup_printf("withdrawn by %s: %s", asked->person->name, asked->reason);
    const Act *act = operation_act(copy);
    if (act && (g_strcmp0(act->by, asked->person->name) == 0 ||
                person_has(asked->person, ROLE_BIT_APPROVER))) {
        act_end(engine, motion, copy, ACT_WITHDRAWN, asked->person->name, why);
        return true;
    }
    if (!may) {
        refuse(error, REFUSAL_NOT_ALLOWED,
               "Only %s, who proposed it, or an approver may withdraw %s.", copy->proposer,
               copy->id);
        return false;
    }
    if (!operation_move(copy, EVENT_WITHDRAW, error))
        return false;
    execute_end(engine, motion, copy, why);
    return true;
}

static bool do_hold(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                    GError **error)
{
    (void)engine, (void)motion, (void)asked;
    copy->held = true;
    return operation_move(copy, EVENT_HOLD, error);
}

static bool do_resume(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                      GError **error)
{
    const Act *act = operation_act(copy);
    (void)engine, (void)motion, (void)asked;
    if (act && act->kind == ACT_ABORT) {
        refuse(error, REFUSAL_CONFLICT,
               "%s waits for its sign-offs: sign, reject or withdraw it before %s goes on.",
               act->statement->confirm, copy->id);
        return false;
    }
    copy->held = false;
    return operation_move(copy, EVENT_RESUME, error);
}

static bool refuse_no_step(const Operation *copy, guint number, GError **error)
{
    refuse(error, REFUSAL_WRONG_STATE, "Step %u of %s has not failed.", number, copy->id);
    return false;
}

// Where nothing failed (a guard stopped it) the best-effort steps that did not work are tried again too.
static void again_noted(Operation *copy)
{
    for (guint i = 0; i < copy->steps->len; i++) {
        Step *step = copy->steps->pdata[i];
        if (step->state == STEP_NOTED && !copy->past_pnr)
            step->state = STEP_PENDING;
    }
}

static bool do_retry(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                     GError **error)
{
    (void)engine, (void)motion;
    bool any = failed_retry(copy, asked->step) > 0;
    if (!any && asked->step && copy->state == OPERATION_PAUSED)
        return refuse_no_step(copy, asked->step, error);
    if (!any)
        again_noted(copy);
    return failed_go_on(copy, EVENT_RETRY, error);
}

static bool ask_act(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                    ActKind kind, GError **error)
{
    const Act wanted = {.kind = kind,
                        .step = kind == ACT_SKIP ? asked->step : 0,
                        .by = asked->person->name,
                        .reason = (char *)asked->reason,
                        .ticket = (char *)asked->ticket};
    return act_ask(engine, motion, copy, &wanted, error);
}

static bool do_skip(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                    GError **error)
{
    return ask_act(engine, motion, copy, asked, ACT_SKIP, error);
}

static bool do_abort(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                     GError **error)
{
    return ask_act(engine, motion, copy, asked, ACT_ABORT, error);
}

static bool do_start(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                     GError **error)
{
    OperationState state;
    (void)motion, (void)asked;
    copy->hold_until_ms = engine->now_ms;
    if (world_live(engine, copy->group))
        world_live(engine, copy->group)->check_ms = 0;
    return transition_next(copy, EVENT_START, &state,
                           error); // the executor makes the move, with its guards
}

static bool refuse_no_how(const char *what, GError **error)
{
    refuse(error, REFUSAL_NO_REASON,
           "Say how you know that %s is off, and in the reason what you saw: power, network, "
           "console or provider.",
           what);
    return false;
}

// A provider's step that is watched may be confirmed before it is seen.
static bool waits_for_person(const Step *step)
{
    return step && (step->state == STEP_WAITING ||
                    (step->side == SIDE_PROVIDER && step->state == STEP_INTENT));
}

static bool may_confirm(const Operation *copy, const Step *step, const CommandRequest *asked,
                        GError **error)
{
    if (!waits_for_person(step))
        refuse(error, REFUSAL_WRONG_STATE, "Step %u of %s does not wait for a person.", asked->step,
               copy->id);
    else if (step->attests && asked->how == ATTEST_NONE)
        return refuse_no_how(step->title, error);
    else if (step->needs_ticket && !text_has_word(asked->ticket))
        refuse(error, REFUSAL_NO_REASON, "Step %u, %s, is confirmed with a ticket's reference.",
               asked->step, step->title);
    else
        return true;
    return false;
}

static bool do_confirm(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                       GError **error)
{
    Step *step = operation_step(copy, asked->step);
    (void)motion;
    if (!may_confirm(copy, step, asked, error))
        return false;
    step_forget(engine, copy, step);
    step->state = STEP_DONE;
    step->ended_ms = engine->now_ms;
    step->how = asked->how;
    g_free(step->by);
    step->by = g_strdup(asked->person->name);
    g_free(step->detail);
    step->detail = g_strdup(asked->reason);
    g_free(step->ticket);
    step->ticket = g_strdup(asked->ticket);
    execute_note_proven(copy);
    return true;
}

// A person says that the old primary is off. The statement then says so, with their name, and takes two signers:
// it is another one, which everybody reads again.
static bool do_attest(Engine *engine, Motion *motion, Operation *copy, const CommandRequest *asked,
                      GError **error)
{
    if (copy->state != OPERATION_AWAITING || copy->planned || !copy->statement ||
        (copy->statement->old_primary != OLD_UNCONFIRMED && !copy->attested.how)) {
        refuse(error, REFUSAL_WRONG_STATE,
               "There is nothing to attest of %s: only of an unplanned operation that waits for "
               "sign-offs, whose old primary is unconfirmed.",
               copy->id);
        return false;
    }
    if (asked->how == ATTEST_NONE)
        return refuse_no_how(copy->from, error);
    g_free(copy->attested.by);
    g_free(copy->attested.note);
    copy->attested = (Attestation){.how = asked->how,
                                   .by = g_strdup(asked->person->name),
                                   .note = g_strdup(asked->reason),
                                   .at_ms = engine->now_ms};
    g_auto(Guard) guard = guard_statement(engine, copy);
    if (guard.answer == GUARD_VOID)
        execute_void(engine, motion, copy, &guard);
    return true;
}

typedef struct {
    Command act;
    RoleBit role;
    const char *role_name;
    const char *action; // in the audit log; NULL = it makes its own records
    bool silent;        // needs no reason
} Row;

static const Row ROWS[COMMAND_COUNT] = {
    [COMMAND_WITHDRAW] = {do_withdraw, ROLE_BIT_OPERATOR, "operator", "operation.withdraw", false},
    [COMMAND_HOLD] = {do_hold, ROLE_BIT_OPERATOR, "operator", "operation.hold", true},
    [COMMAND_RESUME] = {do_resume, ROLE_BIT_APPROVER, "approver", "operation.resume", false},
    [COMMAND_RETRY] = {do_retry, ROLE_BIT_APPROVER, "approver", "operation.retry", false},
    [COMMAND_SKIP] = {do_skip, ROLE_BIT_OPERATOR, "operator", NULL, false},
    [COMMAND_ABORT] = {do_abort, ROLE_BIT_OPERATOR, "operator", NULL, false},
    [COMMAND_START] = {do_start, ROLE_BIT_APPROVER, "approver", "operation.start", false},
    [COMMAND_CONFIRM] = {do_confirm, ROLE_BIT_OPERATOR, "operator", "step.confirmed", false},
    [COMMAND_ATTEST] = {do_attest, ROLE_BIT_OPERATOR, "operator", "operation.attested", false},
};

static bool check(const Engine *engine, const CommandRequest *asked, GError **error)
{
    const Row *row = &ROWS[asked->command];
    const Operation *operation = world_operation(engine, asked->operation);
    if (!operation)
        refuse(error, REFUSAL_NOT_FOUND, "There is no operation %s.", asked->operation);
    else if (!person_has(asked->person, row->role))
        refuse(error, REFUSAL_NOT_ALLOWED, "%s may not %s it: the role %s is needed.",
               asked->person->name, NAMES[asked->command], row->role_name);
    else if (asked->revision && asked->revision != operation->revision)
        refuse(error, REFUSAL_PRECONDITION,
               "Operation %s has changed since you read it (revision %" G_GUINT64_FORMAT
               ", now %" G_GUINT64_FORMAT "). Look at it again.",
               operation->id, asked->revision, operation->revision);
    else if (!row->silent && !text_has_word(asked->reason))
        refuse(error, REFUSAL_NO_REASON,
               "A reason in words is needed; it goes into the audit log with your name.");
    else
        return true;
    return false;
}

// ---- Region-level operations: what is told to the parent ----------------------------------------

// What the children are told too, as far as their state allows it.
static bool event_of(OperationCommand command, OperationEvent *ret_event)
{
    static const struct {
        OperationCommand command;
        OperationEvent event;
    } ROWS_OF[] = {{COMMAND_WITHDRAW, EVENT_WITHDRAW},
                   {COMMAND_HOLD, EVENT_HOLD},
                   {COMMAND_RESUME, EVENT_RESUME}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS_OF); i++)
        if (ROWS_OF[i].command == command) {
            *ret_event = ROWS_OF[i].event;
            return true;
        }
    return false;
}

static bool tell_children(Engine *engine, Motion *motion, const Operation *parent,
                          const CommandRequest *asked, OperationEvent event, GError **error)
{
    const Row *row = &ROWS[asked->command];
    guint told = 0;
    for (guint i = 0; i < parent->members->len; i++) {
        const Member *member = parent->members->pdata[i];
        const Operation *child =
            member->operation ? world_operation(engine, member->operation) : NULL;
        if (!child || !transition_allows(child, event))
            continue;
        Operation *copy = motion_other(motion, child);
        motion_audit(motion, asked->person->name, row->action, "operation", copy->id)->detail =
            g_strdup_printf("with %s: %s", parent->id, asked->reason);
        if (!row->act(engine, motion, copy, asked, error))
            return false;
        told++;
    }
    if (!told)
        refuse(error, REFUSAL_WRONG_STATE, "No operation of %s can be told to %s now: %s.",
               parent->id, NAMES[asked->command], parent->why);
    return told > 0;
}

static bool act_region(Engine *engine, Motion *motion, Operation *parent,
                       const CommandRequest *asked, GError **error)
{
    OperationEvent event;
    Wish wish = {.person = asked->person->name,
                 .kind = parent->kind,
                 .drill = parent->drill,
                 .planned =
                     parent->drill && !parent->planned ? PROPOSE_UNPLANNED : PROPOSE_AS_NEEDED,
                 .region = parent->region,
                 .to = parent->to && *parent->to ? parent->to : NULL,
                 .reason = asked->reason};
    if (asked->command == COMMAND_RETRY)
        return region_retry(engine, motion, parent, &wish, error);
    if (event_of(asked->command, &event)) {
        parent->held = asked->command == COMMAND_HOLD;
        return tell_children(engine, motion, parent, asked, event, error);
    }
    refuse(error, REFUSAL_WRONG_STATE,
           "Operation %s moves the groups of %s: %s is told to one of the operations that it "
           "lists. Possible for all of them: withdraw, hold, resume, retry.",
           parent->id, parent->region, NAMES[asked->command]);
    return false;
}

static bool prepare_command(Engine *engine, Motion *motion, GError **error)
{
    const CommandRequest *asked = &((const Asked *)motion->request)->request;
    const Row *row = &ROWS[asked->command];
    if (!check(engine, asked, error))
        return false;
    Operation *copy = motion_operation(motion, world_operation(engine, asked->operation));
    if (!row->action && !copy->region)
        return row->act(engine, motion, copy, asked, error);
    const char *action = row->action ? row->action : "operation.asked"; // a region's: refused below
    AuditRecord *audit = motion_audit(motion, asked->person->name, action, "operation", copy->id);
    audit->digest = g_strdup(copy->digest);
    g_autofree char *step = asked->step ? g_strdup_printf("step %u: ", asked->step) : g_strdup("");
    const char *how = asked->how ? name_of(&ATTEST_NAMES, (int)asked->how) : "";
    audit->detail =
        g_strdup_printf("%s%s%s%s%s%s", step, how, *how ? ": " : "", asked->reason,
                        asked->ticket ? ", ticket " : "", asked->ticket ? asked->ticket : "");
    if (!(copy->region ? act_region : row->act)(engine, motion, copy, asked, error))
        return false;
    motion_say_of(motion, SEVERITY_WARNING, copy, "%s: %s%s%s", asked->person->name,
                  NAMES[asked->command], *asked->reason ? ": " : "", asked->reason);
    return true;
}

static void command_finished(Engine *engine, Motion *motion, const GError *error)
{
    const Asked *asked = motion->request;
    asked->done(error ? NULL : world_operation(engine, asked->request.operation), error,
                asked->data);
}

void engine_command(Engine *engine, const CommandRequest *request, EngineOperationDone done,
                    gpointer data)
{
    Motion *motion = motion_new("command", prepare_command);
    g_autofree char *step = g_strdup_printf("%u", request->step);
    const CommandRequest kept = {.person = motion_person(motion, request->person),
                                 .operation = motion_text(motion, request->operation),
                                 .command = request->command,
                                 .step = request->step,
                                 .reason = motion_text(motion, request->reason),
                                 .ticket = motion_text_opt(motion, request->ticket),
                                 .how = request->how,
                                 .revision = request->revision};
    const Asked asked = {kept, done, data};
    motion_keep(motion, &asked, sizeof asked);
    motion->finished = command_finished;
    motion_set_key(motion, request->key, "command", kept.person->name, kept.operation,
                   NAMES[kept.command], step, kept.reason, name_of(&ATTEST_NAMES, (int)kept.how),
                   NULL);
    motion_ask(engine, motion);
}
