// Hostile text becomes visible, is measured as shown, and is clipped in whole units.
#include "base/text.h"

#include <string.h>

static const struct {
    const char *in, *out;
    int width;
} ESCAPES[] = {
    {"settle", "settle", 6},
    {"", "", 0},
    {"a\x1b[2Jb", "a\\x1b[2Jb", 9},
    {"a\rb", "a\\x0db", 6},
    {"a\x7f", "a\\x7f", 5},
    {"\xc2\x9b", "\\x9b", 4},
    {"\xff\xfe", "\\xff\\xfe", 8},
    {"\xe2\x82", "\\xe2\\x82", 8},
    {"\xe2\x80\xae"
     "abc",
     "\\u{202e}abc", 11},
    {"\xe2\x80\x8b", "\\u{200b}", 8},
    {"\xef\xbb\xbf", "\\u{feff}", 8},
    {"\xf3\xa0\x81\x81", "\\u{e0041}", 9},
    {"Zürich", "Zürich", 6},
    {"日本", "日本", 4},
    {"e\xcc\x81", "e\xcc\x81", 1},
};

static void test_escape(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(ESCAPES); i++) {
        g_autofree char *out = text_escape(ESCAPES[i].in);
        g_assert_cmpstr(out, ==, ESCAPES[i].out);
        g_assert_cmpint(text_width(ESCAPES[i].in), ==, ESCAPES[i].width);
    }
    g_autofree char *none = text_escape(NULL);
    g_assert_cmpstr(none, ==, "");
}

// Whatever bytes come, what goes out is valid UTF-8 without control characters, as wide as measured.
static void test_random_bytes(void)
{
    for (int round = 0; round < 20000; round++) {
        char bytes[17];
        int n = g_test_rand_int_range(0, 16);
        for (int i = 0; i < n; i++)
            bytes[i] = (char)g_test_rand_int_range(1, 256);
        bytes[n] = '\0';
        g_autofree char *out = text_escape(bytes);
        g_assert_true(g_utf8_validate(out, -1, NULL));
        for (const char *p = out; *p; p = g_utf8_next_char(p))
            g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
        g_assert_cmpint(text_width(out), ==, text_width(bytes));
    }
}

static const struct {
    const char *in;
    int columns;
    const char *end;
} CLIPS[] = {
    {"westeurope", 10, "westeurope"}, {"westeurope", 7, "westeu…"}, {"westeurope", 2, "w…"},
    {"westeurope", 1, "w"},           {"westeurope", 0, ""},        {"日本日本", 5, "日本…"},
};

static void test_clip(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(CLIPS); i++) {
        g_autofree char *end = text_clip_end(CLIPS[i].in, CLIPS[i].columns, false);
        g_assert_cmpstr(end, ==, CLIPS[i].end);
        g_assert_cmpint(text_width(end), <=, CLIPS[i].columns);
    }
    g_autofree char *ascii = text_clip_end("westeurope", 6, true);
    g_assert_cmpstr(ascii, ==, "west..");
}

static void test_replace(void)
{
    char *text = NULL;
    text_replace(&text, NULL);
    g_assert_null(text);
    text_replace(&text, "west");
    const char *before = text;
    text_replace(&text, "west");
    g_assert_true(text == before);
    text_replace(&text, text + 2); // a part of itself
    g_assert_cmpstr(text, ==, "st");
    text_replace(&text, NULL);
    g_assert_null(text);
}

static void test_names(void)
{
    g_assert_true(text_is_name("west-europe_1.b"));
    const char *bad[] = {"", "-a", "A", "a b", "a/b", "ä", NULL};
    for (guint i = 0; bad[i]; i++)
        g_assert_false(text_is_name(bad[i]));
    g_assert_false(text_is_name(NULL));
    g_autofree char *is_long = g_strnfill(65, 'a');
    g_assert_false(text_is_name(is_long));
    g_assert_true(text_has_word("  ok "));
    g_assert_false(text_has_word(" . - !"));
    g_assert_false(text_has_word(NULL));
}

static void test_count(void)
{
    g_autofree char *none = text_count(0, "run"), *one = text_count(1, "run");
    g_autofree char *many = text_count(12, "sign-off");
    g_assert_cmpstr(none, ==, "0 runs");
    g_assert_cmpstr(one, ==, "1 run");
    g_assert_cmpstr(many, ==, "12 sign-offs");
    g_assert_cmpstr(text_plural(1), ==, "");
    g_assert_cmpstr(text_plural(2), ==, "s");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/text/escape", test_escape);
    g_test_add_func("/base/text/random-bytes", test_random_bytes);
    g_test_add_func("/base/text/clip", test_clip);
    g_test_add_func("/base/text/replace", test_replace);
    g_test_add_func("/base/text/names", test_names);
    g_test_add_func("/base/text/count", test_count);
    return g_test_run();
}
