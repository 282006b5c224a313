#include "engine/evidence-private.h"
#include "engine/findings.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "engine/snapshot.h"
#include "model/plan.h"

// ---- The plan ----------------------------------------------------------------------------------

bool evidence_action(StepKind kind, DriverAction *ret_action)
{
    static const struct {
        StepKind kind;
        DriverAction action;
    } ROWS[] = {
        {STEP_FENCE, ACTION_FENCE},       {STEP_PASSIVATE, ACTION_PASSIVATE},
        {STEP_PROMOTE, ACTION_PROMOTE},   {STEP_REROUTE, ACTION_REROUTE},
        {STEP_ACTIVATE, ACTION_ACTIVATE}, {STEP_REJOIN, ACTION_REJOIN},
        {STEP_NOTIFY, ACTION_NOTIFY},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++)
        if (ROWS[i].kind == kind) {
            *ret_action = ROWS[i].action;
            return true;
        }
    return false;
}

bool evidence_can(const Workload *workload, StepKind kind, gpointer data)
{
    const Engine *engine = data;
    DriverAction action;
    return !evidence_action(kind, &action) || driver_can(engine->config.driver, workload, action);
}

static bool is_passive(const Workload *workload, const Location *location, gpointer data)
{
    const InstanceWatch *watch = world_instance(data, workload->id, location->name);
    return watch && watch->status->state == INSTANCE_PASSIVE;
}

GPtrArray *evidence_plan(Engine *engine, const Operation *operation, GError **error)
{
    const Group *group = fleet_group(engine->fleet, operation->group);
    if (!group) {
        g_set_error(error, ERR, ERR_INVALID, "Group %s is no longer in the fleet file.",
                    operation->group);
        return NULL;
    }
    PlanInput input = {.group = group,
                       .from = fleet_location(engine->fleet, operation->from),
                       .to = fleet_location(engine->fleet, operation->to),
                       .kind = operation->kind,
                       .drill = operation->drill,
                       .planned = operation->planned,
                       .can = evidence_can,
                       .is_passive = is_passive,
                       .delivers = engine->delivers,
                       .data = engine};
    return plan_make(&input, error);
}

// ---- What follows ------------------------------------------------------------------------------

// What nobody recreates of a connector whose region is left (D5). The caller owns the array.
static GPtrArray *lost_for_good(const Maker *maker)
{
    const GPtrArray *workloads = maker->live->group->workloads;
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    bool leaves = maker->from != maker->to && maker->operation->kind != OPERATION_FAILBACK &&
                  !operation_is_rehearsal(maker->operation);
    for (guint i = 0; leaves && i < workloads->len; i++) {
        const Workload *workload = workloads->pdata[i];
        g_autoptr(GPtrArray) losses = snapshot_losses(maker->engine, workload);
        for (guint k = 0; k < losses->len; k++)
            g_ptr_array_add(out, g_strdup_printf("%s: lost for good: %s", workload->name,
                                                 (const char *)losses->pdata[k]));
    }
    return out;
}

static void set_loss(Maker *maker)
{
    Statement *statement = maker->statement;
    const Operation *operation = maker->operation;
    if (operation_is_rehearsal(operation)) {
        statement->loss_known = true;
        statement->loss_transactions = 0;
        statement->loss_how = g_strdup("nothing is commanded, so nothing can be lost");
    } else if (maker->from == maker->to) {
        statement->loss_known = true;
        statement->loss_transactions = 0;
        statement->loss_how = g_strdup_printf("its data never left %s", maker_title(maker->from));
    } else if (operation->planned) {
        statement->loss_known = true;
        statement->loss_transactions = 0;
        g_autofree char *gone = maker_discards(maker);
        statement->loss_how = g_strdup_printf(
            "%s is switched off and has handed over all of its data before anything is activated%s",
            maker_title(maker->from), gone ? gone : "");
    } else {
        LossBound bound;
        derive_loss(maker->engine, maker->live->group, operation->from, operation->to, &bound);
        statement->loss_known = bound.known;
        statement->loss_ms =
            bound.moves && bound.loss_ms > 0 ? statement_roomy_bound(bound.loss_ms) : bound.loss_ms;
        statement->loss_transactions = bound.transactions;
        statement->loss_how = bound.how;
        statement->loss_observed_ms = bound.observed_at_ms;
        statement->loss_source = g_strdup_printf("%s, %s, probes", operation->to, operation->from);
    }
    if (!statement->loss_source) { // the plan itself sees to it
        statement->loss_source = g_strdup("plan");
        statement->loss_observed_ms = maker->engine->now_ms;
    }
    if (!statement->loss_known)
        maker_not_known(maker, "how much data would be lost: %s", statement->loss_how);
    if (maker->for_good->len) {
        g_autofree char *how = g_steal_pointer(&statement->loss_how);
        statement->loss_how =
            g_strdup_printf("%s; what nobody recreates is lost for good: see below", how);
    }
    statement->rpo_ms = maker->live->group->rpo_ms;
    statement->band =
        loss_band(statement->loss_known, statement->loss_ms, maker->live->group->rpo_ms);
}

