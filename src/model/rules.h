// The readiness and interlocking rules R01 to R27 (3-MODEL.md) as one table. A rule looks at what is
// declared and observed and yields a finding for each object for which it does not hold.
//
// A rule is of one scope: it judges a workload, a group, a location or the fleet, by looking at that object
// and what stands below it. So whoever knows which object has changed need judge only that one again.
#pragma once

#include "model/fleet.h"
#include "model/status.h"

// What the rules may look at. Everything borrowed.
typedef struct {
    const Fleet *fleet;
    gint64 now_ms;
    // Live status by name; NULL where nothing is known yet.
    const LocationStatus *(*location)(const char *name, gpointer data);
    const WorkloadStatus *(*workload)(const char *id, gpointer data);
    const GroupStatus *(*group)(const char *name, gpointer data);
    gpointer data;
    // Vantage points: of VantagePoint *.
    const GPtrArray *vantages;
    // True if the step can be done by the workload's driver; else it is done by hand. NULL = nobody says.
    bool (*can)(const Workload *workload, StepKind step, gpointer data);
    // When a trigger fires next at an instance; 0 = never, or not known. NULL = nobody says.
    gint64 (*next)(const Instance *instance, const Trigger *trigger, gpointer data);
    // Where diagnostics and audit checkpoints are sent to: of RuleSink *. NULL = nobody says.
    const GPtrArray *sinks;
} RuleWorld;

typedef struct {
    char *name;
    char *location; // NULL = nobody knows where it stands
} VantagePoint;

typedef struct {
    char *name;
    char *location; // NULL = outside all locations of the fleet
    char *trouble;  // why it does not keep up, a sentence; NULL = it does
} RuleSink;

RuleSink *rule_sink_new(const char *name, const char *location, const char *trouble);
void rule_sink_free(RuleSink *sink);

typedef enum { SCOPE_FLEET, SCOPE_LOCATION, SCOPE_GROUP, SCOPE_WORKLOAD, SCOPES } RuleScope;

// An object of a scope; the members that are not its own are NULL.
typedef struct {
    RuleScope scope;
    const Location *location;
    const Group *group;
    const Workload *workload;
} RuleObject;

typedef struct Rule Rule;

struct Rule {
    const char *id;    // "R09"
    const char *title; // "watchdog-elsewhere"
    const char *from;  // "L15"
    const char *holds; // the sentence of 3-MODEL.md: when it holds
    RuleScope scope;
    // Appends a Finding (rule_add) for each way in which the object breaks it.
    void (*check)(const RuleWorld *world, const RuleObject *object, GPtrArray *findings);
};

// The rows that are evaluated, by id. `ret_count` may be NULL.
const Rule *rules_all(guint *ret_count);

// NULL if there is none of that id.
const Rule *rules_find(const char *id);

// What one object breaks, of Finding *, by rule. The caller owns the array.
GPtrArray *rules_check_object(const RuleWorld *world, const RuleObject *object);

// All findings of the fleet, in the order of rules_compare. The caller owns the array.
GPtrArray *rules_check(const RuleWorld *world);

// "group/payments": what its findings name it. The caller frees.
char *rule_object_text(const RuleObject *object);

// The fleet's objects of a scope in turn, from n = 0 on. False: there are no more.
bool rules_nth_object(const Fleet *fleet, RuleScope scope, guint n, RuleObject *ret_object);

// Worst first, then by id. For g_ptr_array_sort.
int rules_compare(gconstpointer a, gconstpointer b);
