// The heart of the backend: watch, judge, observe, propose, sign, execute, reconcile, audit.
// Everything it needs of the world comes through ports (clock, ids, store, drivers, prober), so
// that the whole engine runs in a test with a fake clock and scripted regions.
//
//   probes, observations ─▶ live state (the structs of model/status.h) ─▶ verdicts, findings,
//   alarms, requests ─▶ change queue ─▶ store transaction ─▶ memory ─▶ changed(), done() proposals
//
// How to drive it: call engine_run whenever `wake` was called, and at the moment it returned. It
// has no timers of its own. Answers of ports are noted when they come; everything else happens
// inside engine_run, so no callback of the engine is ever called inside one of its request
// functions.
//
// One change is in flight at a time: it is prepared on the latest state, committed, and only then
// applied, told (`changed`) and answered. What is read below is therefore always what the store
// holds.
//
// What people ask of it (propose, sign, hold …) is in engine/request.h.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "model/audit.h"
#include "model/fleet.h"
#include "model/operation.h"
#include "model/rules.h"
#include "model/status.h"
#include "port/driver.h"
#include "port/prober.h"
#include "port/store.h"
#include "port/verifier.h"

typedef struct Engine Engine;

// What has changed, and how its key reads. The *_GONE kinds say that the object is no longer there.
typedef enum {
    ENGINE_FRAME,        // key: NULL
    ENGINE_LOCATION,     // its name
    ENGINE_GROUP,        // its name
    ENGINE_WORKLOAD,     // its id
    ENGINE_OPERATION,    // its id
    ENGINE_FINDING,      // its id
    ENGINE_FINDING_GONE, // its id
    ENGINE_ALARM,        // its id
    ENGINE_ALARM_GONE,   // its id
    ENGINE_CHANGE,       // the object it speaks of: the last of engine_changes
    ENGINE_AUDIT,        // the record's seq, as text
    ENGINE_FLEET         // everything (a reload); NULL
} EngineObject;

typedef struct {
    const Clock *clock;
    const Log *log;
    const IdSource *ids;
    Store *store;
    DriverPort *driver;
    DriverEyes
        *rehearsal; // what isolated drills look with: no live credentials; NULL = the driver's own
    ProberPort *prober;
    VerifierPort *verifier; // NULL = signatures are recorded unchecked, and required ones refused
    const char *daemon;     // this daemon's name: its vantage point
    const char *location;   // where it stands; NULL = nobody knows
    gint64 observe_ms;      // between two looks at an instance when nothing is going on; 0 = 5 s

    // Called in engine_run, after the state it speaks of is in place. May read, may make requests.
    // NULL = no listener.
    void (*changed)(EngineObject kind, const char *key, gpointer data);
    // Something came in: call engine_run soon (from the loop, not from here). Never NULL.
    void (*wake)(gpointer data);
    // How many occurrences of the trigger on that instance lie after `after_ms` and not after
    // `until_ms`; -1 = not known. NULL = nobody counts.
    gint64 (*fires)(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                    gint64 until_ms, gpointer data);
    // The time from one occurrence of the trigger to the next where that is always the same; 0 = it is
    // not. NULL = nobody knows.
    gint64 (*step)(const Trigger *trigger, gpointer data);
    // When the trigger fires next on that instance, after `after_ms`; 0 = never or unknown. May be
    // NULL.
    gint64 (*next)(const Instance *instance, const Trigger *trigger, gint64 after_ms,
                   gpointer data);
    // The trigger's rule for people ("every 20 min from :00"); the engine frees it. May be NULL.
    char *(*rule)(const Trigger *trigger, gpointer data);
    gpointer data;
} EngineConfig;

// Copies the config (the ports stay borrowed and must outlive the engine), refs the fleet.
Engine *engine_new(const EngineConfig *config, Fleet *fleet);

// Gives up what is under way (open requests are answered ERR_CANCELLED; the store keeps what was
// committed). Neither `done` nor `changed` is called for it afterwards. NULL is fine. Answers of
// ports that still come are ignored as long as the ports exist.
void engine_free(Engine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Engine, engine_free)

// `error` NULL = done. ERR_CORRUPT if what the store holds cannot be understood: nothing is
// overwritten.
typedef void (*EngineDone)(const GError *error, gpointer data);

