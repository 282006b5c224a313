// How an operation gets on, in numbers: what its steps took and usually take, when it will be over.
#pragma once

#include "model/operation.h"

// Time a step has run for, to `now_ms` or its end; 0 if it has not begun.
gint64 step_elapsed(const Step *step, gint64 now_ms);

typedef enum { PACE_NORMAL, PACE_STUCK, PACE_OVER_LIMIT } StepPace;

// A running step past its usual 95th percentile is stuck; past its limit it is over it.
StepPace step_pace(const Step *step, gint64 now_ms);

// Steps that are done: what was skipped or did not work is not.
guint operation_done_steps(const Operation *operation);

// When the RTO clock stops or stopped: the end, or the last verification's. 0: it still runs.
gint64 operation_clock_stop(const Operation *operation);

// On the way home (a failback, or the second half of a live drill): since when it is off, that is the start of the first
// passivation; 0 = it is not off yet. ret_until_ms: when it was seen to work, or the operation ended; 0 = it still is.
gint64 operation_off_since(const Operation *operation, gint64 *ret_until_ms);

// How long the steps from the first passivation to the last verification of the way home usually take; -1 where one of
// them has no usual duration.
gint64 operation_off_usually(const Operation *operation, const GPtrArray *steps);

// How long all that is left usually takes. -1 where a step of it has no usual duration.
gint64 operation_left_usually(const Operation *operation, gint64 now_ms);
