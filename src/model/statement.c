#include "model/statement.h"

#include <string.h>

#include "base/timefmt.h"

enum { MINUTE_MS = 60 * 1000 };

Fact *fact_new(const char *id, const char *label)
{
    Fact *fact = g_new0(Fact, 1);
    fact->id = g_strdup(id);
    fact->label = g_strdup(label);
    return fact;
}

void fact_free(Fact *fact)
{
    if (!fact)
        return;
    g_free(fact->id);
    g_free(fact->label);
    g_free(fact->value);
    g_free(fact->unit);
    g_free(fact->source);
    g_free(fact);
}

void planned_step_free(PlannedStep *step)
{
    if (!step)
        return;
    g_free(step->title);
    g_free(step->task);
    g_free(step->who);
    g_free(step);
}

static void free_fact(gpointer data)
{
    fact_free(data);
}

static void free_planned(gpointer data)
{
    planned_step_free(data);
}

Statement *statement_new(void)
{
    Statement *statement = g_new0(Statement, 1);
    statement->steps = g_ptr_array_new_with_free_func(free_planned);
    statement->facts = g_ptr_array_new_with_free_func(free_fact);
    statement->reduced = g_ptr_array_new_with_free_func(g_free);
    statement->effects = g_ptr_array_new_with_free_func(g_free);
    statement->findings = g_ptr_array_new_with_free_func(g_free);
    statement->errors = g_ptr_array_new_with_free_func(g_free);
    statement->not_known = g_ptr_array_new_with_free_func(g_free);
    statement->not_done = g_ptr_array_new_with_free_func(g_free);
    statement->overrides = g_ptr_array_new_with_free_func(g_free);
    statement->loss_transactions = statement->abandoned_runs = statement->missed_recurrences = -1;
    statement->band = LOSS_UNKNOWN;
    return statement;
}

void statement_free(Statement *statement)
{
    if (!statement)
        return;
    char *texts[] = {statement->operation,   statement->fleet,       statement->group,
                     statement->from,        statement->to,          statement->summary,
                     statement->why,         statement->loss_how,    statement->proof_how,
                     statement->lineage,     statement->way_back,    statement->if_we_wait,
                     statement->confirm,     statement->signoff_why, statement->vantage,
                     statement->loss_source, statement->owner};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(statement->steps);
    g_ptr_array_unref(statement->facts);
    g_ptr_array_unref(statement->reduced);
    g_ptr_array_unref(statement->effects);
    g_ptr_array_unref(statement->findings);
    g_ptr_array_unref(statement->errors);
    g_ptr_array_unref(statement->not_known);
    g_ptr_array_unref(statement->not_done);
    g_ptr_array_unref(statement->overrides);
    g_free(statement);
}

static gpointer copy_fact(gconstpointer data, gpointer unused)
{
    const Fact *fact = data;
    Fact *copy = fact_new(fact->id, fact->label);
    (void)unused;
    copy->value = g_strdup(fact->value);
    copy->unit = g_strdup(fact->unit);
    copy->source = g_strdup(fact->source);
    copy->observed_at_ms = fact->observed_at_ms;
    copy->frozen = fact->frozen;
    return copy;
}

static gpointer copy_planned(gconstpointer data, gpointer unused)
{
    PlannedStep *copy = g_new(PlannedStep, 1);
    (void)unused;
    *copy = *(const PlannedStep *)data;
    copy->title = g_strdup(copy->title);
    copy->task = g_strdup(copy->task);
    copy->who = g_strdup(copy->who);
    return copy;
}

static gpointer copy_text(gconstpointer text, gpointer unused)
{
    (void)unused;
    return g_strdup(text);
}

