#include "world-parts.h"

#include <string.h>

static PlannedStep *planned(Statement *statement, StepKind kind, const char *title, gint64 limit_ms)
{
    PlannedStep *step = g_new0(PlannedStep, 1);
    *step = (PlannedStep){.number = statement->steps->len + 1,
                          .wave = statement->steps->len + 1,
                          .kind = kind,
                          .title = g_strdup(title),
                          .side = kind == STEP_FENCE ? SIDE_PROVIDER : SIDE_SIGNALBOX,
                          .best_effort = kind == STEP_FENCE,
                          .grants = kind == STEP_PROMOTE,
                          .limit_ms = limit_ms};
    g_ptr_array_add(statement->steps, step);
    return step;
}

static void fact(Statement *statement, const char *label, const char *value, const char *source,
                 gint64 age_ms)
{
    Fact *one = fact_new(label, label);
    one->value = g_strdup(value);
    one->source = g_strdup(source);
    one->observed_at_ms = AGO(age_ms);
    one->frozen = age_ms > MINUTE;
    g_ptr_array_add(statement->facts, one);
}

static void state_plan(Statement *statement)
{
    planned(statement, STEP_FENCE, "fence settle, mail-orders and ledger-db in West Europe",
            30 * SECOND);
    planned(statement, STEP_PROMOTE, "promote ledger-db in North Europe (forced)", 2 * MINUTE);
    planned(statement, STEP_REROUTE, "send requests to North Europe", 30 * SECOND);
    planned(statement, STEP_ACTIVATE, "activate settle in North Europe", MINUTE);
    planned(statement, STEP_ACTIVATE, "activate mail-orders in North Europe", MINUTE);
    planned(statement, STEP_VERIFY, "see North Europe answer and a run of settle", 5 * MINUTE);
    planned(statement, STEP_LIMITED, "enter limited mode", 5 * SECOND);
}

static Statement *statement_for(const Operation *operation)
{
    Statement *s = statement_new();
    s->operation = g_strdup(operation->id);
    s->version = s->tier = 1;
    s->fleet = g_strdup("contoso-prod");
    s->owner = g_strdup("payments desk");
    s->tested_ms = AGO(40 * DAY);
    s->reviewed_ms = AGO(41 * DAY);
    s->group = g_strdup(operation->group);
    s->from = g_strdup(operation->from);
    s->to = g_strdup(operation->to);
    s->kind = operation->kind;
    s->planned = operation->planned;
    s->epoch = 7;
    s->made_ms = AGO(3 * MINUTE);
    s->expires_ms = operation->expires_ms;
    s->summary = g_strdup("Fail over payments from West Europe to North Europe, unplanned: the "
                          "losing side is given up");
    s->why = g_strdup("West Europe is down: 2 of 2 vantage points, 25 failed probes in a row");
    s->loss_known = true;
    s->rpo_ms = 15 * MINUTE;
    s->loss_ms = 104 * SECOND;
    s->loss_transactions = 911;
    s->loss_how = g_strdup("last replayed 03:08:11Z, primary last seen 03:09:55Z => <= 1m44s");
    s->band = LOSS_TO_5M;
    s->old_primary = OLD_UNCONFIRMED;
    s->proof = PROOF_LEASE;
    s->proof_how = g_strdup("class L: the targets demote themselves when their lease lapses, with "
                            "a watchdog behind them");
    s->from_verdict = VERDICT_DOWN;
    s->to_verdict = VERDICT_UP;
    s->abandoned_runs = -1;
    s->missed_recurrences = 2;
    g_ptr_array_add(s->reduced, g_strdup("Card refunds over 10,000 wait for the way home"));
    g_ptr_array_add(s->effects, g_strdup("latency: North Europe answers probes in 41 ms"));
    g_ptr_array_add(s->findings, g_strdup("R11 warning: mail-orders polls with state kept by the "
                                          "client; one instance only may be active"));
    g_ptr_array_add(s->not_known, g_strdup("whether West Europe still runs: it may be active for "
                                           "those who reach it"));
    g_ptr_array_add(s->not_known, g_strdup("how many runs are in flight in West Europe"));
    s->way_back = g_strdup("An abort undoes it until \"promote ledger-db in North Europe (forced)\""
                           " begins; after that the way back is a failback of its own.");
    s->if_we_wait = g_strdup("payments stays down for as long as West Europe is; its RTO is 4h.");
    s->approvals = 2;
    s->four_eyes = true;
    s->signoff_why = g_strdup("data may be lost");
    state_plan(s);
    fact(s, "West Europe", "down: 25 failed probes in a row", "probes from neu-1, eus-1",
         2 * SECOND);
    fact(s, "North Europe", "up", "probes from neu-1, eus-1", 2 * SECOND);
    fact(s, "settle in West Europe", "unreachable", "azure-logic", 4 * MINUTE);
    fact(s, "settle in North Europe", "passive", "azure-logic", 3 * SECOND);
    fact(s, "runs in flight", NULL, "drivers", 4 * MINUTE);
    s->confirm = statement_phrase(s);
    return s;
}

