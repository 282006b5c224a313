// What the engine keeps in memory, and what its files know of each other. Private to this folder.
//
//   engine.c    life, loop, what is read        world.c    live statuses, built from the fleet
//   load.c      taking up what the store holds  watch.c    probes and verdicts
//   motion.c  the queue of changes            observe.c  looks at instances
//   seen.c    observations that outlive us
//   record.c    a group's record, as JSON       derive.c   modes, replication, loss bounds
//   homecoming.c  failback readiness
//   evidence.c  statements                      guard.c    may this be done now?
//   propose.c   sign.c  command.c  arm.c        what people ask
//   passivate.c                                 a person switches an instance off
//   revoke.c                                    a sign-off taken back, a review closed
//   act.c  act-statement.c  failed.c            skip and abort, signed on their own
//   watchdog.c  reconcile.c                     what the engine does by itself
//   durations.c                                 what steps took, as a forecast
//   execute.c   which decision is next          step.c     one step's commands and observations
//   alarms.c    alarms                          findings.c  findings, judged where something changed
//   tell.c      who must be told of what        acknowledge.c  findings that somebody knows of
//   signature.c what people sign with           parity.c    standbys kept by hand, and what is confirmed of them
//
// Time: engine->now_ms (wall) and engine->mono_ms are read once per engine_run and per answer of a port, so
// that everything in one pass sees one moment.
#pragma once

#include "engine/engine.h"
#include "engine/request.h"
#include "engine/record.h"

enum {
    CLOCK_SKEW_MS = 2000,          // two machines that differ by more are not in step
    ENGINE_KEEP_OPERATIONS = 1000, // in memory; all stay in the store
    ENGINE_KEEP_CHANGES = 200,
    ENGINE_KEEP_ALARMS = 200,
    ENGINE_OBSERVE_PARALLEL = 32, // looks at instances in flight
    ENGINE_OBSERVE_MS = 5000,
    ENGINE_OBSERVE_WAITING_MS = 1000, // while a proposal of the group waits for sign-offs
    ENGINE_OBSERVE_RUNNING_MS = 150,  // while a step waits for what is observed
    ENGINE_OBSERVE_DEADLINE_MS = 2500,
    ENGINE_RETRY_STORE_MS = 1000,
    ENGINE_DERIVE_MS = 1000, // findings at most this often
};

typedef enum {
    LIFE_NEW,
    LIFE_LOADING,
    LIFE_RUNNING,
    LIFE_STOPPING,
    LIFE_STOPPED,
    LIFE_FAILED // the store cannot be trusted
} EngineLife;

// What callbacks of ports hold instead of the engine, which may be gone when they come.
typedef struct {
    Engine *engine; // NULL = freed
    gint refs;
} EngineLink;

// Failed probes in a row: the first and the last, wall time; and since when the location is down. 0 = none, not.
typedef struct {
    gint64 first_ms, last_ms, fell_ms;
} FailureRun;

typedef struct {
    const Location *location;
    LocationStatus *status; // borrowed from engine->locations
    gint64 next_ms;         // monotonic
    gint64 sent_ms;         // monotonic; of the probe in flight
    gint64 stale_ms;        // wall: when the verdict lapses
    gint64 fast_ms;         // probed at least so often for an operation's evidence; 0 = as declared
    guint count;            // probes sent: phase of the jitter
    bool in_flight;
    bool late;      // the last probe had no answer in time
    gint64 late_ms; // monotonic: when one was late though the location is not down; 0 = never
    bool no_vote;   // the loop was late while it was in flight
    bool dirty;
    FailureRun before; // from before the start, until a probe says whether it goes on
    bool run_kept;     // the store holds a run of it
    gint64 fell_ms;    // when it went down, also before the start; 0 = it has been well since
} LocationWatch;

typedef struct {
    const Instance *instance;
    InstanceStatus *status; // borrowed from its WorkloadStatus
    WorkloadStatus *workload;
    Observation *last;   // the last good one; NULL = none yet
    gint64 last_ok_ms;   // monotonic: when it came
    gint64 last_sent_ms; // monotonic: when it was asked for (what it says is at least as new)
    gint64 asked_ms;     // monotonic: when the one in flight was asked for
    gint64 next_ms;      // monotonic
    gint64 urgent_ms;    // monotonic: somebody wants one asked for after this moment; 0 = nobody
    gint64 answered_ms;  // monotonic: when the last answer, good or bad, came …
    gint64 answered_sent_ms; // … and when that one was asked for
    guint bad;               // answers without knowledge in a row …
    gint64 silent_ms;        // … and when the first of them came, wall; 0 = it answers
    gint64 silent_before_ms; // the same from before the start; 0 = not, or it has answered since
    bool skewed;             // its clock is off by more than CLOCK_SKEW_MS
    bool in_flight;
} InstanceWatch;

