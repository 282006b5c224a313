// What is observed: the live side of the fleet, as the backend knows it and the console shows it. The
// engine keeps these structs up to date, wire/ carries them as JSON, the console reads the very same
// structs: one shape from end to end. Everything here owns its strings and refers to others by name,
// so that a status stands alone.
//
// No fact without an age: every observed value has its observed_at_ms beside it; 0 = never observed.
#pragma once

#include "model/names.h"
#include "model/parity.h"

enum { PROBE_HISTORY = 60 }; // probes kept per vantage point for the sparkline and percentiles

// One health check's result.
typedef struct {
    gint64 at_ms; // when it ended
    bool ok;
    bool degraded;     // answered, but slow or with a sick dependency
    gint64 latency_us; // whole exchange
} ProbeSample;

// A location as one vantage point sees it.
typedef struct {
    char *vantage;  // the daemon's name
    char *location; // where that daemon is
    guint failures; // failed probes in a row
    guint successes;
    gint64 last_ok_ms;
    gint64 first_failure_ms; // of the current run of failures; 0 = none
    char *detail;            // the last probe's words
    guint history_len;
    ProbeSample history[PROBE_HISTORY]; // oldest first
} VantageStatus;

typedef struct {
    VerdictState state;
    gint64 since_ms;
    gint64 observed_at_ms; // of the newest probe that it rests on
    char *why;             // a sentence
} Verdict;

typedef struct {
    char *name;
    char *title;
    char *pair;
    HostType host;
    Verdict verdict;
    GPtrArray *vantages; // of VantageStatus *
    GPtrArray *faults;   // of char *: faults inside it that are not its loss (F12)
    GPtrArray *zones;    // of char *: the fault domains that are declared of it
    guint capacity;      // of an isolated host (L3); 0 = nobody says
    gint64 load;         // units that what is at home there takes …
    gint64 standby_load; // … and what stands by there would take
    gint64 interval_ms;
    gint64 timeout_ms;
    guint failures_limit;
    gint64 p50_us; // over the history of all vantage points; 0 = nothing yet
    gint64 p99_us;
    guint primary_of; // groups
    guint standby_of;
    guint instances;
    guint active;         // instances observed active
    char *boot_id;        // NULL = not reported
    AnswerStyle answer;   // how its health check answered last (L14)
    gint64 managed_at_ms; // when its management side last answered; 0 = never
} LocationStatus;

// One stage of a process at one location (L8): what a loss there strands.
typedef struct {
    char *name;
    int queued;    // messages that wait for it; -1 = unknown
    int in_flight; // runs in it; -1 = unknown
} StageStatus;

// One instance of a workload: a cell of the matrix.
typedef struct {
    char *location;
    bool primary;          // at the group's home location
    InstanceState desired; // active, passive, or unknown where nobody says
    InstanceState state;
    gint64 since_ms;
    gint64 observed_at_ms;
    char *detail; // the driver's words where there is something to say; NULL
    int runs;     // in flight; -1 = unknown
    gint64 last_run_ms;
    gint64 epoch;     // that the target reports; 0 = none
    char *boot_id;    // NULL = none
    bool quarantined; // came back while its group lives elsewhere
    char *
        passivate_by; // the person who asked that it be switched off, until it is; NULL = nobody waits for that
    gint64 missed;     // recurrences missed since its location went down; -1 = unknown
    GPtrArray *stages; // of StageStatus *, in order; empty where there are none or nobody tells
    // Of the backend alone, not told: what was seen of it beside that. NULL = nothing.
    GPtrArray *connections; // of char *: names of those it uses
    GPtrArray *differences; // of char *: sentences on what is declared otherwise (R26)
    Inventory *inventory;   // what it holds, entity by entity (P2, D1)
} InstanceStatus;

// What an instance needs beside itself (L1, L4, L5).
typedef struct {
    char *at; // the instance's location
    ResourceKind kind;
    char *name;
    char *location; // where it stands; NULL = outside all locations
    char *detail;   // "to orders-db through gateway gw-weu (2 installations)"; NULL
    bool seen;      // its driver has seen it in use
} UseStatus;

typedef struct {
    char *name;
    TriggerType type;
    StateKeeper keeper;
    bool ordered;
    char *rule;     // "every 20 min from :00"; NULL = no recurrence
    char *split;    // "split over 2 locations, together every 10m …"; NULL = it is not
    gint64 next_ms; // next fire where it is active; 0 = none
    // By the history of runs of all locations (model/runs.h); -1 = not known.
    gint64 missed;     // occurrences that nobody ran, since `counted_ms`
    gint64 doubled;    // … and that two locations ran
    gint64 overdue;    // of `missed`: those due since the last one that was run
    gint64 counted_ms; // 0 = nothing was counted
    gint64 last_ms;    // the newest occurrence that was run; 0 = none
    char *last_at;     // … and where; NULL
} TriggerStatus;

