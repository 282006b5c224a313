// Every shade of a material change, and beside each a near miss: what looks like it and voids nothing. What is
// told of a difference: field, old, new.
#include "model/difference.h"

#include "model/statement-words.h"

enum { MINUTE = 60000, RPO = 15 * MINUTE };

static PlannedStep *step(guint number, StepKind kind, const char *title)
{
    PlannedStep *planned = g_new0(PlannedStep, 1);
    *planned = (PlannedStep){.number = number,
                             .wave = number,
                             .kind = kind,
                             .title = g_strdup(title),
                             .side = SIDE_SIGNALBOX,
                             .limit_ms = MINUTE};
    return planned;
}

static void set_loss(Statement *s, bool known, gint64 loss_ms)
{
    s->loss_known = known;
    s->loss_ms = loss_ms;
    s->band = loss_band(known, loss_ms, RPO);
}

static Statement *unplanned(void)
{
    Statement *s = statement_new();
    s->group = g_strdup("payments");
    s->from = g_strdup("west");
    s->to = g_strdup("north");
    s->epoch = 7;
    set_loss(s, true, 2 * MINUTE);
    s->from_verdict = VERDICT_DOWN;
    s->to_verdict = VERDICT_UP;
    s->old_primary = OLD_UNCONFIRMED;
    s->proof = PROOF_LEASE;
    s->approvals = 1;
    s->lineage = g_strdup("tl-1");
    s->missed_recurrences = 1;
    g_ptr_array_add(s->errors, g_strdup("R05:north"));
    g_ptr_array_add(s->findings, g_strdup("R05 error: lag 4s"));
    g_ptr_array_add(s->steps, step(1, STEP_FENCE, "fence"));
    g_ptr_array_add(s->steps, step(2, STEP_PROMOTE, "promote"));
    return s;
}

typedef void (*Edit)(Statement *s);

static PlannedStep *second(Statement *s)
{
    return s->steps->pdata[1];
}

static void add_text(GPtrArray *list, const char *text)
{
    g_ptr_array_add(list, g_strdup(text));
}

// Loss: over the next threshold, and below it.
static void loss_5m(Statement *s)
{
    set_loss(s, true, 5 * MINUTE);
}
static void loss_over_5m(Statement *s)
{
    set_loss(s, true, 5 * MINUTE + 1);
}
static void loss_at_rpo(Statement *s)
{
    set_loss(s, true, RPO);
}
static void loss_over_rpo(Statement *s)
{
    set_loss(s, true, RPO + 1);
}
static void loss_at_2rpo(Statement *s)
{
    set_loss(s, true, 2 * RPO);
}
static void loss_over_2rpo(Statement *s)
{
    set_loss(s, true, 2 * RPO + 1);
}
static void loss_unknown(Statement *s)
{
    set_loss(s, false, 0);
}
static void loss_better(Statement *s)
{
    set_loss(s, true, 1000);
}
static void loss_none(Statement *s)
{
    set_loss(s, true, 0);
}
static void loss_1m(Statement *s)
{
    set_loss(s, true, MINUTE);
}
static void loss_over_1m(Statement *s)
{
    set_loss(s, true, MINUTE + 1);
}
static void loss_1ms(Statement *s)
{
    set_loss(s, true, 1);
}
static void discards_4(Statement *s)
{
    s->discards = 4;
}
static void discards_5(Statement *s)
{
    s->discards = 5;
}
static void discards_unknown(Statement *s)
{
    s->discards = -1;
}
static void more_transactions(Statement *s)
{
    s->loss_transactions = 4711;
}

// The target and the primary.
static void target_degraded(Statement *s)
{
    s->to_verdict = VERDICT_DEGRADED;
}
static void target_down(Statement *s)
{
    s->to_verdict = VERDICT_DOWN;
}
static void target_up(Statement *s)
{
    s->to_verdict = VERDICT_UP;
}
static void primary_up(Statement *s)
{
    s->from_verdict = VERDICT_UP;
}
static void primary_degraded(Statement *s)
{
    s->from_verdict = VERDICT_DEGRADED;
}
static void primary_down(Statement *s)
{
    s->from_verdict = VERDICT_DOWN;
}
static void primary_unknown(Statement *s)
{
    s->from_verdict = VERDICT_UNKNOWN;
}
static void planned_up(Statement *s)
{
    s->planned = true;
    s->from_verdict = VERDICT_UP;
}

