// One step on its way: sending its command, hearing of it, looking whether it is so. Between the intent and the
// outcome everything is here, in memory; what is stored is only that it was meant and what came of it.
//
//   intent ─▶ send ─▶ sent ─▶ done ───────────────────────────▶ over
//                       ├──▶ refused ─▶ look ─▶ already so ───▶ over, else failed
//                       └──▶ unknown ─▶ look ─▶ already so ───▶ over
//                                         ├──▶ not so: send again, same key
//                                         └──▶ nobody answers: look again, until the step's limit
//   restart ─▶ look …
#pragma once

#include "engine/state.h"

// Advances all steps that are under way.
void step_run(Engine *engine, gint64 *due_ms);

// After the intent's commit: sends. (Without this the step would begin with a look.)
void step_begin(Engine *engine, const Operation *operation, const Step *step);

// NULL if the step is not under way.
Exec *step_exec(const Engine *engine, const Operation *operation, const Step *step);
// Forgets it, once its outcome is stored.
void step_forget(Engine *engine, const Operation *operation, const Step *step);

// Of the engine's table of them; a command that was sent is not called back.
void exec_free(Exec *exec);