typedef struct {
    char *id; // "group/name"
    char *group;
    char *name;
    WorkloadKind kind;
    Pattern pattern;
    bool single_active;
    char *driver;
    char *router;
    char *routed_to; // of a router: the location to which it was last seen to send; NULL
    ProofClass proof;
    GPtrArray *triggers;  // of TriggerStatus *
    GPtrArray *instances; // of InstanceStatus *
    GPtrArray *uses;      // of UseStatus *
    gint64
        snapshot_ms; // of a connector: when its configuration, as it is kept, was seen last (D1); 0 = never
    char *snapshot_kept; // location of the daemon that keeps it; NULL = none, or nobody knows
    GPtrArray *parity; // of Parity *, shortened: of a workload that is kept by hand, one a standby
    guint findings;
} WorkloadStatus;

// One direction of replication of one data-holding workload.
typedef struct {
    char *workload; // id
    char *from;
    char *to;
    gint64 committed_ms;  // commit time of the last transaction known on `from`
    gint64 committed_pos; // its position; -1 = unknown
    gint64 replayed_ms;   // everything that `from` committed up to here is replayed on `to`
    gint64 replayed_pos;
    gint64 lag_ms; // -1 = unknown
    bool synchronous;
    bool streaming;        // the link is up
    char *lineage;         // of the source's history: a change of it is a material change
    gint64 observed_at_ms; // of the secondary's side
    gint64 source_at_ms;   // of the primary's side
} ReplicationStatus;

// How far its target is behind, as far as is known now; -1 = unknown. A target that has told nothing for a while is
// behind by what its source has committed since, whatever it said last.
gint64 replication_behind_ms(const ReplicationStatus *status);

// Data-loss bound of a group, were it failed over to its first standby now.
typedef struct {
    bool known;
    gint64 loss_ms;      // upper bound
    gint64 transactions; // known to be behind; -1 = unknown
    char *how;           // how it was got, a sentence
    gint64 observed_at_ms;
    bool moves; // the source may still commit: it was heard of since it was missed, if it was
} LossBound;

// Can the group go home, and at what price? Kept from the first minute of an outage.
typedef struct {
    bool applies;     // its home is down, or the group runs elsewhere
    bool answers;     // home is healthy again
    gint64 discarded; // transactions that home committed and the other side never got; -1 = unknown
    gint64 behind;    // transactions that home has to catch up with; -1 = unknown
    char *how;        // a sentence; NULL if it does not apply
    gint64 observed_at_ms; // of the older of both sides' words; 0 = never
} FailbackReadiness;

typedef struct {
    char *name;
    char *title;
    char *primary;       // home location
    GPtrArray *standbys; // of char *
    char *active;        // the location that has the role; NULL = none or unknown
    GroupMode mode;
    gint64 mode_since_ms;
    gint64 epoch;
    gint64 rpo_ms;
    gint64 rto_ms;
    guint workloads;
    Automation failover;
    guint approvals;
    bool four_eyes;
    SignaturePolicy signature;
    gint64 evidence_ms;     // evidence older than this is not signable
    GPtrArray *replication; // of ReplicationStatus *
    LossBound loss;
    FailbackReadiness failback;
    char *operation;          // id of the one that has not ended; NULL
    gint64 rollback_until_ms; // 0 = no window open
    gint64 antiflap_until_ms; // automatic proposals blocked until; 0 = not
    gint64 down_since_ms;     // since when it runs nowhere: the RTO clock's start; 0 = not running
    char *blocked;            // why none is proposed though the primary is down; NULL
    GPtrArray *reduced;       // of char *
    guint findings;
    gint64 plan_reviewed_ms;
    gint64 plan_tested_ms;
    char *plan_tested_by;   // the operation that did, if it was one of ours; NULL
    char *plan_reviewed_by; // NULL = the fleet file says when, nobody says who
    char *plan_review_note; // what was reviewed; NULL
    gint64 plan_due_ms;     // when it must be reviewed or tested again; 0 = it never was: now
    bool automation_off;    // disarmed by a person
    char *automation_why;
    gint64 automation_until_ms;
} GroupStatus;

