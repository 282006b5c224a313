// One workflow of the region: a trigger that fires while it is enabled, and the runs it starts. A run
// goes through its stages, takes its time, and commits a transaction at its end if the region's data
// takes one. History is bounded; what is in flight is counted exactly.
//
// Messages of a queue are numbered by the time they arrive (rate × time since 1970), so that every
// region sees the same queue without talking to another; what was handled is a cursor into it.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/names.h"
#include "model/recurrence.h"
#include "site/rule.h"

enum { RUN_HISTORY_MAX = 200, RUNS_IN_FLIGHT_MAX = 2000, FIRES_MAX = 512, POLL_BATCH = 20 };

// Skipped: its trigger looked, found a condition not met, and started nothing. It stands in the trigger's history alone.
typedef enum { RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_ABORTED, RUN_SKIPPED } RunStatus;

typedef struct {
    char id[32];
    gint64 scheduled_ms;
    gint64 start_ms;
    gint64 end_ms; // planned while running
    RunStatus status;
    const char *code; // static; of a failure, NULL
    guint messages;   // handled by it; 1 unless it polls
} Run;

typedef struct {
    char *group;
    char *name;
    char *trigger;
    TriggerType type;
    Recurrence recurrence;
    Rule *rule;        // compiled; NULL = none
    gint64 run_ms;     // how long a run takes
    GPtrArray *stages; // of char *; may be empty
    double rate; // messages a second that arrive in its queue, or events at its webhook source
    char *
        api; // the managed connector that its trigger reads from, as the ARM dialect names it; NULL = none
    guint skip_every; // of a recurrence: its condition leaves each so-manieth fire out; 0 = none
    bool enabled_at_first;
    bool shared; // may be on in both regions: on again after a boot, one queue for both

    bool enabled;
    gint64 changed_ms;   // of `enabled`
    gint64 next_ms;      // next fire, poll or event; 0 = none
    gint64 last_fire_ms; // scheduled time of the last; 0 = never
    GQueue runs;         // of Run *, newest first
    guint in_flight;
    guint64 started; // runs, ever
    gint64 cursor;   // messages handled; -1 = never polled
    gint64 polled;   // how far this region itself has handled them; -1 = never
    gint64 takeover; // the cursor when it was last enabled
    bool subscribed; // webhook: known to its source

    GArray *fires;           // of gint64: scheduled times fired here, oldest first
    guint64 fires_total;     // ever added to `fires`
    guint64 fires_told;      // of them, how many the peer has taken
    guint64 fires_asked;     // ... and how many were in the message under way
    GArray *peer_fires;      // … and at the peer, as far as heard
    GArray *missed;          // … and fired nowhere
    gint64 doubled;          // fires or messages that both regions handled
    gint64 doubled_messages; // part of it: polled twice
} Workflow;

extern const char *const RUN_STATUS_NAMES[];

// Off, without a rule, nothing ever run; texts are copied.
Workflow *workflow_new(const char *group, const char *name, TriggerType type);
void workflow_free(Workflow *workflow);

// Takes workflow->recurrence into use. ERR_INVALID if it is no rule.
bool workflow_set_rule(Workflow *workflow, GError **error);

// Messages that have arrived in its queue until `now_ms`.
gint64 workflow_arrived(const Workflow *workflow, gint64 now_ms);
// … and wait there.
gint64 workflow_queued(const Workflow *workflow, gint64 now_ms);

// Turns it on or off; on: what was missed since the last known fire is noted, and the next fire is set.
void workflow_enable(Workflow *workflow, gint64 now_ms);
void workflow_disable(Workflow *workflow, gint64 now_ms);

// Fires everything that is due at `now_ms`. `name_run` gives each new run its id.
typedef void (*WorkflowNameRun)(Workflow *workflow, Run *run, gpointer data);
void workflow_fire_due(Workflow *workflow, gint64 now_ms, WorkflowNameRun name_run, gpointer data);

// Starts one run now, whatever the trigger. NULL if too many are in flight.
Run *workflow_start(Workflow *workflow, gint64 scheduled_ms, gint64 now_ms,
                    WorkflowNameRun name_run, gpointer data);

// The oldest run that is due to end at `now_ms`; NULL = none. The caller sets its status through
// workflow_end.
Run *workflow_ended(Workflow *workflow, gint64 now_ms);
void workflow_end(Workflow *workflow, Run *run, RunStatus status, const char *code, gint64 now_ms);

// The time of what happens next; 0 = nothing will.
gint64 workflow_next_ms(const Workflow *workflow);

// Runs in flight in stage `i`, and what waits before it: messages of the queue before the first; before
// the others runs that have left the one before, which wait for a quarter of a stage's time.
guint workflow_in_stage(const Workflow *workflow, guint i, gint64 now_ms);
guint workflow_before_stage(const Workflow *workflow, guint i, gint64 now_ms);

// The peer says that it fired at these scheduled times, and how far it is in the queue.
void workflow_peer_fired(Workflow *workflow, gint64 scheduled_ms);
void workflow_peer_cursor(Workflow *workflow, gint64 cursor);