Statement *statement_copy(const Statement *statement)
{
    Statement *copy = g_new(Statement, 1);
    *copy = *statement;
    char **texts[] = {&copy->operation, &copy->fleet,       &copy->group,    &copy->from,
                      &copy->to,        &copy->summary,     &copy->why,      &copy->loss_how,
                      &copy->proof_how, &copy->lineage,     &copy->way_back, &copy->if_we_wait,
                      &copy->confirm,   &copy->signoff_why, &copy->vantage,  &copy->loss_source,
                      &copy->owner};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = g_strdup(*texts[i]);
    copy->steps = g_ptr_array_copy(statement->steps, copy_planned, NULL);
    copy->facts = g_ptr_array_copy(statement->facts, copy_fact, NULL);
    copy->reduced = g_ptr_array_copy(statement->reduced, copy_text, NULL);
    copy->effects = g_ptr_array_copy(statement->effects, copy_text, NULL);
    copy->findings = g_ptr_array_copy(statement->findings, copy_text, NULL);
    copy->errors = g_ptr_array_copy(statement->errors, copy_text, NULL);
    copy->not_known = g_ptr_array_copy(statement->not_known, copy_text, NULL);
    copy->not_done = g_ptr_array_copy(statement->not_done, copy_text, NULL);
    copy->overrides = g_ptr_array_copy(statement->overrides, copy_text, NULL);
    return copy;
}

LossBand loss_band(bool known, gint64 loss_ms, gint64 rpo_ms)
{
    if (!known)
        return LOSS_UNKNOWN;
    if (loss_ms <= 0)
        return LOSS_NONE;
    if (loss_ms > 2 * rpo_ms)
        return LOSS_BEYOND;
    if (loss_ms > rpo_ms)
        return LOSS_TO_2RPO;
    if (loss_ms <= MINUTE_MS)
        return LOSS_TO_1M;
    return loss_ms <= 5 * MINUTE_MS ? LOSS_TO_5M : LOSS_TO_RPO;
}

bool statement_loses(const Statement *statement)
{
    return !statement->loss_known || statement->loss_ms > 0 || statement->discards ||
           statement->old_primary == OLD_UNCONFIRMED;
}

gint64 statement_roomy_bound(gint64 loss_ms)
{
    static const gint64 STEPS_S[] = {5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600};
    for (guint i = 0; i < G_N_ELEMENTS(STEPS_S); i++)
        if (loss_ms <= STEPS_S[i] * 1000)
            return STEPS_S[i] * 1000;
    const gint64 hour_ms = 3600 * 1000;
    return (loss_ms + hour_ms - 1) / hour_ms * hour_ms;
}

char *statement_exceeds(const Statement *signed_for, const Statement *now)
{
    char old[16], new[16];
    if (!signed_for->loss_known || (now->loss_known && now->loss_ms <= signed_for->loss_ms))
        return NULL;
    duration_format_up(signed_for->loss_ms, old);
    duration_format_up(now->loss_ms, new);
    return g_strdup_printf("the data-loss bound was stated as %s and is now %s", old,
                           now->loss_known ? new : "unknown");
}

static const char *const VERBS[] = {
    [OPERATION_FAILOVER] = "FAIL OVER", [OPERATION_FAILBACK] = "FAIL BACK"};

char *statement_phrase(const Statement *statement)
{
    char loss[16];
    if (statement->mode ==
        STATEMENT_DRILL) // in full, though nothing is lost: it must not look like another
        return g_strdup_printf("DRILL %s %s", statement->group,
                               statement->drill == DRILL_LIVE ? "LIVE" : "ISOLATED");
    if (!statement_loses(statement))
        return g_strdup(statement->group);
    if (statement->discards < 0)
        return g_strdup_printf("%s %s TO %s DISCARD UNKNOWN", VERBS[statement->kind],
                               statement->group, statement->to);
    if (statement->discards)
        return g_strdup_printf("%s %s TO %s DISCARD %" G_GINT64_FORMAT, VERBS[statement->kind],
                               statement->group, statement->to, statement->discards);
    duration_format_up(statement->loss_ms, loss);
    return g_strdup_printf("%s %s TO %s LOSE %s%s", VERBS[statement->kind], statement->group,
                           statement->to, statement->loss_known ? "<=" : "",
                           statement->loss_known ? loss : "UNKNOWN");
}

char *statement_break_glass_phrase(const Statement *statement)
{
    return g_strdup_printf("I ALONE BREAK THE GLASS: %s", statement->confirm);
}

gint64 statement_oldest_fact(const Statement *statement)
{
    gint64 oldest = 0;
    for (guint i = 0; i < statement->facts->len; i++) {
        const Fact *fact = statement->facts->pdata[i];
        if (fact->frozen)
            continue;
        if (!fact->observed_at_ms)
            return 0;
        if (!oldest || fact->observed_at_ms < oldest)
            oldest = fact->observed_at_ms;
    }
    return oldest;
}
