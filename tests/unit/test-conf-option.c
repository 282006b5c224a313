// The option tables of all files: sound, with bounds that hold, and with names near enough to be meant.
#include "conf/option.h"

#include <string.h>

#include "conf/console-options.h"
#include "conf/daemon-options.h"
#include "conf/fleet-options.h"

static const OptionSection *const SECTIONS[] = {&FLEET_SECTION, &DAEMON_SECTION, &CONSOLE_SECTION};

static void test_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(SECTIONS); i++) {
        g_autofree char *wrong = option_check(SECTIONS[i]);
        g_assert_cmpstr(wrong, ==, NULL);
    }
}

static void test_table_mistakes(void)
{
    static const Option HELP[] = {{"a", &OPTION_BOOL, OPTION_AT(Fleet, production), .help = "x"}};
    static const Option SIZE[] = {{"a", &OPTION_NUMBER, OPTION_AT(Fleet, name), .help = "x."}};
    static const Option FALLBACK[] = {
        {"a", &OPTION_DURATION, OPTION_AT(Group, rpo_ms), .fallback = "60s", .help = "x."}};
    static const Option BOUNDS[] = {{"a", &OPTION_DURATION, OPTION_AT(Group, rpo_ms), 1000, 2000,
                                     .fallback = "3s", .help = "x."}};
    static const Option BOTH[] = {{"a", &OPTION_BOOL, OPTION_AT(Fleet, production),
                                   .fallback = "true", .required = true, .help = "x."}};
    static const struct {
        OptionSection section;
        const char *wrong;
    } ROWS[] = {
        {{.what = "s", OPTION_ROWS(HELP)}, "s.a: its help is missing or ends without a full stop."},
        {{.what = "s", OPTION_ROWS(SIZE)}, "s.a: the member's size is not the type's."},
        {{.what = "s", OPTION_ROWS(FALLBACK)},
         "s.a: its default is not valid, or not as the dump writes it."},
        {{.what = "s", OPTION_ROWS(BOUNDS)},
         "s.a: its default is not valid, or not as the dump writes it."},
        {{.what = "s", OPTION_ROWS(BOTH)}, "s.a: it must be given and has a default."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *wrong = option_check(&ROWS[i].section);
        g_assert_cmpstr(wrong, ==, ROWS[i].wrong);
    }
}

// ---- bounds, from the tables ----

static bool parses(const Option *option, const char *text)
{
    OptionReader reader = {0};
    g_autofree gpointer member = g_malloc0(option->size);
    g_autofree char *hint = NULL;
    bool ok = option->type->parse(&reader, option, text, member, &hint);
    if (ok && option->type->write == option_write_text)
        g_free(*(char **)member);
    return ok;
}

static void check_number(const Option *option, const char *unit, gint64 value, bool expected)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "%s", value, unit);
    g_assert_cmpint(parses(option, text), ==, expected);
}

static void check_bounds(const Option *option, const char *unit)
{
    check_number(option, unit, option->min, true);
    check_number(option, unit, option->max, true);
    check_number(option, unit, option->max + 1, false);
    check_number(option, unit, option->min - 1, false);
    g_autofree char *expected = option_expected(option);
    g_assert_nonnull(strstr(expected, " from "));
    g_assert_nonnull(strstr(expected, " to "));
}

static void check_lengths(const Option *option)
{
    gsize max = option->max ? (gsize)option->max : 1000;
    g_autofree char *longest = g_strnfill(max, 'x');
    g_autofree char *longer = g_strnfill(max + 1, 'x');
    g_assert_true(parses(option, longest));
    g_assert_false(parses(option, longer));
    g_assert_false(parses(option, ""));
    g_assert_false(parses(option, "a\nb"));
}

static void check_words(const Option *option)
{
    for (guint i = 0; i < option->names->count; i++)
        g_assert_true(parses(option, option->names->names[i]));
    g_assert_false(parses(option, "?"));
    g_assert_false(parses(option, ""));
}

static guint check_section(const OptionSection *section)
{
    guint checked = section->count;
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        if (option->section)
            checked += check_section(option->section);
        else if (option->type == &OPTION_DURATION)
            check_bounds(option, "ms");
        else if (option->type == &OPTION_NUMBER)
            check_bounds(option, "");
        else if (option->type == &OPTION_TEXT)
            check_lengths(option);
        else if (option->names)
            check_words(option);
    }
    return checked;
}

static void test_bounds(void)
{
    guint checked = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(SECTIONS); i++)
        checked += check_section(SECTIONS[i]);
    g_assert_cmpuint(checked, >, 100); // the tables were really walked
}

