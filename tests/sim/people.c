// What people ask of the simulated daemon, one at a time and at once; and what must hold of the answers.
#include "model/refusal.h"
#include "model/signature.h"
#include "sim.h"
#include "wire/statement.h"

// ---- People ------------------------------------------------------------------------------------

static void take_answer(Sim *sim, const Operation *operation, const GError *error)
{
    sim->answers++;
    g_clear_error(&sim->error);
    if (error)
        sim->error = g_error_copy(error);
    sim->refused += error != NULL;
    if (operation) {
        g_free(sim->operation);
        sim->operation = g_strdup(operation->id);
    }
}

static void on_operation_done(const Operation *operation, const GError *error, gpointer data)
{
    take_answer(data, operation, error);
}

// Invariant 6: what is accepted rests on fresh looks at the target.
static void check_fresh(Sim *sim, const Operation *operation, const SignOff *signoff)
{
    gint64 now = sim->clock.wall;
    // The silence of the target may be why a step is left out or all of it undone: then its last word stands.
    if (signoff->about)
        return;
    const LocationStatus *to = engine_location(sim->engine, operation->to);
    if (now - to->verdict.observed_at_ms > 15000)
        sim_fault(sim, "a sign-off of %s was taken on a verdict %" G_GINT64_FORMAT " ms old",
                  operation->id, now - to->verdict.observed_at_ms);
    const WorkloadStatus *ledger = engine_workload(sim->engine, "payments/ledger");
    const InstanceStatus *at = workload_status_at(ledger, operation->to);
    if (now - at->observed_at_ms > 15000)
        sim_fault(sim, "a sign-off of %s was taken on a state %" G_GINT64_FORMAT " ms old",
                  operation->id, now - at->observed_at_ms);
}

static void on_signed(const Operation *operation, const SignOff *signoff, const GError *error,
                      gpointer data)
{
    Sim *sim = data;
    take_answer(sim, operation, error);
    if (error || !operation)
        return;
    sim->signed_++;
    if (signoff->decision == DECISION_APPROVE && signoff->at_ms == sim->clock.wall)
        check_fresh(sim, operation, signoff);
}

static void on_taken_back(const Operation *operation, const SignOff *signoff, const GError *error,
                          gpointer data)
{
    (void)signoff;
    take_answer(data, operation, error);
}

static bool wait_answer(Sim *sim, guint before)
{
    guint restarts = sim->restarts;
    for (guint i = 0; sim->answers == before && sim->restarts == restarts && i < 10000; i++) {
        sim_turn(sim);
    }
    if (sim->answers != before)
        return sim->error == NULL;
    g_clear_error(&sim->error);
    sim->error = g_error_new_literal(ERR, ERR_UNKNOWN, "the answer never came");
    return false;
}

const Operation *sim_propose_exactly(Sim *sim, const ProposeRequest *request)
{
    guint before = sim->answers;
    engine_propose(sim->engine, request, on_operation_done, sim);
    return wait_answer(sim, before) ? engine_operation(sim->engine, sim->operation) : NULL;
}

const Operation *sim_propose(Sim *sim, OperationKind kind, ProposePlanned planned)
{
    return sim_propose_exactly(sim, &(ProposeRequest){.person = &ALICE,
                                                      .kind = kind,
                                                      .group = "payments",
                                                      .planned = planned,
                                                      .reason = "a test"});
}

const Operation *sim_propose_region(Sim *sim, OperationKind kind, const char *region,
                                    ProposePlanned planned)
{
    return sim_propose_exactly(sim, &(ProposeRequest){.person = &ALICE,
                                                      .kind = kind,
                                                      .region = region,
                                                      .planned = planned,
                                                      .reason = "a test"});
}

const Operation *sim_drill_region(Sim *sim, DrillKind drill, const char *region,
                                  ProposePlanned planned)
{
    return sim_propose_exactly(sim, &(ProposeRequest){.person = &ALICE,
                                                      .kind = OPERATION_DRILL,
                                                      .drill = drill,
                                                      .region = region,
                                                      .planned = planned,
                                                      .reason = "an exercise"});
}

const Operation *sim_operation(Sim *sim)
{
    const GroupStatus *group = sim_group(sim);
    const Operation *open = engine_operation(sim->engine, group->operation);
    return open ? open : engine_operation(sim->engine, sim->operation);
}

const GroupStatus *sim_group(Sim *sim)
{
    return engine_group(sim->engine, "payments");
}

bool sim_sign_exactly(Sim *sim, const SignRequest *request)
{
    guint before = sim->answers;
    engine_sign(sim->engine, request, on_signed, sim);
    return wait_answer(sim, before);
}

