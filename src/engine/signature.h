// Signatures in the engine: checked before a decision that is signed is queued, and again before anything rests on
// them, whenever the lists of allowed signers and revoked keys have changed since.
#pragma once

#include "engine/guard.h"
#include "engine/motion.h"
#include "port/verifier.h"

// Has the signature checked, then enqueues the motion with the result in motion->check. Without a verifier the result
// is SIGNATURE_UNCHECKED. Takes the motion; copies the question.
void signature_ask(Engine *engine, Motion *motion, const VerifyQuestion *question);

// Enters the result of a check into what is recorded: the sign-off, and its audit record, which then holds all that a
// stranger needs to check it again: the bytes, the namespace, the signature, the key. `text` = the bytes.
void signature_record(Motion *motion, SignOff *signoff, AuditRecord *audit, const char *name_space,
                      const char *text);

// Remembers that the sign-off's signature stands under the lists of the motion's check. Once it is committed.
void signature_remember(Engine *engine, const Motion *motion, const char *signoff);

// Do the signatures that count stand under the lists as they are now? WAIT while that is being found out.
Guard signature_guard(Engine *engine, const Operation *operation);

// A sign-off of it no longer stands: void before the point of no return, alarmed after it. NULL = all stand, or it is
// being found out.
Motion *signature_next(Engine *engine, const Operation *operation, gint64 *due_ms);

// Of a new engine: nothing is checked.
void signatures_init(Engine *engine);
// What is still being checked goes back into the queue; forgets the rest.
void signatures_release(Engine *engine);
