// The queue of changes. A decision is prepared on the state as it is (guards are evaluated there, and only
// there), drafted as copies of what it changes plus its audit records, committed in one guarded store
// transaction, and only then put in place, told and answered. One is in flight at a time.
//
//   waiting ─▶ prepare ─▶ commit ─▶ answered ─▶ applied ─▶ finished
//                │ refused            │ unknown: read back, then as if answered
//                ▼                    ▼ not recorded: nothing is applied
//             finished             finished
//
// Whether an answer that was lost stands for a commit is read off the audit log's head: every decision
// appends at least one record, so its last hash names it.
#pragma once

#include "engine/state.h"

typedef struct {
    char *key;
    char *text;  // NULL = the key goes
    bool absent; // guard: the key is not there yet
} MotionPut;

// An idempotency key that was used, and for what.
typedef struct {
    char *content; // SHA-256 of who asked what
    char *object;  // id of the operation
} RequestNote;

typedef enum { ANSWER_NONE, ANSWER_DONE, ANSWER_GUARD, ANSWER_ERROR } MotionAnswer;

struct Motion {
    const char *what; // for the log
    // Drafts the change. False with `error`: refused. False without: nothing is to be done, which is a success.
    bool (*prepare)(Engine *engine, Motion *motion, GError **error);
    void (*applied)(Engine *engine, Motion *motion); // may be NULL
    // Answers. `error` NULL: it is done (or was already).
    void (*finished)(Engine *engine, Motion *motion, const GError *error); // may be NULL
    gpointer request;
    GDestroyNotify free_request;
    Person person;       // who asked (motion_person)
    GStringChunk *texts; // what was asked (motion_text); NULL = none yet
    EngineDone done;     // whom motion_submit tells …
    gpointer data;       // … and with what
    bool reads;          // only wants to read, which a daemon can that decides nothing
    bool own;      // of the engine's own making: given up when it fails, made again from the state
    char *key;     // idempotency key; NULL = none
    char *content; // what it stands for
    char *object;  // the operation it made or changed (also when the key was used before)

    // The draft.
    Operation *operation; // a copy, to be put in place; NULL = none
    bool fresh;           // it is new: no other of its group may be open
    GPtrArray *others;    // of Operation *: further ones that are changed or made with it
    GPtrArray *records;   // of GroupRecord *: copies
    AutomationRecord *automation;
    GPtrArray *audit;   // of AuditRecord *, in order; seq and hashes are filled in at the commit
    GPtrArray *changes; // of Change *
    GPtrArray *puts;    // of MotionPut *
    char *entry;        // what else `applied` puts in place, and its key (motion_draft); NULL
    gpointer value;
    GDestroyNotify free_value;
    GError *answer; // a refusal that is told although something was recorded

    SignatureCheck check; // of what it is signed with (engine/signature.h)
    guint64 edition;      // of the lists under which that was checked

    // The store's answer.
    MotionAnswer state;
    guint64 revision;
    GError *error;
    bool guarded; // a guard did not hold: the head says whether somebody else writes
    guint tries;
};

// An empty draft. `what` is static; `prepare` may be NULL for one that is drafted already.
Motion *motion_new(const char *what, bool (*prepare)(Engine *, Motion *, GError **));
void motion_free(Motion *motion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Motion, motion_free)

// Back to before prepare: the draft is empty (motion-draft.c, as all of prepare's own functions below).
void motion_clear(Motion *motion);

// What was asked (motion-request.c), copied into the motion, where it lives as long as the motion does: person and
// texts (of NULL motion_text makes ""), and the request that is made of these, as motion->request.
const Person *motion_person(Motion *motion, const Person *person);
const char *motion_text(Motion *motion, const char *text);
const char *motion_text_opt(Motion *motion, const char *text);
void motion_keep(Motion *motion, gconstpointer request, gsize size);

// Enqueues what somebody asked. Takes the decision.
void motion_ask(Engine *engine, Motion *motion);

// The same of a request (motion_keep) whose answer is that it is done, or why not, and no more.
void motion_submit(Engine *engine, Motion *motion, gconstpointer request, gsize size,
                   EngineDone done, gpointer data);

// Gives the decision an idempotency key and what it stands for (the parts that must be the same).
void motion_set_key(Motion *motion, const char *key, const char *first, ...) G_GNUC_NULL_TERMINATED;

// For prepare: the copy of the operation that is being changed (the same one if asked again).
Operation *motion_operation(Motion *motion, const Operation *operation);
// As above for a further operation that is changed with it.
Operation *motion_other(Motion *motion, const Operation *operation);
// The drafted operation of that id; NULL if the draft does not touch it.
Operation *motion_drafted(const Motion *motion, const char *id);
// The copy of the group's record. NULL if the fleet has no such group.
GroupRecord *motion_record(Engine *engine, Motion *motion, const char *group);
AuditRecord *motion_audit(Motion *motion, const char *actor, const char *action, const char *kind,
                          const char *name);
void motion_say(Motion *motion, Severity severity, const char *kind, const char *name,
                const char *format, ...) G_GNUC_PRINTF(5, 6);
// The same of an operation, named: "failover of payments: …".
void motion_say_of(Motion *motion, Severity severity, const Operation *operation,
                   const char *format, ...) G_GNUC_PRINTF(4, 5);
// For prepare: what `applied` puts into a book of the engine's, which is no record, and under which key. Takes both; a
// value of NULL: the entry goes.
void motion_draft(Motion *motion, char *entry, gpointer value, GDestroyNotify free_value);
// For applied: that value, which is the caller's from here on.
gpointer motion_take_value(Motion *motion);
// Takes both texts; a text of NULL deletes the key.
void motion_put(Motion *motion, char *key, char *text, bool absent);

// The drafted change as one transaction; fills in the seq and hashes of its audit records (motion-txn.c).
StoreTxn *motion_transaction(const Engine *engine, const Motion *motion);

// For a motion that only reads: nothing is to be done; finished() does the rest.
bool motion_nothing(Engine *engine, Motion *motion, GError **error);

// Works off the queue as far as the store answers at once; asks `next` for a decision of the engine's own
// (already prepared) whenever nobody waits.
void motions_run(Engine *engine, Motion *(*next)(Engine *engine, gint64 *due_ms), gint64 *due_ms);

// The queue's "no", where a request has no finer one.
void refuse(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

// NULL is fine.
void request_note_free(RequestNote *note);