// The old primary.
static void fenced(Statement *s)
{
    s->old_primary = OLD_FENCED;
}
static void unconfirmed(Statement *s)
{
    s->old_primary = OLD_UNCONFIRMED;
}
static void passive(Statement *s)
{
    s->old_primary = OLD_PASSIVE;
}
static void attested(Statement *s)
{
    s->old_primary = OLD_ATTESTED;
}
static void weaker_proof(Statement *s)
{
    s->proof = PROOF_POWER;
}
static void stronger_proof(Statement *s)
{
    s->proof = PROOF_FENCING;
}

// Findings.
static void new_error(Statement *s)
{
    add_text(s->errors, "R09:west");
    add_text(s->findings, "R09 error: the watchdog stands in west");
}
static void other_error(Statement *s) // as many as before, but another
{
    g_ptr_array_set_size(s->errors, 0);
    add_text(s->errors, "R09:west");
}
static void cleared_error(Statement *s)
{
    g_ptr_array_set_size(s->errors, 0);
}
static void new_warning(Statement *s)
{
    add_text(s->findings, "R17 warning: not tested");
}
static void moved_facts(Statement *s) // the same finding with another number in it
{
    g_ptr_array_set_size(s->findings, 0);
    add_text(s->findings, "R05 error: lag 5s");
}

// The plan.
static void more_steps(Statement *s)
{
    g_ptr_array_add(s->steps, step(3, STEP_VERIFY, "verify"));
}
static void fewer_steps(Statement *s)
{
    g_ptr_array_set_size(s->steps, 1);
}
static void by_hand(Statement *s)
{
    second(s)->kind = STEP_MANUAL;
}
static void other_side(Statement *s)
{
    second(s)->side = SIDE_PROVIDER;
}
static void not_fatal(Statement *s)
{
    second(s)->best_effort = true;
}
static void other_limit(Statement *s)
{
    second(s)->limit_ms = 2 * MINUTE;
}
static void other_wave(Statement *s)
{
    second(s)->wave = 1;
}
static void other_words(Statement *s) // sentences around the plan, not the plan
{
    s->summary = g_strdup("Fail over, in other words");
    s->if_we_wait = g_strdup("It waits.");
}

// Lineage, epoch, policy.
static void new_lineage(Statement *s)
{
    g_free(s->lineage);
    s->lineage = g_strdup("tl-2");
}
static void no_lineage(Statement *s)
{
    g_clear_pointer(&s->lineage, g_free);
}
static void same_lineage(Statement *s)
{
    g_free(s->lineage);
    s->lineage = g_strdup("tl-1");
}
static void new_epoch(Statement *s)
{
    s->epoch = 8;
}
static void more_approvals(Statement *s)
{
    s->approvals = 2;
}
static void four_eyes(Statement *s)
{
    s->four_eyes = true;
}
static void needs_signature(Statement *s)
{
    s->signature = SIGNATURE_REQUIRED;
}
static void nothing_broken(Statement *s)
{
    s->break_glass = false;
}
static void breakable(Statement *s)
{
    s->break_glass = true;
}
static void other_reason(Statement *s)
{
    s->signoff_why = g_strdup("said otherwise");
}

// What moves all the time.
static void later(Statement *s)
{
    s->made_ms += MINUTE;
    s->missed_recurrences = 4;
    s->abandoned_runs = 12;
    add_text(s->not_known, "how many runs are in flight");
    add_text(s->reduced, "refunds");
}
static void nothing(Statement *s)
{
    (void)s;
}

