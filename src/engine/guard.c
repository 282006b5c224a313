#include "engine/guard.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/evidence.h"
#include "engine/signature.h"
#include "model/difference.h"
#include "model/quorum.h"

void guard_release(Guard *guard)
{
    g_clear_pointer(&guard->why, g_free);
    g_clear_pointer(&guard->statement, statement_free);
    g_clear_pointer(&guard->steps, g_ptr_array_unref);
}

static Guard answer(GuardAnswer what, const char *format, ...) G_GNUC_PRINTF(2, 3);

static Guard answer(GuardAnswer what, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    Guard guard = {.answer = what, .why = g_strdup_vprintf(format, args)};
    va_end(args);
    return guard;
}

static const Guard GO = {.answer = GUARD_GO};

// What everything else rests on: the group and its places are still declared.
static Guard check_declared(const Engine *engine, const Operation *operation)
{
    const Group *group = fleet_group(engine->fleet, operation->group);
    const Location *from = fleet_location(engine->fleet, operation->from);
    const Location *to = fleet_location(engine->fleet, operation->to);
    if (!group || !from || !to || !group_has_location(group, from) ||
        !group_has_location(group, to))
        return answer(GUARD_BLOCK, "The fleet file no longer has group %s in %s and %s.",
                      operation->group, operation->from, operation->to);
    return GO;
}

// Not to know (yet, or for a moment) is no change of the world: nobody's sign-off is void for it, but nothing
// starts on it either.
static bool is_blind(const Statement *then, const Statement *now)
{
    return !statement_oldest_fact(now) || (now->discards < 0 && then->discards >= 0) ||
           (now->from_verdict == VERDICT_UNKNOWN && then->from_verdict != VERDICT_UNKNOWN) ||
           (now->to_verdict == VERDICT_UNKNOWN && then->to_verdict != VERDICT_UNKNOWN);
}

// A daemon that was away since the statement was made knows less than before of a silent source, unless its silence
// is known from before.
static bool was_watched(const Engine *engine, const Operation *operation)
{
    const LocationStatus *from = world_location(engine, operation->from);
    gint64 silent_ms = from ? derive_first_failure(from) : 0;
    return engine->frame.started_ms < operation->statement->made_ms ||
           (silent_ms && silent_ms < engine->frame.started_ms);
}

// The signers acknowledged a bound: newer evidence must stay within it; if nobody watched meanwhile, within the band
// that was signed for.
static char *excess_of(const Engine *engine, const Operation *operation, const Statement *now)
{
    return was_watched(engine, operation) ? statement_exceeds(operation->statement, now) : NULL;
}

Guard guard_statement(Engine *engine, const Operation *operation)
{
    g_autoptr(GError) error = NULL;
    Guard guard = check_declared(engine, operation);
    if (guard.answer != GUARD_GO)
        return guard;
    guard.steps = evidence_plan(engine, operation, &error);
    if (!guard.steps) {
        guard.answer = GUARD_BLOCK;
        guard.why = g_strdup(error->message);
        return guard;
    }
    guard.statement = evidence_statement(engine, operation, guard.steps);
    if (is_blind(operation->statement, guard.statement) ||
        derive_hesitates(engine, operation->to)) {
        guard.answer = GUARD_WAIT;
        guard.why = g_strdup("It is being observed again.");
        return guard;
    }
    guard.why = statement_material_change(operation->statement, guard.statement);
    // A bound that moves is stated with room; once it stands still it is stated as it is, before anybody signs less.
    if (!guard.why && !world_live(engine, operation->group)->status->loss.moves)
        guard.why = excess_of(engine, operation, guard.statement);
    if (guard.why)
        guard.answer = GUARD_VOID;
    return guard;
}

Guard guard_signing(Engine *engine, const Operation *operation)
{
    Guard guard = guard_statement(engine, operation);
    if (guard.answer == GUARD_GO)
        guard.why = excess_of(engine, operation, guard.statement);
    if (guard.why && guard.answer == GUARD_GO)
        guard.answer = GUARD_VOID;
    return guard;
}

static Guard check_fresh(const Engine *engine, const Operation *operation, const Statement *now)
{
    gint64 limit = world_live(engine, operation->group)->group->policy.evidence_ms;
    gint64 oldest = statement_oldest_fact(now);
    char age[16];
    duration_format(engine->now_ms - oldest, age);
    if (oldest && engine->now_ms - oldest <= limit)
        return GO;
    return answer(GUARD_WAIT, "The evidence is %s old; it is being observed again.",
                  oldest ? age : "not complete yet, or too");
}

