#include "sim.h"

#include <string.h>

#include "base/none.h"
#include "model/refusal.h"
#include "model/signature.h"
#include "model/transition.h"
#include "model/region.h"
#include "wire/operation.h"
#include "wire/statement.h"

const Person ALICE = {(char *)"alice", (char *)"a test",
                      ROLE_BIT_VIEWER | ROLE_BIT_OPERATOR | ROLE_BIT_APPROVER};
const Person BOB = {(char *)"bob", (char *)"a test",
                    ROLE_BIT_VIEWER | ROLE_BIT_OPERATOR | ROLE_BIT_APPROVER};
const Person CAROL = {(char *)"carol", (char *)"a test",
                      ROLE_BIT_VIEWER | ROLE_BIT_OPERATOR | ROLE_BIT_APPROVER};
const Person VIEWER = {(char *)"victor", (char *)"a test", ROLE_BIT_VIEWER};

// A store that has crashed answers nobody, so what waits for its answer is never given back.
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:boot\n";
}

static const gint64 START_MS = G_GINT64_CONSTANT(1795230000000);

void sim_fault(Sim *sim, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    if (sim->faults->len < 20)
        g_ptr_array_add(sim->faults,
                        g_strdup_printf("at %.1f s: %s", (double)sim->clock.mono / 1000, text));
}

bool sim_is_whole(Sim *sim)
{
    for (guint i = 0; i < sim->faults->len; i++)
        g_printerr("# seed %u: %s\n", sim->seed, (const char *)sim->faults->pdata[i]);
    return sim->faults->len == 0;
}

// ---- The fleet ---------------------------------------------------------------------------------

static void add_location(Fleet *fleet, const char *name)
{
    Location *location = fleet_add_location(fleet, name);
    location->health.url = g_strdup_printf("http://%s/health", name);
    location->health.interval_ms = 2000;
    location->health.timeout_ms = 1000;
    location->health.failures = 3;
    location->health.recoveries = 2;
}

static Workload *add_workload(Fleet *fleet, Group *group, const char *name, WorkloadKind kind,
                              Pattern pattern)
{
    Workload *workload = group_add_workload(fleet, group, name);
    workload->kind = kind;
    workload->pattern = pattern;
    workload->driver = g_strdup("sim");
    workload_add_instance(workload, group->primary);
    for (guint i = 0; i < group->standbys->len; i++)
        workload_add_instance(workload, group->standbys->pdata[i]);
    return workload;
}

static Fleet *make_fleet(void)
{
    Fleet *fleet = fleet_new("sim");
    add_location(fleet, "west");
    add_location(fleet, "north");
    Group *group = fleet_add_group(fleet, "payments");
    group->primary = fleet_location(fleet, "west");
    g_ptr_array_add(group->standbys, fleet_location(fleet, "north"));
    group->policy.approvals = 1;
    group->policy.hold_ms = 0;
    group->policy.antiflap_ms = 0;
    group->plan_reviewed_ms = group->plan_tested_ms = START_MS - 1000;
    add_workload(fleet, group, "ledger", KIND_DATABASE, PATTERN_ACTIVE_PASSIVE);
    Workload *settle = add_workload(fleet, group, "settle", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE);
    Workload *report = add_workload(fleet, group, "report", KIND_WORKFLOW, PATTERN_ACTIVE_PASSIVE);
    Workload *front = add_workload(fleet, group, "front", KIND_SERVICE, PATTERN_LOAD_BALANCED);
    add_workload(fleet, group, "router", KIND_ROUTER, PATTERN_ACTIVE_PASSIVE);
    workload_add_trigger(settle, "poll")->type = TRIGGER_POLLING;
    g_ptr_array_add(list_own(&report->depends_on, NULL), settle);
    front->router = g_strdup("router");
    return fleet;
}

// ---- Invariants, on what leaves ----------------------------------------------------------------

