// What waits, one after the other.
#pragma once

#include "model/picture.h"

// The alarm behind `shown` (its id; NULL = from the first) that nobody has acknowledged; the first follows the last.
// NULL = none.
const Alarm *next_alarm(const Picture *picture, const char *shown);

// The operation behind `shown` that waits for sign-offs, of the same region-level operation first. NULL = none.
const Operation *next_signoff(const Picture *picture, const char *shown);
