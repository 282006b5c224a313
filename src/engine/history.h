// The runs of each workload from all its locations (model/runs.h), kept from what its drivers tell: for the
// console and the API whatever location is up, and to count what was missed and doubled. Written as batched
// observations: what a crash loses is asked for again, since targets are asked from the last known run on.
#pragma once

#include "engine/state.h"

typedef struct WorkloadRuns WorkloadRuns;

// Of the engine's book of them.
void workload_runs_free(WorkloadRuns *runs);

// From when on the instance's runs are to be told; 0 = all.
gint64 history_since(const Engine *engine, const InstanceWatch *watch);

// Takes in what an observation tells. True if there is news.
bool history_take(Engine *engine, const InstanceWatch *watch, const Observation *observation);

// What was missed and doubled of the workload's i-th trigger, with what the holder of the role has not
// fired by now. All -1 and 0 for a trigger that is no recurrence, or of which nothing was seen to run.
void history_count(const Engine *engine, const Workload *workload, guint i, const char *holder,
                   FireCount *ret_count);

// How many fires of all the workload's recurrences were missed from their last run elsewhere until it was activated
// at `to`; -1 = not known.
gint64 history_missed_before(const Engine *engine, const Workload *workload, const char *to,
                             gint64 activated_ms);

// Another fleet: rules may be others. What was counted is counted anew.
void history_recount(Engine *engine);

// Writes what has changed, some at a time.
void history_run(Engine *engine, gint64 *due_ms);

// Takes up what the store holds of a workload. What cannot be understood is left out: it is no decision.
void history_load(Engine *engine, const char *workload, const char *bytes, gsize size);
