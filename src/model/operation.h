// An operation moves a group between locations: failover, failback (and, later, drill). Here are its
// records as they are stored, served and shown; the rules over them are in model/transition.h (which
// state may follow which), model/plan.h (which steps), model/quorum.h (which sign-offs suffice).
#pragma once

#include "model/act.h"
#include "model/names.h"
#include "model/difference.h"

// One thing to do. Steps of one wave run side by side; a wave starts when the one before it is over.
typedef struct {
    guint number; // from 1
    guint wave;
    StepKind kind;
    char *title;    // "activate settle in North Europe"
    char *task;     // of a manual one: what is to be done in full, a text to be sent; NULL
    char *who;      // who does it, as the fleet file has it; NULL = nobody is named
    char *workload; // id; NULL = the group as a whole
    char *location; // NULL = none
    Side side;
    bool best_effort;  // a failure is noted, not fatal (fence of a dead primary)
    bool compensates;  // it is the undoing of another (after an abort)
    bool attests;      // by hand: confirming it says that an old side is off, and how that is known
    bool needs_ticket; // confirming it takes a ticket's reference
    bool grants; // gives the role to the target: the first such intent is the point of no return
    gint64 limit_ms;
    StepState state;
    char *key;     // idempotency key that the command carries: "OPERATION/NUMBER/EPOCH"
    gint64 epoch;  // of the group when the intent was committed
    char *boot_id; // of the target, recorded with the intent; NULL = it reports none
    guint attempts;
    gint64 started_ms; // intent
    gint64 ended_ms;   // outcome
    char *detail;      // the driver's own words, or the person's note
    char *ticket;
    AttestHow how;   // how the person who confirmed it knows
    char *by;        // who confirmed or skipped it; NULL = signalbox itself
    gint64 usual_ms; // p50 of earlier operations; 0 = none known
    gint64 usual_p95_ms;
} Step;

typedef struct {
    char *id; // made by the client before it first sends
    char *operation;
    char *digest; // of the statement that was seen
    Decision decision;
    char *operator_name; // the person, whatever the login
    char *reason;
    char *ticket;
    char *phrase;
    char *signature;         // armoured SSHSIG; NULL = none
    SignatureState verified; // as the backend found it when it was recorded
    char *key;               // fingerprint of the key that signed; NULL
    char *key_type;          // "ed25519"; NULL
    KeyFrom key_from;        // as the client says
    gint64 at_ms;
    gint64 audit_seq; // the record that holds it
    bool
        void_; // the statement changed after it was given, its key was revoked, or it was taken back
    char *void_why;   // of one that was taken back, or whose signature no longer stands; NULL
    bool lapsed;      // … found past the point of no return: it counted, and an alarm is due
    char *about;      // the act it is about: "skip step 4", "abort"; NULL = the operation
    bool break_glass; // given by one person alone; a review is due, by somebody else
    char *reviewed_by;
    gint64 reviewed_ms; // 0 = not yet
    char *review_note;
} SignOff;

// A material change: the statement that was voided by it, and what is different in the next.
typedef struct {
    guint version; // of the statement that was made then
    gint64 at_ms;
    char *about;       // the act whose statement it is: "skip step 4"; NULL = the operation's own
    char *digest;      // of the statement before it
    char *why;         // a sentence
    GPtrArray *givers; // of char *: people whose sign-offs became void
    GPtrArray *differences; // of Difference *
} Restatement;

// The part of one group in a region-level operation.
typedef struct {
    char *group;
    char *operation;      // the child, signed and carried out on its own; NULL = left out, see why
    OperationState state; // of the child
    char *why;            // why it was left out; NULL
} Member;

// A person says that the old primary is off, and how they know. `how` none = nobody has.
typedef struct {
    AttestHow how;
    char *by;
    char *note;
    gint64 at_ms;
} Attestation;

// What was lost, counted afterwards. -1 = not known (yet).
typedef struct {
    gint64 transactions;
    gint64 abandoned_runs;
    gint64 missed_recurrences;
} Losses;

