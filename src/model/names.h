// Every closed set of words in the domain, once: the enum, its names as they stand in files and in the API,
// and its words as people read them on screens, in commands and reports. A NameTable is what options, JSON
// fields and completion are driven by.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *what;         // "verdict", for error messages
    const char *const *names; // for programs: "completed-with-exceptions"
    guint count;
    const char *const *words; // for people: "completed with exceptions"; NULL = the names
} NameTable;

#define NAME_TABLE_WORDS(what_, names_, words_)                                                    \
    {                                                                                              \
        .what = what_, .names = names_, .count = G_N_ELEMENTS(names_), .words = words_             \
    }
#define NAME_TABLE(what_, names_) NAME_TABLE_WORDS(what_, names_, NULL)

// The name of `value`, for files and API; "?" if it is out of range.
const char *name_of(const NameTable *table, int value);

// The same for people's eyes. The one place where a state gets its word: what a screen shows in capitals is
// this word, too.
const char *word_of(const NameTable *table, int value);

// The value of the name `text`. ERR_INVALID lists the names that are allowed.
bool name_parse(const NameTable *table, const char *text, int *ret_value, GError **error);

// All names, joined by ", ". The caller frees.
char *name_list(const NameTable *table);

typedef enum { HOST_MULTI_TENANT, HOST_ISOLATED } HostType;
extern const NameTable HOST_NAMES;

typedef enum {
    KIND_WORKFLOW,
    KIND_ENVIRONMENT,
    KIND_CATALOG,
    KIND_CONNECTOR,
    KIND_DATABASE,
    KIND_ROUTER,
    KIND_SERVICE
} WorkloadKind;
extern const NameTable KIND_NAMES;

// What workloads use and what is no workload of the fleet (L1, L4, L5).
typedef enum {
    RESOURCE_ACCOUNT, // an integration account: partners, agreements, maps
    RESOURCE_CONNECTION,
    RESOURCE_GATEWAY, // to systems on premises
    RESOURCE_DEPENDENCY
} ResourceKind;
extern const NameTable RESOURCE_NAMES;

typedef enum { COPY_REPLICA, COPY_BACKUP } CopyKind;
extern const NameTable COPY_NAMES;

typedef enum { PATTERN_ACTIVE_PASSIVE, PATTERN_LOAD_BALANCED, PATTERN_COMPETING_CONSUMERS } Pattern;
extern const NameTable PATTERN_NAMES;

typedef enum { TRIGGER_RECURRENCE, TRIGGER_POLLING, TRIGGER_REQUEST, TRIGGER_WEBHOOK } TriggerType;
extern const NameTable TRIGGER_NAMES;

typedef enum { KEEPER_SERVER, KEEPER_CLIENT } StateKeeper; // who remembers what was already handled
extern const NameTable KEEPER_NAMES;

typedef enum { VERDICT_UNKNOWN, VERDICT_UP, VERDICT_DEGRADED, VERDICT_DOWN } VerdictState;
extern const NameTable VERDICT_NAMES;

// How a health check answers (L14): in the same exchange, or in a way that says nothing about the health.
typedef enum {
    ANSWER_UNKNOWN,
    ANSWER_SYNCHRONOUS,
    ANSWER_ACCEPTED,   // 202: "later"
    ANSWER_REDIRECTED, // "elsewhere"
    ANSWER_LATE        // not within its limit
} AnswerStyle;
extern const NameTable ANSWER_NAMES;

typedef enum {
    INSTANCE_UNKNOWN,
    INSTANCE_ACTIVE,
    INSTANCE_PASSIVE,
    INSTANCE_TRANSITIONING,
    INSTANCE_FAILED,
    INSTANCE_UNREACHABLE
} InstanceState;
extern const NameTable INSTANCE_NAMES;

typedef enum {
    RUN_STATE_UNKNOWN,
    RUN_STATE_RUNNING,
    RUN_STATE_SUCCEEDED,
    RUN_STATE_FAILED,
    RUN_STATE_CANCELLED,
    RUN_STATE_SKIPPED // fired, and nothing was started
} RunState;
extern const NameTable RUN_STATE_NAMES;

