// Names for programs, words for people: no word of a state looks like a name that a program would read.
#include "model/names.h"

#include <string.h>

static const NameTable *const WORDED[] = {
    &RESOURCE_NAMES,        &INSTANCE_NAMES,  &MODE_NAMES,      &SIGNATURE_STATE_NAMES,
    &OLD_PRIMARY_NAMES,     &PHASE_NAMES,     &STEP_KIND_NAMES, &STEP_STATE_NAMES,
    &OPERATION_STATE_NAMES, &ACT_STATE_NAMES, &DECISION_NAMES,
};

static void test_words(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(WORDED); i++)
        for (guint k = 0; k < WORDED[i]->count; k++) {
            const char *word = word_of(WORDED[i], (int)k);
            g_assert_nonnull(word);
            g_assert_true(*word && (!strchr(word, '-') || strstr(word, "sign-off")));
            for (guint other = 0; other < k; other++)
                g_assert_cmpstr(word, !=, word_of(WORDED[i], (int)other));
        }
    g_assert_cmpstr(word_of(&STEP_STATE_NAMES, STEP_NOTED), ==, "not done");
    g_assert_cmpstr(name_of(&STEP_STATE_NAMES, STEP_NOTED), ==, "noted");
}

// Where the name is the word already, and where there is no such value.
static void test_without_words(void)
{
    g_assert_cmpstr(word_of(&VERDICT_NAMES, VERDICT_DOWN), ==, "down");
    g_assert_cmpstr(word_of(&VERDICT_NAMES, 99), ==, "?");
    g_assert_cmpstr(word_of(&STEP_STATE_NAMES, -1), ==, "?");
}

// Only names are read.
static void test_parse(void)
{
    int value = -1;
    g_autoptr(GError) error = NULL;
    g_assert_true(name_parse(&STEP_STATE_NAMES, "noted", &value, NULL));
    g_assert_cmpint(value, ==, STEP_NOTED);
    g_assert_false(name_parse(&STEP_STATE_NAMES, "not done", &value, &error));
    g_assert_nonnull(strstr(error->message, "expected one of: pending, intent"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/names/words", test_words);
    g_test_add_func("/model/names/without-words", test_without_words);
    g_test_add_func("/model/names/parse", test_parse);
    return g_test_run();
}