typedef struct {
    char *id;    // "R09:westeurope"
    char *rule;  // "R09"
    char *title; // "watchdog-elsewhere"
    Severity severity;
    char *object;  // "location/westeurope", "group/payments", "workload/payments/settle"
    char *facts;   // sentence naming the facts
    char *way_out; // sentence
    char *from;    // requirement ids: "L15"
    char *mark;    // of its severity and facts, without figures that move by themselves
    gint64 since_ms;
    gint64 observed_at_ms;
    // Somebody knows of it; ends at `until`, or when the mark becomes another.
    char *acknowledged_by; // NULL = nobody
    char *acknowledged_note;
    gint64 acknowledged_ms;
    gint64 acknowledged_until_ms;
} Finding;

// One cause that wants attention; its consequences are counted, not listed (6-CONSOLE.md).
typedef struct {
    char *id; // "location-down:westeurope"
    Severity severity;
    char *object;
    char *text;
    guint consequences;
    gint64 since_ms;
    gint64 ended_ms;       // 0 = still so; kept until acknowledged
    char *acknowledged_by; // NULL
    gint64 acknowledged_ms;
} Alarm;

// What the frame of every screen shows.
typedef struct {
    char *fleet;
    bool production;
    char *daemon; // who answers
    char *daemon_location;
    bool leader;
    guint locations, groups, workloads;
    guint vantages;
    bool store_ok;
    char *store_detail;
    gint64 started_ms;
    char *
        approvers; // who may sign, by the daemon's file, "alice, bob, members of oncall"; NULL = nobody
    char *config_error; // the fleet file's mistakes after a failed reload; NULL
    bool automation_off;
    char *automation_why;
    gint64 automation_until_ms;
    gint64 audit_seq;
    char *audit_hash;
} FrameStatus;

// One change worth telling in the overview's log.
typedef struct {
    gint64 at_ms;
    Severity severity;
    char *object;
    char *text;
} Change;

VantageStatus *vantage_status_new(const char *vantage, const char *location);
void vantage_status_free(VantageStatus *status);
// Appends a sample, dropping the oldest when full.
void vantage_status_add(VantageStatus *status, ProbeSample sample);

LocationStatus *location_status_new(const char *name);
void location_status_free(LocationStatus *status);
// Recomputes p50_us and p99_us from all vantage points' good samples.
void location_status_percentiles(LocationStatus *status);

StageStatus *stage_status_new(const char *name);
void stage_status_free(StageStatus *status);
// "collect 2 queued 1 in flight > net - > post ?": the stages as a chain, each with what waits before it and
// what is in it. The caller frees; NULL if there is no stage.
char *stages_describe(const GPtrArray *stages);
// What a loss of the location strands: "stranded: 3 queued at stage bill, 1 in flight at stage post". The
// caller frees; NULL if nothing is, or nothing is known.
char *stages_stranded(const GPtrArray *stages);
InstanceStatus *instance_status_new(const char *location);
void instance_status_free(InstanceStatus *status);
TriggerStatus *trigger_status_new(void);
void trigger_status_free(TriggerStatus *status);
void use_status_free(UseStatus *status);
WorkloadStatus *workload_status_new(const char *group, const char *name);
void workload_status_free(WorkloadStatus *status);
// These lists are mostly empty, and shared then (base/none.h). To put something into them, take them by these.
GPtrArray *instance_status_stages(InstanceStatus *status);
GPtrArray *workload_status_uses(WorkloadStatus *status);
GPtrArray *workload_status_parity(WorkloadStatus *status);
// NULL if the workload has no instance there.
InstanceStatus *workload_status_at(const WorkloadStatus *status, const char *location);

ReplicationStatus *replication_status_new(const char *workload, const char *from, const char *to);
void replication_status_free(ReplicationStatus *status);
GroupStatus *group_status_new(const char *name);
void group_status_free(GroupStatus *status);

// A plan is reviewed and tested once a year at least (F10): a year after the older of the two dates; 0 if one of them
// never was. The severity of that: an error once it is overdue, a warning in the 35 days before, else SEVERITY_INFO.
enum { PLAN_YEAR_DAYS = 365, PLAN_WARN_DAYS = 330 };
gint64 group_status_plan_due(const GroupStatus *status);
Severity group_status_plan_severity(const GroupStatus *status, gint64 now_ms);

Finding *finding_new(void);
void finding_free(Finding *finding);
// True if it is about the group, one of its workloads, or a location in which it may run.
bool finding_touches(const Finding *finding, const GroupStatus *group);
Alarm *alarm_new(const char *id);
void alarm_free(Alarm *alarm);
void frame_status_release(FrameStatus *frame);
void change_free(Change *change);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationStatus, location_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkloadStatus, workload_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GroupStatus, group_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Finding, finding_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Alarm, alarm_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Change, change_free)