static Operation *operation(Picture *picture, const char *id, const char *group_name,
                            OperationState state)
{
    Operation *op = operation_new(id);
    op->kind = OPERATION_FAILOVER;
    op->group = g_strdup(group_name);
    op->from = g_strdup("westeurope");
    op->to = g_strdup("northeurope");
    op->state = state;
    op->proposer = g_strdup("watchdog");
    op->reason = g_strdup("West Europe is down");
    op->detected_ms = AGO(4 * MINUTE + 12 * SECOND);
    op->proposed_ms = AGO(4 * MINUTE);
    op->expires_ms = NOW + 26 * MINUTE;
    op->rto_ms = 4 * HOUR;
    op->digest = g_strdup(WORLD_DIGEST);
    op->statement_version = 1;
    op->lost = (Losses){-1, -1, -1};
    op->revision = 41;
    op->statement = statement_for(op);
    picture_put(picture, SHELF_OPERATIONS, op);
    return op;
}

static SignOff *approve(Operation *op, const char *person, gint64 age_ms)
{
    SignOff *signoff = signoff_new(person);
    signoff->operation = g_strdup(op->id);
    signoff->digest = g_strdup(op->digest);
    signoff->operator_name = g_strdup(person);
    signoff->reason = g_strdup("the region is gone, seen on the provider's page");
    signoff->ticket = g_strdup("INC-4711");
    signoff->at_ms = AGO(age_ms);
    signoff->audit_seq = 4711;
    g_ptr_array_add(op->signoffs, signoff);
    return signoff;
}

static void add_steps(Operation *op, guint done, StepState now)
{
    const GPtrArray *plan = op->statement->steps;
    for (guint i = 0; i < plan->len; i++) {
        const PlannedStep *from = plan->pdata[i];
        Step *step = step_new(from->number, from->kind);
        step->wave = from->wave;
        step->title = g_strdup(from->title);
        step->location = g_strdup(op->to);
        step->side = from->side;
        step->best_effort = from->best_effort;
        step->grants = from->grants;
        step->limit_ms = from->limit_ms;
        step->usual_ms = from->limit_ms / 10;
        step->usual_p95_ms = from->limit_ms / 5;
        step->state = i < done ? STEP_DONE : i == done ? now : STEP_PENDING;
        step->attempts = i <= done ? 1 : 0;
        step->started_ms =
            i <= done && now != STEP_PENDING ? AGO(70 * SECOND - 10 * SECOND * i) : 0;
        step->ended_ms = i < done ? step->started_ms + 8 * SECOND : 0;
        g_ptr_array_add(op->steps, step);
    }
}

