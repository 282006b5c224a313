// What a group's failover would be like, and what stands around it: forecasts against its objectives, how replication
// has been, who does what, what customers would be told, what will not work (F1, F3 to F7, F9, F11). Asked for when
// somebody wants to know; the live group (model/status.h) has what changes by the second.
#pragma once

#include "model/lag.h"
#include "model/names.h"

typedef struct {
    gint64 at_ms;  // the minute
    gint64 lag_ms; // -1 = unknown
} LagSample;

typedef struct {
    char *workload;
    char *from;
    char *to;
    gint64 lag_ms; // now; -1 = unknown, as below
    gint64 p95_ms; // over the samples
    gint64 worst_ms;
    GPtrArray *samples; // of LagSample *, oldest first
} LagHistory;

typedef struct {
    char *step; // a step's kind
    char *who;
} Responsibility;

typedef struct {
    char *when; // "failover"
    char *text; // as it would be sent
} Notice;

typedef struct {
    char *group;
    char *owner;
    gint64 rpo_ms;
    gint64 rto_ms;
    // What an unplanned failover to the first standby took before, from its start: steps of earlier operations and
    // drills, those of one wave side by side.
    gint64 usual_ms;     // -1 = nothing is known
    gint64 usual_p95_ms; // -1
    guint steps;
    guint unknown_steps; // whose kind was never carried out: the forecast lacks them
    char *no_plan;       // why there is no plan; NULL
    char *blocked;       // why no failover is proposed though it is needed; NULL
    bool gate_open;
    char *gate_why;
    char *failback_window;       // "22:00-04:00" in UTC; NULL = at any time
    GPtrArray *lags;             // of LagHistory *
    GPtrArray *responsibilities; // of Responsibility *
    GPtrArray *notices;          // of Notice *
    GPtrArray *reduced;          // of char *, as below
    GPtrArray *nonproduction;
    GPtrArray *unmanaged;
} Outlook;

Outlook *outlook_new(const char *group);
void outlook_free(Outlook *outlook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outlook, outlook_free)

LagHistory *lag_history_new(const char *workload, const char *from, const char *to);
void lag_history_free(LagHistory *history);
// The series as samples, with what follows from them.
void lag_history_fill(LagHistory *history, const LagSeries *series);
void responsibility_free(Responsibility *responsibility);
void notice_free(Notice *notice);
