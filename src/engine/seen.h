// What must outlive this program of what it observed: since when a silent location is silent and a lost one down, what
// its databases had committed when they were last seen, and since when its groups run nowhere. Without it the loss
// bound of a region that is down would be larger after a restart, and an RTO clock would begin anew. Kept as
// observations, in batches: whoever loses them learns them anew, and states more.
//
//   seen/location/NAME   the run of failed probes, the first and the last, and since when it is down; gone once a
//                        probe succeeds and it is down no more
//   seen/group/NAME      its replication links, as they were known when their source fell silent, and since when it is
//   seen/fall/NAME       since when the group runs nowhere because its location went down; gone once it runs
#pragma once

#include "engine/state.h"

// After a probe was noted: takes up the run of failures from before the start, if it may be the same one, and keeps
// the run as it is now.
void seen_probe(Engine *engine, LocationWatch *watch, VantageStatus *vantage);

// After another verdict than before: an outage began when it was first seen down, whoever saw it, as long as nobody has
// seen it well since. `vantage`: this program's own; NULL = it has not probed yet.
void seen_verdict(Engine *engine, LocationWatch *watch, const VantageStatus *vantage);

// After live->fell_ms was derived.
void seen_fall(Engine *engine, GroupLive *live);

// After the group was derived.
void seen_group(Engine *engine, GroupLive *live);

// What was kept, when the store is read. ERR_INVALID for what cannot be read; names that are gone are ignored.
bool seen_take_location(Engine *engine, const char *name, json_t *json, GError **error);
bool seen_take_group(Engine *engine, const char *name, json_t *json, GError **error);
bool seen_take_fall(Engine *engine, const char *name, json_t *json, GError **error);
