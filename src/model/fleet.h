// What is declared: locations, groups, workloads and their instances, as the fleet file says it. Built
// once by conf/, checked, then never changed: a reload makes a new Fleet. What is *observed* of the
// same things is in model/status.h.
//
// Lists and tables of texts and references that are empty are shared (base/none.h): who fills them takes them by
// list_own or table_own.
//
// Ownership: the Fleet owns everything below it; every pointer between the structs is borrowed and
// lives as long as the Fleet.
#pragma once

#include "model/names.h"
#include "model/recurrence.h"
#include "model/window.h"

typedef struct Fleet Fleet;
typedef struct Location Location;
typedef struct Group Group;
typedef struct Workload Workload;
typedef struct Instance Instance;
typedef struct Resource Resource;

typedef struct {
    char *url;          // http://…; NULL = this location has no health check
    char *socket;       // Unix socket to reach it through; NULL = by the URL's host
    gint64 interval_ms; // between the starts of two probes
    gint64 timeout_ms;  // for the whole answer
    guint failures;     // failed probes in a row that make it `down`
    guint recoveries;   // good probes in a row that make it `up` again (flap damping)
    gint64 degraded_ms; // an answer slower than this is `degraded`; 0 = never
    bool nonce; // an answer must give back what the probe sent: none of before, none of a cache
} HealthCheck;

struct Location {
    char *name;
    char *title;
    char *pair; // name of the paired location, NULL = none (F13)
    HostType host;
    HealthCheck health;
    GPtrArray *zones; // of char *: fault domains inside it (F12)
    guint capacity;   // of an isolated host, in the workloads' units of load (L3); 0 = nobody says
    GPtrArray *instances;   // of Instance *: what is installed here (borrowed)
    GPtrArray *resources;   // of Resource *: what stands here (borrowed)
    GHashTable *parameters; // char * → char *: what drivers need to reach it ("endpoint", …)
    GHashTable *rehearsal;  // … and what an isolated drill uses in their place
    guint index;            // in fleet->locations
};

typedef struct {
    char *name;
    TriggerType type;
    StateKeeper keeper;    // client-side state ⇒ one active instance only (L11)
    bool ordered;          // messages must be handled in order
    bool sessions;         // … and the queue keeps order by session
    Recurrence recurrence; // of a recurrence or polling trigger; frequency unset = none
    bool has_recurrence;
    char *split; // of a schedule split over workloads (L10): its name, the same for each part; NULL
} Trigger;

struct Instance {
    Workload *workload;
    Location *location;
    gint64 start_offset_ms; // split schedules: shifts the recurrence's start (L10)
    GHashTable *parameters; // overrides the workload's
    GPtrArray *uses;      // of char *: names of resources, instead of the workload's; empty = those
    GPtrArray *resources; // of Resource *: what it uses (borrowed), once the names are resolved
    guint index;          // in workload->instances
};

struct Workload {
    char *name; // unique in its group
    char *id;   // "group/name", unique in the fleet
    Group *group;
    WorkloadKind kind;
    Pattern pattern;
    char *driver;        // a row of driver/'s table
    char *router;        // name of the workload in this group that routes requests here (L12); NULL
    GPtrArray *triggers; // of Trigger *
    GPtrArray *instances;     // of Instance *
    GPtrArray *stages;        // of char *: names of the process's stages, in order (L8)
    GPtrArray *depends_on;    // of Workload *: activated before this one
    GPtrArray *uses;          // of char *: names of resources, with {location} … as in parameters
    GPtrArray *regions;       // of char *: where such a thing is supported (D6); empty = everywhere
    gint64 snapshot_every_ms; // of a connector: its kept configuration is confirmed so often (D1) …
    gint64 snapshot_limit_ms; // … and may be as old as this
    char *release; // of a connector: what to ask of its provider by hand (D3); NULL = nothing
    GPtrArray
        *losses; // of char *: what nobody recreates of it (D5), instead of what its driver tells
    GPtrArray *more_losses; // … and beside that
    guint load;             // units of its host's capacity that an active instance takes (L3)
    GHashTable *parameters; // char * → char *
    GHashTable *rehearsal;  // char * → char *: what an isolated drill uses in their place
    guint index;            // in fleet->workloads
};