static const struct {
    const char *what;
    Edit before, edit;
    const char *field; // of the material difference; NULL = within
} SHADES[] = {
    {"5m: over", nothing, loss_over_5m, "loss.bound"},
    {"5m: at it", nothing, loss_5m, NULL},
    {"RPO: over", loss_over_5m, loss_over_rpo, "loss.bound"},
    {"RPO: at it", loss_over_5m, loss_at_rpo, NULL},
    {"twice the RPO: over", loss_over_rpo, loss_over_2rpo, "loss.bound"},
    {"twice the RPO: at it", loss_over_rpo, loss_at_2rpo, NULL},
    {"1m: over", loss_1ms, loss_over_1m, "loss.bound"},
    {"1m: at it", loss_1ms, loss_1m, NULL},
    {"something instead of nothing", loss_none, loss_1ms, "loss.bound"},
    {"nothing still", loss_none, loss_none, NULL},
    {"unknown", nothing, loss_unknown, "loss.bound"},
    {"unknown still", loss_unknown, loss_unknown, NULL},
    {"known again", loss_unknown, loss_over_2rpo, NULL},
    {"a better band", nothing, loss_better, NULL},
    {"more transactions in the same time", nothing, more_transactions, NULL},
    {"the way home discards something", nothing, discards_4, "loss.discards"},
    {"the way home discards more", discards_4, discards_5, "loss.discards"},
    {"the way home discards less", discards_5, discards_4, NULL},
    {"what it discards is not known for a moment", discards_4, discards_unknown, NULL},
    {"what it discards was signed for as unknown", discards_unknown, discards_5, NULL},
    {"target: degraded", nothing, target_degraded, "verdicts.to"},
    {"target: down", nothing, target_down, "verdicts.to"},
    {"target: from degraded to down", target_degraded, target_down, "verdicts.to"},
    {"target: better", target_degraded, target_up, NULL},
    {"primary: up again", nothing, primary_up, "verdicts.from"},
    {"primary: answers again, slowly", nothing, primary_degraded, "verdicts.from"},
    {"primary: from slow to well", primary_degraded, primary_up, "verdicts.from"},
    {"primary: from slow to down", primary_degraded, primary_down, NULL},
    {"primary: down still", nothing, primary_down, NULL},
    {"primary: not seen", nothing, primary_unknown, NULL},
    {"planned: the losing side is down", planned_up, primary_down, "verdicts.from"},
    {"planned: the losing side is slow", planned_up, primary_degraded, NULL},
    {"fencing confirmed", nothing, fenced, "old_primary.state"},
    {"fencing lost", fenced, unconfirmed, "old_primary.state"},
    {"passive only", fenced, passive, "old_primary.state"},
    {"attested", nothing, attested, "old_primary.state"},
    {"unconfirmed still", nothing, unconfirmed, NULL},
    {"a weaker proof", nothing, weaker_proof, "old_primary.proof"},
    {"a stronger proof", nothing, stronger_proof, NULL},
    {"a new error", nothing, new_error, "errors"},
    {"another error in its place", nothing, other_error, "errors"},
    {"an error less", nothing, cleared_error, NULL},
    {"a new warning", nothing, new_warning, NULL},
    {"the same error, other numbers", nothing, moved_facts, NULL},
    {"a step more", nothing, more_steps, "steps"},
    {"a step less", nothing, fewer_steps, "steps"},
    {"a step by hand", nothing, by_hand, "steps"},
    {"a step of somebody else", nothing, other_side, "steps"},
    {"a step that may fail", nothing, not_fatal, "steps"},
    {"a step with another limit", nothing, other_limit, "steps"},
    {"a step earlier", nothing, other_wave, "steps"},
    {"other sentences", nothing, other_words, NULL},
    {"another lineage", nothing, new_lineage, "lineage"},
    {"a lineage lost", nothing, no_lineage, "lineage"},
    {"the lineage, read again", nothing, same_lineage, NULL},
    {"another epoch", nothing, new_epoch, "epoch"},
    {"more people", nothing, more_approvals, "signoff"},
    {"four eyes", nothing, four_eyes, "signoff"},
    {"a signature", nothing, needs_signature, "signoff"},
    {"break-glass allowed", nothing, breakable, "signoff"},
    {"break-glass taken away", breakable, nothing_broken, "signoff"},
    {"another reason for the same", nothing, other_reason, NULL},
    {"time passes", nothing, later, NULL},
};

