// What ran where: the runs of one workload from all its locations as one history, bounded, the newest
// kept; and what a recurrence should have fired, held against it. A run is the same run when location
// and id are the same; what is told of it later (its end) replaces what was told before.
//
// A fire is *missed* when no location ran it, and *doubled* when two did. One that its trigger left out on purpose (a
// condition that was not met: RUN_STATE_SKIPPED) is neither: it was not lost. Scheduled times of a real
// trigger are a little off the ideal ones, so each run stands for what lies within a tolerance of it.
#pragma once

#include "model/names.h"

enum {
    RUN_HISTORY_LIMIT = 200, // runs kept of a workload, at most
    RUN_HISTORY_OPEN = 50    // … and besides of those that went on when they were dropped
};

typedef struct {
    char *id; // the target's own, unique at its location
    char *location;
    char *trigger; // NULL = not told
    RunState state;
    char *code;          // the target's word for how it failed; NULL
    gint64 scheduled_ms; // the occurrence it was fired for; 0 = not told
    gint64 start_ms;
    gint64 end_ms; // 0 = it has not ended, or nobody knows
} RunRecord;

RunRecord *run_record_new(const char *id, const char *location);
void run_record_free(RunRecord *record);

// What was counted of one trigger before its runs were dropped.
typedef struct {
    char *trigger;
    gint64 missed;
    gint64 doubled;
    gint64 since_ms; // when counting began; 0 = not yet
} FireTally;

typedef struct {
    GPtrArray *runs; // of RunRecord *, by start, oldest first
    GPtrArray
        *open; // of RunRecord *: dropped from `runs` while they went on; for run_history_since
    GPtrArray *tallies; // of FireTally *
    guint limit;        // of `runs`
} RunHistory;

RunHistory *run_history_new(guint limit);
void run_history_free(RunHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunHistory, run_history_free)

// Enters a run; true if that is news. Does not drop anything: run_history_trim does.
bool run_history_add(RunHistory *history, const RunRecord *record);

// True if one of the records is known already: what they tell joins on to what is known.
bool run_history_joins(const RunHistory *history, const GPtrArray *records);

// From when on runs of a location may still tell something new: the start of its oldest run that has not
// ended, else of its newest. 0 = nothing is known of it.
gint64 run_history_since(const RunHistory *history, const char *location);

// How one trigger fires, asked of whoever knows.
typedef struct {
    const char *trigger; // its name
    bool only; // the workload has no other: every run is its, whatever the target calls it
    gint64 tolerance_ms; // a run so near to an occurrence stands for it
    gint64 step_ms;      // from one to the next where that is always the same; 0 = it is not
    bool adrift;         // nobody knows what it counts from: only the step is certain
    // Occurrences of its copy at `location` after one instant and before another, neither included.
    gint64 (*between)(const char *location, gint64 after_ms, gint64 before_ms, gpointer data);
    gpointer data;
} FireRule;

typedef struct {
    gint64 missed;  // -1 = nothing is known to count from
    gint64 doubled; // -1 as well
    gint64 since_ms;
    gint64 overdue;      // of `missed`: those due since the last one that was run
    gint64 last_ms;      // the newest occurrence that was run …
    const char *last_at; // … and where; borrowed from the history
} FireCount;

// Counts what was missed and doubled since counting began; and, where `holder` (a location) has the role,
// what it has not fired since the last run until `until_ms`. Within one location a rule with a step is
// counted from run to run, as such triggers drift. A gap over which the role moved is counted by the rule
// of the location that ran next: it had the role by then.
void run_history_count(const RunHistory *history, const FireRule *rule, const char *holder,
                       gint64 until_ms, FireCount *ret_count);

// The last part of that alone: what `holder` has not fired since the last run.
gint64 fires_overdue(const FireRule *rule, const FireCount *count, const char *holder,
                     gint64 until_ms);

// Drops the oldest runs beyond the limit, having entered what they tell of each rule in the tallies. Of those
// that go on it is remembered from when they are to be asked for.
void run_history_trim(RunHistory *history, const FireRule *rules, guint n_rules);

// Enters in the tallies what all runs tell and drops them: between them and those to come there were others that
// nobody knows, so nothing is missed for that.
void run_history_break(RunHistory *history, const FireRule *rules, guint n_rules);

// What became of one past occurrence of a trigger at one location.
typedef enum {
    FIRE_UNKNOWN, // nothing is known from then
    FIRE_RAN,     // it ran here
    FIRE_DOUBLED, // … and at another location too
    FIRE_SKIPPED, // its trigger here left it out on purpose, and nobody else ran it
    FIRE_MISSED,  // nobody ran it, and it was this location's to run: it had run the one before
    FIRE_NONE     // another location's to run
} FireFate;

// The trigger's runs (NULL: all that were fired for an occurrence) by their occurrences: for run_fate.
// Borrows the records; the caller frees the array.
GPtrArray *run_history_fires(const RunHistory *history, const char *trigger);

// `fires` as above; what lies after `until_ms` is not known yet.
FireFate run_fate(const GPtrArray *fires, const char *location, gint64 at_ms, gint64 tolerance_ms,
                  gint64 until_ms);
