#include "model/difference.h"

#include "base/text.h"
#include "base/timefmt.h"
#include "model/statement-words.h"

void difference_free(Difference *difference)
{
    if (!difference)
        return;
    g_free(difference->field);
    g_free(difference->label);
    g_free(difference->then);
    g_free(difference->now);
    g_free(difference->why);
    g_free(difference);
}

Difference *difference_copy(const Difference *difference)
{
    Difference *copy = g_new(Difference, 1);
    *copy = *difference;
    copy->field = g_strdup(difference->field);
    copy->label = g_strdup(difference->label);
    copy->then = g_strdup(difference->then);
    copy->now = g_strdup(difference->now);
    copy->why = g_strdup(difference->why);
    return copy;
}

static void free_difference(gpointer data)
{
    difference_free(data);
}

// ---- values as text ----

static char *text_of(const char *text)
{
    return g_strdup(text);
}

static char *name_text(const NameTable *table, int value)
{
    return g_strdup(word_of(table, value));
}

static char *number_text(gint64 number)
{
    return number < 0 ? g_strdup("unknown") : g_strdup_printf("%" G_GINT64_FORMAT, number);
}

static bool has_line(const GPtrArray *list, const char *line)
{
    for (guint i = 0; i < list->len; i++)
        if (g_str_equal(list->pdata[i], line))
            return true;
    return false;
}

// Lines that only one of the two lists has, as text; NULL if there are none.
static char *lines_only_in(const GPtrArray *list, const GPtrArray *other)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++)
        if (!has_line(other, list->pdata[i]))
            g_string_append_printf(out, "%s%s", out->len ? "; " : "", (char *)list->pdata[i]);
    return g_string_free(out, out->len == 0);
}

// ---- the loss ----

static const char *const BANDS[] = {[LOSS_NONE] = "nothing",
                                    [LOSS_TO_1M] = "up to 1m",
                                    [LOSS_TO_5M] = "up to 5m",
                                    [LOSS_TO_RPO] = "up to the RPO",
                                    [LOSS_TO_2RPO] = "up to twice the RPO",
                                    [LOSS_BEYOND] = "more than twice the RPO",
                                    [LOSS_UNKNOWN] = "unknown"};

static char *loss_text(const Statement *s)
{
    char bound[16];
    duration_format_up(s->loss_ms, bound);
    return s->loss_known ? g_strdup_printf("%s (%s)", bound, BANDS[s->band]) : g_strdup("unknown");
}

static char *loss_change(const Statement *then, const Statement *now)
{
    if (now->band <= then->band)
        return NULL;
    g_autofree char *old = loss_text(then), *new = loss_text(now);
    return g_strdup_printf("the data-loss bound went from %s to %s", old, new);
}

static char *discards_text(const Statement *s)
{
    return number_text(s->discards);
}

// Not to know for a moment is no change: nothing starts on it (guard.c).
static char *discards_change(const Statement *then, const Statement *now)
{
    if (then->discards < 0 || now->discards <= then->discards)
        return NULL;
    return g_strdup_printf("what the way home discards went from %" G_GINT64_FORMAT
                           " to %" G_GINT64_FORMAT " transaction%s",
                           then->discards, now->discards, text_plural(now->discards));
}

static char *transactions_text(const Statement *s)
{
    return number_text(s->loss_transactions);
}

// ---- health ----

static char *to_text(const Statement *s)
{
    return name_text(&VERDICT_NAMES, (int)s->to_verdict);
}

static char *from_text(const Statement *s)
{
    return name_text(&VERDICT_NAMES, (int)s->from_verdict);
}

// From well to ill. Not to know is between: the engine does not call it a change (it looks again), except that
// what was well is then no longer seen to be.
static int illness(VerdictState verdict)
{
    static const int ILLNESS[] = {
        [VERDICT_UP] = 0, [VERDICT_DEGRADED] = 1, [VERDICT_UNKNOWN] = 2, [VERDICT_DOWN] = 3};
    return ILLNESS[verdict];
}

static char *target_change(const Statement *then, const Statement *now)
{
    if (illness(now->to_verdict) <= illness(then->to_verdict))
        return NULL;
    return g_strdup_printf("the target %s is no longer healthy: it was %s and is %s", now->to,
                           word_of(&VERDICT_NAMES, (int)then->to_verdict),
                           word_of(&VERDICT_NAMES, (int)now->to_verdict));
}

static bool answers(VerdictState verdict)
{
    return verdict == VERDICT_UP || verdict == VERDICT_DEGRADED;
}