static void on_operation(const StoreRange *range, const GError *error, gpointer data)
{
    gsize size;
    if (error || !range->entries->len)
        return;
    const char *text =
        g_bytes_get_data(((const StoreEntry *)range->entries->pdata[0])->value, &size);
    g_autoptr(json_t) json = wire_parse("operation", text, size, STORE_VALUE_MAX, NULL);
    *(Operation **)data = json ? operation_from_json(json, WIRE_LENIENT, NULL) : NULL;
}

static Operation *stored_operation(Sim *sim, const char *id)
{
    Operation *operation = NULL;
    g_autofree char *key = g_strconcat("operation/", id, NULL);
    store_get(sim->memory, key, on_operation, &operation);
    return operation;
}

static guint distinct_approvals(const Operation *operation, const char *digest, bool glass)
{
    g_autoptr(GHashTable) people = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->decision != DECISION_APPROVE || signoff->void_ ||
            g_strcmp0(signoff->digest, digest) != 0)
            continue;
        if (glass && signoff->break_glass) // one alone, as the policy has it
            return G_MAXUINT;
        g_hash_table_add(people, signoff->operator_name);
    }
    return g_hash_table_size(people);
}

// The way back rests on the abort's own sign-offs.
static void check_abort_signed(Sim *sim, const Operation *operation)
{
    for (guint i = 0; i < operation->acts->len; i++) {
        const Act *act = operation->acts->pdata[i];
        if (act->kind == ACT_ABORT && act->state == ACT_DONE && act->statement->approvals &&
            distinct_approvals(operation, act->digest, act->statement->break_glass) >=
                act->statement->approvals)
            return;
    }
    sim_fault(sim, "%s is undone without the sign-offs of an abort", operation->id);
}

// Invariant 2.
static void check_signed(Sim *sim, const Operation *operation)
{
    if (operation->phase == PHASE_UNDOING) {
        check_abort_signed(sim, operation);
        return;
    }
    const Statement *statement = operation->statement;
    g_autofree char *digest = statement_digest(statement);
    guint given = distinct_approvals(operation, operation->digest, statement->break_glass);
    if (g_strcmp0(digest, operation->digest) != 0)
        sim_fault(sim, "the digest of %s is not its statement's", operation->id);
    if (statement_loses(statement) && (!statement->approvals || given < statement->approvals))
        sim_fault(sim, "%s runs with %u sign-offs of %u", operation->id, given,
                  statement->approvals);
}

// Invariant 5, first half: the intent is in the store before the command leaves.
static void check_intent(Sim *sim, const Operation *operation, const DriverCommand *command)
{
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        if (g_strcmp0(step->key, command->key) != 0)
            continue;
        if (step->state != STEP_INTENT && step->state != STEP_UNKNOWN)
            sim_fault(sim, "%s left in state %s", command->key,
                      name_of(&STEP_STATE_NAMES, (int)step->state));
        if (step->epoch != command->epoch || g_strcmp0(step->boot_id, command->boot_id) != 0)
            sim_fault(sim, "%s left with another epoch or boot id than was stored", command->key);
        return;
    }
    sim_fault(sim, "%s left without a stored intent", command->key);
}

static bool other_is_active(Sim *sim, const Instance *instance)
{
    const GPtrArray *instances = instance->workload->instances;
    for (guint i = 0; i < instances->len; i++) {
        const Instance *other = instances->pdata[i];
        const Target *target =
            sim_target(sim->world, instance->workload->id, other->location->name);
        if (other != instance && target->active && target->region->health != REGION_DOWN)
            return true;
    }
    return false;
}

// Invariant 1.
static void check_single(Sim *sim, const Operation *operation, const Instance *instance,
                         DriverAction action)
{
    bool grants = action == ACTION_ACTIVATE || action == ACTION_PROMOTE;
    // A restart in place is planned too, but nobody else may be there to answer.
    bool restart = g_str_equal(operation->from, operation->to);
    bool risk_signed = (!operation->planned || restart) &&
                       operation->statement->old_primary == OLD_UNCONFIRMED && operation->past_pnr;
    if (!grants || !workload_is_single_active(instance->workload) ||
        !other_is_active(sim, instance))
        return;
    if (!risk_signed)
        sim_fault(sim, "%s is commanded active in %s while it is active elsewhere",
                  instance->workload->id, instance->location->name);
}

