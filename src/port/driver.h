// How the engine touches the world. A driver is a row: what it is called, what it can, and two
// asynchronous functions. What a driver cannot do becomes a manual step of the plan, never a silent
// skip. No driver blocks the loop; every call has a deadline; every action can be repeated with the
// same key without a second effect.
#pragma once

#include "model/fleet.h"
#include "model/runs.h"
#include "model/status.h"

typedef enum {
    ACTION_ACTIVATE,
    ACTION_PASSIVATE,
    ACTION_FENCE,   // make the old side refuse older epochs
    ACTION_PROMOTE, // make this location's data the writable one; `forced` may lose data
    ACTION_REROUTE, // point requests to `to`
    ACTION_REJOIN,  // an old primary becomes the secondary of the new one
    ACTION_NOTIFY,
    ACTION_COUNT
} DriverAction;

const char *driver_action_name(DriverAction action);

typedef enum {
    OUTCOME_DONE,
    OUTCOME_REFUSED, // with the target's words; it did not happen
    OUTCOME_UNKNOWN  // sent, no answer: it may have happened; observe
} Outcome;

// What a command carries. Everything is borrowed for the call and must be copied to be kept.
typedef struct {
    const char *key; // idempotency key
    const char *operation;
    gint64 epoch;        // the target refuses older ones
    const char *boot_id; // the target refuses if it is not its own; NULL = not known
    bool forced;         // promote though data may be lost
    const char *to;      // reroute: the location's name
    gint64 deadline_ms;  // for the answer, from now
} DriverCommand;

// What one instance's target said. `ok` false: `detail` says why nothing is known.
typedef struct {
    bool ok;
    bool unreachable; // nobody answered at all (else: answered, but nonsense or refusal)
    gint64 at_ms;
    InstanceState state;
    char *detail;
    int runs; // in flight, -1 unknown
    gint64 last_run_ms;
    gint64 epoch;
    char *boot_id;
    GPtrArray *replication; // of ReplicationStatus *; NULL where there is none
    char *routed_to;        // of a router: the location it points to; NULL
    bool maintains_limits;  // the target itself is in limited mode
    // Counts since `epoch` began, for what was lost; -1 = the target does not know.
    gint64 lost_transactions;
    gint64 abandoned_runs;
    gint64 missed_recurrences;
    GPtrArray *history; // of RunRecord *: runs there, at most OBSERVED_RUNS_MAX; NULL = not told
    GPtrArray *stages;  // of StageStatus *: the process's stages, in order (L8); NULL = not told
} Observation;

enum { OBSERVED_RUNS_MAX = 400 };

Observation *observation_new(void);
void observation_free(Observation *observation);

// Both take what they are given. A run beyond OBSERVED_RUNS_MAX is dropped.
void observation_add_run(Observation *observation, RunRecord *run);
void observation_add_stage(Observation *observation, StageStatus *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Observation, observation_free)

// `observation` is borrowed for the call.
typedef void (*DriverObserved)(const Observation *observation, gpointer data);
// `detail` is the target's words or NULL; borrowed.
typedef void (*DriverDone)(Outcome outcome, const char *detail, gpointer data);

typedef struct DriverPort DriverPort;

// The engine's view of all drivers together. Calls for one instance may overlap; callbacks come later
// from the loop (or from the simulation), at most once each, never after driver_port_free.
struct DriverPort {
    // True if the driver of that name knows `action` for this kind of workload.
    bool (*can)(DriverPort *port, const Workload *workload, DriverAction action);
    // The class of proof that a passive answer of it carries (4-OPERATIONS.md).
    ProofClass (*proof)(DriverPort *port, const Workload *workload);
    // `since_ms`: runs that began before it are known and ended, and need not be told again; 0 = none
    // is known.
    void (*observe)(DriverPort *port, const Instance *instance, gint64 since_ms, gint64 deadline_ms,
                    DriverObserved done, gpointer data);
    void (*act)(DriverPort *port, const Instance *instance, DriverAction action,
                const DriverCommand *command, DriverDone done, gpointer data);
};

static inline bool driver_can(DriverPort *port, const Workload *workload, DriverAction action)
{
    return port->can(port, workload, action);
}

static inline ProofClass driver_proof(DriverPort *port, const Workload *workload)
{
    return port->proof(port, workload);
}

static inline void driver_observe(DriverPort *port, const Instance *instance, gint64 since_ms,
                                  gint64 deadline_ms, DriverObserved done, gpointer data)
{
    port->observe(port, instance, since_ms, deadline_ms, done, data);
}

static inline void driver_act(DriverPort *port, const Instance *instance, DriverAction action,
                              const DriverCommand *command, DriverDone done, gpointer data)
{
    port->act(port, instance, action, command, done, data);
}
