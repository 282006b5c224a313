// What people ask of the engine. Every request is answered exactly once, later, from engine_run:
// with the object as it now is, or with a GError of domain REFUSAL (a rule says no: the sentence
// names the rule, the facts and the way out) or ERR (it could not be done: ERR_CANCELLED,
// ERR_UNKNOWN …).
//
// Requests copy what they are given. Who the person is and that the text is well-formed is the
// caller's business; what the person may do is checked here, inside the change that does it.
//
// `key` is the caller's Idempotency-Key (NULL = none), durable: the same key with the same content
// by the same person gets the operation as it is now, without doing anything again; with other
// content REFUSAL_KEY_REUSED.
#pragma once

#include "engine/engine.h"
#include "model/snapshot.h"
#include "model/outlook.h"
#include "model/quorum.h"

// `operation` and `signoff` are borrowed; `signoff` is NULL if and only if `error` is set. `operation` may be
// NULL beside a sign-off of long ago, whose operation is no longer in memory.
typedef void (*EngineOperationDone)(const Operation *operation, const GError *error, gpointer data);
typedef void (*EngineSignOffDone)(const Operation *operation, const SignOff *signoff,
                                  const GError *error, gpointer data);

typedef enum { PROPOSE_AS_NEEDED, PROPOSE_PLANNED, PROPOSE_UNPLANNED } ProposePlanned;

typedef struct {
    const Person *person;
    const char *key;
    OperationKind kind;
    DrillKind drill;    // of a drill, which begins and ends at home; DRILL_NONE otherwise
    const char *group;  // NULL in a region-level one
    const char *region; // every group of this location, each as its own operation; NULL = one group
    const char *to;     // NULL = the first standby (failover), the home location (failback)
    ProposePlanned planned; // as needed: planned if the losing side is up
    const char *reason;     // must hold a word
    bool dry_run; // answers the operation with its statement as it would be; nothing is recorded
} ProposeRequest;

// Needs ROLE_BIT_OPERATOR. REFUSAL_CONFLICT if an operation of the group is open (the message names
// it). Of a region-level one the answer is the parent (engine/region.h).
void engine_propose(Engine *engine, const ProposeRequest *request, EngineOperationDone done,
                    gpointer data);

typedef struct {
    const Person *person;
    // id, operation, digest, decision, reason, ticket, phrase, signature; the engine fills in the
    // rest.
    const SignOff *signoff;
} SignRequest;

// The same sign-off id again (same content and person) returns the first answer; other content
// REFUSAL_KEY_REUSED. The refusals of quorum_check. The statement is compared with fresh evidence
// first: if it no longer stands, REFUSAL_WRONG_DIGEST and the operation has a new statement.
void engine_sign(Engine *engine, const SignRequest *request, EngineSignOffDone done, gpointer data);

// What became of a sign-off. REFUSAL_NOT_FOUND: it was never recorded.
void engine_find_signoff(Engine *engine, const char *id, EngineSignOffDone done, gpointer data);

typedef struct {
    const Person *person;
    const char *key;
    const char *operation;
    const char *signoff; // its id
    const char *reason;  // must hold a word
} SignOffRequest;

// The giver takes an approval back, before the point of no return: in the hold window the operation waits for
// sign-offs again, later it is held and nothing more is begun before it is signed again.
void engine_take_back(Engine *engine, const SignOffRequest *request, EngineSignOffDone done,
                      gpointer data);

// Closes the review that a break-glass sign-off left. Needs ROLE_BIT_APPROVER, and somebody else than its giver.
void engine_review(Engine *engine, const SignOffRequest *request, EngineSignOffDone done,
                   gpointer data);

typedef enum {
    COMMAND_WITHDRAW, // the proposer, or an approver: ends a proposal; of an open act: that
    COMMAND_HOLD,     // any operator: no new steps
    COMMAND_RESUME,   // an approver: go on after a hold or a pause
    COMMAND_RETRY,    // an approver: the failed step (0 = all that failed) again, same key
    COMMAND_SKIP, // an operator asks that the failed (or waiting) step be left out: an act to sign
    COMMAND_ABORT, // an operator asks for the undoing: an act to sign; holds the operation meanwhile;
                   // refused past the point of no return
    COMMAND_START,   // an approver: do not wait for the end of the hold window
    COMMAND_CONFIRM, // an operator: the manual step is done; reason = what was seen
    COMMAND_ATTEST,  // an operator: the old primary is off; how, and what was seen
    COMMAND_COUNT
} OperationCommand;

extern const NameTable COMMAND_NAMES;

typedef struct {
    const Person *person;
    const char *key;
    const char *operation;
    OperationCommand command;
    guint step;         // retry, skip: 0 = every failed step; confirm: which
    const char *reason; // must hold a word, except for hold
    const char *ticket; // NULL = none
    AttestHow how;      // attest, and confirm of a step that attests: how the person knows
    guint64 revision;   // If-Match: of the operation as it was seen; 0 = whatever it is
} CommandRequest;

// REFUSAL_WRONG_STATE, REFUSAL_PAST_POINT_OF_NO_RETURN, REFUSAL_PRECONDITION (revision),
// REFUSAL_NOT_ALLOWED, REFUSAL_NO_REASON, REFUSAL_NOT_FOUND.
void engine_command(Engine *engine, const CommandRequest *request, EngineOperationDone done,
                    gpointer data);

typedef struct {
    const Person *person;
    const char *key;
    const char *workload; // its id
    const char *location;
    const char *reason; // must hold a word
    bool holder;        // also the side that has the role: then it is active nowhere
} PassivateRequest;