static void check_epoch(Sim *sim, const char *group, gint64 epoch)
{
    gint64 *highest = g_hash_table_lookup(sim->highest, group);
    if (!highest) {
        highest = g_new0(gint64, 1);
        g_hash_table_insert(sim->highest, g_strdup(group), highest);
    }
    if (epoch < *highest)
        sim_fault(sim, "a command of %s has epoch %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT,
                  group, epoch, *highest);
    *highest = MAX(*highest, epoch);
}

// An epoch is one operation's (and its undoing has another): else a late command of the one passes for the other's.
static void check_owner(Sim *sim, const Operation *operation, const DriverCommand *command)
{
    g_autofree char *epoch =
        g_strdup_printf("%s@%" G_GINT64_FORMAT, operation->group, command->epoch);
    const char *owner = g_hash_table_lookup(sim->owners, epoch);
    if (!owner)
        g_hash_table_insert(sim->owners, g_steal_pointer(&epoch), g_strdup(operation->id));
    else if (!g_str_equal(owner, operation->id))
        sim_fault(sim, "%s and %s both have %s", owner, operation->id, epoch);
}

static void on_sent(const Instance *instance, DriverAction action, const DriverCommand *command,
                    gpointer data)
{
    Sim *sim = data;
    sim->commands++;
    if (store_memory_has_crashed(sim->memory))
        return;
    check_epoch(sim, instance->workload->group->name, command->epoch);
    if (g_str_equal(command->operation, "quarantine"))
        return;
    g_autoptr(Operation) operation = stored_operation(sim, command->operation);
    if (!operation) {
        sim_fault(sim, "%s left for an operation that is not stored", command->key);
        return;
    }
    if (operation_is_rehearsal(operation)) // I13
        sim_fault(sim, "%s left for %s, which only rehearses", command->key, operation->id);
    check_owner(sim, operation, command);
    check_intent(sim, operation, command);
    check_signed(sim, operation);
    check_single(sim, operation, instance, action);
}

// Invariant 5, second half: a step has one effect, whatever key it comes under.
static void on_effect(const Instance *instance, DriverAction action, const char *key, gpointer data)
{
    Sim *sim = data;
    g_autofree char *step = g_strdup(key);
    char *dot = strrchr(step, '.');
    (void)instance;
    if (!dot) // of the quarantine
        return;
    *dot = '\0'; // without the epoch
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(sim->effects, step)) + 1;
    g_hash_table_replace(sim->effects, g_strdup(step), GUINT_TO_POINTER(count));
    if (count > 1)
        sim_fault(sim, "%s took effect %u times (action %s)", step, count,
                  driver_action_name(action));
}

// ---- Invariants, on what is ------------------------------------------------------------------

static void on_audit(const GPtrArray *records, bool more, const GError *error, gpointer data)
{
    Sim *sim = data;
    (void)more;
    sim->auditing = false;
    for (guint i = 0; !error && i < records->len; i++) {
        g_autoptr(GError) bad = NULL;
        if (!audit_chain_verify(&sim->chain, records->pdata[i], &bad)) {
            sim_fault(sim, "the audit chain breaks: %s", bad->message);
            return;
        }
        g_autofree char *wrong = trace_take(sim->trace, records->pdata[i]);
        if (wrong)
            sim_fault(sim, "%s", wrong);
    }
}

const Alarm *sim_alarm(const Sim *sim, const char *prefix)
{
    const GPtrArray *alarms = engine_alarms(sim->engine);
    for (guint i = 0; i < alarms->len; i++) {
        const Alarm *alarm = alarms->pdata[i];
        if (g_str_has_prefix(alarm->id, prefix) && !alarm->ended_ms)
            return alarm;
    }
    return NULL;
}

