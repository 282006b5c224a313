#include "model/quorum.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"
#include "model/refusal.h"

void person_release(Person *person)
{
    g_clear_pointer(&person->name, g_free);
    g_clear_pointer(&person->how, g_free);
    person->roles = 0;
}

bool person_has(const Person *person, RoleBit role)
{
    return (person->roles & (guint)role) != 0;
}

// What was signed as a drill counts for nothing but that drill, and the other way round.
static bool fits(const Operation *operation)
{
    const Statement *statement = operation->statement;
    StatementMode mode = operation->kind == OPERATION_DRILL ? STATEMENT_DRILL : STATEMENT_LIVE;
    return !statement || (statement->mode == mode && statement->kind == operation->kind &&
                          statement->drill == operation->drill);
}

static bool counts(const Operation *operation, const SignOff *signoff)
{
    return fits(operation) && signoff->decision == DECISION_APPROVE && !signoff->void_ &&
           g_strcmp0(signoff->digest, operation->digest) == 0;
}

static const SignOff *approval_of(const Operation *operation, const char *name)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (counts(operation, signoff) && g_strcmp0(signoff->operator_name, name) == 0)
            return signoff;
    }
    return NULL;
}

// The first approval by that key. A key that is named here was found by the check of its signature.
static const SignOff *approval_by(const Operation *operation, const SignOff *like)
{
    for (guint i = 0; like->key && i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (counts(operation, signoff) && signoff->key && strcmp(signoff->key, like->key) == 0)
            return signoff;
    }
    return NULL;
}

guint quorum_given(const Operation *operation)
{
    guint given = 0;
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        const SignOff *by_key = approval_by(operation, signoff);
        given += counts(operation, signoff) &&
                 approval_of(operation, signoff->operator_name) == signoff &&
                 (!by_key || by_key == signoff);
    }
    return given;
}

// One person alone, where the policy allows it: a class of its own, not one of the needed ones.
static bool glass_is_broken(const Operation *operation)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (counts(operation, signoff) && signoff->break_glass)
            return true;
    }
    return false;
}

// Of an act only what was said of an act counts, and the other way round.
static bool is_about(const Operation *operation, const SignOff *signoff)
{
    bool act = operation->statement && operation->statement->act != ACT_NONE;
    return act == (signoff->about != NULL);
}

static bool has_decided(const Operation *operation, const char *name)
{
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (!signoff->void_ && is_about(operation, signoff) &&
            g_strcmp0(signoff->operator_name, name) == 0)
            return true;
    }
    return false;
}

bool quorum_must_look_again(const Operation *operation, const char *name)
{
    if (operation->state != OPERATION_AWAITING || has_decided(operation, name))
        return false;
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        if (signoff->void_ && !signoff->void_why && is_about(operation, signoff) &&
            g_strcmp0(signoff->operator_name, name) == 0)
            return true;
    }
    return false;
}

char **quorum_who_again(const Operation *operation)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const char *name = ((const SignOff *)operation->signoffs->pdata[i])->operator_name;
        if (quorum_must_look_again(operation, name) &&
            !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_ptr_array_add(names, (gpointer)name);
    }
    g_ptr_array_add(names, NULL);
    return g_strdupv((char **)names->pdata);
}

char *quorum_look_again(const Operation *operation)
{
    g_auto(GStrv) names = quorum_who_again(operation);
    return *names ? g_strjoinv(", ", names) : NULL;
}

guint quorum_missing(const Operation *operation)
{
    if (operation->statement && operation->statement->break_glass && glass_is_broken(operation))
        return 0;
    guint needed = operation->statement ? operation->statement->approvals : 1;
    guint given = quorum_given(operation);
    if (given < needed)
        return needed - given;
    // Four eyes: somebody other than the proposer must be among the givers.
    bool alone = needed && operation->statement && operation->statement->four_eyes && given == 1 &&
                 approval_of(operation, operation->proposer);
    return alone ? 1 : 0;
}

static bool refuse(GError **error, Refusal code, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, Refusal code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, REFUSAL, (int)code, text);
    return false;
}

bool quorum_may_revoke(const Operation *operation)
{
    bool under_way = operation->state == OPERATION_RUNNING || operation->state == OPERATION_PAUSED;
    return under_way && !operation->past_pnr && operation->phase != PHASE_UNDOING;
}

static bool check_open(const Operation *operation, const SignOff *signoff, gint64 now_ms,
                       GError **error)
{
    char at[16];
    time_format_clock(operation->expires_ms, at);
    bool open = operation->state == OPERATION_AWAITING ||
                (quorum_may_revoke(operation) &&
                 (signoff->decision == DECISION_REJECT || quorum_missing(operation)));
    if (operation->state == OPERATION_EXPIRED ||
        (operation->state == OPERATION_AWAITING && now_ms >= operation->expires_ms))
        return refuse(
            error, REFUSAL_EXPIRED,
            "Proposal %s expired at %s unsigned. Nothing expired can be signed: propose it again.",
            operation->id, at);
    if (!open)
        return refuse(error, REFUSAL_WRONG_STATE,
                      "Operation %s is %s; it no longer takes sign-offs.", operation->id,
                      word_of(&OPERATION_STATE_NAMES, (int)operation->state));
    return true;
}

