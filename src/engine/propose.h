// Making proposals, for people and for the watchdog.
#pragma once

#include "engine/motion.h"

typedef struct {
    const GroupLive *live;
    OperationKind kind;
    const Location *from;
    const Location *to;
    bool planned;
    const char *proposer;
    const char *reason;
    gint64 detected_ms; // start of the RTO clock; 0 = planned
} Proposal;

// Drafts the operation with its first statement. False with a reason if it cannot be planned.
bool propose_draft(Engine *engine, Motion *motion, const Proposal *proposal, GError **error);

// The first healthy location of the group other than `from`, in order of preference; NULL if there is none.
const Location *propose_target(const Engine *engine, const Group *group, const Location *from);

// True if what must be active at `location` is seen passive there, and nothing of it active.
bool propose_is_resting(const Engine *engine, const Group *group, const Location *location);