// The weakest proof among the group's single-active workloads at `from`; false if there is none of those.
static bool evidence_proof(const Engine *engine, const Group *group, const char *from,
                           ProofClass *ret_proof)
{
    bool any = false;
    ProofClass weakest = PROOF_FENCING;
    for (guint i = 0; i < group->workloads->len; i++) {
        const Workload *workload = group->workloads->pdata[i];
        if (workload->kind == KIND_ROUTER || !workload_is_single_active(workload) ||
            !world_instance(engine, workload->id, from))
            continue;
        ProofClass proof = driver_can(engine->config.driver, workload, ACTION_PASSIVATE)
                               ? driver_proof(engine->config.driver, workload)
                               : PROOF_MANUAL;
        weakest = MAX(weakest, proof);
        any = true;
    }
    *ret_proof = weakest;
    return any;
}

// True if every single-active workload is seen passive there, now.
static bool seen_passive(const Maker *maker)
{
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        const InstanceWatch *watch =
            world_instance(maker->engine, workload->id, maker->operation->from);
        if (watch && workload->kind != KIND_ROUTER && workload_is_single_active(workload) &&
            watch->status->state != INSTANCE_PASSIVE)
            return false;
    }
    return true;
}

// True if all of them also refuse what this group's epoch does not cover: each reports that it has taken it up.
static bool seen_fenced(const Maker *maker)
{
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        const InstanceWatch *watch =
            world_instance(maker->engine, workload->id, maker->operation->from);
        if (watch && workload->kind != KIND_ROUTER && workload_is_single_active(workload) &&
            (!watch->status->epoch || watch->status->epoch < maker->live->record->epoch))
            return false;
    }
    return maker->live->record->epoch > 0;
}

// A restart in place: is it seen passive everywhere else? Where nobody can look, it may still run.
static bool others_seen_passive(const Maker *maker)
{
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        if (workload->kind == KIND_ROUTER || !workload_is_single_active(workload))
            continue;
        for (guint j = 0; j < workload->instances->len; j++) {
            const Instance *instance = workload->instances->pdata[j];
            const InstanceWatch *watch =
                world_instance(maker->engine, workload->id, instance->location->name);
            if (instance->location != maker->to && watch->status->state != INSTANCE_PASSIVE)
                return false;
        }
    }
    return true;
}

static void set_restart_proof(Maker *maker)
{
    Statement *statement = maker->statement;
    statement->proof = PROOF_FENCING;
    statement->old_primary = others_seen_passive(maker) ? OLD_NOT_NEEDED : OLD_UNCONFIRMED;
    statement->proof_how = g_strdup("the role stays where it is; no other place has it");
    if (statement->old_primary == OLD_UNCONFIRMED)
        maker_not_known(maker, "whether it is off everywhere else: not every place answers");
}

static bool seen_active(const Maker *maker)
{
    for (guint i = 0; i < maker->live->group->workloads->len; i++) {
        const Workload *workload = maker->live->group->workloads->pdata[i];
        const InstanceWatch *watch =
            world_instance(maker->engine, workload->id, maker->operation->from);
        if (watch && workload->kind != KIND_ROUTER && workload_is_single_active(workload) &&
            derive_seen_active(maker->engine, watch))
            return true;
    }
    return false;
}

