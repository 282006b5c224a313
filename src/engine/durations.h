// What steps took, as a forecast of later ones: of the same group, kind of operation, kind of step and workload where
// there were enough of them, else of the same kind of step anywhere. Kept with the outcomes, in the store.
#pragma once

#include "engine/motion.h"

// A step is done: what it took goes with the motion.
void durations_note(Engine *engine, Motion *motion, const Operation *operation, const Step *step);

// Fills in usual_ms and usual_p95_ms of every step.
void durations_forecast(const Engine *engine, Operation *operation);