static Guard check_target(const Engine *engine, const Operation *operation)
{
    const Location *to = fleet_location(engine->fleet, operation->to);
    if (derive_healthy(engine, to))
        return GO;
    const Verdict *verdict = &world_location(engine, operation->to)->verdict;
    return answer(verdict->state == VERDICT_UNKNOWN ? GUARD_WAIT : GUARD_BLOCK,
                  "The target %s is not healthy: %s.", world_title(engine, operation->to),
                  verdict->why);
}

// An orderly move switches off first and then waits for the data: where that is further behind than may be lost, and
// than is waited for, it would be off for nothing. (A failback lets it rejoin before it switches anything off.)
static Guard check_follows(const Engine *engine, const Operation *operation)
{
    const GroupLive *live = world_live(engine, operation->group);
    gint64 limit_ms = MAX(live->group->rpo_ms, live->group->policy.drain_limit_ms);
    const GPtrArray *links = live->status->replication;
    bool orderly = operation->planned && operation->kind != OPERATION_FAILBACK &&
                   !operation_is_rehearsal(operation);
    for (guint i = 0; orderly && i < links->len; i++) {
        const ReplicationStatus *link = links->pdata[i];
        gint64 behind_ms = replication_behind_ms(link);
        char behind[16];
        if (g_strcmp0(link->from, operation->from) != 0 ||
            g_strcmp0(link->to, operation->to) != 0 || behind_ms <= limit_ms)
            continue;
        duration_format(behind_ms, behind);
        return answer(GUARD_BLOCK,
                      "%s is %s behind with %s: it would be switched off, and wait for its data in "
                      "vain. Let it follow again first.",
                      world_title(engine, link->to), behind, link->workload);
    }
    return GO;
}

static Guard check_signed(Engine *engine, const Operation *operation)
{
    guint missing = quorum_missing(operation);
    if (!missing)
        return signature_guard(engine, operation);
    return answer(GUARD_BLOCK, "%u valid sign-off%s on exactly this statement %s missing.", missing,
                  text_plural(missing), missing == 1 ? "is" : "are");
}

static Guard check_dominance(const Engine *engine, const Operation *operation, const Statement *now)
{
    g_autofree char *excess = excess_of(engine, operation, now);
    return excess ? answer(GUARD_VOID, "%s", excess) : GO;
}

static Guard check_epoch(const Engine *engine, const Operation *operation, gint64 expected)
{
    gint64 epoch = world_live(engine, operation->group)->record->epoch;
    if (epoch == expected)
        return GO;
    return answer(GUARD_BLOCK,
                  "The epoch of %s is %" G_GINT64_FORMAT " and was %" G_GINT64_FORMAT
                  ": something else has changed its roles.",
                  operation->group, epoch, expected);
}

// The first answer that is not GO.
static Guard first_no(Guard a, Guard b)
{
    if (a.answer != GUARD_GO) {
        guard_release(&b);
        return a;
    }
    return b;
}

Guard guard_start(Engine *engine, const Operation *operation)
{
    Guard guard = guard_statement(engine, operation);
    if (guard.answer != GUARD_GO)
        return guard;
    Guard rest = first_no(check_signed(engine, operation),
                          check_epoch(engine, operation, operation->statement->epoch));
    rest = first_no(rest, check_target(engine, operation));
    rest = first_no(rest, check_follows(engine, operation));
    rest = first_no(rest, check_fresh(engine, operation, guard.statement));
    rest = first_no(rest, check_dominance(engine, operation, guard.statement));
    if (rest.answer == GUARD_VOID) { // the new statement takes the place of the one that was signed
        rest.statement = g_steal_pointer(&guard.statement);
        rest.steps = g_steal_pointer(&guard.steps);
    }
    guard_release(&guard);
    return rest;
}

// ---- The point of no return --------------------------------------------------------------------

// The step that switched the workload off, if it is over and was not left out.
static const Step *passivation_of(const Operation *operation, const char *workload)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (g_strcmp0(step->workload, workload) == 0 &&
            g_strcmp0(step->location, operation->from) == 0 &&
            (step->kind == STEP_PASSIVATE || step->kind == STEP_MANUAL) && step->state == STEP_DONE)
            return step;
    }
    return NULL;
}