// Somebody has said that it is off, and how they know: class M, whatever the drivers could prove. What is seen
// active is believed before what is said.
static bool set_attested(Maker *maker)
{
    const Attestation *attested = &maker->operation->attested;
    Statement *statement = maker->statement;
    char at[16];
    if (attested->how == ATTEST_NONE || seen_active(maker))
        return false;
    time_format_clock(attested->at_ms, at);
    statement->old_primary = OLD_ATTESTED;
    statement->proof = PROOF_MANUAL;
    statement->proof_how = g_strdup_printf(
        "class %s: %s attests at %s that %s is off, known by %s: %s",
        word_of(&PROOF_NAMES, (int)PROOF_MANUAL), attested->by, at, maker_title(maker->from),
        word_of(&ATTEST_NAMES, (int)attested->how), attested->note);
    return true;
}

static void set_proof(Maker *maker)
{
    if (operation_is_rehearsal(maker->operation)) {
        maker->statement->old_primary = OLD_NOT_NEEDED;
        maker->statement->proof_how = g_strdup("nothing is commanded: the role stays where it is");
        return;
    }
    if (maker->from == maker->to) {
        set_restart_proof(maker);
        return;
    }
    static const char *const HOW[] = {
        [PROOF_FENCING] =
            "the targets refuse commands of an older epoch and report role, epoch and boot id",
        [PROOF_LEASE] =
            "the targets demote themselves when their lease lapses, with a watchdog behind them",
        [PROOF_POWER] = "an independent device cuts the old side off and confirms it",
        [PROOF_MANUAL] = "a person attests that the old side is off, and says how that is known"};
    Statement *statement = maker->statement;
    bool any = evidence_proof(maker->engine, maker->live->group, maker->operation->from,
                              &statement->proof);
    if (!any) {
        statement->old_primary = OLD_NOT_NEEDED;
        statement->proof_how =
            g_strdup("no workload of this group must be active in one place only");
        return;
    }
    if (maker->operation->planned)
        statement->old_primary = statement->proof == PROOF_MANUAL ? OLD_ATTESTED : OLD_PASSIVE;
    else if (seen_passive(maker))
        statement->old_primary =
            statement->proof == PROOF_FENCING && seen_fenced(maker) ? OLD_FENCED : OLD_PASSIVE;
    else
        statement->old_primary = OLD_UNCONFIRMED;
    if (statement->old_primary == OLD_UNCONFIRMED && set_attested(maker))
        return;
    if (statement->old_primary == OLD_UNCONFIRMED)
        maker_not_known(maker, "whether %s still runs: it may be active for those who reach it",
                        maker_title(maker->from));
    statement->proof_how = g_strdup_printf(
        "class %s: %s%s", word_of(&PROOF_NAMES, (int)statement->proof), HOW[statement->proof],
        maker->operation->planned ? "; it is confirmed passive before anything is activated" : "");
}

static bool touches(const Maker *maker, const Finding *finding)
{
    const char *object = finding->object;
    g_autofree char *group = g_strconcat("group/", maker->operation->group, NULL);
    g_autofree char *workload = g_strconcat("workload/", maker->operation->group, "/", NULL);
    g_autofree char *from = g_strconcat("location/", maker->operation->from, NULL);
    g_autofree char *to = g_strconcat("location/", maker->operation->to, NULL);
    return g_strcmp0(object, group) == 0 || g_str_has_prefix(object, workload) ||
           g_strcmp0(object, from) == 0 || g_strcmp0(object, to) == 0;
}

// No active instance, and a growing lag, are what the operation is about to mend; the loss bound speaks of
// them. They must not count as news while it waits or runs.
static bool is_of_the_outage(const Finding *finding)
{
    return g_strcmp0(finding->rule, "R08") == 0 || g_strcmp0(finding->rule, "R18") == 0;
}

