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

// How long all that is left usually takes. -1 where a step of it has no usual duration.
gint64 operation_left_usually(const Operation *operation, gint64 now_ms);
