// The statement of an exceptional act: what exactly is left out or undone, what that leaves behind, and the evidence
// of this moment with its ages.
#pragma once

#include "engine/state.h"

// Of `act` (kind, step, reason, expiry, version) in the middle of `operation`. The caller owns it.
Statement *act_statement(Engine *engine, const Operation *operation, const Act *act);
