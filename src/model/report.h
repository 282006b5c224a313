// An operation told from its beginning to its end, for the post-mortem: what was detected and how it was seen, who
// signed what, what changed under their sign-offs, the steps and what they took, the objectives against what came of
// them, what was lost. Built once from the operation; written as Markdown here, as JSON in wire/report.h.
#pragma once

#include "model/operation.h"

// What became of an objective.
typedef enum {
    OBJECTIVE_KEPT,
    OBJECTIVE_MISSED,
    OBJECTIVE_RUNNING,    // it is not over
    OBJECTIVE_UNKNOWN,    // nobody can say
    OBJECTIVE_NOT_APPLIED // nothing moved, or no clock ran
} ObjectiveResult;
extern const NameTable OBJECTIVE_NAMES;

typedef struct {
    gint64 target_ms;
    gint64 actual_ms; // an upper bound for the RPO; -1 = not known, or not over
    ObjectiveResult result;
    char *how; // a sentence
} Objective;

typedef enum {
    MOMENT_DETECTED,
    MOMENT_PROPOSED,
    MOMENT_RESTATED, // a material change: another statement
    MOMENT_SIGNED,
    MOMENT_MILESTONE,
    MOMENT_STEP
} MomentKind;
extern const NameTable MOMENT_NAMES;

typedef struct {
    gint64 at_ms;
    MomentKind kind;
    char *who;  // NULL = signalbox itself
    char *text; // as it stands in the operation: not escaped
} Moment;

// One step as it went.
typedef struct {
    guint number;
    char *title;
    Side side;
    StepState state;
    gint64 started_ms; // 0 = never begun
    gint64 took_ms;    // -1 = not over
    gint64 limit_ms;
    gint64 usual_ms; // 0 = nobody knows
    char *by;        // who confirmed or skipped it; NULL
    char *who;       // who was named for it; NULL
    char *words;     // the driver's, or the person's note; NULL
    char *ticket;
} StepReport;

typedef struct {
    const Operation *operation; // borrowed
    char *from_title, *to_title;
    gint64 made_ms; // when this report was written
    Objective rto, rpo;
    GPtrArray *timeline; // of Moment *, in order
    GPtrArray *steps;    // of StepReport *
    GPtrArray *parts; // of Report *: of a region-level operation, those of its groups' operations
} Report;

// `title` gives a location's title for people, NULL if it has none. The report is good as long as the operation.
Report *report_new(const Operation *operation, gint64 now_ms,
                   const char *(*title)(const char *location, gpointer data), gpointer data);
// Adds the report of one group's operation (taken) to that of the region-level one.
void report_add_part(Report *report, Report *part);
void report_free(Report *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, report_free)

// As Markdown. Text from outside is escaped: it is neither markup nor a control character. The caller frees.
char *report_markdown(const Report *report);
