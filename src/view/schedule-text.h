// What is said of one trigger at one location: its state now, what it is together with its copies elsewhere, its last
// runs everywhere, and its next 20 on three clocks.
#pragma once

#include "sched/zone.h"
#include "view/page.h"
#include "view/timesheet.h"

// What it does now, from the picture; what the answer said where the picture has no such instance.
InstanceState schedule_state(const SheetRow *row, const ViewContext *context);

// True if it is to fire there: it is wanted active.
bool schedule_is_wanted(const SheetRow *row, const ViewContext *context);

// What was missed and doubled, as the picture has it now; else as the answer did, which may be half a minute old.
typedef struct {
    gint64 missed, doubled; // -1 = unknown
    gint64 since_ms; // when counting began; 0 = only what went missing since the location went down
} ScheduleCounts;

// -1 where neither of the two knows.
ScheduleCounts schedule_counts(const SheetRow *row, const ViewContext *context);

// "while West Europe is down, a run lost every 20m; split in 2: every 10m together, 20m alone"; "" if there is nothing to
// be said. The caller frees.
char *schedule_together_words(const GPtrArray *rows, const SheetRow *row,
                              const ViewContext *context);

typedef struct {
    const GPtrArray *sheet; // of SheetRow *
    const SheetRow *near;   // the row, of `sheet`; NULL: it is gone
    const SheetRow *far;    // the same with its times of a year; NULL: not answered yet
    const GPtrArray *runs; // of RunRecord *, newest first: of all locations; NULL: not answered yet
    Zones *zones;
    const char *trouble; // why it is not answered; NULL
} ScheduleFacts;

// Writes the page of the row anew; the facts are borrowed for the call.
void schedule_text_fill(Page *page, const ViewContext *context, const ScheduleFacts *facts);
