// When triggers fire: the engine's questions (what comes next, what was missed, how is the rule said) and
// the API's (what lies between two times), answered by sched/. A rule is compiled when it is first asked
// for, and kept.
#pragma once

#include "api/api.h"

typedef struct Timetable Timetable;

// The clock outlives it.
Timetable *timetable_new(const Clock *clock);
void timetable_free(Timetable *timetable);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timetable, timetable_free)

// Forgets what was compiled. What is kept goes by the fleet's own pointers: call it before and after the
// engine changes over to another fleet.
void timetable_forget(Timetable *timetable);

// The engine's hooks; `data` is the Timetable. See EngineConfig.
gint64 timetable_fires(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                       gint64 until_ms, gpointer data);
gint64 timetable_step(const Trigger *trigger, gpointer data);
gint64 timetable_next(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                      gpointer data);
char *timetable_rule(const Trigger *trigger, gpointer data);

// GET /v1/schedules as JSON: a row for each trigger at each location that has a recurrence, as many of them as
// are asked for. The caller frees.
char *timetable_json(Timetable *timetable, const Engine *engine, const SchedulesQuery *query);