// Is it off? By its own word, asked for after it was switched off; or, where it cannot be asked, by the word of
// the person who confirmed it.
static Guard check_passive(Engine *engine, const Operation *operation, InstanceWatch *watch)
{
    const InstanceStatus *status = watch->status;
    const Step *step = passivation_of(operation, watch->workload->id);
    gint64 since_ms = step ? engine_mono_of(engine, step->ended_ms) : engine->mono_ms;
    if (step && step->kind == STEP_MANUAL)
        return GO;
    if (!step)
        return answer(GUARD_BLOCK, "%s in %s was not switched off.", watch->workload->name,
                      world_title(engine, operation->from));
    if (!watch->last || watch->last_sent_ms < since_ms) {
        observe_urgent(engine, watch);
        return answer(GUARD_WAIT, "%s in %s has not been seen passive yet.", watch->workload->name,
                      world_title(engine, operation->from));
    }
    bool fenced = !watch->last->epoch || watch->last->epoch >= operation->epoch;
    if (watch->last->state == INSTANCE_PASSIVE && fenced)
        return GO;
    return answer(GUARD_BLOCK,
                  "%s in %s was switched off, but is %s under epoch %" G_GINT64_FORMAT ".",
                  watch->workload->name, world_title(engine, operation->from),
                  word_of(&INSTANCE_NAMES, (int)status->state), status->epoch);
}

// True if the operation fenced it after it was last asked: what it said is of before.
static bool was_fenced_since(const Engine *engine, const Operation *operation,
                             const InstanceWatch *watch)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->kind == STEP_FENCE && step->state == STEP_DONE &&
            g_strcmp0(step->workload, watch->workload->id) == 0 &&
            g_strcmp0(step->location, watch->status->location) == 0 &&
            watch->last_sent_ms < engine_mono_of(engine, step->ended_ms))
            return true;
    }
    return false;
}

// An unplanned move leaves the old side behind unconfirmed, which was signed for; but what is *seen* active
// is not left behind.
static Guard check_not_active(Engine *engine, const Operation *operation, InstanceWatch *watch)
{
    if (!derive_seen_active(engine, watch))
        return GO;
    if (was_fenced_since(engine, operation, watch)) {
        observe_urgent(engine, watch);
        return answer(GUARD_WAIT, "%s in %s was fenced, and has not been looked at since.",
                      watch->workload->name, world_title(engine, watch->status->location));
    }
    return answer(GUARD_BLOCK,
                  "%s is seen active in %s: activating it again would make two. Switch it off "
                  "there, then retry.",
                  watch->workload->name, watch->status->location);
}

static Guard check_old_side(Engine *engine, const Operation *operation)
{
    const Group *group = fleet_group(engine->fleet, operation->group);
    Guard guard = GO;
    for (guint i = 0; i < group->workloads->len && guard.answer == GUARD_GO; i++) {
        const Workload *workload = group->workloads->pdata[i];
        if (workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
            continue;
        for (guint j = 0; j < workload->instances->len && guard.answer == GUARD_GO; j++) {
            InstanceWatch *watch =
                g_hash_table_lookup(engine->watch_of, workload->instances->pdata[j]);
            bool at_from = g_str_equal(watch->status->location, operation->from) &&
                           !g_str_equal(operation->from, operation->to);
            if (at_from && operation->planned)
                guard = check_passive(engine, operation, watch);
            else if (!g_str_equal(watch->status->location, operation->to))
                guard = check_not_active(engine, operation, watch);
        }
    }
    return guard;
}

// A fencing target only takes commands that carry its own boot id.
static Guard check_boot_ids(Engine *engine, const Operation *operation)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        const Workload *workload =
            step->workload ? fleet_workload(engine->fleet, step->workload) : NULL;
        if (!step->grants || !workload || workload->kind == KIND_ROUTER ||
            step->kind == STEP_MANUAL ||
            driver_proof(engine->config.driver, workload) != PROOF_FENCING)
            continue;
        InstanceWatch *watch = world_instance(engine, step->workload, step->location);
        if (watch && watch->last && watch->last->boot_id)
            continue;
        if (watch)
            observe_urgent(engine, watch);
        return answer(GUARD_WAIT, "The boot id of %s in %s is not known yet.", step->workload,
                      step->location);
    }
    return GO;
}

// What the steps themselves have brought about is not held against the statement: the old side is passive now,
// its data has been handed over, the epoch is this operation's own.
static void discount_own_effects(const Operation *operation, Statement *now)
{
    const Statement *then = operation->statement;
    bool better = now->old_primary == OLD_PASSIVE || now->old_primary == OLD_FENCED ||
                  now->old_primary == OLD_ATTESTED;
    if (better || operation->planned)
        now->old_primary = then->old_primary;
    now->epoch = then->epoch;
    if (!operation->planned)
        return;
    now->discards = then->discards; // it has rejoined, so nothing is left to ask for
    now->approvals = MAX(now->approvals, then->approvals);
    // Once its passivity is proven and its data is here, it no longer matters whether it answers.
    now->from_verdict = then->from_verdict;
    g_ptr_array_set_size(now->errors, 0);
    for (guint i = 0; i < then->errors->len; i++)
        g_ptr_array_add(now->errors, g_strdup(then->errors->pdata[i]));
}