// What somebody has acknowledged still stands there, with who knows of it: the signers decide.
static char *finding_sentence(const Finding *finding)
{
    const char *severity = word_of(&SEVERITY_NAMES, (int)finding->severity);
    if (!finding->acknowledged_by)
        return g_strdup_printf("%s %s: %s", finding->rule, severity, finding->facts);
    g_autofree char *until = time_format_ms(finding->acknowledged_until_ms);
    return g_strdup_printf("%s %s: %s Acknowledged by %s until %.10s: %s", finding->rule, severity,
                           finding->facts, finding->acknowledged_by, until,
                           finding->acknowledged_note);
}

static void add_findings(Maker *maker)
{
    for (guint i = 0; i < maker->engine->findings->len; i++) {
        const Finding *finding = maker->engine->findings->pdata[i];
        if (!touches(maker, finding) || finding->severity < SEVERITY_WARNING)
            continue;
        g_ptr_array_add(maker->statement->findings, finding_sentence(finding));
        if (finding->severity < SEVERITY_ERROR || is_of_the_outage(finding))
            continue;
        maker->statement->error_findings++;
        g_ptr_array_add(maker->statement->errors, g_strdup(finding->id));
    }
}

static bool is_disarmed(const Maker *maker)
{
    return automation_is_off(&maker->live->record->automation, maker->engine->now_ms) ||
           automation_is_off(maker->engine->automation, maker->engine->now_ms);
}

// How many sign-offs, and why (4-OPERATIONS.md, "When a sign-off is needed").
static void set_approvals(Maker *maker)
{
    Statement *statement = maker->statement;
    const Policy *policy = &maker->live->group->policy;
    bool manual_proof =
        statement->old_primary != OLD_NOT_NEEDED && statement->proof == PROOF_MANUAL;
    bool loses = statement_loses(statement);
    bool for_good = maker->for_good->len != 0;
    bool automatic =
        policy->failover == AUTOMATION_AUTOMATIC && !loses && !for_good && !is_disarmed(maker);
    guint needed = automatic ? 0 : policy->approvals;
    const char *why = needed ? "the group's policy asks for it"
                             : "nothing can be lost, and the group's policy asks for none";
    if (!automatic && !maker->operation->planned && !needed) {
        needed = 1;
        why = "a failover of this group never starts by itself";
    }
    if (statement->error_findings) {
        needed = MAX(needed, 1);
        why = "findings of severity error touch this group";
    }
    if (for_good) {
        needed = MAX(needed, 1);
        why = "what nobody recreates is lost for good";
    }
    if (loses) {
        needed = MAX(needed, 1);
        why = !statement->loss_known || statement->loss_ms > 0 ? "data may be lost"
              : statement->discards ? "the way home discards data for good"
                                    : "the old primary is unconfirmed";
    }
    if (manual_proof) {
        needed = MAX(needed, 2);
        why = "only people can attest that the old side is off, and that takes two";
    }
    if (maker->operation->kind == OPERATION_DRILL && !needed) {
        needed = MAX(policy->approvals, 1);
        why = "a drill is signed as the real thing would be";
    }
    statement->approvals = needed;
    statement->signoff_why = g_strdup(why);
    statement->four_eyes = policy->four_eyes;
    statement->signature = policy->signature;
    statement->break_glass = policy->break_glass;
}

static void copy_steps(Maker *maker, const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = steps->pdata[i];
        PlannedStep *planned = g_new0(PlannedStep, 1);
        *planned = (PlannedStep){.number = step->number,
                                 .wave = step->wave,
                                 .kind = step->kind,
                                 .title = g_strdup(step->title),
                                 .task = g_strdup(step->task),
                                 .who = g_strdup(step->who),
                                 .side = step->side,
                                 .best_effort = step->best_effort,
                                 .grants = step->grants,
                                 .limit_ms = step->limit_ms};
        g_ptr_array_add(maker->statement->steps, planned);
    }
}

static const char *first_grant(const GPtrArray *steps)
{
    for (guint i = 0; i < steps->len; i++)
        if (((const Step *)steps->pdata[i])->grants)
            return ((const Step *)steps->pdata[i])->title;
    return "the first activation";
}

static bool goes_home(const Maker *maker)
{
    return maker->to == maker->live->group->primary;
}

