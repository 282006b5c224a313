// The steps of an operation as a table, and the one under the cursor in its driver's own words.
#pragma once

#include "model/operation.h"
#include "widget/table.h"

enum { STEPS_MIN = 3 }; // lines that it needs

typedef struct Steps Steps;

// The table with its cursor; the operation itself is given with each call.
Steps *steps_new(void);
void steps_free(Steps *steps);

// Puts the cursor on the step that matters: a failed one, else one that waits for a person, else what runs.
void steps_place(Steps *steps, const Operation *operation);

// The step under the cursor; NULL if the operation has none.
const Step *steps_selected(Steps *steps, const Operation *operation);

// The table's keys and the mouse. False: not one of them.
bool steps_key(Steps *steps, const Operation *operation, const KeyEvent *key,
               const Binding *binding);

// Table and, where there is room, the step under the cursor below it. `now_ms` is the backend's clock: what runs ticks.
void steps_draw(Steps *steps, const Operation *operation, gint64 now_ms, const Canvas *canvas);