static Guard check_evidence(Engine *engine, const Operation *operation)
{
    // The plan was fixed when the first step began: it is not made again.
    g_autoptr(Statement) now = evidence_statement(engine, operation, operation->steps);
    discount_own_effects(operation, now);
    if (is_blind(operation->statement, now) || derive_hesitates(engine, operation->to))
        return answer(GUARD_WAIT, "It is being observed again.");
    // Going home is the other half of what was signed: the statement speaks of the way there.
    if (operation_has_turned(operation))
        return now->error_findings > operation->statement->error_findings
                   ? answer(GUARD_BLOCK, "There are findings of severity error that were not "
                                         "signed for.")
                   : check_fresh(engine, operation, now);
    g_autofree char *change = statement_material_change(operation->statement, now);
    if (!change)
        change = excess_of(engine, operation, now);
    if (change)
        return answer(GUARD_BLOCK, "Beyond what was signed: %s.", change);
    return check_fresh(engine, operation, now);
}

Guard guard_point_of_no_return(Engine *engine, const Operation *operation)
{
    Guard guard = check_declared(engine, operation);
    if (guard.answer != GUARD_GO)
        return guard;
    guard =
        first_no(check_signed(engine, operation), check_epoch(engine, operation, operation->epoch));
    guard = first_no(guard, check_target(engine, operation));
    guard = first_no(guard, check_old_side(engine, operation));
    guard = first_no(guard, check_boot_ids(engine, operation));
    return first_no(guard, check_evidence(engine, operation));
}

// ---- A rehearsal -------------------------------------------------------------------------------

Guard guard_rehearsal(const Engine *engine, const Operation *operation)
{
    const char *const both[] = {operation->from, operation->to};
    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        const Location *location = fleet_location(engine->fleet, both[i]);
        const LocationStatus *status = world_location(engine, both[i]);
        if (location && location->health.url && status->verdict.state == VERDICT_UNKNOWN)
            return answer(GUARD_WAIT, "The health of %s is not known: %s.", both[i],
                          status->verdict.why);
    }
    return GO;
}

// ---- A wave ------------------------------------------------------------------------------------

// A target that is to be commanded is known at all.
static Guard check_seen(Engine *engine, const Step *step)
{
    DriverAction action;
    InstanceWatch *watch = world_instance(engine, step->workload, step->location);
    if (step->best_effort || !evidence_action(step->kind, &action) || !watch || watch->last)
        return GO;
    observe_urgent(engine, watch);
    return answer(GUARD_WAIT, "%s in %s has not been seen since this daemon began.", step->workload,
                  step->location);
}

// What came back active after the point of no return is on its way off (reconcile.c): until it is, activating it
// here would make two.
static Guard check_alone(Engine *engine, const Step *step)
{
    const Workload *workload = fleet_workload(engine->fleet, step->workload);
    bool activates = step->kind == STEP_ACTIVATE || step->kind == STEP_PROMOTE;
    if (!workload || !activates || workload->kind == KIND_ROUTER ||
        !workload_is_single_active(workload))
        return GO;
    for (guint i = 0; i < workload->instances->len; i++) {
        InstanceWatch *watch = g_hash_table_lookup(engine->watch_of, workload->instances->pdata[i]);
        if (g_str_equal(watch->status->location, step->location) ||
            !derive_seen_active(engine, watch))
            continue;
        observe_urgent(engine, watch); // perhaps it is off since
        return answer(GUARD_WAIT,
                      "%s is seen active in %s: activating it in %s would make two. It has to "
                      "be off there first; then retry.",
                      workload->name, world_title(engine, watch->status->location),
                      world_title(engine, step->location));
    }
    return GO;
}

Guard guard_wave(Engine *engine, const Operation *operation, guint wave)
{
    // A sign-off may have become void since the start. The way back needs none.
    bool needs = !operation->past_pnr && operation->phase != PHASE_UNDOING;
    Guard guard = needs ? check_signed(engine, operation) : GO;
    for (guint i = 0; i < operation->steps->len && guard.answer == GUARD_GO; i++) {
        const Step *step = operation->steps->pdata[i];
        if (step->wave != wave || step->state != STEP_PENDING || !step->workload)
            continue;
        guard = check_alone(engine, step);
        if (guard.answer == GUARD_GO)
            guard = check_seen(engine, step);
    }
    return guard;
}
