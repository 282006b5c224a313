// A group's outlook (model/outlook.h) as JSON, both ways.
#pragma once

#include "model/outlook.h"
#include "wire/shape.h"

extern const WireShape OUTLOOK_SHAPE; // Outlook

// Lag histories as an array, and from an answer's array `lags`: of LagHistory *, which the array frees. NULL with the
// reason.
json_t *lags_to_json(const GPtrArray *lags);
GPtrArray *lags_from_json(json_t *json, GError **error);

json_t *outlook_to_json(const Outlook *outlook);
Outlook *outlook_from_json(json_t *json, WireMode mode, GError **error);