// Switches an instance off, whoever activated it: out of a split brain. Needs ROLE_BIT_OPERATOR and no sign-off.
// Answered when it is written down; it is sent until the instance is seen passive. REFUSAL_BLOCKED for the side
// that has the role, unless that is said to be meant.
void engine_passivate(Engine *engine, const PassivateRequest *request, EngineDone done,
                      gpointer data);

typedef struct {
    const Person *person;
    const char *key;
    const char *group; // NULL = the whole fleet
    bool arm; // false: no failover starts by itself; the watchdog's proposals wait for a sign-off
    const char *reason;
    gint64 until_ms; // disarming asks for its end, at most 7 days ahead
} ArmRequest;

// Needs ROLE_BIT_APPROVER. Arming a group also lifts its anti-flap block: this person has looked.
void engine_arm(Engine *engine, const ArmRequest *request, EngineDone done, gpointer data);

typedef struct {
    const Person *person;
    const char *key;
    const char *group;
    const char *reason; // what was reviewed; must hold a word
} ReviewRequest;

// Records that the group's plan was reviewed now. Needs ROLE_BIT_OPERATOR.
void engine_review_plan(Engine *engine, const ReviewRequest *request, EngineDone done,
                        gpointer data);

typedef struct {
    const Person *person;
    const char *alarm; // its id
    const char *note;  // NULL = none
} AcknowledgeRequest;

// Needs ROLE_BIT_OPERATOR. An alarm that has ended goes away once acknowledged.
void engine_acknowledge(Engine *engine, const AcknowledgeRequest *request, EngineDone done,
                        gpointer data);

typedef struct {
    const Person *person;
    const char *finding; // its id
    const char *mark;    // of the finding as it was seen; NULL = whatever it says now
    const char *note;    // must hold a word
    gint64 until_ms;     // at most 366 days ahead
} AcceptRequest;

// Acknowledges a finding: it stays listed, with who knows of it, until the date passes or its facts change.
// Needs ROLE_BIT_OPERATOR. REFUSAL_NOT_FOUND, REFUSAL_PRECONDITION (mark), REFUSAL_NO_REASON.
void engine_accept_finding(Engine *engine, const AcceptRequest *request, EngineDone done,
                           gpointer data);

// What somebody takes back.
typedef struct {
    const Person *person;
    const char *key;
    const char *id;       // of the finding, the alarm, the workload
    const char *location; // of a passivation; else NULL
    const char *reason;   // must hold a word
} WithdrawRequest;

// That it is acknowledged: it counts again from now on. Needs ROLE_BIT_OPERATOR. REFUSAL_NOT_FOUND,
// REFUSAL_NOTHING_TO_DO (it is not), REFUSAL_NO_REASON.
void engine_withdraw_finding(Engine *engine, const WithdrawRequest *request, EngineDone done,
                             gpointer data);
void engine_withdraw_alarm(Engine *engine, const WithdrawRequest *request, EngineDone done,
                           gpointer data);

// That it is to be switched off (engine_passivate), while it is not seen off yet: its target is silent, or obeys not. A
// command that has left is not called back. Refusals as above; REFUSAL_BLOCKED for what signalbox itself switches off.
void engine_withdraw_passivation(Engine *engine, const WithdrawRequest *request, EngineDone done,
                                 gpointer data);

// Of each workload of the group that is kept by hand, each standby beside the primary, with every difference; of
// Parity *. The caller owns the array. NULL if there is no such group.
GPtrArray *engine_parity(const Engine *engine, const char *group);

// The kept configurations of a connector, newest last: of Snapshot *, borrowed. NULL if there are none.
const GPtrArray *engine_snapshots(const Engine *engine, const char *workload);

typedef struct {
    const Person *person;
    const char *key;
    const char *group;
    const char *workload; // id
    const char *standby;  // location
    EntityKind kind;
    const char *name; // of the entity
    const char *mark; // of the difference as it was seen; NULL = whatever it is now
    const char *note; // must hold a word; of a withdrawal: the reason
} ParityRequest;

// Records that a person has seen to a difference between primary and standby. Needs ROLE_BIT_OPERATOR. It ends
// when either side changes. REFUSAL_NOT_FOUND, REFUSAL_PRECONDITION (mark), REFUSAL_NO_REASON.
void engine_confirm_parity(Engine *engine, const ParityRequest *request, EngineDone done,
                           gpointer data);

// Takes that back: the difference is open again, at once, for everybody. Refusals as above, and REFUSAL_NOTHING_TO_DO
// if nobody has confirmed it as it is now.
void engine_withdraw_parity(Engine *engine, const ParityRequest *request, EngineDone done,
                            gpointer data);

// How far the links from and to a location were behind: of LagHistory *, those that are not known first, then those that are
// furthest behind now; at most `max`, and whether there are more. The caller owns the array. NULL if there is no such
// location.
GPtrArray *engine_lags(const Engine *engine, const char *location, guint max, bool *ret_more);

// What the group's failover would be like, on what is known now. The caller frees. REFUSAL_NOT_FOUND.
Outlook *engine_outlook(Engine *engine, const char *group, GError **error);

// The maintenance gate (F5): true = open. `ret_why` says why, for people; the caller frees.
// REFUSAL_NOT_FOUND if there is no such group.
bool engine_gate(const Engine *engine, const char *group, bool *ret_open, char **ret_why,
                 GError **error);
