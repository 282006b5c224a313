// What may look at targets and never touch them. This is all that a rehearsal is given: there is no action in it,
// so that no drill without live steps can reach one (port/driver.h has the hands).
#pragma once

#include "model/discovery.h"
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
    Discovery *discovered;  // what it says of itself that could be declared; NULL = nothing
    bool maintains_limits;  // the target itself is in limited mode
    // Counts since `epoch` began, for what was lost; -1 = the target does not know.
    gint64 lost_transactions;
    gint64 abandoned_runs;
    gint64 missed_recurrences;
    GPtrArray *history;   // of RunRecord *: runs there, at most OBSERVED_RUNS_MAX; NULL = not told
    bool history_cut;     // … and between what is known and the oldest of them there were others
    gint64 recreated;     // of `recreates`, that the provider has brought back so far (D4)
    gint64 recreates;     // 0 = there is nothing to bring back
    Inventory *inventory; // what it holds, sealed; NULL = not told
    GPtrArray *stages;    // of StageStatus *: the process's stages, in order (L8); NULL = not told
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
typedef struct DriverEyes DriverEyes;

struct DriverEyes {
    // True if the driver of that name knows `action` for this kind of workload.
    bool (*can)(DriverEyes *eyes, const Workload *workload, DriverAction action);
    // The class of proof that a passive answer of it carries (4-OPERATIONS.md).
    ProofClass (*proof)(DriverEyes *eyes, const Workload *workload);
    // `since_ms`: runs that began before it are known and ended, and need not be told again; 0 = none
    // is known.
    void (*observe)(DriverEyes *eyes, const Instance *instance, gint64 since_ms, gint64 deadline_ms,
                    DriverObserved done, gpointer data);
};

static inline bool eyes_can(DriverEyes *eyes, const Workload *workload, DriverAction action)
{
    return eyes->can(eyes, workload, action);
}

static inline ProofClass eyes_proof(DriverEyes *eyes, const Workload *workload)
{
    return eyes->proof(eyes, workload);
}

static inline void eyes_observe(DriverEyes *eyes, const Instance *instance, gint64 since_ms,
                                gint64 deadline_ms, DriverObserved done, gpointer data)
{
    eyes->observe(eyes, instance, since_ms, deadline_ms, done, data);
}
