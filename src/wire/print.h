// Writes an object's JSON straight from its struct: byte for byte what wire_format gives for shape_to_json, without the
// tree of values between, at a fraction of the cost.
#pragma once

#include "wire/shape.h"

void shape_print(GString *out, const WireShape *shape, gconstpointer object);

// A text as a JSON string; NULL is null.
void print_text(GString *out, const char *text);