static void write_drill(Maker *maker, const GPtrArray *steps)
{
    Statement *statement = maker->statement;
    const Operation *operation = maker->operation;
    bool rehearsal = operation_is_rehearsal(operation);
    statement->summary =
        rehearsal
            ? g_strdup_printf("DRILL, isolated: rehearse the %s failover of %s from %s to %s and "
                              "its way home; every step is looked at, nothing is commanded",
                              operation->planned ? "planned" : "unplanned", operation->group,
                              maker_title(maker->from), maker_title(maker->to))
            : g_strdup_printf("DRILL, live: move %s from %s to %s and home again, planned: both "
                              "sides take part",
                              operation->group, maker_title(maker->from), maker_title(maker->to));
    statement->why = g_strdup(operation->reason);
    statement->way_back =
        rehearsal ? g_strdup("Nothing moves; it can be aborted at any time.")
                  : g_strdup_printf("An abort undoes it until \"%s\" begins, and again on the way "
                                    "home; H holds it before any step.",
                                    first_grant(steps));
    statement->if_we_wait = g_strdup_printf("Nothing is lost by waiting. If %s is lost meanwhile, "
                                            "the drill makes room for the failover.",
                                            maker_title(maker->from));
}

static void write_sentences(Maker *maker, const GPtrArray *steps)
{
    Statement *statement = maker->statement;
    const Operation *operation = maker->operation;
    const LocationStatus *from = world_location(maker->engine, operation->from);
    char rto[16];
    duration_format(maker->live->group->rto_ms, rto);
    bool restart = maker->from == maker->to;
    if (operation->kind == OPERATION_DRILL) {
        write_drill(maker, steps);
        return;
    }
    statement->summary =
        restart
            ? g_strdup_printf("Activate %s again in %s, which has come back passive",
                              operation->group, maker_title(maker->to))
            : g_strdup_printf("%s %s from %s to %s, %s",
                              operation->kind == OPERATION_FAILBACK ? "Bring back" : "Fail over",
                              operation->group, maker_title(maker->from), maker_title(maker->to),
                              operation->planned ? "planned: the losing side takes part"
                                                 : "unplanned: the losing side is given up");
    // The watchdog's reason is the verdict; a person's stands beside it.
    bool says_more = !operation->planned && from->verdict.why && *from->verdict.why;
    statement->why = says_more ? g_strdup_printf("%s: %s", operation->reason, from->verdict.why)
                               : g_strdup(operation->reason);
    statement->way_back = g_strdup_printf(
        "An abort undoes it until \"%s\" begins; after that the way back is a %s of its own.",
        first_grant(steps), goes_home(maker) ? "failover" : "failback");
    statement->if_we_wait =
        restart              ? g_strdup_printf("%s runs nowhere until this is done; its RTO is %s.",
                                               operation->group, rto)
        : operation->planned ? g_strdup("Nothing is lost by waiting.")
                             : g_strdup_printf("%s stays down for as long as %s is; its RTO is %s.",
                                               operation->group, maker_title(maker->from), rto);
}

// After an unplanned move the lost side protects nothing; is there another place that still could?
static bool has_spare(const Maker *maker)
{
    const Group *group = maker->live->group;
    for (guint i = 0; i < group->standbys->len; i++) {
        const Location *at = group->standbys->pdata[i];
        if (at != maker->from && at != maker->to && derive_healthy(maker->engine, at))
            return true;
    }
    return group->primary != maker->from && group->primary != maker->to &&
           derive_healthy(maker->engine, group->primary);
}

static void copy_reduced(Maker *maker)
{
    const Group *group = maker->live->group;
    bool home = goes_home(maker); // where all of it works
    if (maker->operation->kind == OPERATION_FAILBACK || operation_is_rehearsal(maker->operation))
        return;
    for (guint i = 0; !home && i < group->reduced->len; i++)
        g_ptr_array_add(maker->statement->reduced, g_strdup(group->reduced->pdata[i]));
    for (guint i = 0; i < maker->for_good->len; i++)
        g_ptr_array_add(maker->statement->reduced, g_strdup(maker->for_good->pdata[i]));
    if (!maker->operation->planned && maker->from != maker->to && !has_spare(maker))
        g_ptr_array_add(
            maker->statement->reduced,
            g_strdup_printf("unprotected: until %s is whole again no other place can take "
                            "over",
                            maker_title(maker->from)));
    for (guint i = 0; !home && i < group->nonproduction->len; i++)
        g_ptr_array_add(maker->statement->reduced,
                        g_strdup_printf("%s (not production) may be degraded or blocked",
                                        (const char *)group->nonproduction->pdata[i]));
}

