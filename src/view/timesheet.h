// The backend's answer to "what fires when, where" (/v1/schedules), read strictly and kept as it came.
#pragma once

#include "model/runs.h"

typedef struct {
    gint64 at_ms;
    char *what; // "moved", "twice": a change of the clocks
} SheetChange;

// One trigger at one location.
typedef struct {
    char *id; // "workload/trigger@location"
    char *workload;
    char *trigger;
    char *split; // the split schedule of which it is a part; NULL = of none
    char *location;
    InstanceState state; // as the backend saw it when it answered
    char *rule;
    char *zone;
    gint64 next_ms;    // 0 = never
    gint64 missed;     // -1 = unknown
    gint64 doubled;    // -1 = unknown
    gint64 counted_ms; // since when both are counted; 0 = the location went down
    bool counts;       // a recurrence: what is missed is lost (a poll catches up)
    GArray *ran, *missed_at, *doubled_at,
        *skipped_at;    // of gint64, in order: what became of past times
    char *failover_now; // what a failover here now would miss, in words; NULL
    GArray *times;      // of gint64, in order
    bool more;          // times were left out
    bool
        throughout; // … and from the first on it fires to the end of that time, always in the same step
    gint64 first_ms; // the first in that time; 0 = there is none
    GArray *changes; // of SheetChange
    GPtrArray *
        notes; // of char *: what is open about the rule, and what is assumed; then what is to be known of it
    guint open; // so many of them are open
} SheetRow;

// The answer to /v1/runs: of RunRecord *, newest first, owned by the caller. ERR_INVALID names the path.
GPtrArray *timesheet_read_runs(const char *body, GError **error);

// Of the backend's rows those that were asked for.
typedef struct {
    guint offset; // the first
    guint total;  // all there are
} SheetWindow;

// Rows in the fleet file's order; of SheetRow *, owned by the caller. ERR_INVALID names the path.
GPtrArray *timesheet_read(const char *body, SheetWindow *ret_window, GError **error);

// Some of the rows that lie together. Pauses: 0 = too few times are known.
typedef struct {
    guint rows;
    gint64 widest_ms; // the longest pause between two of all their runs
    bool is_split;    // their times differ: they make one denser schedule
} SheetShare;

// How the copies of one trigger, or the parts of a split schedule, lie together.
typedef struct {
    SheetShare all;    // whether they run or only would
    SheetShare firing; // of these those that do run, or should
    gint64 alone_ms;   // the longest pause of `row` alone
} SheetTogether;

// True if the row's trigger runs there, or should.
typedef bool (*SheetFires)(const SheetRow *row, gconstpointer data);

SheetTogether timesheet_together(const GPtrArray *rows, const SheetRow *row, SheetFires fires,
                                 gconstpointer data);

// "split in 2: every 10m together, 20m alone" of what runs at once; "copies 10m apart, one at a time: every 20m" of
// copies that stand by for each other. Appends nothing where nothing is split.
void timesheet_append_together(const SheetTogether *together, GString *words);

// From the first of its times to the second; 0 = fewer are known.
gint64 timesheet_step(const SheetRow *row);

// True if the list, which is in order, has the moment.
bool timesheet_has(const GArray *times, gint64 at_ms);

// The first time after `now_ms`, as far as the row's list goes, else what the backend said; 0 = none is known.
gint64 timesheet_next(const SheetRow *row, gint64 now_ms);
