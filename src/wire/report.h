// The report of an operation (model/report.h) as JSON: the same as its Markdown, with the whole operation in it.
#pragma once

#include "model/report.h"
#include "wire/shape.h"

extern const WireShape REPORT_SHAPE;    // Report; for writing only
extern const WireShape OBJECTIVE_SHAPE; // Objective

json_t *report_to_json(const Report *report);