static void add_override(Maker *maker, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add_override(Maker *maker, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(maker->statement->overrides, g_strdup_vprintf(format, args));
    va_end(args);
}

static void add_disarmed(Maker *maker, const char *what, const AutomationRecord *automation)
{
    char until[32];
    time_format_full(automation->until_ms, until);
    if (automation_is_off(automation, maker->engine->now_ms))
        add_override(maker, "automation %s is off until %s, by %s: %s", what, until,
                     automation->by ? automation->by : "somebody", automation->why);
}

// What people have set aside: nobody signs without knowing of it.
static void add_overrides(Maker *maker)
{
    const GroupRecord *record = maker->live->record;
    char until[32];
    add_disarmed(maker, "of the fleet", maker->engine->automation);
    add_disarmed(maker, "of the group", &record->automation);
    time_format_full(record->antiflap_until_ms, until);
    if (record->antiflap_until_ms > maker->engine->now_ms)
        add_override(maker,
                     "the last operation was short ago: nothing is proposed by itself until %s",
                     until);
    for (guint i = 0; i < maker->engine->findings->len; i++) {
        const Finding *finding = maker->engine->findings->pdata[i];
        time_format_full(finding->acknowledged_until_ms, until);
        if (finding->acknowledged_by && touches(maker, finding))
            add_override(maker, "%s is acknowledged until %s by %s: %s", finding->id, until,
                         finding->acknowledged_by, finding->acknowledged_note);
    }
}

static void copy_head(const Maker *maker)
{
    Statement *statement = maker->statement;
    const Operation *operation = maker->operation;
    statement->operation = g_strdup(operation->id);
    statement->version = operation->statement_version;
    statement->kind = operation->kind;
    statement->mode = operation->kind == OPERATION_DRILL ? STATEMENT_DRILL : STATEMENT_LIVE;
    statement->drill = operation->drill;
    statement->planned = operation->planned;
    statement->fleet = g_strdup(maker->engine->fleet->name);
    statement->group = g_strdup(operation->group);
    statement->tier = maker->live->group->tier;
    statement->owner = g_strdup(maker->live->group->owner);
    statement->reviewed_ms = maker->live->status->plan_reviewed_ms;
    statement->tested_ms = maker->live->status->plan_tested_ms;
    statement->from = g_strdup(operation->from);
    statement->to = g_strdup(operation->to);
    statement->epoch = maker->live->record->epoch;
    statement->made_ms = maker->engine->now_ms;
    statement->expires_ms = operation->expires_ms;
    statement->from_verdict = world_location(maker->engine, operation->from)->verdict.state;
    statement->to_verdict = world_location(maker->engine, operation->to)->verdict.state;
}

Statement *evidence_statement(Engine *engine, const Operation *operation, const GPtrArray *steps)
{
    Maker maker = {engine,
                   operation,
                   world_live(engine, operation->group),
                   fleet_location(engine->fleet, operation->from),
                   fleet_location(engine->fleet, operation->to),
                   statement_new(),
                   NULL};
    findings_settle(engine, maker.live->group);
    g_autoptr(GPtrArray) for_good = lost_for_good(&maker);
    maker.for_good = for_good;
    copy_head(&maker);
    copy_steps(&maker, steps);
    maker_add_facts(&maker);
    set_loss(&maker);
    set_proof(&maker);
    add_findings(&maker);
    set_approvals(&maker);
    write_sentences(&maker, steps);
    copy_reduced(&maker);
    maker_add_effects(&maker, steps);
    add_overrides(&maker);
    maker.statement->confirm = statement_phrase(maker.statement);
    return maker.statement;
}
