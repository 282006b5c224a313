// Making proposals, for people and for the watchdog.
#pragma once

#include "engine/motion.h"

typedef struct {
    const GroupLive *live;
    OperationKind kind;
    DrillKind drill;
    const Location *from;
    const Location *to;
    bool planned;
    const char *proposer;
    const char *reason;
    gint64 detected_ms; // start of the RTO clock; 0 = planned
} Proposal;

// What somebody asks for.
typedef struct {
    const char *person;
    OperationKind kind;
    DrillKind drill;
    const char *group;  // NULL in a region-level one
    const char *region; // its location; NULL = one group
    const char *to;     // NULL = the first that is healthy
    ProposePlanned planned;
    const char *reason;
} Wish;

// Chooses target and way, and drafts the operation. The group must have no open one. The refusals of
// engine_propose.
bool propose_wish(Engine *engine, Motion *motion, const Wish *wish, GError **error);

// Drafts the operation with its first statement. False with a reason if it cannot be planned.
bool propose_draft(Engine *engine, Motion *motion, const Proposal *proposal, GError **error);

// The first healthy location of the group other than `from`, in order of preference; NULL if there is none.
const Location *propose_target(const Engine *engine, const Group *group, const Location *from);
// One that would be preferred to that and was never probed since the daemon began; NULL if there is none.
const Location *propose_unprobed(const Engine *engine, const Group *group, const Location *from);

// True, with the refusal, while what the wish rests on was never probed: only people who ask are told so.
bool propose_is_too_early(const Engine *engine, const Wish *wish, GError **error);

// Where the group's role is, or (nobody has it) its home.
const Location *propose_location(const Engine *engine, const GroupLive *live);

// True if what must be active at `location` is seen passive there, and nothing of it active.
bool propose_is_resting(const Engine *engine, const Group *group, const Location *location);