static char *source_change(const Statement *then, const Statement *now)
{
    bool well_again = then->from_verdict != VERDICT_UP && now->from_verdict == VERDICT_UP;
    bool answers_again = then->from_verdict == VERDICT_DOWN && answers(now->from_verdict);
    if (!then->planned && (well_again || answers_again))
        return g_strdup_printf("the primary %s is healthy again: it was %s and is %s", now->from,
                               word_of(&VERDICT_NAMES, (int)then->from_verdict),
                               word_of(&VERDICT_NAMES, (int)now->from_verdict));
    if (then->planned && answers(then->from_verdict) && now->from_verdict == VERDICT_DOWN)
        return g_strdup_printf("the losing side %s is down: it cannot be switched over in order",
                               now->from);
    return NULL;
}

// ---- the old primary ----

static char *old_text(const Statement *s)
{
    return g_strdup(statement_old_word(s));
}

static char *old_change(const Statement *then, const Statement *now)
{
    if (then->old_primary == now->old_primary)
        return NULL;
    return g_strdup_printf("the old primary was %s and is now %s", statement_old_word(then),
                           statement_old_word(now));
}

static char *proof_text(const Statement *s)
{
    return name_text(&PROOF_NAMES, (int)s->proof);
}

static char *proof_change(const Statement *then, const Statement *now)
{
    if (now->proof <= then->proof)
        return NULL;
    return g_strdup_printf("the proof that the old side is off went from class %s to class %s",
                           word_of(&PROOF_NAMES, (int)then->proof),
                           word_of(&PROOF_NAMES, (int)now->proof));
}

// ---- findings ----

static char *findings_text(const Statement *s, const Statement *other)
{
    return lines_only_in(s->findings, other->findings);
}

static char *errors_text(const Statement *s, const Statement *other)
{
    return lines_only_in(s->errors, other->errors);
}

static char *errors_change(const Statement *then, const Statement *now)
{
    g_autofree char *fresh = lines_only_in(now->errors, then->errors);
    return fresh ? g_strdup_printf("a new finding of severity error touches this group: %s", fresh)
                 : NULL;
}

// ---- the plan ----

static bool same_step(const PlannedStep *a, const PlannedStep *b)
{
    return a->kind == b->kind && a->wave == b->wave && a->side == b->side &&
           a->best_effort == b->best_effort && a->grants == b->grants &&
           a->limit_ms == b->limit_ms && g_strcmp0(a->title, b->title) == 0;
}

static const PlannedStep *step_at(const Statement *s, guint i)
{
    return i < s->steps->len ? s->steps->pdata[i] : NULL;
}

// The steps that are not the same at their place in the other plan.
static char *steps_text(const Statement *s, const Statement *other)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < s->steps->len; i++) {
        const PlannedStep *mine = step_at(s, i), *theirs = step_at(other, i);
        char limit[16];
        if (theirs && same_step(mine, theirs))
            continue;
        duration_format(mine->limit_ms, limit);
        g_string_append_printf(out, "%s%u. %s (%s, limit %s)", out->len ? "; " : "", mine->number,
                               mine->title ? mine->title : "",
                               word_of(&SIDE_NAMES, (int)mine->side), limit);
    }
    return g_string_free(out, out->len == 0);
}

static char *steps_change(const Statement *then, const Statement *now)
{
    bool same = then->steps->len == now->steps->len;
    for (guint i = 0; same && i < then->steps->len; i++)
        same = same_step(then->steps->pdata[i], now->steps->pdata[i]);
    return same ? NULL : g_strdup("the steps of the plan have changed");
}

static char *lineage_text(const Statement *s)
{
    return text_of(s->lineage);
}

static char *lineage_change(const Statement *then, const Statement *now)
{
    if (g_strcmp0(then->lineage, now->lineage) == 0)
        return NULL;
    return g_strdup_printf("the data comes from another replication lineage: it was %s and is %s",
                           then->lineage ? then->lineage : "none",
                           now->lineage ? now->lineage : "none");
}

// ---- policy and epoch ----

static char *epoch_text(const Statement *s)
{
    return number_text(s->epoch);
}

static char *epoch_change(const Statement *then, const Statement *now)
{
    return then->epoch == now->epoch
               ? NULL
               : g_strdup_printf("the epoch of the group was %" G_GINT64_FORMAT
                                 " and is %" G_GINT64_FORMAT,
                                 then->epoch, now->epoch);
}

