// What must outlive this program of what it observed: since when a silent location is silent, and what its
// databases had committed when they were last seen. Without it the loss bound of a region that is down would be
// larger after a restart. Kept as observations, in batches: whoever loses them learns them anew, and states more.
//
//   seen/location/NAME   the run of failed probes: the first and the last; gone once a probe succeeds
//   seen/group/NAME      its replication links, as they were known when their source fell silent
#pragma once

#include "engine/state.h"

// After a probe was noted: takes up the run of failures from before the start, if it may be the same one, and keeps
// the run as it is now.
void seen_probe(Engine *engine, LocationWatch *watch, VantageStatus *vantage);

// After the group was derived.
void seen_group(Engine *engine, GroupLive *live);

// What was kept, when the store is read. ERR_INVALID for what cannot be read; names that are gone are ignored.
bool seen_take_location(Engine *engine, const char *name, json_t *json, GError **error);
bool seen_take_group(Engine *engine, const char *name, json_t *json, GError **error);
