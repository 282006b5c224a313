// The readiness and interlocking rules R01 to R27 (3-MODEL.md) as one table. A rule looks at what is
// declared and observed and yields a finding for each object for which it does not hold.
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
} RuleWorld;

typedef struct {
    char *name;
    char *location; // NULL = nobody knows where it stands
} VantagePoint;

typedef struct Rule Rule;

struct Rule {
    const char *id;    // "R09"
    const char *title; // "watchdog-elsewhere"
    const char *from;  // "L15"
    const char *holds; // the sentence of 3-MODEL.md: when it holds
    // Appends a Finding (rule, title, from are filled in by rules_check) for each object that breaks it.
    void (*check)(const RuleWorld *world, GPtrArray *findings);
};

// The rows that are evaluated. `ret_count` may be NULL.
const Rule *rules_all(guint *ret_count);

// All findings, of Finding *, ordered by severity, rule, object. The caller owns the array.
GPtrArray *rules_check(const RuleWorld *world);
