#include "wire/statement.h"

#include "base/error.h"

#include "wire/canonical.h"

static const char *const BANDS[] = {
    [LOSS_NONE] = "none",        [LOSS_TO_1M] = "up-to-1m",     [LOSS_TO_5M] = "up-to-5m",
    [LOSS_TO_RPO] = "up-to-rpo", [LOSS_TO_2RPO] = "up-to-2rpo", [LOSS_BEYOND] = "beyond-2rpo",
    [LOSS_UNKNOWN] = "unknown",
};
static const NameTable BAND_NAMES = NAME_TABLE("loss band", BANDS);

static const WireField FACT_FIELDS[] = {
    {"id", FIELD_TEXT, FIELD(Fact, id), .required = true},
    {"label", FIELD_TEXT, FIELD(Fact, label)},
    {"value", FIELD_TEXT, FIELD(Fact, value)},
    {"unit", FIELD_TEXT, FIELD(Fact, unit)},
    {"source", FIELD_TEXT, FIELD(Fact, source)},
    {"observed_at", FIELD_TIME, FIELD(Fact, observed_at_ms)},
    {"frozen", FIELD_BOOL, FIELD(Fact, frozen)},
};

static void drop_fact(gpointer fact)
{
    fact_free(fact);
}

static const WireShape FACT_SHAPE = SHAPE("fact", Fact, FACT_FIELDS, NULL, drop_fact);

static const WireField STEP_FIELDS[] = {
    {"number", FIELD_UINT, FIELD(PlannedStep, number), .required = true},
    {"wave", FIELD_UINT, FIELD(PlannedStep, wave)},
    {"kind", FIELD_NAME, FIELD(PlannedStep, kind), .names = &STEP_KIND_NAMES, .required = true},
    {"title", FIELD_TEXT, FIELD(PlannedStep, title)},
    {"task", FIELD_TEXT, FIELD(PlannedStep, task)},
    {"who", FIELD_TEXT, FIELD(PlannedStep, who)},
    {"side", FIELD_NAME, FIELD(PlannedStep, side), .names = &SIDE_NAMES},
    {"best_effort", FIELD_BOOL, FIELD(PlannedStep, best_effort)},
    {"grants", FIELD_BOOL, FIELD(PlannedStep, grants)},
    {"limit_s", FIELD_SECONDS, FIELD(PlannedStep, limit_ms)},
};

static void drop_step(gpointer step)
{
    planned_step_free(step);
}

static const WireShape STEP_SHAPE =
    SHAPE("planned step", PlannedStep, STEP_FIELDS, NULL, drop_step);

static const WireField LOSS_FIELDS[] = {
    {"known", FIELD_BOOL, FIELD(Statement, loss_known)},
    {"bound_s", FIELD_SECONDS, FIELD(Statement, loss_ms)},
    {"transactions", FIELD_COUNT, FIELD(Statement, loss_transactions)},
    {"discards", FIELD_COUNT, FIELD(Statement, discards)},
    {"how", FIELD_TEXT, FIELD(Statement, loss_how)},
    {"source", FIELD_TEXT, FIELD(Statement, loss_source)},
    {"observed_at", FIELD_TIME, FIELD(Statement, loss_observed_ms)},
    {"rpo_s", FIELD_SECONDS, FIELD(Statement, rpo_ms)},
    {"band", FIELD_NAME, FIELD(Statement, band), .names = &BAND_NAMES},
};
static const WireShape LOSS_PART = SHAPE("data-loss bound", Statement, LOSS_FIELDS, NULL, NULL);

static const WireField OLD_FIELDS[] = {
    {"state", FIELD_NAME, FIELD(Statement, old_primary), .names = &OLD_PRIMARY_NAMES},
    {"proof", FIELD_NAME, FIELD(Statement, proof), .names = &PROOF_NAMES},
    {"how", FIELD_TEXT, FIELD(Statement, proof_how)},
};
static const WireShape OLD_PART = SHAPE("old primary", Statement, OLD_FIELDS, NULL, NULL);

static const WireField VERDICT_FIELDS[] = {
    {"from", FIELD_NAME, FIELD(Statement, from_verdict), .names = &VERDICT_NAMES},
    {"to", FIELD_NAME, FIELD(Statement, to_verdict), .names = &VERDICT_NAMES},
};
static const WireShape VERDICT_PART = SHAPE("verdicts", Statement, VERDICT_FIELDS, NULL, NULL);

static const WireField SIGNOFF_FIELDS[] = {
    {"approvals", FIELD_UINT, FIELD(Statement, approvals)},
    {"why", FIELD_TEXT, FIELD(Statement, signoff_why)},
    {"four_eyes", FIELD_BOOL, FIELD(Statement, four_eyes)},
    {"signature", FIELD_NAME, FIELD(Statement, signature), .names = &SIGNATURE_NAMES},
    {"break_glass", FIELD_BOOL, FIELD(Statement, break_glass)},
};
static const WireShape SIGNOFF_PART = SHAPE("sign-off", Statement, SIGNOFF_FIELDS, NULL, NULL);

