// The rules' findings as they are now, and who has acknowledged which of them until when.
#pragma once

#include "engine/state.h"

// The rules look again at that object, within a second. What stands above it is not touched by that.
void findings_touch_workload(Engine *engine, const Workload *workload);
void findings_touch_group(Engine *engine, const Group *group);
void findings_touch_location(Engine *engine, const Location *location);
void findings_touch_fleet(Engine *engine); // the fleet as such, not all that is in it
void findings_touch_all(Engine *engine);

// False after a start or a new fleet, until every object has been judged: a large fleet takes a while.
bool findings_are_whole(const Engine *engine);

// What touches the group is judged now, if it has not been yet: before anything rests on it.
void findings_settle(Engine *engine, const Group *group);

// NULL if there is none of that id.
Finding *findings_find(const Engine *engine, const char *id);

// What an acknowledgement is kept under: rule, object and mark, so that it ends when the facts change. The
// caller frees.
char *finding_key(const Finding *finding);

// Somebody knows of a finding.
typedef struct {
    char *by;
    char *note;
    gint64 at_ms;
    gint64 until_ms; // from when on it counts again all the same
} Acceptance;

// Of an Acceptance; NULL is fine.
void acceptance_free(gpointer acceptance);

// Enters it (taken) into the book under a finding_key; NULL strikes out what stands there.
void findings_accept(Engine *engine, const char *key, Acceptance *acceptance);

// From its stored form. NULL if it cannot be understood. The caller frees.
Acceptance *acceptance_from_json(json_t *json);

// Judges what was touched, a slice at a time, and what only time changes; lowers *due_ms (monotonic) to when there is more
// to be done.
void findings_run(Engine *engine, gint64 *due_ms);