static const Difference *material_of(const GPtrArray *differences)
{
    const Difference *first = differences->len ? differences->pdata[0] : NULL;
    return first && first->material ? first : NULL;
}

static void test_shades(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(SHADES); i++) {
        g_autoptr(Statement) then = unplanned();
        SHADES[i].before(then);
        g_autoptr(Statement) now = statement_copy(then);
        g_assert_null(statement_material_change(then, now));
        SHADES[i].edit(now);
        g_autofree char *change = statement_material_change(then, now);
        g_autoptr(GPtrArray) differences = statement_differences(then, now);
        const Difference *material = material_of(differences);
        g_test_message("%s: %s", SHADES[i].what, change ? change : "within");
        g_assert_cmpstr(material ? material->field : NULL, ==, SHADES[i].field);
        g_assert_true((change != NULL) == (material != NULL));
        g_assert_cmpstr(change, ==, material ? material->why : NULL);
    }
}

static const Difference *find(const GPtrArray *differences, const char *field)
{
    for (guint i = 0; i < differences->len; i++) {
        const Difference *difference = differences->pdata[i];
        if (g_str_equal(difference->field, field))
            return difference;
    }
    g_test_message("no difference in %s", field);
    g_assert_not_reached();
}

// Old beside new, in words; material ones first, what moved within its bounds behind them.
static void test_side_by_side(void)
{
    g_autoptr(Statement) then = unplanned(), now = unplanned();
    loss_over_rpo(now);
    new_error(now);
    by_hand(now);
    later(now);
    g_autoptr(GPtrArray) list = statement_differences(then, now);
    const Difference *loss = find(list, "loss.bound"), *errors = find(list, "errors"),
                     *steps = find(list, "steps"), *missed = find(list, "missed_recurrences");
    g_assert_cmpstr(loss->then, ==, "2m (up to 5m)");
    g_assert_cmpstr(loss->now, ==, "15m1s (up to twice the RPO)");
    g_assert_cmpstr(errors->then, ==, NULL);
    g_assert_cmpstr(errors->now, ==, "R09:west");
    g_assert_cmpstr(steps->then, ==, "2. promote (signalbox, limit 1m)");
    g_assert_cmpstr(missed->then, ==, "1");
    g_assert_cmpstr(missed->now, ==, "4");
    g_assert_false(missed->material);
    bool over = false;
    for (guint i = 0; i < list->len; i++) {
        const Difference *difference = list->pdata[i];
        g_assert_false(over && difference->material);
        over = !difference->material;
    }
}

// All shades at once: every reason is told, not only the first.
static void test_all_reasons(void)
{
    g_autoptr(Statement) then = unplanned(), now = unplanned();
    loss_unknown(now);
    target_down(now);
    new_lineage(now);
    g_autofree char *change = statement_material_change(then, now);
    g_assert_nonnull(g_strstr_len(change, -1, "to unknown"));
    g_assert_nonnull(g_strstr_len(change, -1, "the target north is no longer healthy"));
    g_assert_nonnull(g_strstr_len(change, -1, "it was tl-1 and is tl-2"));
}

// A move in order finds its old side running: nothing says that it is off already.
static void test_planned_old_side(void)
{
    g_autoptr(Statement) then = unplanned(), now = unplanned();
    planned_up(then);
    planned_up(now);
    passive(then);
    attested(now);
    g_autofree char *change = statement_material_change(then, now);
    g_autofree char *side = statement_old_side(then);
    g_assert_cmpstr(change, ==,
                    "the old primary was to be confirmed passive and is now to be attested off");
    g_assert_cmpstr(side, ==, "old side to be confirmed passive");
    then->planned = false;
    g_autofree char *seen = statement_old_side(then);
    g_assert_cmpstr(seen, ==, "old side passive");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/difference/shades", test_shades);
    g_test_add_func("/model/difference/side-by-side", test_side_by_side);
    g_test_add_func("/model/difference/all-reasons", test_all_reasons);
    g_test_add_func("/model/difference/planned-old-side", test_planned_old_side);
    return g_test_run();
}
