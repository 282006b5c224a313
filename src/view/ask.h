// The small form before a command to an operation: what it will do, a reason for the audit log. One row of a
// table a command.
#pragma once

#include "view/dialog.h"

// Commands: "resume", "retry", "skip", "abort", "withdraw", "start", "confirm" (of a manual step), "attest", "reject"
// (a sign-off against the statement as it is now; that one sends EFFECT_SIGN, the others EFFECT_COMMAND). `step` 0: none,
// or all that failed. The caller owns the dialog; it copies what it needs.
Dialog *ask_new(const char *verb, const Operation *operation, guint step);
// About a sign-off: "take-back", "review".
Dialog *ask_new_signoff(const char *verb, const Operation *operation, const SignOff *signoff);

// Why this person cannot do this now, as a sentence; NULL: they can. Valid until the next call.
const char *ask_refusal(const char *verb, const ViewContext *context, const Operation *operation);

// The hold key: no form, and not only while armed, for stopping is the safe direction.
Effect ask_hold(const ViewContext *context, const Operation *operation);

// True for what ended without what it was for, and for an exercise: only that is worth proposing again as it was.
bool ask_may_again(const Operation *operation);

// Proposes it again, with one key: a proposal moves nothing.
Effect ask_again(const ViewContext *context, const Operation *operation);