// Loads the store, checks the end of the audit chain, and takes up operations where they were. Call
// once, then engine_run. Nothing is probed, proposed or executed before it is done.
void engine_start(Engine *engine, EngineDone done, gpointer data);

// Does everything that is due and returns the monotonic time of the next thing that will be
// (G_MAXINT64 = only when woken).
gint64 engine_run(Engine *engine);

// No new steps, proposals or requests (REFUSAL_UNAVAILABLE) from now on. `done` when nothing is in
// flight to the store; commands that were sent stay resumable.
void engine_stop(Engine *engine, EngineDone done, gpointer data);

// Changes over to a newly read fleet. What was observed of things that stay is kept; running
// operations keep their plan. A group with an open operation whose locations vanish keeps it,
// paused.
void engine_set_fleet(Engine *engine, Fleet *fleet, const char *actor);

// Whether the notices to customers are delivered: each is an audit record "notice.published" then, which whoever delivers
// reads. If not, plans have a person send them.
void engine_set_notices(Engine *engine, bool delivered);

// Who may sign, for people: "alice, bob, members of oncall". NULL = nobody.
void engine_set_approvers(Engine *engine, const char *approvers);

// The fleet file could not be read: shown in the frame until a good one comes. NULL = it is good.
void engine_set_config_error(Engine *engine, const char *error);

// The lists of allowed signers and revoked keys cannot be read: an alarm until they can. NULL = they are good. What
// counts may have changed in any case.
void engine_set_signers_error(Engine *engine, const char *error);

// Who is told what happens, and how each of them is doing: of RuleSink *, copied. An alarm for each that has trouble.
void engine_set_sinks(Engine *engine, const GPtrArray *sinks);

// ---- What is known now. Everything is owned by the engine and good until engine_run is called
// again. Never NULL but where it is said. ----

Fleet *engine_fleet(const Engine *engine);
const FrameStatus *engine_frame(const Engine *engine);
const GPtrArray *engine_locations(const Engine *engine); // of LocationStatus *, in fleet order
const GPtrArray *engine_groups(const Engine *engine);    // of GroupStatus *
const GPtrArray *engine_workloads(const Engine *engine); // of WorkloadStatus *
const GPtrArray *
engine_operations(const Engine *engine); // of Operation *, oldest first; ended ones too
const Finding *engine_finding(const Engine *engine, const char *id); // NULL if there is none
const GPtrArray *engine_findings(const Engine *engine);              // of Finding *, worst first
const GPtrArray *engine_alarms(const Engine *engine);                // of Alarm *, oldest first
const GPtrArray *engine_changes(const Engine *engine);  // of Change *, oldest first, the last 200
const GPtrArray *engine_vantages(const Engine *engine); // of VantagePoint *

// The workload's runs from all locations; NULL if none was seen.
const RunHistory *engine_runs(const Engine *engine, const char *workload);

// What a failover (`what`: or a failback, a drill) to that instance now would miss of the trigger, a sentence part: "a
// failover now misses 3: due since …". NULL for triggers that follow no clock. The caller frees.
char *engine_move_words(const Engine *engine, const char *what, const Instance *to,
                        const Trigger *trigger);

// What is known of the past fires of a trigger at a location.
typedef struct {
    GPtrArray *fires; // by their occurrences (run_history_fires); the caller frees
    gint64 tolerance_ms;
    gint64 until_ms; // what came later may not be known yet
} EngineFires;

// False where nothing was seen to run, or the trigger is no recurrence.
bool engine_fires(const Engine *engine, const Instance *instance, const Trigger *trigger,
                  EngineFires *ret_fires);

// NULL if there is none of that name.
const LocationStatus *engine_location(const Engine *engine, const char *name);
const GroupStatus *engine_group(const Engine *engine, const char *name);
const WorkloadStatus *engine_workload(const Engine *engine, const char *id);
const Operation *engine_operation(const Engine *engine, const char *id);

// `records` (of AuditRecord *, by seq) and the strings in it are borrowed. `more`: there are
// further ones.
typedef void (*EngineAuditDone)(const GPtrArray *records, bool more, const GError *error,
                                gpointer data);

// Reads up to `limit` audit records (1 to 1000) with a seq greater than `after`. Answers later,
// once.
void engine_audit(Engine *engine, gint64 after, guint limit, EngineAuditDone done, gpointer data);
