// The statement: plan and evidence in one document, which is what people sign. It is frozen when it is
// made; wire/ writes it in canonical form and its SHA-256 is the digest a sign-off names. Fresh
// evidence is compared with it: within what was acknowledged, the statement stands; beyond, there is a
// new statement and the sign-offs of the old one are void (material change).
#pragma once

#include "model/names.h"

// One fact of the evidence, with where and when it was observed.
typedef struct {
    char *id;    // "verdict.westeurope", "replication.ledger.northeurope.replayed"
    char *label; // for people: "West Europe"
    char *value; // as text; NULL = unknown
    char *unit;  // "ms", "runs", "" …
    char *source;
    gint64 observed_at_ms;
    bool
        frozen; // the last word of a source that is silent now: its age is the message, not staleness
} Fact;

// What signers acknowledge about loss. Ordered: a higher band is a material change.
typedef enum {
    LOSS_NONE,
    LOSS_TO_1M,
    LOSS_TO_5M,
    LOSS_TO_RPO,
    LOSS_TO_2RPO,
    LOSS_BEYOND,
    LOSS_UNKNOWN
} LossBand;

typedef struct {
    guint number;
    guint wave;
    StepKind kind;
    char *title;
    char *task; // as Step's
    char *who;
    Side side;
    bool best_effort;
    bool grants;
    gint64 limit_ms;
} PlannedStep;

typedef struct {
    char *operation;
    guint version;
    OperationKind kind;
    StatementMode mode; // LIVE or DRILL
    DrillKind drill;
    bool planned;
    char *fleet;
    char *group;
    guint tier;  // of the group; lower ones go first
    char *owner; // of the group; NULL = nobody is named
    char *from;
    char *to;
    gint64 epoch; // of the group when the statement was made
    gint64 made_ms;
    gint64 expires_ms;
    char *summary;    // one sentence: what will be done
    char *why;        // why now
    char *vantage;    // who sees the losing side how, and who states this: a sentence
    GPtrArray *steps; // of PlannedStep *
    GPtrArray *facts; // of Fact *
    bool loss_known;
    gint64 loss_ms;           // bound; meaningful if known
    gint64 loss_transactions; // -1 = unknown
    gint64 discards;          // transactions that the way home drops for good; -1 = unknown
    char *loss_how;
    char *loss_source;       // who said so: "northeurope, westeurope"; NULL = nobody
    gint64 loss_observed_ms; // of the older of the two ends it rests on; 0 = never
    gint64 rpo_ms;           // what it is held against
    LossBand band;
    OldPrimary old_primary;
    ProofClass proof; // weakest of the workloads that must be single-active
    char *proof_how;  // a sentence
    VerdictState from_verdict;
    VerdictState to_verdict;
    char *lineage;             // of the replication
    gint64 abandoned_runs;     // -1 = unknown
    gint64 missed_recurrences; // -1 = unknown
    GPtrArray *reduced;        // of char *: what will not work afterwards
    GPtrArray *effects;        // of char *: what else it brings: latency, users, cost …
    GPtrArray *findings;       // of char *: "R17 warning: …"
    guint error_findings;      // of error severity
    GPtrArray *errors;         // of char *: ids of those, "R09:westeurope"
    GPtrArray *not_known;      // of char *: stated as unknown
    GPtrArray *overrides;      // of char *: what people have set aside, and until when
    gint64 reviewed_ms;        // the plan; 0 = never
    gint64 tested_ms;          // by a drill or in earnest; 0 = never
    char *way_back;            // a sentence: the point of no return and the way back
    char *if_we_wait;          // a sentence
    guint approvals;           // sign-offs needed; 0 = none
    char *signoff_why;         // why sign-offs are (not) needed
    bool four_eyes;
    SignaturePolicy signature;
    bool break_glass;    // the group's policy lets one person alone sign with a longer phrase
    char *confirm;       // the phrase to type
    ActKind act;         // it is about this in the middle of the operation; none = about the whole
    guint act_step;      // skip: which step; 0 = all that failed
    GPtrArray *not_done; // of char *: what an act leaves undone
} Statement;

Fact *fact_new(const char *id, const char *label);
void fact_free(Fact *fact);
void planned_step_free(PlannedStep *step);
Statement *statement_new(void);
void statement_free(Statement *statement);
Statement *statement_copy(const Statement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Statement, statement_free)

// The band that a bound falls into (4-OPERATIONS.md: 1 min, 5 min, RPO, 2×RPO, unknown). Thresholds that the
// RPO swallows do not count: with an RPO of 30 s, 40 s is beyond RPO.
LossBand loss_band(bool known, gint64 loss_ms, gint64 rpo_ms);

// True if signing means accepting a loss or a doubt (F8): the bound is not zero, or not known, or the way home discards
// something, or the old primary is unconfirmed.
bool statement_loses(const Statement *statement);

// The bound to state for a loss that still moves (its source is alive): the next of 5s, 10s, 30s, 1m, 2m,
// 5m, 10m, 15m, 30m, then whole hours. What is signed must hold until the point of no return, so it
// is stated with room; a loss that moves no more is stated as it is.
gint64 statement_roomy_bound(gint64 loss_ms);

// Whether fresh evidence stays within what was acknowledged (11-SAFETY.md 3.5, dominance). NULL if so; else a
// sentence. Asked at the start and at the point of no return. The caller frees.
char *statement_exceeds(const Statement *signed_for, const Statement *now);

// The phrase: "FAIL OVER payments TO northeurope LOSE <=1m44s", "… LOSE UNKNOWN"; where nothing can be lost,
// the group's name. The caller frees.
char *statement_phrase(const Statement *statement);

// The longer sentence with which one person alone breaks the glass. The caller frees.
char *statement_break_glass_phrase(const Statement *statement);

// The oldest time among the facts that are not frozen: how old the evidence is. 0 if one of them was never
// observed.
gint64 statement_oldest_fact(const Statement *statement);
