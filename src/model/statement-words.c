#include "model/statement-words.h"

#include <string.h>

#include "base/text.h"
#include "base/timefmt.h"

const char *statement_old_word(const Statement *statement)
{
    if (statement->planned && statement->old_primary == OLD_PASSIVE)
        return "to be confirmed passive";
    if (statement->planned && statement->old_primary == OLD_ATTESTED)
        return "to be attested off";
    return word_of(&OLD_PRIMARY_NAMES, (int)statement->old_primary);
}

char *statement_old_side(const Statement *statement)
{
    const char *word = statement_old_word(statement);
    if (statement->old_primary == OLD_NOT_NEEDED)
        return g_strdup(word);
    if (statement->old_primary != OLD_UNCONFIRMED)
        return g_strdup_printf("old side %s", word);
    g_autofree char *loud = g_ascii_strup(word, -1);
    return g_strdup_printf("old side %s: it may still run", loud);
}

char *statement_standing(const Statement *statement)
{
    return statement->owner
               ? g_strdup_printf("tier %u, owner %s", statement->tier, statement->owner)
               : g_strdup_printf("tier %u, no owner is named", statement->tier);
}

char *statement_loss(const Statement *statement)
{
    gint64 behind = statement->loss_transactions;
    char bound[16];
    if (!statement->loss_known)
        return g_strdup("UNKNOWN, which counts as data loss");
    if (statement->discards < 0)
        return g_strdup("DISCARDS an unknown number of transactions for good");
    if (statement->discards) {
        g_autofree char *count = text_count(statement->discards, "transaction");
        return g_strdup_printf("DISCARDS %s for good", count);
    }
    if (statement->loss_ms <= 0)
        return g_strdup("nothing");
    duration_format_up(statement->loss_ms, bound);
    if (behind < 0)
        return g_strdup_printf("up to %s of writes", bound);
    g_autofree char *count = text_count(behind, "transaction");
    return g_strdup_printf("up to %s of writes (%s known behind)", bound, count);
}

static char *count_words(gint64 count, const char *one)
{
    return count < 0    ? g_strdup_printf("an unknown number of %ss", one)
           : count == 0 ? g_strdup_printf("no %s", one)
                        : text_count(count, one);
}

static bool is_rehearsal(const Statement *statement)
{
    return statement->kind == OPERATION_DRILL && statement->drill == DRILL_ISOLATED;
}

char *statement_runs(const Statement *statement)
{
    if (is_rehearsal(statement))
        return g_strdup("nothing is commanded: none is abandoned, none is missed");
    g_autofree char *runs = count_words(statement->abandoned_runs, "run");
    g_autofree char *missed = count_words(statement->missed_recurrences, "recurrence");
    // A planned move has missed nothing yet: what it will, the facts of each schedule tell.
    if (statement->planned && !statement->missed_recurrences)
        return g_strdup_printf("%s in flight abandoned; %s missed before it; what the move misses, "
                               "the evidence of each schedule says",
                               runs, missed);
    return g_strdup_printf("%s in flight abandoned; %s missed so far, more while it lasts", runs,
                           missed);
}

char *statement_needs(const Statement *statement)
{
    g_autofree char *count =
        statement->approvals ? g_strdup_printf("%u", statement->approvals) : g_strdup("none");
    return g_strdup_printf(
        "%s needed: %s%s%s%s", count, statement->signoff_why ? statement->signoff_why : "policy",
        statement->four_eyes ? "; four eyes: the proposer's is not the last" : "",
        statement->signature != SIGNATURE_OFF ? "; signature " : "",
        statement->signature != SIGNATURE_OFF ? word_of(&SIGNATURE_NAMES, (int)statement->signature)
                                              : "");
}

// Units of more than a letter or two are nouns: one of them has no s.
char *fact_words(const Fact *fact)
{
    const char *unit = fact->unit ? fact->unit : "";
    gsize length = strlen(unit);
    bool one = g_strcmp0(fact->value, "1") == 0 && length > 2 && unit[length - 1] == 's';
    if (!fact->value)
        return g_strdup("unknown");
    return g_strdup_printf("%s%s%.*s", fact->value, length ? " " : "",
                           (int)(one ? length - 1 : length), unit);
}
