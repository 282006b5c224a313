// One signalboxd in a simulated world: engine, store and people, under a fake clock; and the invariants of
// 4-OPERATIONS.md, checked after everything that happens.
#pragma once

#include "engine/engine.h"
#include "engine/request.h"
#include "region.h"
#include "signer.h"
#include "slow-store.h"
#include "store/memory.h"
#include "trace.h"
#include "wire/audit.h"

typedef struct {
    guint32 seed;
    FakeClock clock;
    Log log;
    IdSource ids;
    Fleet *fleet;
    SimWorld *world;
    SimSigner *signer;
    Store *memory; // what is stored, with its faults
    Store *store;  // the engine's: that, or one that answers later
    bool slow;     // from the next start on
    Engine *engine;
    gint64 due_ms;
    bool woken;
    bool started, auditing;
    guint restarts;
    gint64 away_ms; // how long it is gone at a restart

    // What the checks remember.
    AuditChain chain;    // verified so far
    Trace *trace;        // … and what it told
    GHashTable *seen;    // operation → the state it was last seen in, + 1
    GHashTable *highest; // group → highest epoch commanded (gint64 *)
    GHashTable *effects; // "operation/step kind/number" → how often it took effect
    GHashTable *owners;  // "group@epoch" → the operation that it is of
    GPtrArray *faults;   // sentences: what does not hold
    guint commands, signed_, refused;

    AttestHow how; // of the commands to come
    const char *ticket;

    // The last answers.
    char *operation; // id
    GError *error;
    guint answers;
} Sim;

extern const Person ALICE, BOB, CAROL, VIEWER;

// Two paired regions and one apart; a group with a database, two workflows, a router and a service that is active
// in both; `tweak` may change the fleet before anything starts (NULL = not).
Sim *sim_new(guint32 seed, void (*tweak)(Fleet *fleet));
void sim_free(Sim *sim);

// Lets `ms` pass, event by event.
void sim_pass(Sim *sim, gint64 ms);

// The next thing that is due: in the engine, else in the world.
void sim_turn(Sim *sim);

// Notes what does not hold.
void sim_fault(Sim *sim, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Lets time pass until `holds`, at most `ms`. False if it never did.
bool sim_until(Sim *sim, bool (*holds)(Sim *sim), gint64 ms);

// The program dies and starts again on what the store holds.
void sim_restart(Sim *sim);

// … on an empty store.
void sim_restart_empty(Sim *sim);

// Requests; each waits for its answer. NULL / false = refused, with sim->error.
const Operation *sim_propose(Sim *sim, OperationKind kind, ProposePlanned planned);
const Operation *sim_propose_exactly(Sim *sim, const ProposeRequest *request);
// Of every group of a location.
const Operation *sim_propose_region(Sim *sim, OperationKind kind, const char *region,
                                    ProposePlanned planned);
// An exercise of all groups that are at home there.
const Operation *sim_drill_region(Sim *sim, DrillKind drill, const char *region,
                                  ProposePlanned planned);
// What may be signed now: an open act's statement, else the operation's. With the person's key ("key-NAME") where the
// group asks for signatures.
bool sim_sign(Sim *sim, const Person *person, Decision decision);
bool sim_sign_one(Sim *sim, const Operation *operation, const Person *person, Decision decision);
// Both are asked before either is answered.
void sim_sign_both(Sim *sim, const Person *a, Decision first, const Person *b, Decision second);
// The person's own latest sign-off that counts.
bool sim_take_back(Sim *sim, const Person *person);
// One person alone, with the longer phrase.
bool sim_break_glass(Sim *sim, const Person *person);
// As it is given; fills sim->error.
bool sim_sign_exactly(Sim *sim, const SignRequest *request);
bool sim_command(Sim *sim, const Person *person, OperationCommand command, guint step);
bool sim_command_one(Sim *sim, const char *operation, const Person *person,
                     OperationCommand command, guint step);

// The operation that was proposed last (or the open one of the group).
const Operation *sim_operation(Sim *sim);
const GroupStatus *sim_group(Sim *sim);
bool sim_is_refused(const Sim *sim, int code);

// True if nothing was found wrong so far; else prints it.
bool sim_is_whole(Sim *sim);

// The alarm that stands and whose id begins so; NULL = none.
const Alarm *sim_alarm(const Sim *sim, const char *prefix);

// How many audit records have that action.
guint sim_count_audit(Sim *sim, const char *action);
