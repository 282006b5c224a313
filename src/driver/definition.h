// What a workflow's definition says of its triggers, and its parameters of its connections.
#pragma once

#include "model/discovery.h"
#include "wire/json.h"

// From a workflow's "properties" as the management API lists them. Never NULL; what cannot be understood is not
// known.
Discovery *definition_read(json_t *properties);
