// The request target taken apart.
#include <string.h>

#include "base/error.h"
#include "httpd/target.h"

// The parsed target as one text: segments between slashes, then name=value pairs between ampersands.
static char *show(const HttpTarget *target)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < target->n_segments; i++)
        g_string_append_printf(text, "(%s)", target->segments[i]);
    for (guint i = 0; i < target->n_query; i++)
        g_string_append_printf(text, "<%s=%s>", target->query[i].name, target->query[i].value);
    g_assert_null(target->segments[target->n_segments]);
    return g_string_free(text, FALSE);
}

static void test_good(void)
{
    static const char *const CASES[][3] = {
        {"/", "", "/"},
        {"/a", "(a)", "/a"},
        {"/a/b/c", "(a)(b)(c)", "/a/b/c"},
        {"/a%20b/%c3%a9", "(a b)(\xc3\xa9)", "/a%20b/%c3%a9"},
        {"/a%2Fb", "(a/b)", "/a%2Fb"},
        {"/a+b", "(a+b)", "/a+b"},
        {"/a?", "(a)", "/a"},
        {"/?x", "<x=>", "/"},
        {"/a?x=1&y=2", "(a)<x=1><y=2>", "/a"},
        {"/a?x=1&&x=2&", "(a)<x=1><x=2>", "/a"},
        {"/a?x=a+b%2B%26%3d=c", "(a)<x=a b+&==c>", "/a"},
        {"/a?=v", "(a)<=v>", "/a"},
        {"/a?x/y=/../?", "(a)<x/y=/../?>", "/a"},
        {"/\xc3\xa9", "(\xc3\xa9)", "/\xc3\xa9"},
        {"/...", "(...)", "/..."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        HttpTarget target;
        g_autoptr(GError) error = NULL;
        g_assert_true(http_target_parse(CASES[i][0], &target, &error));
        g_autofree char *text = show(&target);
        g_assert_cmpstr(text, ==, CASES[i][1]);
        g_assert_cmpstr(target.path, ==, CASES[i][2]);
        http_target_release(&target);
    }
}

static void assert_refused(const char *raw, gint code)
{
    HttpTarget target = {.n_segments = 77};
    g_autoptr(GError) error = NULL;
    g_assert_false(http_target_parse(raw, &target, &error));
    g_assert_error(error, ERR, code);
    g_assert_cmpuint(target.n_segments, ==, 77);
}

static void test_bad(void)
{
    static const char *const CASES[] = {
        "",        "*",       "a",          "http://h/a",   "//",       "/a//b",    "/a/",
        "/.",      "/a/..",   "/%2e/b",     "/%2E%2e",      "/%",       "/%4",      "/%g1",
        "/%1g",    "/%00",    "/%0a",       "/%7f",         "/a\tb",    "/%ff",     "/\xff",
        "/%c3",    "/%c0%80", "/%ed%a0%80", "/a?%",         "/a?x=%0d", "/a?%ff=1", "/a?x=\xc3",
        "/a#frag", "/a?x#y",  "/%c3/%a9",   "/a?x=%c3&%a9",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_test_message("%s", CASES[i]);
        assert_refused(CASES[i], ERR_INVALID);
    }
}

static char *repeated(const char *begin, const char *part, guint n)
{
    GString *text = g_string_new(begin);
    for (guint i = 0; i < n; i++)
        g_string_append(text, part);
    return g_string_free(text, FALSE);
}

static void test_limits(void)
{
    HttpTarget target;
    g_autofree char *segments = repeated("", "/a", HTTP_TARGET_SEGMENTS_MAX);
    g_autofree char *segment_more = repeated("", "/a", HTTP_TARGET_SEGMENTS_MAX + 1);
    g_autofree char *items = repeated("/?", "a&", HTTP_TARGET_QUERY_MAX);
    g_autofree char *item_more = repeated("/?", "a&", HTTP_TARGET_QUERY_MAX + 1);
    g_autofree char *longest = repeated("/", "a", HTTP_TARGET_MAX - 1);
    g_autofree char *longer = repeated("/", "a", HTTP_TARGET_MAX);
    const char *const good[] = {segments, items, longest};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(http_target_parse(good[i], &target, NULL));
        http_target_release(&target);
    }
    assert_refused(segment_more, ERR_INVALID);
    assert_refused(item_more, ERR_INVALID);
    assert_refused(longer, ERR_TOO_LARGE);
}

// Whatever comes: no crash, and what is taken is clean.
static void test_noise(void)
{
    static const char ALPHABET[] = "/?&=%+.a0fF\xc3\xa9\x01#";
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int round = 0; round < 20000; round++) {
        char raw[40] = "/";
        int n = g_rand_int_range(rand, 1, 39);
        HttpTarget target;
        for (int i = 1; i < n; i++)
            raw[i] = ALPHABET[g_rand_int_range(rand, 0, sizeof ALPHABET - 1)];
        if (!http_target_parse(raw, &target, NULL))
            continue;
        g_autofree char *text = show(&target);
        g_assert_true(g_utf8_validate(text, -1, NULL));
        g_assert_null(strchr(text, '\x01'));
        http_target_release(&target);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/httpd/target/good", test_good);
    g_test_add_func("/httpd/target/bad", test_bad);
    g_test_add_func("/httpd/target/limits", test_limits);
    g_test_add_func("/httpd/target/noise", test_noise);
    return g_test_run();
}
