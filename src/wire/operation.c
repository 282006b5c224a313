#include "wire/operation.h"

#include "model/signature.h"
#include "wire/statement.h"

static const WireField STEP_FIELDS[] = {
    {"number", FIELD_UINT, FIELD(Step, number), .required = true},
    {"wave", FIELD_UINT, FIELD(Step, wave)},
    {"kind", FIELD_NAME, FIELD(Step, kind), .names = &STEP_KIND_NAMES, .required = true},
    {"title", FIELD_TEXT, FIELD(Step, title)},
    {"task", FIELD_TEXT, FIELD(Step, task)},
    {"who", FIELD_TEXT, FIELD(Step, who)},
    {"workload", FIELD_TEXT, FIELD(Step, workload)},
    {"location", FIELD_TEXT, FIELD(Step, location)},
    {"side", FIELD_NAME, FIELD(Step, side), .names = &SIDE_NAMES},
    {"best_effort", FIELD_BOOL, FIELD(Step, best_effort)},
    {"compensates", FIELD_BOOL, FIELD(Step, compensates)},
    {"attests", FIELD_BOOL, FIELD(Step, attests)},
    {"needs_ticket", FIELD_BOOL, FIELD(Step, needs_ticket)},
    {"grants", FIELD_BOOL, FIELD(Step, grants)},
    {"limit_s", FIELD_SECONDS, FIELD(Step, limit_ms)},
    {"state", FIELD_NAME, FIELD(Step, state), .names = &STEP_STATE_NAMES, .required = true},
    {"key", FIELD_TEXT, FIELD(Step, key)},
    {"epoch", FIELD_NUMBER, FIELD(Step, epoch)},
    {"boot_id", FIELD_TEXT, FIELD(Step, boot_id)},
    {"attempts", FIELD_UINT, FIELD(Step, attempts)},
    {"started_at", FIELD_TIME, FIELD(Step, started_ms)},
    {"ended_at", FIELD_TIME, FIELD(Step, ended_ms)},
    {"detail", FIELD_TEXT, FIELD(Step, detail)},
    {"ticket", FIELD_TEXT, FIELD(Step, ticket)},
    {"how", FIELD_NAME, FIELD(Step, how), .names = &ATTEST_NAMES},
    {"by", FIELD_TEXT, FIELD(Step, by)},
    {"usual_s", FIELD_SECONDS, FIELD(Step, usual_ms)},
    {"usual_p95_s", FIELD_SECONDS, FIELD(Step, usual_p95_ms)},
};

static void drop_step(gpointer step)
{
    step_free(step);
}

const WireShape STEP_SHAPE = SHAPE("step", Step, STEP_FIELDS, NULL, drop_step);

static const WireField SIGNOFF_FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(SignOff, id), .required = true},
    {"operation", FIELD_TEXT, FIELD(SignOff, operation)},
    {"digest", FIELD_TEXT, FIELD(SignOff, digest)},
    {"decision", FIELD_NAME, FIELD(SignOff, decision), .names = &DECISION_NAMES, .required = true},
    {"operator", FIELD_TEXT, FIELD(SignOff, operator_name)},
    {"reason", FIELD_TEXT, FIELD(SignOff, reason)},
    {"ticket", FIELD_TEXT, FIELD(SignOff, ticket)},
    {"phrase", FIELD_TEXT, FIELD(SignOff, phrase)},
    {"signature", FIELD_TEXT, FIELD(SignOff, signature)},
    {"verified", FIELD_NAME, FIELD(SignOff, verified), .names = &SIGNATURE_STATE_NAMES},
    {"key", FIELD_TEXT, FIELD(SignOff, key)},
    {"key_type", FIELD_TEXT, FIELD(SignOff, key_type)},
    {"key_from", FIELD_NAME, FIELD(SignOff, key_from), .names = &KEY_FROM_NAMES},
    {"at", FIELD_TIME, FIELD(SignOff, at_ms)},
    {"audit_seq", FIELD_NUMBER, FIELD(SignOff, audit_seq)},
    {"void", FIELD_BOOL, FIELD(SignOff, void_)},
    {"void_why", FIELD_TEXT, FIELD(SignOff, void_why)},
    {"lapsed", FIELD_BOOL, FIELD(SignOff, lapsed)},
    {"about", FIELD_TEXT, FIELD(SignOff, about)},
    {"break_glass", FIELD_BOOL, FIELD(SignOff, break_glass)},
    {"reviewed_by", FIELD_TEXT, FIELD(SignOff, reviewed_by)},
    {"reviewed_at", FIELD_TIME, FIELD(SignOff, reviewed_ms)},
    {"review_note", FIELD_TEXT, FIELD(SignOff, review_note)},
};