typedef struct {
    const Group *group;
    GroupStatus *status;  // borrowed from engine->groups
    GroupRecord *record;  // owned; as the store holds it
    Operation *open;      // the one that has not ended; NULL
    gint64 check_ms;      // monotonic: when waiting evidence is compared again
    gint64 act_ms;        // monotonic: when an open act's evidence is compared again
    gint64 wait_since_ms; // monotonic: waiting at the point of no return for what is observed
    gint64 fell_ms;       // since when it runs nowhere, for its location went down; 0 = it runs
    gint64 fell_kept_ms;  // as the store has that
    bool came_down; // it fell, was not seen to run since, and nobody was asked to activate it again
    bool rests;     // where it has its role all of it is passive, though that side answers
    bool lagged;    // a link was behind by half of the RPO, or nobody knew
    bool declined;  // the watchdog has proposed since its location was up last
    char *proposed; // that operation's id; NULL
    bool dirty;     // derive again
    gint64 links_kept_ms;  // the newest word of a silent source that the store holds …
    gint64 silent_kept_ms; // … and since when it is silent
} GroupLive;

typedef struct Jump Jump; // engine/jump.c

typedef enum { EXEC_LOOK, EXEC_SEND, EXEC_SENT, EXEC_WATCH, EXEC_OVER } ExecStage;

// One step on its way: what is between its intent and its outcome. Not stored: after a restart it begins
// with a look.
typedef struct {
    char *key; // "operation/number"
    char *operation;
    guint number;
    ExecStage stage;
    gint64 begun_ms; // monotonic
    gint64 limit_ms; // monotonic
    gint64 look_ms;  // monotonic: an observation asked for after this counts
    gint64 next_ms;  // monotonic: not before
    guint tries;
    bool said_unknown; // the stored state is to become STEP_UNKNOWN
    bool refused;
    StepState result; // when over
    char *detail;
} Exec;

typedef struct Motion Motion;
typedef struct Findings Findings;

struct Engine {
    EngineConfig config; // its strings are owned
    Fleet *fleet;
    EngineLink *link;
    EngineLife life;
    EngineDone life_done; // of start or stop
    gpointer life_data;
    GError *life_error;
    bool life_told;
    bool healthy; // what the store said of itself …
    char *health_why;
    gint64 health_ms;       // … at this monotonic time
    gint64 clock_offset_ms; // wall - monotonic, in the last pass
    GQueue *jumps;          // of Jump *: of the wall clock, not recorded yet
    GHashTable *orphans;    // group name → GroupRecord * that no group of the fleet has
    guint load_stage;

    gint64 now_ms;
    gint64 mono_ms;
    gint64 due_ms; // monotonic: what engine_run last returned
    gint64 own_ms; // monotonic: no decisions of the engine's own before (the store failed)
    bool running;  // inside engine_run
    bool again;    // another pass is due
    bool alarms_dirty;
    gint64 alarms_ms; // wall: when alarms were last derived

    FrameStatus frame;
    GPtrArray *locations, *groups, *workloads;                     // statuses, owned
    GHashTable *location_by_name, *group_by_name, *workload_by_id; // borrowed
    GPtrArray *watches;   // of LocationWatch *, in fleet order
    GPtrArray *instances; // of InstanceWatch *
    GHashTable *live;     // group name → GroupLive *, owned
    GHashTable *watch_of; // const Instance * → InstanceWatch *
    guint observing;
    guint observe_from; // where the next round of looks begins, so that none starves

    GPtrArray *operations; // owned, oldest first
    GHashTable *operation_by_id;
    GHashTable *execs;        // key → Exec *
    GHashTable *lags;         // "workload\nfrom\nto" → LagSeries *, owned
    GHashTable *durations;    // key (durations.c) → GArray of gint64
    GHashTable *requests;     // idempotency key → RequestNote *
    GHashTable *acknowledged; // alarm id → AckNote *
    GHashTable *snapshots;    // workload id → GPtrArray of Snapshot *, newest last (snapshot.h)
    GHashTable *confirmed;    // what people have seen to on standbys (parity.c)
    Findings *judged;         // findings by object, and who acknowledged which (findings.c)
    GPtrArray *findings;      // of Finding *, worst first; borrowed from `judged`
    GPtrArray *alarms, *changes, *vantages;
    char *config_error;
    bool delivers; // notices to customers
    char *signers_error;
    GPtrArray *sinks;             // of RuleSink *; NULL = nobody said
    char *store_error;            // why the last change was not recorded; NULL = it was
    AutomationRecord *automation; // of the whole fleet

    // The runs of workloads (history.h).
    GHashTable *runs;      // workload id → WorkloadRuns *, owned
    GQueue *runs_to_write; // of workload ids
    gint64 runs_write_ms;  // monotonic: not before
    bool runs_writing;