struct Resource {
    char *name; // unique in the fleet
    char *title;
    ResourceKind kind;
    Location *location;               // NULL = outside all locations of the fleet
    char *to_name;                    // of a connection: the dependency it leads to; NULL
    char *gateway_name;               // of a connection: the gateway it goes through; NULL
    char *copy_of_name;               // of a dependency: whose copy it is; NULL
    Resource *to, *gateway, *copy_of; // the same, once the names are resolved
    CopyKind copy;
    guint installations; // of a gateway
    GPtrArray *copies;   // of Resource *: the copies of this one (borrowed)
    guint index;         // in fleet->resources
};

typedef struct {
    Automation failover;
    guint approvals; // different people needed where a sign-off is needed
    bool four_eyes;  // the proposer is not the last needed approver
    SignaturePolicy signature;
    gint64 hold_ms;         // between the last sign-off and the first step
    gint64 expire_ms;       // a proposal not signed by then expires
    gint64 evidence_ms;     // evidence older than this is not signable
    gint64 rollback_ms;     // how long the way back is kept prepared
    gint64 antiflap_ms;     // automatic proposals are blocked so long after an operation
    gint64 step_limit_ms;   // a step's time limit unless its kind has a longer one
    gint64 manual_limit_ms; // when a step by hand is late
    gint64 drain_limit_ms;  // how long to wait for runs in flight
    bool break_glass;       // one person alone may sign, with a longer phrase; a review is due then
    bool propose;           // the watchdog proposes by itself when the primary is down
} Policy;

// A trigger that is a part of a split schedule. Borrowed.
typedef struct {
    const Workload *workload;
    const Trigger *trigger;
} SplitPart;

// When the customers are told what (F4).
typedef enum {
    NOTICE_PLANNED,  // a planned failover begins
    NOTICE_FAILOVER, // it runs in the standby now
    NOTICE_FAILBACK, // the way home begins
    NOTICE_HOME,     // it is home again
    NOTICE_COUNT
} NoticeKind;

// A step of the group's own, that people or a provider do (D3, D4, F4, F11).
typedef struct {
    char *name; // unique in its group
    char *title;
    StepPlace place;
    StepOn on;
    Worker side;
    char *who; // a person, a team, a provider; NULL = nobody in particular
    gint64 limit_ms;
    bool ticket;     // confirming it takes a ticket's reference
    Location *watch; // done by itself when this location is healthy; NULL = a person confirms it
    Group *group;
} OwnStep;

struct Group {
    char *name;
    char *title;
    Location *primary;
    GPtrArray *standbys; // of Location *, in order of preference
    gint64 rpo_ms;
    gint64 rto_ms;
    Policy policy;
    GPtrArray *workloads;     // of Workload *
    GPtrArray *reduced;       // of char *: what does not work while failed over (F5)
    GPtrArray *nonproduction; // of char *: members that may be degraded meanwhile (F9)
    GPtrArray *steps;         // of OwnStep *, in file order
    GPtrArray *unmanaged;     // of char *: the customer's own resources and steps (F11)
    guint tier;               // in a region-level operation lower ones go first
    char *standby_cost;       // what keeping the standbys costs, in words (P3); NULL
    char *failed_over_cost;   // what running in a standby costs beside, in words; NULL
    char *owner;              // who answers for it, and how they are reached; NULL
    GHashTable *rehearsal;    // char * → char *: parameters of its workloads in an isolated drill
    GHashTable *responsibilities; // char * (a step's kind) → char *: who does such steps (F7)
    char *notices[NOTICE_COUNT];  // templates (model/notice.h); NULL = nobody is told
    DayWindow failback_window;    // a failback waits for it
    gint64 failback_limit_ms;     // longer it may not be off on its way home; 0 = nobody says
    gint64 plan_reviewed_ms;      // 0 = never
    gint64 plan_tested_ms;        // 0 = never
    guint index;                  // in fleet->groups
};