typedef enum {
    MODE_UNKNOWN,
    MODE_NORMAL,
    MODE_FAILING_OVER,
    MODE_FAILED_OVER, // limited mode: F5
    MODE_FAILING_BACK,
    MODE_SPLIT
} GroupMode;
extern const NameTable MODE_NAMES;

typedef enum { AUTOMATION_MANUAL, AUTOMATION_AUTOMATIC } Automation;
extern const NameTable AUTOMATION_NAMES;

typedef enum { SIGNATURE_OFF, SIGNATURE_PREFERRED, SIGNATURE_REQUIRED } SignaturePolicy;
extern const NameTable SIGNATURE_NAMES;

// What became of a signature's check (model/signature.h).
typedef enum {
    SIGNATURE_NONE, // not signed
    SIGNATURE_VERIFIED,
    SIGNATURE_UNCHECKED, // it could not be checked (yet): says nothing
    SIGNATURE_BAD,       // it is not of this text, or no signature at all
    SIGNATURE_WRONG_NAMESPACE,
    SIGNATURE_NOT_ALLOWED, // a good signature, but the key is not this person's
    SIGNATURE_EXPIRED,     // outside the key's validity
    SIGNATURE_REVOKED,
    SIGNATURE_STATES
} SignatureState;
extern const NameTable SIGNATURE_STATE_NAMES;

// Where the signer's key was, as their client says.
typedef enum { KEY_FROM_UNKNOWN, KEY_FROM_AGENT, KEY_FROM_FILE } KeyFrom;
extern const NameTable KEY_FROM_NAMES;

// What proves that the old side is off (4-OPERATIONS.md): the target refuses old epochs; its lease
// lapsed; an independent device cut it off; a person attests. Ordered from strongest to weakest.
typedef enum { PROOF_FENCING, PROOF_LEASE, PROOF_POWER, PROOF_MANUAL } ProofClass;
extern const NameTable PROOF_NAMES;

typedef enum { OLD_UNCONFIRMED, OLD_PASSIVE, OLD_FENCED, OLD_ATTESTED, OLD_NOT_NEEDED } OldPrimary;
extern const NameTable OLD_PRIMARY_NAMES;

typedef enum { OPERATION_FAILOVER, OPERATION_FAILBACK, OPERATION_DRILL } OperationKind;
extern const NameTable OPERATION_KIND_NAMES;

// An exercise: isolated only looks and rehearses, live moves the group and brings it home again.
typedef enum { DRILL_NONE, DRILL_ISOLATED, DRILL_LIVE } DrillKind;
extern const NameTable DRILL_NAMES;

// Stands in the signed bytes: what is signed as a drill is never carried out as anything else.
typedef enum { STATEMENT_LIVE, STATEMENT_DRILL } StatementMode;
extern const NameTable STATEMENT_MODE_NAMES;

typedef enum {
    OPERATION_AWAITING,
    OPERATION_RUNNING,
    OPERATION_PAUSED,
    OPERATION_COMPLETED,
    OPERATION_COMPLETED_EXCEPTIONS,
    OPERATION_ABORTED,
    OPERATION_REJECTED,
    OPERATION_WITHDRAWN,
    OPERATION_EXPIRED,
    OPERATION_PARTIAL, // region-level: some of its groups were moved, others not
    OPERATION_STATES
} OperationState;
extern const NameTable OPERATION_STATE_NAMES;

typedef enum {
    PHASE_NONE,
    PHASE_HOLDING, // signed; the hold window runs
    PHASE_STARTING,
    PHASE_PASSIVATING,
    PHASE_PROVEN,     // the old side is off and its data is here: plan_is_proven
    PHASE_ACTIVATING, // from here on: past the point of no return
    PHASE_VERIFYING,
    PHASE_UNDOING // an abort's compensations
} OperationPhase;
extern const NameTable PHASE_NAMES;

typedef enum {
    STEP_FENCE,
    STEP_PASSIVATE,
    STEP_DRAIN,
    STEP_REJOIN, // the old primary becomes the secondary of the new one
    STEP_CATCH_UP,
    STEP_PROMOTE,
    STEP_REROUTE,
    STEP_ACTIVATE,
    STEP_VERIFY,
    STEP_NOTIFY,
    STEP_MANUAL,
    STEP_WAIT,
    STEP_LIMITED, // enter or leave limited mode
    STEP_TURN,    // of a drill: it has arrived, from here on it goes home
    STEP_KINDS
} StepKind;
extern const NameTable STEP_KIND_NAMES;