static void test_values(void)
{
    static const Option DURATION = {"a", &OPTION_DURATION, OPTION_AT(Group, rpo_ms)};
    static const Option DATE = {"a", &OPTION_DATE, OPTION_AT(Group, rpo_ms)};
    static const Option URL = {"a", &OPTION_URL, OPTION_AT(Group, name)};
    static const Option NAME = {"a", &OPTION_NAME, OPTION_AT(Group, name)};
    static const Option TEXT = {"a", &OPTION_TEXT, OPTION_AT(Group, name)};
    static const struct {
        const Option *option;
        const char *text;
        const char *written; // NULL = refused
    } ROWS[] = {
        {&DURATION, "90s", "\"1m30s\""},
        {&DURATION, "1h1m1s", "\"1h1m1s\""},
        {&DURATION, "1500ms", "\"1s500ms\""},
        {&DURATION, "0s", "\"0s\""},
        {&DURATION, "400d", "\"400d\""},
        {&DURATION, "90", NULL},
        {&DURATION, "", NULL},
        {&DURATION, "-1s", NULL},
        {&DATE, "2026-03-01", "\"2026-03-01\""},
        {&DATE, "2026-3-1", NULL},
        {&DATE, "1969-12-31", NULL},
        {&DATE, "2026-03-01T00", NULL},
        {&URL, "http://127.0.0.1:80/x?y=z", "\"http://127.0.0.1:80/x?y=z\""},
        {&URL, "https://[::1]/", "\"https://[::1]/\""},
        {&URL, "ftp://a/", NULL},
        {&URL, "http:///a", NULL},
        {&URL, "//a/b", NULL},
        {&URL, "http://a b/", NULL},
        {&URL, "http://anna@a/", NULL},
        {&NAME, "a.b_c-9", "\"a.b_c-9\""},
        {&NAME, "-a", NULL},
        {&NAME, "A", NULL},
        {&NAME, "ä", NULL},
        {&TEXT, "say \"ä\\b\"", "\"say \\\"ä\\\\b\\\"\""},
        {&TEXT, "a\x1b[2J", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        OptionReader reader = {0};
        union {
            gint64 number;
            char *text;
        } member = {0};
        g_autofree char *hint = NULL;
        const OptionType *type = ROWS[i].option->type;
        bool ok = type->parse(&reader, ROWS[i].option, ROWS[i].text, &member, &hint);
        g_autofree char *written = ok ? type->write(ROWS[i].option, &member) : NULL;
        g_assert_cmpstr(written, ==, ROWS[i].written);
        if (ok && type->write == option_write_text)
            g_free(member.text);
    }
}

static void test_near(void)
{
    static const struct {
        const char *a, *b;
        guint distance;
    } ROWS[] = {
        {"", "", 0},         {"a", "", 1},       {"", "ab", 2},     {"standby", "standbys", 1},
        {"htpt", "http", 1}, {"rpo", "rto", 1},  {"abc", "xyz", 3}, {"kitten", "sitting", 3},
        {"ab", "ba", 1},     {"same", "same", 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++)
        g_assert_cmpuint(near_distance(ROWS[i].a, ROWS[i].b), ==, ROWS[i].distance);
}

static char *hint_for(const char *text)
{
    Near near = {.text = text};
    near_try(&near, "standbys");
    near_try(&near, "rpo");
    near_try(&near, "approvals");
    return near_hint(&near);
}

static void test_hints(void)
{
    static const struct {
        const char *text, *hint;
    } ROWS[] = {{"standby", ", did you mean \"standbys\"?"},
                {"aprovalls", ", did you mean \"approvals\"?"},
                {"rto", ", did you mean \"rpo\"?"},
                {"weather", ""},
                {"x", ""},
                {"", ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *hint = hint_for(ROWS[i].text);
        g_assert_cmpstr(hint, ==, ROWS[i].hint);
    }
    g_autofree char *long_text = g_strnfill(5000, 'a');
    g_autofree char *hint = hint_for(long_text);
    g_assert_cmpstr(hint, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/conf/option/tables", test_tables);
    g_test_add_func("/conf/option/table-mistakes", test_table_mistakes);
    g_test_add_func("/conf/option/bounds", test_bounds);
    g_test_add_func("/conf/option/values", test_values);
    g_test_add_func("/conf/near/distance", test_near);
    g_test_add_func("/conf/near/hints", test_hints);
    return g_test_run();
}
