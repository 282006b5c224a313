// A recurrence as the service that runs it writes it: frequency, interval, startTime, endTime, timeZone,
// and a schedule of minutes, hours, weekDays, monthDays, monthlyOccurrences. One value may stand where a
// list may; null is the same as not given.
#pragma once

#include "model/recurrence.h"
#include "wire/json.h"

// Reads the object at `at`. Fields of other names, values out of range and what does not go together
// (recurrence_check) become the reader's mistake, with their path. `ret_rule` is overwritten, and to be
// released whatever came of it. Whether the zone exists is asked where zones are known.
void recurrence_read(const WireAt *at, Recurrence *ret_rule);

// The same object, only with what is given. A new reference.
json_t *recurrence_to_json(const Recurrence *rule);