static void drop_signoff(gpointer signoff)
{
    signoff_free(signoff);
}

const WireShape SIGNOFF_SHAPE = SHAPE("sign-off", SignOff, SIGNOFF_FIELDS, NULL, drop_signoff);

static const WireField DIFFERENCE_FIELDS[] = {
    {"field", FIELD_TEXT, FIELD(Difference, field), .required = true},
    {"label", FIELD_TEXT, FIELD(Difference, label)},
    {"then", FIELD_TEXT, FIELD(Difference, then)},
    {"now", FIELD_TEXT, FIELD(Difference, now)},
    {"material", FIELD_BOOL, FIELD(Difference, material)},
    {"why", FIELD_TEXT, FIELD(Difference, why)},
};

static void drop_difference(gpointer difference)
{
    difference_free(difference);
}

static const WireShape DIFFERENCE_SHAPE =
    SHAPE("difference", Difference, DIFFERENCE_FIELDS, NULL, drop_difference);

static const WireField RESTATEMENT_FIELDS[] = {
    {"version", FIELD_UINT, FIELD(Restatement, version), .required = true},
    {"at", FIELD_TIME, FIELD(Restatement, at_ms)},
    {"about", FIELD_TEXT, FIELD(Restatement, about)},
    {"digest_before", FIELD_TEXT, FIELD(Restatement, digest)},
    {"why", FIELD_TEXT, FIELD(Restatement, why)},
    {"void_of", FIELD_TEXTS, FIELD(Restatement, givers)},
    {"differences", FIELD_STRUCTS, FIELD(Restatement, differences), .shape = &DIFFERENCE_SHAPE},
};

static gpointer make_restatement(void)
{
    return restatement_new();
}

static void drop_restatement(gpointer restatement)
{
    restatement_free(restatement);
}

const WireShape RESTATEMENT_SHAPE =
    SHAPE("restatement", Restatement, RESTATEMENT_FIELDS, make_restatement, drop_restatement);

// Words that people type are kept short enough to be shown.
enum { TICKET_MAX = 200, PHRASE_MAX = 500, DIGEST_MAX = 64 };

static const WireField SIGNOFF_REQUEST_FIELDS[] = {
    {"digest", FIELD_TEXT, FIELD(SignOff, digest), .max = DIGEST_MAX, .required = true},
    {"decision", FIELD_NAME, FIELD(SignOff, decision), .names = &DECISION_NAMES, .required = true},
    {"reason", FIELD_TEXT, FIELD(SignOff, reason), .max = WIRE_WORDS_MAX},
    {"ticket", FIELD_TEXT, FIELD(SignOff, ticket), .max = TICKET_MAX},
    {"phrase", FIELD_TEXT, FIELD(SignOff, phrase), .max = PHRASE_MAX},
    {"signature", FIELD_TEXT, FIELD(SignOff, signature), .max = SIGNATURE_MAX},
    {"key_from", FIELD_NAME, FIELD(SignOff, key_from), .names = &KEY_FROM_NAMES},
    {"break_glass", FIELD_BOOL, FIELD(SignOff, break_glass)},
};

const WireShape SIGNOFF_REQUEST_SHAPE =
    SHAPE("sign-off", SignOff, SIGNOFF_REQUEST_FIELDS, NULL, drop_signoff);