static const WireField FIELDS[] = {
    {"operation", FIELD_TEXT, FIELD(Statement, operation), .required = true},
    {"version", FIELD_UINT, FIELD(Statement, version)},
    {"kind", FIELD_NAME, FIELD(Statement, kind), .names = &OPERATION_KIND_NAMES, .required = true},
    {"mode", FIELD_NAME, FIELD(Statement, mode), .names = &STATEMENT_MODE_NAMES},
    {"drill", FIELD_NAME, FIELD(Statement, drill), .names = &DRILL_NAMES},
    {"planned", FIELD_BOOL, FIELD(Statement, planned)},
    {"fleet", FIELD_TEXT, FIELD(Statement, fleet)},
    {"group", FIELD_TEXT, FIELD(Statement, group), .required = true},
    {"tier", FIELD_UINT, FIELD(Statement, tier)},
    {"owner", FIELD_TEXT, FIELD(Statement, owner)},
    {"from", FIELD_TEXT, FIELD(Statement, from)},
    {"to", FIELD_TEXT, FIELD(Statement, to)},
    {"epoch", FIELD_NUMBER, FIELD(Statement, epoch)},
    {"made_at", FIELD_TIME, FIELD(Statement, made_ms)},
    {"expires_at", FIELD_TIME, FIELD(Statement, expires_ms)},
    {"summary", FIELD_TEXT, FIELD(Statement, summary)},
    {"why", FIELD_TEXT, FIELD(Statement, why)},
    {"vantage", FIELD_TEXT, FIELD(Statement, vantage)},
    {"steps", FIELD_STRUCTS, FIELD(Statement, steps), .shape = &STEP_SHAPE},
    {"facts", FIELD_STRUCTS, FIELD(Statement, facts), .shape = &FACT_SHAPE},
    {"loss", FIELD_STRUCT, FIELD_PART(Statement), .shape = &LOSS_PART},
    {"old_primary", FIELD_STRUCT, FIELD_PART(Statement), .shape = &OLD_PART},
    {"verdicts", FIELD_STRUCT, FIELD_PART(Statement), .shape = &VERDICT_PART},
    {"lineage", FIELD_TEXT, FIELD(Statement, lineage)},
    {"abandoned_runs", FIELD_COUNT, FIELD(Statement, abandoned_runs)},
    {"missed_recurrences", FIELD_COUNT, FIELD(Statement, missed_recurrences)},
    {"reduced", FIELD_TEXTS, FIELD(Statement, reduced)},
    {"effects", FIELD_TEXTS, FIELD(Statement, effects)},
    {"findings", FIELD_TEXTS, FIELD(Statement, findings)},
    {"error_findings", FIELD_UINT, FIELD(Statement, error_findings)},
    {"errors", FIELD_TEXTS, FIELD(Statement, errors)},
    {"not_known", FIELD_TEXTS, FIELD(Statement, not_known)},
    {"overrides", FIELD_TEXTS, FIELD(Statement, overrides)},
    {"plan_reviewed_at", FIELD_TIME, FIELD(Statement, reviewed_ms)},
    {"plan_tested_at", FIELD_TIME, FIELD(Statement, tested_ms)},
    {"way_back", FIELD_TEXT, FIELD(Statement, way_back)},
    {"if_we_wait", FIELD_TEXT, FIELD(Statement, if_we_wait)},
    {"signoff", FIELD_STRUCT, FIELD_PART(Statement), .shape = &SIGNOFF_PART},
    {"confirm", FIELD_TEXT, FIELD(Statement, confirm)},
    {"act", FIELD_NAME, FIELD(Statement, act), .names = &ACT_NAMES},
    {"act_step", FIELD_UINT, FIELD(Statement, act_step)},
    {"not_done", FIELD_TEXTS, FIELD(Statement, not_done)},
};

static gpointer make(void)
{
    Statement *statement = statement_new();
    statement->discards = -1; // as null says it
    return statement;
}

static void drop(gpointer statement)
{
    statement_free(statement);
}

const WireShape STATEMENT_SHAPE = SHAPE("statement", Statement, FIELDS, make, drop);

json_t *statement_to_json(const Statement *statement)
{
    return shape_to_json(&STATEMENT_SHAPE, statement);
}

Statement *statement_from_json(json_t *json, WireMode mode, GError **error)
{
    return shape_from_json(&STATEMENT_SHAPE, json, mode, error);
}

char *statement_digest(const Statement *statement)
{
    g_autoptr(GError) error = NULL;
    char *digest = shape_digest(&STATEMENT_SHAPE, statement, &error);
    g_assert_no_error(error); // what we write has a canonical form: numbers are kept within 2^53
    return digest;
}

char *statement_text(const Statement *statement)
{
    g_autoptr(json_t) json = statement_to_json(statement);
    g_autoptr(GError) error = NULL;
    char *text = canonical_text(json, &error);
    g_assert_no_error(error);
    return text;
}

char *statement_text_of(const Statement *statement, const char *digest, GError **error)
{
    g_autofree char *text = statement_text(statement);
    g_autofree char *own = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    if (g_strcmp0(own, digest) == 0)
        return g_steal_pointer(&text);
    g_set_error_literal(error, ERR, ERR_PROTOCOL,
                        "This program does not understand all of the statement (the backend is "
                        "another version): what it cannot show it does not sign.");
    return NULL;
}

static char *part_digest(const Statement *statement, const char *name)
{
    g_autoptr(json_t) json = statement_to_json(statement);
    return canonical_digest(json_object_get(json, name), NULL);
}

char *statement_plan_digest(const Statement *statement)
{
    return part_digest(statement, "steps");
}

char *statement_evidence_digest(const Statement *statement)
{
    return part_digest(statement, "facts");
}

char *statement_json_digest(const json_t *json, GError **error)
{
    return canonical_digest(json, error);
}