typedef enum {
    STEP_PENDING,
    STEP_INTENT,  // committed; the command may or may not be out
    STEP_UNKNOWN, // sent, no answer: being observed
    STEP_WAITING, // for a person
    STEP_DONE,
    STEP_FAILED,
    STEP_SKIPPED,
    STEP_NOTED, // best effort, did not work, recorded (fence of a dead primary)
    STEP_UNDONE,
    STEP_STATES
} StepState;
extern const NameTable STEP_STATE_NAMES;

typedef enum { SIDE_OPERATOR, SIDE_PROVIDER, SIDE_SIGNALBOX } Side; // who does a step (F7)
extern const NameTable SIDE_NAMES;

typedef enum { DECISION_APPROVE, DECISION_REJECT } Decision;
extern const NameTable DECISION_NAMES;

// How a person knows that an old primary is off.
typedef enum {
    ATTEST_NONE,
    ATTEST_POWER,   // it was seen without power
    ATTEST_NETWORK, // it is cut off, from everybody
    ATTEST_CONSOLE, // seen on its own console
    ATTEST_PROVIDER // the provider's word
} AttestHow;
extern const NameTable ATTEST_NAMES;

// Where a group's own step stands in the plan, and in which plans.
typedef enum {
    PLACE_START,           // before anything else
    PLACE_BEFORE_GRANT,    // the old side is off; nothing is given to the target yet
    PLACE_BEFORE_ACTIVATE, // data is promoted and requests are routed; nothing is activated yet
    PLACE_AFTER_ACTIVATE,  // before it is verified
    PLACE_END
} StepPlace;
extern const NameTable PLACE_NAMES;

typedef enum { STEP_ON_BOTH, STEP_ON_FAILOVER, STEP_ON_FAILBACK } StepOn;
extern const NameTable STEP_ON_NAMES;

typedef enum { WORKER_OPERATOR, WORKER_PROVIDER } Worker; // who does a group's own step
extern const NameTable WORKER_NAMES;

// What asks for sign-offs of its own while an operation is under way.
typedef enum { ACT_NONE, ACT_SKIP, ACT_ABORT } ActKind;
extern const NameTable ACT_NAMES;

typedef enum {
    ACT_OPEN, // waits for its sign-offs
    ACT_DONE,
    ACT_REJECTED,
    ACT_WITHDRAWN,
    ACT_EXPIRED,
    ACT_OVERTAKEN // what it was about is no longer so
} ActState;
extern const NameTable ACT_STATE_NAMES;

typedef enum { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_CRITICAL } Severity;
extern const NameTable SEVERITY_NAMES;

// What is told to others (sinks), by subject.
typedef enum {
    TOPIC_AUDIT,      // each record of the audit log
    TOPIC_ALARM,      // raised, changed, acknowledged, ended
    TOPIC_VERDICT,    // a location is judged otherwise
    TOPIC_FINDING,    // a rule stopped holding, or holds again
    TOPIC_CHECKPOINT, // seq and hash of the audit log's head, signed where there is a key
    TOPIC_NOTICE,     // what an operation tells customers (F4)
    TOPIC_REMINDER,   // a failover plan is due to be reviewed or tested (F10)
    TOPIC_SINK,       // about the sink itself: a test, events that were dropped
    TOPICS_COUNT
} Topic;
extern const NameTable TOPIC_NAMES; // index i is bit 1 << i where topics are chosen

typedef enum { SINK_WEBHOOK, SINK_COMMAND, SINK_JOURNAL, SINK_SYSLOG, SINK_FILE } SinkKind;
extern const NameTable SINK_KIND_NAMES;

typedef enum { SINK_FORMAT_CLOUDEVENTS, SINK_FORMAT_ALERTMANAGER } SinkFormat;
extern const NameTable SINK_FORMAT_NAMES;

typedef enum {
    ROLE_BIT_VIEWER = 1,
    ROLE_BIT_OPERATOR = 2,
    ROLE_BIT_APPROVER = 4,
    ROLE_BIT_ADMIN = 8
} RoleBit;
extern const NameTable USER_ROLE_NAMES; // index i is bit 1 << i
