#include "trace.h"

#include <string.h>

#include <stdbool.h>

struct Trace {
    GHashTable *operations; // id → Past *
};

typedef struct {
    bool approved, started, past_pnr, ended, held;
    bool rejected;         // … and not ended yet
    char *digest;          // of its statement
    GHashTable *approvals; // "NAME DIGEST" of those that count
} Past;

static void free_past(gpointer data)
{
    Past *past = data;
    g_hash_table_unref(past->approvals);
    g_free(past->digest);
    g_free(past);
}

Trace *trace_new(void)
{
    Trace *trace = g_new0(Trace, 1);
    trace->operations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_past);
    return trace;
}

void trace_free(Trace *trace)
{
    g_hash_table_unref(trace->operations);
    g_free(trace);
}

// "operation/ID" and "step/ID/NUMBER".
static Past *past_of(Trace *trace, const char *object)
{
    g_auto(GStrv) parts = g_strsplit(object, "/", 3);
    bool ours = parts[0] && parts[1] &&
                (g_str_equal(parts[0], "operation") || g_str_equal(parts[0], "step"));
    if (!ours)
        return NULL;
    Past *past = g_hash_table_lookup(trace->operations, parts[1]);
    if (!past) {
        past = g_new0(Past, 1);
        past->approvals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(trace->operations, g_strdup(parts[1]), past);
    }
    return past;
}

// Each rule answers why the record must not be there, or NULL, and notes what comes of it.
typedef const char *(*Rule)(Past *past, const AuditRecord *record);

static char *approval(const char *person, const char *digest)
{
    return g_strdup_printf("%s %s", person, digest ? digest : "");
}

// Of the operation's statement, or of an act's.
static const char *take_signoff(Past *past, const AuditRecord *record)
{
    return g_hash_table_add(past->approvals, approval(record->actor, record->digest))
               ? NULL
               : "the same person twice";
}

// Who approved already may still find out that nobody else comes.
static const char *take_glass(Past *past, const AuditRecord *record)
{
    g_autofree char *who = g_strconcat("glass of ", record->actor, NULL);
    g_hash_table_add(past->approvals, approval(record->actor, record->digest));
    return g_hash_table_add(past->approvals, approval(who, record->digest))
               ? NULL
               : "the same person twice";
}

// "sign-off ID of NAME is void: …": its key no longer stands. Of a drill "DRILL (live): " stands before it.
static const char *take_void(Past *past, const AuditRecord *record)
{
    const char *said = record->detail ? strstr(record->detail, "sign-off ") : NULL;
    g_auto(GStrv) words = g_strsplit(said ? said : "", " ", 5);
    g_autofree char *gone = approval(words[2] ? words[3] : "", record->digest);
    return g_hash_table_remove(past->approvals, gone) ? NULL : "it did not count";
}

static const char *take_back(Past *past, const AuditRecord *record)
{
    g_autofree char *gone = approval(record->actor, record->digest);
    return g_hash_table_remove(past->approvals, gone) ? NULL : "it did not count";
}

// What the rejecter approved before counts no more; before the start it is the end.
static const char *take_reject(Past *past, const AuditRecord *record)
{
    g_autofree char *gone = approval(record->actor, record->digest);
    g_hash_table_remove(past->approvals, gone);
    past->rejected = !past->started && g_strcmp0(record->digest, past->digest) == 0;
    return NULL;
}

static const char *take_statement(Past *past, const AuditRecord *record)
{
    g_free(past->digest);
    past->digest = g_strdup(record->digest); // NULL: a parent's, which has no statement
    return NULL;
}

static const char *take_approved(Past *past, const AuditRecord *record)
{
    (void)record;
    past->approved = true;
    return past->started ? "it has begun already" : NULL;
}

static const char *take_restated(Past *past, const AuditRecord *record)
{
    past->approved = false;
    return past->started ? "it has begun already" : take_statement(past, record);
}

static const char *take_started(Past *past, const AuditRecord *record)
{
    const char *wrong = past->started     ? "a second time"
                        : !past->approved ? "it is not approved"
                        : past->held      ? "it is held"
                        : past->rejected  ? "it was rejected"
                                          : NULL;
    (void)record;
    past->started = true;
    return wrong;
}

static const char *take_intent(Past *past, const AuditRecord *record)
{
    (void)record;
    return !past->started ? "it has not begun" : past->held ? "it is held" : NULL;
}

static const char *take_pnr(Past *past, const AuditRecord *record)
{
    const char *wrong = past->past_pnr ? "a second time" : take_intent(past, record);
    past->past_pnr = true;
    return wrong;
}

// A live drill goes home: one more point of no return, and behind it no abort either.
static const char *take_turned(Past *past, const AuditRecord *record)
{
    const char *wrong = past->past_pnr ? take_intent(past, record) : "it has not arrived";
    past->past_pnr = false;
    return wrong;
}

static const char *take_hold(Past *past, const AuditRecord *record)
{
    (void)record;
    past->held = true;
    return NULL;
}

static const char *take_resume(Past *past, const AuditRecord *record)
{
    (void)record;
    past->held = false;
    return NULL;
}

static const char *take_abort(Past *past, const AuditRecord *record)
{
    (void)record;
    past->held = false;
    return past->past_pnr ? "it is past its point of no return" : NULL;
}

static const char *take_ended(Past *past, const AuditRecord *record)
{
    (void)record;
    bool again = past->ended;
    past->ended = true;
    return again ? "a second time" : NULL;
}

// The parent of a region's operations is taken up again for what was left; nothing else is.
static const char *take_retry(Past *past, const AuditRecord *record)
{
    (void)record;
    past->ended = past->ended && past->approved;
    return NULL;
}

static const struct {
    const char *action;
    Rule rule;
} RULES[] = {
    {"operation.proposed", take_statement},
    {"signoff.approve", take_signoff},
    {"signoff.break-glass", take_glass},
    {"signoff.withdrawn", take_back},
    {"signoff.void", take_void},
    {"signoff.reject", take_reject},
    {"operation.approved", take_approved},
    {"operation.restated", take_restated},
    {"operation.started", take_started},
    {"operation.point-of-no-return", take_pnr},
    {"operation.turned", take_turned},
    {"operation.hold", take_hold},
    {"operation.resume", take_resume},
    {"operation.abort", take_abort},
    {"operation.retry", take_retry},
    {"operation.ended", take_ended},
    {"step.intent", take_intent},
    {"step.waiting", take_intent},
};

char *trace_take(Trace *trace, const AuditRecord *record)
{
    Past *past = past_of(trace, record->object);
    for (guint i = 0; past && i < G_N_ELEMENTS(RULES); i++) {
        if (!g_str_equal(RULES[i].action, record->action))
            continue;
        bool over = past->ended;
        const char *wrong = RULES[i].rule(past, record);
        if (over && past->ended)
            wrong = "it has ended";
        if (wrong)
            return g_strdup_printf("record %" G_GINT64_FORMAT ", %s of %s: %s", record->seq,
                                   record->action, record->object, wrong);
    }
    return NULL;
}