struct Fleet {
    char *name;
    bool production;
    guint parallel;       // groups of a region-level operation that move at once
    char *source;         // the file it was read from
    GPtrArray *locations; // of Location *
    GPtrArray *groups;    // of Group *
    GPtrArray *workloads; // of Workload *: all, in file order (borrowed)
    GPtrArray *resources; // of Resource *
    GHashTable *location_by_name;
    GHashTable *group_by_name;
    GHashTable *workload_by_id;
    GHashTable *resource_by_name;
    GHashTable *splits; // char * → GPtrArray of SplitPart *: split schedules by name
    gint refs;
};

// An empty fleet. The caller fills it through the adders below and frees it with fleet_unref.
Fleet *fleet_new(const char *name);
Fleet *fleet_ref(Fleet *fleet);
void fleet_unref(Fleet *fleet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fleet, fleet_unref)

// Adders make the object with its defaults, enter it into the indexes and return it (owned by the
// fleet). NULL if the name is taken: the caller knows the place in the file and says so.
Location *fleet_add_location(Fleet *fleet, const char *name);
Group *fleet_add_group(Fleet *fleet, const char *name);
OwnStep *group_add_step(Group *group, const char *name);
Workload *group_add_workload(Fleet *fleet, Group *group, const char *name);
Instance *workload_add_instance(Workload *workload, Location *location);
Trigger *workload_add_trigger(Workload *workload, const char *name);
Resource *fleet_add_resource(Fleet *fleet, const char *name);

// Enters a resource where it stands and with what it is a copy of: call once, when it is filled in.
void resource_place(Resource *resource);
// The instance uses it. Twice is once.
void instance_use(Instance *instance, Resource *resource);

// Enters the triggers of a workload into the split schedules that they name: call once, when it is filled in.
void fleet_enter_splits(Fleet *fleet, const Workload *workload);

// The parts of a split schedule, of SplitPart *, in file order; NULL if the trigger is no part of
// one.
const GPtrArray *fleet_split(const Fleet *fleet, const Trigger *trigger);

// NULL if there is none of that name.
Location *fleet_location(const Fleet *fleet, const char *name);
Group *fleet_group(const Fleet *fleet, const char *name);
// "3 locations, 1 group, 7 workloads". The caller frees.
char *fleet_counts(const Fleet *fleet);
Workload *fleet_workload(const Fleet *fleet, const char *id);
Resource *fleet_resource(const Fleet *fleet, const char *name);
Instance *workload_instance(const Workload *workload, const Location *location);
Workload *group_workload(const Group *group, const char *name);

// True if the group may run at `location`: its primary or one of its standbys.
bool group_has_location(const Group *group, const Location *location);

// True if something of the group can be activated at `location`: a router alone only sends others there.
bool group_runs_at(const Group *group, const Location *location);

// True if at most one instance of it may be active: the pattern says so, or a trigger keeps its state
// with the client.
bool workload_is_single_active(const Workload *workload);

// True for what holds data that must be promoted: environments and databases.
bool workload_holds_data(const Workload *workload);

// What a person asks of its provider when it was made anew elsewhere (D3): of a connector, unless that is "none". NULL =
// nothing. Borrowed.
const char *workload_release(const Workload *workload);

// True if such a thing is supported at the location (D6).
bool workload_supports(const Workload *workload, const Location *location);

// The names of what it uses, of char *: its own list, or its workload's.
const GPtrArray *instance_uses(const Instance *instance);

// `text` with {location}, {group}, {workload} and {location.NAME} replaced. The caller frees.
char *instance_expand(const Instance *instance, const char *text);

// The parameter as this instance sees it: its own, else its workload's, else its location's; with
// {location}, {group}, {workload} and {location.NAME} (a parameter of the location) replaced. NULL if
// nobody sets it. The caller frees.
char *instance_parameter(const Instance *instance, const char *name);

// The parameter as an isolated drill sees it: what its workload's rehearsal says, else its group's, else its location's;
// else, unless `apart`, what everybody sees, in which {location.NAME} stands for the rehearsal's, too. `apart` is for
// credentials: live ones are not used in an exercise. The caller frees.
char *instance_rehearsal(const Instance *instance, const char *name, bool apart);

// True if anything is said of how it is rehearsed.
bool instance_has_rehearsal(const Instance *instance);
