// A group's outlook (model/outlook.h) as JSON, both ways.
#pragma once

#include "model/outlook.h"
#include "wire/shape.h"

extern const WireShape OUTLOOK_SHAPE; // Outlook

json_t *outlook_to_json(const Outlook *outlook);
Outlook *outlook_from_json(json_t *json, WireMode mode, GError **error);
