// How far each replication link was behind, minute by minute (model/lag.h); kept in the store as observations, a group
// a key ("seen/lag/NAME"), once a minute. Losing the last minute loses no decision.
#pragma once

#include "engine/state.h"
#include "model/outlook.h"

// After the group's replication was derived.
void lag_note(Engine *engine, GroupLive *live);

// What was kept, when the store is read. ERR_INVALID for what cannot be read.
bool lag_take(Engine *engine, const char *group, json_t *json, GError **error);

// The history of the group's links into `outlook`.
void lag_tell(const Engine *engine, const GroupLive *live, Outlook *outlook);