static bool check_person(const Operation *operation, const SignOff *signoff, const Person *person,
                         GError **error)
{
    if (!person_has(person, ROLE_BIT_APPROVER))
        return refuse(
            error, REFUSAL_NOT_ALLOWED,
            "%s may not sign: the role approver is needed. An admin gives it in the daemon's file.",
            person->name);
    if (g_strcmp0(signoff->digest, operation->digest) != 0)
        return refuse(error, REFUSAL_WRONG_DIGEST,
                      "The statement of %s has changed since you read it%s%s (yours %.12s, now "
                      "%.12s). Read it "
                      "again, then sign.",
                      operation->id, operation->changed ? ": " : "",
                      operation->changed ? operation->changed : "",
                      signoff->digest ? signoff->digest : "none",
                      operation->digest ? operation->digest : "none");
    const SignOff *earlier = approval_of(operation, person->name);
    bool again = earlier && (earlier->break_glass || !signoff->break_glass);
    if (again && signoff->decision == DECISION_APPROVE) {
        char at[16];
        time_format_clock(earlier->at_ms, at);
        return refuse(error, REFUSAL_DUPLICATE_PERSON,
                      "%s has signed this already, at %s. %u more from other people needed.",
                      person->name, at, quorum_missing(operation));
    }
    return true;
}

static bool check_key(const Operation *operation, const SignOff *signoff, GError **error)
{
    const SignOff *earlier = approval_by(operation, signoff);
    char at[16];
    if (!earlier)
        return true;
    time_format_clock(earlier->at_ms, at);
    return refuse(error, REFUSAL_DUPLICATE_KEY,
                  "The key %s has signed this already, for %s at %s. One key counts once, whoever "
                  "uses it: sign with a key of your own.",
                  signoff->key, earlier->operator_name, at);
}

// The proposer may sign, but not so that it would be the last one needed.
static bool check_four_eyes(const Operation *operation, const Person *person, GError **error)
{
    if (!operation->statement->four_eyes || g_strcmp0(person->name, operation->proposer) != 0)
        return true;
    if (quorum_missing(operation) > 1)
        return true;
    return refuse(error, REFUSAL_FOUR_EYES,
                  "%s proposed this, and group %s asks for four eyes: the last needed sign-off "
                  "must come from "
                  "somebody else.",
                  person->name, operation->group);
}

// Breaking the glass is for when nobody else can be reached: only where the policy has it, and only where a plain
// sign-off of this person would not be enough.
static bool check_break_glass(const Operation *operation, const Person *person, GError **error)
{
    bool barred =
        operation->statement->four_eyes && g_strcmp0(person->name, operation->proposer) == 0;
    if (!operation->statement->break_glass)
        return refuse(
            error, REFUSAL_BREAK_GLASS,
            "Group %s does not allow break-glass (break_glass in the fleet file): %u more "
            "sign-offs are needed.",
            operation->group, quorum_missing(operation));
    if (quorum_missing(operation) <= 1 && !barred && !approval_of(operation, person->name))
        return refuse(error, REFUSAL_BREAK_GLASS,
                      "There is no need to break the glass: one plain sign-off of %s is enough.",
                      person->name);
    return true;
}

// The sentence that is to be typed for it. The caller frees.
static char *phrase_of(const Operation *operation, const SignOff *signoff)
{
    return signoff->break_glass ? statement_break_glass_phrase(operation->statement)
                                : g_strdup(operation->statement->confirm);
}

static bool check_words(const Operation *operation, const SignOff *signoff, GError **error)
{
    if (!text_has_word(signoff->reason))
        return refuse(error, REFUSAL_NO_REASON,
                      "A reason in words is needed; it goes into the audit log with your name.");
    g_autofree char *phrase = phrase_of(operation, signoff);
    if (signoff->decision == DECISION_APPROVE && !quorum_phrase_matches(signoff->phrase, phrase))
        return refuse(error, REFUSAL_WRONG_PHRASE,
                      "The typed phrase is not this statement's. Type: %s", phrase);
    return true;
}

static bool check_fresh(const Operation *operation, gint64 now_ms, gint64 evidence_ms,
                        gint64 limit_ms, GError **error)
{
    char age[16], limit[16];
    if (evidence_ms && now_ms - evidence_ms <= limit_ms)
        return true;
    duration_format(now_ms - evidence_ms, age);
    duration_format(limit_ms, limit);
    return refuse(error, REFUSAL_STALE_EVIDENCE,
                  "The evidence for %s is %s old; at most %s is signable. It is being observed "
                  "again: wait for "
                  "it, or see which source is silent.",
                  operation->id, evidence_ms ? age : "never observed, so endlessly", limit);
}

bool quorum_check(const Operation *operation, const SignOff *signoff, const Person *person,
                  gint64 now_ms, gint64 evidence_ms, gint64 evidence_limit_ms, GError **error)
{
    if (!check_open(operation, signoff, now_ms, error) ||
        !check_person(operation, signoff, person, error))
        return false;
    if (signoff->decision == DECISION_REJECT)
        return check_words(operation, signoff, error);
    bool alone = signoff->break_glass;
    return check_key(operation, signoff, error) &&
           (alone ? check_break_glass(operation, person, error)
                  : check_four_eyes(operation, person, error)) &&
           check_words(operation, signoff, error) &&
           check_fresh(operation, now_ms, evidence_ms, evidence_limit_ms, error);
}

static const char *skip_blanks(const char *text)
{
    while (g_ascii_isspace(*text))
        text++;
    return text;
}

bool quorum_phrase_matches(const char *typed, const char *expected)
{
    if (!typed || !expected || !*expected)
        return false;
    typed = skip_blanks(typed);
    while (*typed && *expected) {
        if (g_ascii_isspace(*typed) && g_ascii_isspace(*expected)) {
            typed = skip_blanks(typed);
            expected = skip_blanks(expected);
        } else if (g_ascii_tolower(*typed++) != g_ascii_tolower(*expected++))
            return false;
    }
    return !*skip_blanks(typed) && !*expected;
}