static const WireField ACT_FIELDS[] = {
    {"number", FIELD_UINT, FIELD(Act, number), .required = true},
    {"kind", FIELD_NAME, FIELD(Act, kind), .names = &ACT_NAMES, .required = true},
    {"step", FIELD_UINT, FIELD(Act, step)},
    {"state", FIELD_NAME, FIELD(Act, state), .names = &ACT_STATE_NAMES, .required = true},
    {"by", FIELD_TEXT, FIELD(Act, by)},
    {"reason", FIELD_TEXT, FIELD(Act, reason)},
    {"ticket", FIELD_TEXT, FIELD(Act, ticket)},
    {"asked_at", FIELD_TIME, FIELD(Act, asked_ms)},
    {"expires_at", FIELD_TIME, FIELD(Act, expires_ms)},
    {"ended_at", FIELD_TIME, FIELD(Act, ended_ms)},
    {"statement", FIELD_POINTER, FIELD(Act, statement), .shape = &STATEMENT_SHAPE},
    {"digest", FIELD_TEXT, FIELD(Act, digest)},
    {"statement_version", FIELD_UINT, FIELD(Act, statement_version)},
    {"changed", FIELD_TEXT, FIELD(Act, changed)},
    {"why", FIELD_TEXT, FIELD(Act, why)},
};

static gpointer make_act(void)
{
    return act_new();
}

static void drop_act(gpointer act)
{
    act_free(act);
}

const WireShape ACT_SHAPE = SHAPE("act", Act, ACT_FIELDS, make_act, drop_act);

static const WireField ATTESTED_FIELDS[] = {
    {"how", FIELD_NAME, FIELD(Attestation, how), .names = &ATTEST_NAMES},
    {"by", FIELD_TEXT, FIELD(Attestation, by)},
    {"note", FIELD_TEXT, FIELD(Attestation, note)},
    {"at", FIELD_TIME, FIELD(Attestation, at_ms)},
};
static const WireShape ATTESTED_SHAPE =
    SHAPE("attestation", Attestation, ATTESTED_FIELDS, NULL, NULL);

static const WireField LOSSES_FIELDS[] = {
    {"transactions", FIELD_COUNT, FIELD(Losses, transactions)},
    {"abandoned_runs", FIELD_COUNT, FIELD(Losses, abandoned_runs)},
    {"missed_recurrences", FIELD_COUNT, FIELD(Losses, missed_recurrences)},
};
static const WireShape LOSSES_SHAPE = SHAPE("losses", Losses, LOSSES_FIELDS, NULL, NULL);

static const WireField MEMBER_FIELDS[] = {
    {"group", FIELD_TEXT, FIELD(Member, group), .required = true},
    {"operation", FIELD_TEXT, FIELD(Member, operation)},
    {"state", FIELD_NAME, FIELD(Member, state), .names = &OPERATION_STATE_NAMES},
    {"why", FIELD_TEXT, FIELD(Member, why)},
};

static void drop_member(gpointer member)
{
    member_free(member);
}

static const WireShape MEMBER_SHAPE = SHAPE("member", Member, MEMBER_FIELDS, NULL, drop_member);

