#include "model/refusal.h"

G_DEFINE_QUARK(signalbox - refusal - quark, refusal)

#define URN "urn:signalbox:problem:"

static const RefusalInfo INFO[REFUSAL_COUNT] = {
    [REFUSAL_NOT_FOUND] = {URN "not-found", "There is no such thing", 404},
    [REFUSAL_BAD_REQUEST] = {URN "bad-request", "The request is not well-formed", 400},
    [REFUSAL_NOT_ALLOWED] = {URN "not-allowed", "Your role does not allow this", 403},
    [REFUSAL_UNKNOWN_PERSON] = {URN "unknown-person", "The backend does not know who you are", 401},
    [REFUSAL_WRONG_STATE] = {URN "wrong-state", "Not possible in this state", 409},
    [REFUSAL_CONFLICT] = {URN "conflict", "Something else came first", 409},
    [REFUSAL_WRONG_DIGEST] = {URN "wrong-digest", "The statement has changed", 409},
    [REFUSAL_EXPIRED] = {URN "expired", "The proposal has expired", 410},
    [REFUSAL_DUPLICATE_PERSON] = {URN "duplicate-person", "You have signed already", 409},
    [REFUSAL_FOUR_EYES] = {URN "four-eyes", "The proposer may not give the last sign-off", 403},
    [REFUSAL_BREAK_GLASS] = {URN "break-glass", "The glass may not be broken", 403},
    [REFUSAL_WRONG_PHRASE] = {URN "wrong-phrase", "The typed phrase is not the statement's", 422},
    [REFUSAL_NO_REASON] = {URN "no-reason", "A reason is needed", 422},
    [REFUSAL_STALE_EVIDENCE] = {URN "stale-evidence", "The evidence is too old to sign", 409},
    [REFUSAL_STALE_STREAM] = {URN "stale-stream", "The console shows an old state", 409},
    [REFUSAL_SIGNATURE_MISSING] = {URN "signature-missing", "A signature is needed", 422},
    [REFUSAL_BAD_SIGNATURE] = {URN "bad-signature", "The signature does not verify", 422},
    [REFUSAL_WRONG_NAMESPACE] = {URN "wrong-namespace", "It was signed for something else", 422},
    [REFUSAL_KEY_NOT_ALLOWED] = {URN "key-not-allowed", "The key is not known as yours", 403},
    [REFUSAL_KEY_EXPIRED] = {URN "key-expired", "The key is outside its validity", 403},
    [REFUSAL_KEY_REVOKED] = {URN "key-revoked", "The key is revoked", 403},
    [REFUSAL_DUPLICATE_KEY] = {URN "duplicate-key", "This key has signed already", 409},
    [REFUSAL_PAST_POINT_OF_NO_RETURN] = {URN "past-point-of-no-return",
                                         "Past the point of no return", 409},
    [REFUSAL_TARGET_NOT_HEALTHY] = {URN "target-not-healthy", "The target cannot take over", 409},
    [REFUSAL_NOTHING_TO_DO] = {URN "nothing-to-do", "It is already so", 409},
    [REFUSAL_NOT_RECORDED] = {URN "not-recorded", "Not recorded, not done", 507},
    [REFUSAL_BLOCKED] = {URN "blocked", "Blocked by a rule", 409},
    [REFUSAL_TOO_LARGE] = {URN "too-large", "The request is too large", 413},
    [REFUSAL_PRECONDITION] = {URN "precondition-failed", "It changed since you read it", 412},
    [REFUSAL_KEY_REUSED] = {URN "key-reused", "This id was used for something else", 422},
    [REFUSAL_GONE] = {URN "gone", "That far back is no longer kept", 410},
    [REFUSAL_UNAVAILABLE] = {URN "unavailable", "Not possible right now", 503},
};

const RefusalInfo *refusal_info(Refusal code)
{
    g_assert((guint)code < REFUSAL_COUNT);
    return &INFO[code];
}