static bool has_alarm(const Sim *sim, const char *prefix, const char *id)
{
    g_autofree char *wanted = g_strconcat(prefix, id, NULL);
    return sim_alarm(sim, wanted) != NULL;
}

// A region-level operation says what its children are, and they what they are a part of.
static void check_region(Sim *sim, const Operation *operation)
{
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        const Operation *child = engine_operation(sim->engine, member->operation);
        if (member->operation && (!child || child->state != member->state ||
                                  g_strcmp0(child->parent, operation->id) != 0))
            sim_fault(sim, "%s does not know what %s is", operation->id, member->operation);
    }
    if (operation->state != region_state(operation))
        sim_fault(sim, "%s is %s", operation->id,
                  name_of(&OPERATION_STATE_NAMES, (int)operation->state));
}

// A state is followed by one that the table leads to, over however many states between two looks.
static bool leads_to(OperationState from, OperationState to, guint limit)
{
    guint count;
    const TransitionRow *rows = transition_rows(&count);
    if (from == to)
        return true;
    for (guint i = 0; limit && i < count; i++)
        if (rows[i].from == from && rows[i].to != from && leads_to(rows[i].to, to, limit - 1))
            return true;
    return false;
}

static void check_moves(Sim *sim, const Operation *operation)
{
    guint now = operation->state + 1;
    guint then = GPOINTER_TO_UINT(g_hash_table_lookup(sim->seen, operation->id));
    if (then == now || operation->region) // a parent's state follows from its children's
        return;
    if (then && !leads_to((OperationState)(then - 1), operation->state, 4))
        sim_fault(sim, "%s was %s and is %s", operation->id,
                  name_of(&OPERATION_STATE_NAMES, (int)then - 1),
                  name_of(&OPERATION_STATE_NAMES, (int)operation->state));
    g_hash_table_insert(sim->seen, g_strdup(operation->id), GUINT_TO_POINTER(now));
}

static bool is_rejected(const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->decision == DECISION_REJECT &&
            g_strcmp0(signoff->digest, operation->digest) == 0)
            return true;
    }
    return false;
}

static void check_end(Sim *sim, const Operation *operation)
{
    if (operation->past_pnr && operation->state == OPERATION_ABORTED)
        sim_fault(sim, "%s was aborted past its point of no return", operation->id);
    if (is_rejected(operation) && !operation->started_ms && operation->state != OPERATION_REJECTED)
        sim_fault(sim, "%s was rejected and is %s", operation->id,
                  name_of(&OPERATION_STATE_NAMES, (int)operation->state));
    if (!operation->region && operation->started_ms &&
        operation->started_ms >= operation->expires_ms)
        sim_fault(sim, "%s began after it had expired", operation->id);
}

static void check_operation(Sim *sim, const Operation *operation)
{
    check_moves(sim, operation);
    check_end(sim, operation);
    if (operation->region) {
        check_region(sim, operation);
        return;
    }
    for (guint i = 0; i < operation->signoffs->len; i++)
        for (guint j = i + 1; j < operation->signoffs->len; j++)
            if (g_str_equal(((const SignOff *)operation->signoffs->pdata[i])->id,
                            ((const SignOff *)operation->signoffs->pdata[j])->id))
                sim_fault(sim, "a sign-off of %s is there twice", operation->id);
    if (operation->state == OPERATION_AWAITING && !has_alarm(sim, "signoff:", operation->id))
        sim_fault(sim, "%s waits for a sign-off and nobody is told", operation->id);
    if (operation->state == OPERATION_PAUSED && !has_alarm(sim, "paused:", operation->id))
        sim_fault(sim, "%s is paused and nobody is told", operation->id);
}