typedef struct {
    char *id;
    OperationKind kind;
    DrillKind drill; // of a drill
    // A region-level operation (the parent) moves every group of a location: one child a group. It has
    // neither group ("") nor statement nor steps, and its state follows from its children's.
    char *region;       // the location whose groups it moves; NULL = one group
    GPtrArray *members; // of Member *: its groups, in the order they are moved
    char *parent;       // of a child: the region-level operation that it is a part of; NULL
    bool planned;       // the losing side is alive and takes part
    bool automatic;
    char *group;
    char *from;
    char *to;
    OperationState state;
    OperationPhase phase;
    bool held;      // no new step is started until a signer resumes
    bool past_pnr;  // point of no return passed: no abort any more
    char *proposer; // a person, or "watchdog"
    char *reason;
    gint64 detected_ms; // start of the RTO clock; 0 = planned
    gint64 proposed_ms;
    gint64 expires_ms;
    gint64 approved_ms;   // the last needed sign-off
    gint64 hold_until_ms; // first step not before
    gint64 started_ms;
    gint64 activated_ms; // the last activation was done
    gint64 ended_ms;
    gint64 epoch;            // issued to this operation; 0 before it starts
    Statement *statement;    // the one to be signed now
    char *digest;            // of it
    guint statement_version; // from 1; a material change makes the next
    char *changed;           // what the last material change was; NULL
    GPtrArray *restatements; // of Restatement *, oldest first, the last OPERATION_RESTATEMENTS
    GPtrArray *signoffs;     // of SignOff *, in the order given, voided ones too
    GPtrArray *steps;        // of Step *
    Attestation attested;    // of the old primary, while it waits for sign-offs
    GPtrArray *acts;         // of Act *, in the order asked for; at most the last one is open
    GPtrArray *exceptions;   // of char *: what makes it `completed-with-exceptions`
    char *why;               // of the pause, the end, the refusal: a sentence; NULL
    Losses lost;
    gint64 rto_ms;
    gint64 off_limit_ms; // on its way home it may be off for so long; 0 = nobody says
    gint64 there_ms,
        back_ms;      // of a live drill: how long it did not run, on each way; -1 = not known
    guint64 revision; // of the store
} Operation;

enum { OPERATION_RESTATEMENTS = 16 };

Restatement *restatement_new(void);
void restatement_free(Restatement *restatement);
Step *step_new(guint number, StepKind kind);
void step_free(Step *step);
SignOff *signoff_new(const char *id);
SignOff *signoff_copy(const SignOff *signoff);
void signoff_free(SignOff *signoff);
Member *member_new(const char *group, const char *operation);
void member_free(Member *member);
Operation *operation_new(const char *id);
void operation_free(Operation *operation);
// A deep copy: a decision is prepared on a copy and put in place once it is committed.
Operation *operation_copy(const Operation *operation);
// NULL if there is none.
Step *operation_step(const Operation *operation, guint number);
// Takes `change`; the oldest ones are forgotten.
void operation_add_change(Operation *operation, Restatement *change);
// The last material change; NULL if there was none.
const Restatement *operation_last_change(const Operation *operation);
// The group's part in a region-level operation; NULL if it has none.
Member *operation_member(const Operation *operation, const char *group);
// The act that waits for its sign-offs; NULL = none.
Act *operation_act(const Operation *operation);
// What may be signed now, as an operation: while an act waits, a shallow copy that shows the act's statement,
// digest, asker and expiry in the place of the proposal's, awaiting sign-off; else the operation itself.
// So whoever counts, checks or shows sign-offs needs to know nothing of acts. Everything in it is borrowed.
Operation operation_ballot(const Operation *operation);
// True if the glass was broken for it, and nobody has closed the review yet.
bool signoff_review_is_due(const SignOff *signoff);
// "failover", "failback", "DRILL isolated", "DRILL live": a drill is never called by the name of the real thing.
const char *operation_word(const Operation *operation);
// True for a drill that only rehearses: nothing of it is ever commanded.
bool operation_is_rehearsal(const Operation *operation);
// True once a live drill has arrived: until it ends `from` and `to` have changed places.
bool operation_has_turned(const Operation *operation);
// True in completed, aborted, rejected, withdrawn, expired …: nothing more will happen.
bool operation_has_ended(const Operation *operation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Step, step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignOff, signoff_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Operation, operation_free)
