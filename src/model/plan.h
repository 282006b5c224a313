// From a group and a kind of operation to the ordered steps (4-OPERATIONS.md, table "Steps"). Pure: the
// engine supplies what it knows of the world in a PlanInput; the same input gives the same plan.
#pragma once

#include "model/fleet.h"
#include "model/operation.h"

typedef struct {
    const Group *group;
    const Location *from;
    const Location *to;
    OperationKind kind;
    bool planned; // the losing side is alive
    // True if the driver of `workload` can do the action that a step of that kind needs; where it cannot, the
    // plan has a manual step that says what the person must do.
    bool (*can)(const Workload *workload, StepKind kind, gpointer data);
    // True if the instance of `workload` at `location` is seen passive. NULL: active-active ones are
    // taken for active everywhere.
    bool (*is_passive)(const Workload *workload, const Location *location, gpointer data);
    gpointer data;
    DrillKind drill; // of a drill
    bool delivers;   // notices are delivered: no person need send them
} PlanInput;

// The steps in order, numbered from 1, with waves, titles, sides and limits; of Step *, all
// pending. The activation order is trigger-safe: what depends on others comes after them, data
// before what uses it, routers before what they route to; within one wave nothing depends on anything.
// Active-active workloads that run on the target already are not activated again.
//
// From a location to itself is a restart: the region has come back passive (it always does), its
// group was never moved, and everything there is activated again.
//
// A drill is a failover, a turn, and the way home in one plan. Its steps are the real ones; those of an isolated
// drill say that they are only rehearsed.
//
// The caller owns the array. ERR_INVALID if dependencies form a cycle or a location is not the
// group's.
GPtrArray *plan_make(const PlanInput *input, GError **error);

// The undoing of what was done, for an abort before the point of no return: for each passivated workload an
// activation at the old place (for passivated data a promotion), in a trigger-safe order, as further steps with
// compensates set, numbered behind the operation's. May be empty.
GPtrArray *plan_undo(const Operation *operation, const Group *group);

// The phase an operation is in while a step of this kind runs.
OperationPhase plan_phase(const Step *step);

// True once all that this way of the plan (a live drill has two) does to the side that loses the role, and to bring its
// data over, is done. What was left out or did not work proves nothing; nor does a plan that does nothing of the kind.
// The operation's phase is "proven" then, until its point of no return.
bool plan_is_proven(const Operation *operation);