static const WireField FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(Operation, id), .required = true},
    {"kind", FIELD_NAME, FIELD(Operation, kind), .names = &OPERATION_KIND_NAMES, .required = true},
    {"drill", FIELD_NAME, FIELD(Operation, drill), .names = &DRILL_NAMES},
    {"planned", FIELD_BOOL, FIELD(Operation, planned)},
    {"automatic", FIELD_BOOL, FIELD(Operation, automatic)},
    {"group", FIELD_TEXT, FIELD(Operation, group), .required = true},
    {"region", FIELD_TEXT, FIELD(Operation, region)},
    {"parent", FIELD_TEXT, FIELD(Operation, parent)},
    {"members", FIELD_STRUCTS, FIELD(Operation, members), .shape = &MEMBER_SHAPE},
    {"from", FIELD_TEXT, FIELD(Operation, from)},
    {"to", FIELD_TEXT, FIELD(Operation, to)},
    {"state", FIELD_NAME, FIELD(Operation, state), .names = &OPERATION_STATE_NAMES,
     .required = true},
    {"phase", FIELD_NAME, FIELD(Operation, phase), .names = &PHASE_NAMES},
    {"held", FIELD_BOOL, FIELD(Operation, held)},
    {"past_pnr", FIELD_BOOL, FIELD(Operation, past_pnr)},
    {"proposer", FIELD_TEXT, FIELD(Operation, proposer)},
    {"reason", FIELD_TEXT, FIELD(Operation, reason)},
    {"detected_at", FIELD_TIME, FIELD(Operation, detected_ms)},
    {"proposed_at", FIELD_TIME, FIELD(Operation, proposed_ms)},
    {"expires_at", FIELD_TIME, FIELD(Operation, expires_ms)},
    {"approved_at", FIELD_TIME, FIELD(Operation, approved_ms)},
    {"hold_until", FIELD_TIME, FIELD(Operation, hold_until_ms)},
    {"started_at", FIELD_TIME, FIELD(Operation, started_ms)},
    {"activated_at", FIELD_TIME, FIELD(Operation, activated_ms)},
    {"ended_at", FIELD_TIME, FIELD(Operation, ended_ms)},
    {"epoch", FIELD_NUMBER, FIELD(Operation, epoch)},
    {"statement", FIELD_POINTER, FIELD(Operation, statement), .shape = &STATEMENT_SHAPE},
    {"digest", FIELD_TEXT, FIELD(Operation, digest)},
    {"statement_version", FIELD_UINT, FIELD(Operation, statement_version)},
    {"changed", FIELD_TEXT, FIELD(Operation, changed)},
    {"restatements", FIELD_STRUCTS, FIELD(Operation, restatements), .shape = &RESTATEMENT_SHAPE},
    {"signoffs", FIELD_STRUCTS, FIELD(Operation, signoffs), .shape = &SIGNOFF_SHAPE},
    {"steps", FIELD_STRUCTS, FIELD(Operation, steps), .shape = &STEP_SHAPE},
    {"attested", FIELD_STRUCT, FIELD(Operation, attested), .shape = &ATTESTED_SHAPE},
    {"acts", FIELD_STRUCTS, FIELD(Operation, acts), .shape = &ACT_SHAPE},
    {"exceptions", FIELD_TEXTS, FIELD(Operation, exceptions)},
    {"why", FIELD_TEXT, FIELD(Operation, why)},
    {"lost", FIELD_STRUCT, FIELD(Operation, lost), .shape = &LOSSES_SHAPE},
    {"rto_s", FIELD_SECONDS, FIELD(Operation, rto_ms)},
    {"off_limit_s", FIELD_SECONDS, FIELD(Operation, off_limit_ms)},
    {"there_s", FIELD_SECONDS_OPT, FIELD(Operation, there_ms)},
    {"back_s", FIELD_SECONDS_OPT, FIELD(Operation, back_ms)},
    {"revision", FIELD_REVISION, FIELD(Operation, revision)},
};

static gpointer make(void)
{
    return operation_new(NULL);
}

static void drop(gpointer operation)
{
    operation_free(operation);
}

const WireShape OPERATION_SHAPE = SHAPE("operation", Operation, FIELDS, make, drop);

json_t *operation_to_json(const Operation *operation)
{
    return shape_to_json(&OPERATION_SHAPE, operation);
}

Operation *operation_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&OPERATION_SHAPE, json, mode, error);
}

json_t *signoff_to_json(const SignOff *signoff)
{
    return shape_to_json(&SIGNOFF_SHAPE, signoff);
}

SignOff *signoff_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&SIGNOFF_SHAPE, json, mode, error);
}

json_t *signoff_request_to_json(const SignOff *signoff)
{
    return shape_to_json(&SIGNOFF_REQUEST_SHAPE, signoff);
}

SignOff *signoff_request_from_json(json_t *json, GError **error)
{
    return shape_from_json(&SIGNOFF_REQUEST_SHAPE, json, WIRE_STRICT, error);
}