static void add_awaiting(Picture *picture)
{
    Operation *op = operation(picture, WORLD_AWAITING, "payments", OPERATION_AWAITING);
    approve(op, "oncall-2", 64 * SECOND);
    add_steps(op, 0, STEP_PENDING);
    Operation *plain = operation(picture, WORLD_PLAIN, "stock", OPERATION_AWAITING);
    Statement *s = plain->statement;
    plain->planned = s->planned = true;
    plain->detected_ms = 0;
    s->loss_ms = s->loss_transactions = 0;
    s->band = LOSS_NONE;
    s->old_primary = OLD_PASSIVE;
    s->proof = PROOF_FENCING;
    s->approvals = 1;
    s->abandoned_runs = s->missed_recurrences = 0;
    s->from_verdict = VERDICT_UP;
    g_ptr_array_set_size(s->not_known, 0);
    g_free(s->confirm);
    s->confirm = statement_phrase(s);
}

static void add_running(Picture *picture)
{
    Operation *op = operation(picture, WORLD_RUNNING, "ledger", OPERATION_RUNNING);
    op->phase = PHASE_ACTIVATING;
    op->past_pnr = true;
    op->approved_ms = AGO(80 * SECOND);
    op->started_ms = AGO(70 * SECOND);
    op->epoch = 8;
    approve(op, "oncall-2", 80 * SECOND);
    add_steps(op, 3, STEP_INTENT);
    Step *step = op->steps->pdata[0];
    step->state = STEP_NOTED;
    step->detail = g_strdup("fence: connect to 10.1.0.4: timed out");
    step = op->steps->pdata[3];
    step->detail = g_strdup("waiting for the workflow to answer enabled");
}

static void add_paused(Picture *picture)
{
    Operation *op = operation(picture, WORLD_PAUSED, HOSTILE, OPERATION_PAUSED);
    op->phase = PHASE_PASSIVATING;
    op->approved_ms = AGO(80 * SECOND);
    op->started_ms = AGO(70 * SECOND);
    op->why = g_strdup("step 2 failed: " HOSTILE);
    add_steps(op, 1, STEP_FAILED);
    Step *step = op->steps->pdata[1];
    step->detail = g_strdup("409 Conflict: " HOSTILE);
    step->ended_ms = AGO(30 * SECOND);
    step = op->steps->pdata[2];
    step->state = STEP_WAITING;
    step->kind = STEP_MANUAL;
}

static void add_ended(Picture *picture)
{
    Operation *op = operation(picture, WORLD_DONE, "stock", OPERATION_COMPLETED_EXCEPTIONS);
    op->kind = op->statement->kind = OPERATION_FAILBACK;
    op->proposed_ms = AGO(2 * HOUR);
    op->approved_ms = AGO(115 * MINUTE);
    op->started_ms = AGO(114 * MINUTE);
    op->activated_ms = AGO(111 * MINUTE);
    op->ended_ms = AGO(110 * MINUTE);
    op->past_pnr = true;
    op->lost = (Losses){0, 1, 2};
    approve(op, "oncall-1", 116 * MINUTE);
    add_steps(op, 7, STEP_DONE);
    ((Step *)op->steps->pdata[4])->state = STEP_SKIPPED;
    g_ptr_array_add(op->exceptions, g_strdup("step 5 was skipped by oncall-1: mailbox is empty"));
    op = operation(picture, WORLD_EXPIRED, "ledger", OPERATION_EXPIRED);
    op->proposed_ms = AGO(90 * MINUTE);
    op->expires_ms = op->ended_ms = AGO(60 * MINUTE);
    op->why = g_strdup("Nobody signed it in time.");
    op = operation(picture, WORLD_HOLDING, "report-only", OPERATION_RUNNING);
    op->phase = PHASE_HOLDING;
    op->approved_ms = AGO(2 * SECOND);
    op->hold_until_ms = NOW + 8 * SECOND;
    approve(op, "oncall-2", 2 * SECOND);
    add_steps(op, 0, STEP_PENDING);
}

void world_add_operations(Picture *picture)
{
    add_awaiting(picture);
    add_running(picture);
    add_paused(picture);
    add_ended(picture);
}
