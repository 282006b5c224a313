// From the live state to a statement: the facts as they are now, with where and when they were observed,
// and what follows from them. Nothing is decided here; guard.c compares.
#pragma once

#include "engine/state.h"

// The driver's action that a step of that kind needs. False for steps without one (drain, verify …).
bool evidence_action(StepKind kind, DriverAction *ret_action);

// Whether the workload's driver can do such a step; else a person does it. `data` is the engine.
bool evidence_can(const Workload *workload, StepKind kind, gpointer data);

// The plan as it would be made now. ERR_INVALID as plan_make.
GPtrArray *evidence_plan(Engine *engine, const Operation *operation, GError **error);

// The statement of `operation` (id, kind, planned, from, to, reason, times) with `steps` as its plan, on
// the evidence of this moment. The caller owns it.
Statement *evidence_statement(Engine *engine, const Operation *operation, const GPtrArray *steps);