    // The audit log's end.
    gint64 audit_seq;
    char *audit_hash;
    guint64 audit_revision; // of the head's key

    GPtrArray *verifying; // of Motion *: asked, and their signature is still being checked
    GHashTable *stands;   // sign-off id → what is known of its signature (signature.c)
    GQueue *queue;        // of Motion *, what people ask
    Motion *deciding;     // in flight
    gint64 settle_ms;     // monotonic: when to read back again; 0 = not settling
    bool settling;
    bool reading;      // the read-back is out
    GHashTable *tells; // "kind key" → Tell *, to be told at the end of the pass
    GPtrArray *tell_order;
};

// engine.c
void engine_touch_time(Engine *engine);
gint64 engine_mono_of(const Engine *engine, gint64 wall_ms); // the moment, on the monotonic clock
void engine_sooner(gint64 *due_ms, gint64 at_ms);
EngineLink *engine_link(Engine *engine); // a reference for a port's callback
// Gives it back; the engine, or NULL if it is gone.
Engine *engine_unlink(EngineLink *link);
bool engine_may_act(const Engine *engine);
void engine_wake(Engine *engine); // something came in: another pass is due

// world.c
void world_build(Engine *engine, Fleet *fleet); // also takes over what is known from before
void world_clear(Engine *engine);
GroupLive *world_live(const Engine *engine, const char *group);
// When the trigger fires next at the instance; 0 = never, or unknown. `engine` is the Engine.
gint64 world_next_fire(const Instance *instance, const Trigger *trigger, gpointer engine);
InstanceWatch *world_instance(const Engine *engine, const char *workload_id, const char *location);
LocationStatus *world_location(const Engine *engine, const char *name);
// What people call the place: its title, or its name where it has none, or is none of ours. For sentences.
const char *world_title(const Engine *engine, const char *name);
WorkloadStatus *world_workload(const Engine *engine, const char *id);
Operation *world_operation(const Engine *engine, const char *id);
void world_group_dirty(Engine *engine, const char *group);

// watch.c
void watch_run(Engine *engine, gint64 *due_ms);

// observe.c
void observe_run(Engine *engine, gint64 *due_ms);
// Somebody needs a look that is asked for from now on.
void observe_urgent(Engine *engine, InstanceWatch *watch);
void observe_group(Engine *engine, const char *group);

// uses.c
void uses_build(WorkloadStatus *status, const Workload *workload);
// What a target says of itself beside its state; NULL = nothing.
void uses_note(Engine *engine, InstanceWatch *watch, const Discovery *discovery);

// parity.c
GHashTable *parity_book_new(void);
// What the instance was seen to hold; NULL = it holds nothing that we know of.
void parity_seen(Engine *engine, InstanceWatch *watch, Inventory *inventory);
bool parity_take(Engine *engine, const char *name, json_t *json, GError **error); // from the store

// bound.c: what both ends of the group's links say, put together in its status; and the bound of what it would lose now.
void derive_replication(const Engine *engine, GroupLive *live);
void derive_bound(const Engine *engine, GroupLive *live);
// The bound, were the group moved from → to now. Fills all fields; release `how`.
void derive_loss(const Engine *engine, const Group *group, const char *from, const char *to,
                 LossBound *ret_bound);

// derive.c: every group under which something has changed.
void derive_run(Engine *engine, gint64 *due_ms);
// Can the group go home, and at what price? (homecoming.c)
void derive_homecoming(const Engine *engine, GroupLive *live);
// It has a health check, and no answer or failure of it since the daemon began.
bool derive_unprobed(const Engine *engine, const Location *location);
// A probe of it has just failed: whether it is down, its next ones will say.
bool derive_hesitates(const Engine *engine, const char *location);
// Its verdict is up or degraded; without a health check: its management API has answered of late.
bool derive_healthy(const Engine *engine, const Location *location);
// True if the instance was seen active, and that is fresh.
bool derive_seen_active(const Engine *engine, const InstanceWatch *watch);
// When the first of the failures in a row began, whoever saw it (wall time); 0 = no probe of it fails.
gint64 derive_first_failure(const LocationStatus *status);
// Since when nobody has heard of the link's source: its location failed a probe, or, if it was heard of after that, it
// gave no answer itself. Wall time; 0 = it is heard of.
gint64 derive_source_silent(const Engine *engine, const ReplicationStatus *link);

// tell.c
void tell(Engine *engine, EngineObject kind, const char *key);
void tell_change(Engine *engine, Severity severity, const char *object, const char *text);
void tell_run(Engine *engine);

// alarms.c
void alarms_run(Engine *engine, gint64 *due_ms);

// findings.c
Findings *findings_new(void);
void findings_free(Findings *findings); // NULL is fine

// reload.c: a record of its own, in the queue like any other decision.
void reload_audit(Engine *engine, const char *actor, const char *text);

// load.c
void load_begin(Engine *engine);
