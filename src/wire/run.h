// Runs and their history (model/runs.h) as JSON: answers of the API, and what the store keeps.
#pragma once

#include "model/runs.h"
#include "wire/shape.h"

extern const WireShape RUN_SHAPE;         // RunRecord
extern const WireShape RUN_HISTORY_SHAPE; // RunHistory; its limit is not written
