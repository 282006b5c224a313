// Operations, their steps and sign-offs (model/operation.h) as JSON: what the store keeps, the API
// serves and the console reads. Both directions, every field.
#pragma once

#include "model/operation.h"
#include "wire/shape.h"

extern const WireShape OPERATION_SHAPE;   // Operation
extern const WireShape STEP_SHAPE;        // Step
extern const WireShape SIGNOFF_SHAPE;     // SignOff
extern const WireShape ACT_SHAPE;         // Act
extern const WireShape RESTATEMENT_SHAPE; // Restatement

// The fields of a sign-off that its giver sends; the backend fills in the others.
extern const WireShape SIGNOFF_REQUEST_SHAPE; // SignOff

json_t *operation_to_json(const Operation *operation);
Operation *operation_from_json(json_t *json, WireMode mode, GError **error);
json_t *signoff_to_json(const SignOff *signoff);
SignOff *signoff_from_json(json_t *json, WireMode mode, GError **error);

// The body of a PUT of a sign-off: digest, decision, reason, ticket, phrase, signature, key_from; nothing else is
// taken from it, and anything else in it is refused. Digest and decision must be there.
json_t *signoff_request_to_json(const SignOff *signoff);
SignOff *signoff_request_from_json(json_t *json, GError **error);
