// Every "no" that the backend gives, as one table: code, problem type (the URN of RFC 9457 answers), HTTP
// status, title. The sentence with the facts and the way out is the GError's message.
#pragma once

#include <glib.h>

#define REFUSAL (refusal_quark())

typedef enum {
    REFUSAL_NOT_FOUND,
    REFUSAL_BAD_REQUEST,
    REFUSAL_NOT_ALLOWED,    // role
    REFUSAL_UNKNOWN_PERSON, // nobody knows this uid or token
    REFUSAL_WRONG_STATE,    // not possible in the operation's state
    REFUSAL_CONFLICT,       // If-Match failed, or another operation is open
    REFUSAL_WRONG_DIGEST,
    REFUSAL_EXPIRED,
    REFUSAL_DUPLICATE_PERSON,
    REFUSAL_FOUR_EYES,
    REFUSAL_BREAK_GLASS, // not allowed, or not needed
    REFUSAL_WRONG_PHRASE,
    REFUSAL_NO_REASON,
    REFUSAL_STALE_EVIDENCE,
    REFUSAL_STALE_STREAM,
    REFUSAL_SIGNATURE_MISSING,
    REFUSAL_BAD_SIGNATURE,
    REFUSAL_WRONG_NAMESPACE, // signed for something else: a drill, a file
    REFUSAL_KEY_NOT_ALLOWED, // the key is not this person's
    REFUSAL_KEY_EXPIRED,
    REFUSAL_KEY_REVOKED,
    REFUSAL_DUPLICATE_KEY, // the same key has signed, in another name
    REFUSAL_PAST_POINT_OF_NO_RETURN,
    REFUSAL_TARGET_NOT_HEALTHY,
    REFUSAL_NOTHING_TO_DO,
    REFUSAL_NOT_RECORDED, // the store cannot write: not recorded, not done
    REFUSAL_BLOCKED,      // anti-flap, automation disarmed, an error finding
    REFUSAL_TOO_LARGE,
    REFUSAL_PRECONDITION, // If-Match missing or stale
    REFUSAL_KEY_REUSED,   // an Idempotency-Key or sign-off id came again with other content
    REFUSAL_GONE,         // the event stream's past is no longer kept
    REFUSAL_UNAVAILABLE,
    REFUSAL_COUNT
} Refusal;

typedef struct {
    const char *type;  // "urn:signalbox:problem:wrong-digest"
    const char *title; // "The statement has changed"
    int status;
} RefusalInfo;

GQuark refusal_quark(void);
const RefusalInfo *refusal_info(Refusal code);