static void check_one_open(Sim *sim, const GPtrArray *operations)
{
    const Operation *open = NULL;
    for (guint i = 0; i < operations->len; i++) {
        const Operation *operation = operations->pdata[i];
        if (operation_has_ended(operation) || operation->region)
            continue;
        if (open && g_str_equal(open->group, operation->group))
            sim_fault(sim, "%s and %s of one group are both open", open->id, operation->id);
        open = operation;
    }
}

// An end that was seen is an end.
static bool is_checked(const Sim *sim, const Operation *operation)
{
    gconstpointer seen = g_hash_table_lookup(sim->seen, operation->id);
    return operation_has_ended(operation) && !operation->region &&
           GPOINTER_TO_UINT(seen) == operation->state + 1;
}

static void check_state(Sim *sim)
{
    if (!sim->started || store_memory_has_crashed(sim->memory))
        return;
    const GPtrArray *operations = engine_operations(sim->engine);
    if (engine_frame(sim->engine)->audit_seq > sim->chain.seq && !sim->auditing) {
        sim->auditing = true;
        engine_audit(sim->engine, sim->chain.seq, 1000, on_audit, sim);
    }
    for (guint i = 0; i < operations->len; i++)
        if (!is_checked(sim, operations->pdata[i]))
            check_operation(sim, operations->pdata[i]);
    check_one_open(sim, operations);
}

// ---- Life --------------------------------------------------------------------------------------

static void on_wake(gpointer data)
{
    ((Sim *)data)->woken = true;
}

static void on_started(const GError *error, gpointer data)
{
    Sim *sim = data;
    sim->started = true;
    if (error)
        sim_fault(sim, "it does not start: %s", error->message);
}

static gint64 store_latency(gpointer data)
{
    return g_rand_int_range(((Sim *)data)->world->rand, 0, 30);
}

static void free_stores(Sim *sim)
{
    if (sim->store != sim->memory)
        store_free(sim->store);
    sim->store = NULL;
    g_clear_pointer(&sim->memory, store_free);
}

// ---- Recurrences: every one fires at the full ten seconds ---------------------------------------

static gint64 count_fires(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                          gint64 until_ms, gpointer data)
{
    (void)instance, (void)trigger, (void)data;
    return MAX(until_ms / SIM_FIRE_MS - after_ms / SIM_FIRE_MS, (gint64)0);
}

static gint64 fire_step(const Trigger *trigger, gpointer data)
{
    (void)trigger, (void)data;
    return SIM_FIRE_MS;
}

static gint64 next_fire(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                        gpointer data)
{
    (void)instance, (void)data;
    return trigger->type == TRIGGER_RECURRENCE ? (after_ms / SIM_FIRE_MS + 1) * SIM_FIRE_MS : 0;
}

static void boot(Sim *sim, const StoreImage *image)
{
    sim->memory = store_memory_new(&sim->clock.clock, image);
    sim->store = sim->slow ? slow_store_new(sim->memory, &sim->clock.clock, store_latency, sim)
                           : sim->memory;
    EngineConfig config = {.clock = &sim->clock.clock,
                           .log = &sim->log,
                           .ids = &sim->ids,
                           .store = sim->store,
                           .driver = &sim->world->driver,
                           .rehearsal = &sim->world->rehearsal,
                           .prober = &sim->world->prober,
                           .verifier = &sim->signer->port,
                           .daemon = "sim",
                           .location = "elsewhere",
                           .wake = on_wake,
                           .fires = count_fires,
                           .step = fire_step,
                           .next = next_fire,
                           .data = sim};
    sim->started = sim->auditing = false;
    sim->engine = engine_new(&config, sim->fleet);
    engine_start(sim->engine, on_started, sim);
    sim->woken = true;
}

void sim_restart(Sim *sim)
{
    g_autoptr(StoreImage) image = store_memory_image(sim->memory);
    g_clear_pointer(&sim->engine, engine_free);
    free_stores(sim);
    sim->restarts++;
    fake_clock_advance(&sim->clock, sim->away_ms);
    boot(sim, image);
}

