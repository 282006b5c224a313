// What people read of a statement, the same on the screen, in commands and in the report.
#include "model/statement-words.h"

static void test_loss(void)
{
    static const struct {
        bool known;
        gint64 ms, behind, discards;
        const char *words;
    } ROWS[] = {
        {false, 0, -1, 0, "UNKNOWN, which counts as data loss"},
        {true, 0, 0, 0, "nothing"},
        {true, 0, 0, 1, "DISCARDS 1 transaction for good"},
        {true, 0, 0, -1, "DISCARDS an unknown number of transactions for good"},
        {true, 104000, -1, 0, "up to 1m44s of writes"},
        {true, 104000, 1, 0, "up to 1m44s of writes (1 transaction known behind)"},
        {true, 1200, 911, 0, "up to 1.2s of writes (911 transactions known behind)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Statement) statement = statement_new();
        statement->loss_known = ROWS[i].known;
        statement->loss_ms = ROWS[i].ms;
        statement->loss_transactions = ROWS[i].behind;
        statement->discards = ROWS[i].discards;
        g_autofree char *words = statement_loss(statement);
        g_assert_cmpstr(words, ==, ROWS[i].words);
    }
}

static void test_old_side(void)
{
    static const char *const WORDS[] = {
        [OLD_UNCONFIRMED] = "old side UNCONFIRMED: it may still run",
        [OLD_PASSIVE] = "old side passive",
        [OLD_FENCED] = "old side fenced",
        [OLD_ATTESTED] = "old side attested off",
        [OLD_NOT_NEEDED] = "no proof needed",
    };
    for (guint i = 0; i < G_N_ELEMENTS(WORDS); i++) {
        g_autoptr(Statement) statement = statement_new();
        statement->old_primary = (OldPrimary)i;
        g_autofree char *words = statement_old_side(statement);
        g_assert_cmpstr(words, ==, WORDS[i]);
    }
}

static void test_runs(void)
{
    g_autoptr(Statement) statement = statement_new();
    g_autofree char *unknown = statement_runs(statement);
    g_assert_cmpstr(unknown, ==,
                    "an unknown number of runs in flight abandoned; an unknown number of "
                    "recurrences missed so far, more while it lasts");
    statement->abandoned_runs = 1;
    statement->missed_recurrences = 0;
    g_autofree char *one = statement_runs(statement);
    g_assert_cmpstr(one, ==,
                    "1 run in flight abandoned; no recurrence missed so far, more while it lasts");
    statement->planned = true;
    g_autofree char *planned = statement_runs(statement);
    g_assert_cmpstr(planned, ==,
                    "1 run in flight abandoned; no recurrence missed before it; what the move "
                    "misses, the evidence of each schedule says");
    statement->planned = false;
}

static void test_needs(void)
{
    g_autoptr(Statement) statement = statement_new();
    g_autofree char *none = statement_needs(statement);
    g_assert_cmpstr(none, ==, "none needed: policy");
    statement->approvals = 2;
    statement->signoff_why = g_strdup("data may be lost");
    statement->four_eyes = true;
    statement->signature = SIGNATURE_REQUIRED;
    g_autofree char *two = statement_needs(statement);
    g_assert_cmpstr(two, ==,
                    "2 needed: data may be lost; four eyes: the proposer's is not the last; "
                    "signature required");
}

static void test_fact(void)
{
    static const struct {
        const char *value, *unit, *words;
    } ROWS[] = {
        {NULL, "runs", "unknown"}, {"1", "runs", "1 run"}, {"3", "runs", "3 runs"},
        {"1", "ms", "1 ms"},       {"up", "", "up"},       {"12", NULL, "12"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Fact *fact = fact_new("id", "label");
        fact->value = g_strdup(ROWS[i].value);
        fact->unit = g_strdup(ROWS[i].unit);
        g_autofree char *words = fact_words(fact);
        g_assert_cmpstr(words, ==, ROWS[i].words);
        fact_free(fact);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/statement/loss", test_loss);
    g_test_add_func("/model/statement/old-side", test_old_side);
    g_test_add_func("/model/statement/runs", test_runs);
    g_test_add_func("/model/statement/needs", test_needs);
    g_test_add_func("/model/statement/fact", test_fact);
    return g_test_run();
}
