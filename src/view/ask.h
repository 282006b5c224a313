// The small form before a command to an operation: what it will do, a reason for the audit log. One row of a
// table a command. Enter never sends, Esc never acts.
#pragma once

#include "view/screen.h"

typedef struct Ask Ask;

// Commands: "resume", "retry", "skip", "abort", "withdraw", "start", "confirm" (of a manual step), "reject"
// (a sign-off against the statement as it is now). `step` 0: none, or all that failed.
Ask *ask_new(const char *verb, const Operation *operation, guint step);
// About a sign-off: "take-back", "review".
Ask *ask_new_signoff(const char *verb, const Operation *operation, const SignOff *signoff);
void ask_free(Ask *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ask, ask_free)

// Why this person cannot do this now, as a sentence; NULL: they can. Valid until the next call.
const char *ask_refusal(const char *verb, const ViewContext *context, const Operation *operation);

// The hold key: no form, and not only while armed, for stopping is the safe direction.
Effect ask_hold(const ViewContext *context, const Operation *operation);

// True for what ended without what it was for, and for an exercise: only that is worth proposing again as it was.
bool ask_may_again(const Operation *operation);

// Proposes it again, with one key: a proposal moves nothing.
Effect ask_again(const ViewContext *context, const Operation *operation);

// EFFECT_BACK: it was left. EFFECT_COMMAND or EFFECT_SIGN: send it. After these the caller frees it.
Effect ask_key(Ask *ask, const ViewContext *context, const KeyEvent *key, const Binding *binding);

// Its keys, for the footer, while it is open.
const Keymap *ask_keymap(const Ask *ask);

// A box in the middle of `canvas`.
void ask_draw(Ask *ask, const ViewContext *context, const Canvas *canvas);
bool ask_is_dirty(const Ask *ask);