static void forget(Sim *sim)
{
    g_clear_pointer(&sim->trace, trace_free);
    g_clear_pointer(&sim->seen, g_hash_table_unref);
    sim->trace = trace_new();
    sim->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void sim_restart_empty(Sim *sim)
{
    g_clear_pointer(&sim->engine, engine_free);
    free_stores(sim);
    g_hash_table_remove_all(sim->owners);
    sim->chain = (AuditChain){0};
    forget(sim);
    boot(sim, NULL);
}

Sim *sim_new(guint32 seed, void (*tweak)(Fleet *fleet))
{
    Sim *sim = g_new0(Sim, 1);
    sim->seed = seed;
    fake_clock_init(&sim->clock, START_MS);
    sim->log = (Log){&sim->clock.clock, LOG_LEVEL_ERROR, false, -1};
    if (g_getenv("SIM_LOG"))
        sim->log = (Log){&sim->clock.clock, LOG_LEVEL_DEBUG, false, 2};
    id_source_init(&sim->ids, &sim->clock.clock, seed);
    sim->fleet = make_fleet();
    if (tweak)
        tweak(sim->fleet);
    sim->world = sim_world_new(&sim->clock, sim->fleet, seed);
    sim->signer = sim_signer_new(&sim->clock);
    sim->world->hooks = (SimHooks){on_sent, on_effect, sim};
    sim->highest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    sim->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    sim->effects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sim->faults = g_ptr_array_new_with_free_func(g_free);
    forget(sim);
    boot(sim, NULL);
    return sim;
}

void sim_free(Sim *sim)
{
    engine_free(sim->engine);
    free_stores(sim);
    sim_world_free(sim->world);
    sim_signer_free(sim->signer);
    fleet_unref(sim->fleet);
    id_source_release(&sim->ids);
    g_hash_table_unref(sim->highest);
    g_hash_table_unref(sim->effects);
    g_hash_table_unref(sim->owners);
    g_ptr_array_unref(sim->faults);
    g_hash_table_unref(sim->seen);
    trace_free(sim->trace);
    g_clear_error(&sim->error);
    g_free(sim->operation);
    g_free(sim);
}

// ---- Time --------------------------------------------------------------------------------------

static void run_engine(Sim *sim)
{
    sim->woken = false;
    store_tick(sim->store);
    sim->due_ms = engine_run(sim->engine);
    check_state(sim);
    if (store_memory_has_crashed(sim->memory))
        sim_restart(sim);
}

static void step_world(Sim *sim, gint64 until_ms)
{
    bool slow = sim->store != sim->memory;
    gint64 next = MIN(MIN(sim->due_ms, sim_world_next(sim->world)), until_ms);
    next = MIN(next, sim_signer_next(sim->signer));
    if (slow)
        next = MIN(next, slow_store_next(sim->store));
    if (next > sim->clock.mono)
        fake_clock_advance(&sim->clock, next - sim->clock.mono);
    sim_world_run(sim->world);
    sim_signer_run(sim->signer);
    if (slow)
        slow_store_run(sim->store);
}

bool sim_until(Sim *sim, bool (*holds)(Sim *sim), gint64 ms)
{
    gint64 until_ms = sim->clock.mono + ms;
    for (;;) {
        guint rounds = 0;
        while (sim->woken || sim->due_ms <= sim->clock.mono) {
            run_engine(sim);
            if (holds && sim->started && holds(sim))
                return true;
            if (++rounds > 1000) {
                sim_fault(sim, "the engine never rests");
                return false;
            }
        }
        if (sim->clock.mono >= until_ms)
            return false;
        step_world(sim, until_ms);
    }
}

void sim_pass(Sim *sim, gint64 ms)
{
    sim_until(sim, NULL, ms);
}

void sim_turn(Sim *sim)
{
    if (sim->woken || sim->due_ms <= sim->clock.mono)
        run_engine(sim);
    else
        step_world(sim, sim->clock.mono + 1000);
}