static char *policy_text(const Statement *s)
{
    return g_strdup_printf("%u sign-off%s, %s, signature %s, %s", s->approvals,
                           text_plural(s->approvals), s->four_eyes ? "four eyes" : "no four eyes",
                           word_of(&SIGNATURE_NAMES, (int)s->signature),
                           s->break_glass ? "break-glass" : "no break-glass");
}

static char *policy_change(const Statement *then, const Statement *now)
{
    if (then->approvals == now->approvals && then->four_eyes == now->four_eyes &&
        then->signature == now->signature && then->break_glass == now->break_glass)
        return NULL;
    g_autofree char *old = policy_text(then), *new = policy_text(now);
    return g_strdup_printf("what is needed to sign was %s and is %s", old, new);
}

// ---- what else is read ----

static char *runs_text(const Statement *s)
{
    return number_text(s->abandoned_runs);
}

static char *missed_text(const Statement *s)
{
    return number_text(s->missed_recurrences);
}

static char *reduced_text(const Statement *s, const Statement *other)
{
    return lines_only_in(s->reduced, other->reduced);
}

static char *not_known_text(const Statement *s, const Statement *other)
{
    return lines_only_in(s->not_known, other->not_known);
}

// A row is compared as text, by itself (`text`) or by what the other has not (`beside`); `change` says when
// it is material.
typedef struct {
    const char *field, *label;
    char *(*text)(const Statement *s);
    char *(*beside)(const Statement *s, const Statement *other);
    char *(*change)(const Statement *then, const Statement *now);
} Row;

static const Row ROWS[] = {
    {"loss.bound", "data-loss bound", loss_text, NULL, loss_change},
    {"loss.discards", "discarded for good", discards_text, NULL, discards_change},
    {"verdicts.to", "target", to_text, NULL, target_change},
    {"verdicts.from", "old primary's health", from_text, NULL, source_change},
    {"old_primary.state", "old primary", old_text, NULL, old_change},
    {"old_primary.proof", "class of proof", proof_text, NULL, proof_change},
    {"errors", "findings of severity error", NULL, errors_text, errors_change},
    {"steps", "steps", NULL, steps_text, steps_change},
    {"signoff", "needed to sign", policy_text, NULL, policy_change},
    {"epoch", "epoch", epoch_text, NULL, epoch_change},
    {"lineage", "replication lineage", lineage_text, NULL, lineage_change},
    {"loss.transactions", "transactions behind", transactions_text, NULL, NULL},
    {"abandoned_runs", "runs abandoned", runs_text, NULL, NULL},
    {"missed_recurrences", "recurrences missed", missed_text, NULL, NULL},
    {"reduced", "will not work", NULL, reduced_text, NULL},
    {"findings", "findings", NULL, findings_text, NULL},
    {"not_known", "not known", NULL, not_known_text, NULL},
};

// NULL if the row is the same in both.
static Difference *compare(const Row *row, const Statement *then, const Statement *now)
{
    g_autofree char *why = row->change ? row->change(then, now) : NULL;
    g_autofree char *old = row->text ? row->text(then) : row->beside(then, now);
    g_autofree char *new = row->text ? row->text(now) : row->beside(now, then);
    if (!why && g_strcmp0(old, new) == 0)
        return NULL;
    Difference *difference = g_new0(Difference, 1);
    *difference = (Difference){.field = g_strdup(row->field),
                               .label = g_strdup(row->label),
                               .then = g_steal_pointer(&old),
                               .now = g_steal_pointer(&new),
                               .material = why != NULL,
                               .why = g_steal_pointer(&why)};
    return difference;
}

static int compare_weight(gconstpointer a, gconstpointer b)
{
    const Difference *x = *(Difference *const *)a, *y = *(Difference *const *)b;
    return y->material - x->material;
}

GPtrArray *statement_differences(const Statement *then, const Statement *now)
{
    GPtrArray *differences = g_ptr_array_new_with_free_func(free_difference);
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Difference *difference = compare(&ROWS[i], then, now);
        if (difference)
            g_ptr_array_add(differences, difference);
    }
    g_ptr_array_sort(differences, compare_weight); // stable: the order of the rows stays
    return differences;
}

char *statement_material_change(const Statement *then, const Statement *now)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *why = ROWS[i].change ? ROWS[i].change(then, now) : NULL;
        if (why)
            g_string_append_printf(out, "%s%s", out->len ? "; " : "", why);
    }
    return g_string_free(out, out->len == 0);
}