// With the person's key ("key-NAME") where the group asks for signatures; a rejection is not signed.
static char *signature_by(const Person *person, const Operation *ballot, Decision decision)
{
    g_autofree char *key = g_strconcat("key-", person->name, NULL);
    if (!ballot->statement || ballot->statement->signature == SIGNATURE_OFF ||
        decision == DECISION_REJECT)
        return NULL;
    return sim_signer_sign(key, person->name, signature_namespace(ballot->kind), ballot->digest);
}

static void ask_signoff(Sim *sim, const Operation *operation, const Person *person,
                        Decision decision)
{
    const Operation ballot = operation_ballot(operation);
    g_autofree char *id = id_new(&sim->ids, "so");
    g_autofree char *signature = signature_by(person, &ballot, decision);
    SignOff signoff = {.id = id,
                       .operation = ballot.id,
                       .digest = ballot.digest,
                       .decision = decision,
                       .reason = (char *)"seen it",
                       .phrase = ballot.statement ? ballot.statement->confirm : NULL,
                       .signature = signature};
    engine_sign(sim->engine, &(SignRequest){person, &signoff}, on_signed, sim);
}

bool sim_sign_one(Sim *sim, const Operation *operation, const Person *person, Decision decision)
{
    guint before = sim->answers;
    ask_signoff(sim, operation, person, decision);
    return wait_answer(sim, before);
}

bool sim_sign(Sim *sim, const Person *person, Decision decision)
{
    return sim_sign_one(sim, sim_operation(sim), person, decision);
}

void sim_sign_both(Sim *sim, const Person *a, Decision first, const Person *b, Decision second)
{
    const Operation *operation = sim_operation(sim);
    guint before = sim->answers;
    ask_signoff(sim, operation, a, first);
    ask_signoff(sim, operation, b, second);
    if (wait_answer(sim, before))
        wait_answer(sim, before + 1);
}

bool sim_take_back(Sim *sim, const Person *person)
{
    const Operation *operation = sim_operation(sim);
    const SignOff *mine = NULL;
    guint before = sim->answers;
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && g_strcmp0(signoff->operator_name, person->name) == 0)
            mine = signoff;
    }
    SignOffRequest request = {.person = person,
                              .operation = operation->id,
                              .signoff = mine ? mine->id : "none",
                              .reason = "on second thoughts"};
    engine_take_back(sim->engine, &request, on_taken_back, sim);
    return wait_answer(sim, before);
}

bool sim_break_glass(Sim *sim, const Person *person)
{
    const Operation ballot = operation_ballot(sim_operation(sim));
    g_autofree char *id = id_new(&sim->ids, "so");
    g_autofree char *phrase = statement_break_glass_phrase(ballot.statement);
    SignOff signoff = {.id = id,
                       .operation = ballot.id,
                       .digest = ballot.digest,
                       .decision = DECISION_APPROVE,
                       .break_glass = true,
                       .reason = (char *)"nobody else answers",
                       .phrase = phrase};
    SignRequest request = {person, &signoff};
    return sim_sign_exactly(sim, &request);
}

bool sim_command(Sim *sim, const Person *person, OperationCommand command, guint step)
{
    return sim_command_one(sim, sim_operation(sim)->id, person, command, step);
}

bool sim_command_one(Sim *sim, const char *operation, const Person *person,
                     OperationCommand command, guint step)
{
    guint before = sim->answers;
    CommandRequest request = {.person = person,
                              .operation = operation,
                              .command = command,
                              .step = step,
                              .how = sim->how,
                              .ticket = sim->ticket,
                              .reason = "because"};
    engine_command(sim->engine, &request, on_operation_done, sim);
    return wait_answer(sim, before);
}

bool sim_is_refused(const Sim *sim, int code)
{
    return sim->error && g_error_matches(sim->error, REFUSAL, code);
}

typedef struct {
    const char *action;
    guint count;
    gint64 last;
    bool more, answered;
} Count;

static void on_count(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    Count *count = data;
    count->answered = true;
    count->more = more && !error;
    for (guint i = 0; !error && i < records->len; i++) {
        const AuditRecord *record = records->pdata[i];
        count->count += g_str_equal(record->action, count->action);
        count->last = record->seq;
    }
}

guint sim_count_audit(Sim *sim, const char *action)
{
    Count count = {.action = action, .more = true};
    while (count.more) {
        count.answered = false;
        engine_audit(sim->engine, count.last, 1000, on_count, &count);
        while (!count.answered)
            sim_pass(sim, 1);
    }
    return count.count;
}
