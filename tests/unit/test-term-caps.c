// What a terminal can do, from what is known of it.
#include <string.h>

#include "term/caps.h"

static void test_depth(void)
{
    static const struct {
        DepthFacts facts;
        ColourDepth expected;
    } cases[] = {
        {{256, true, NULL, NULL}, DEPTH_256},        {{256, true, "truecolor", NULL}, DEPTH_TRUE},
        {{256, true, "24bit", NULL}, DEPTH_TRUE},    {{256, true, "yes", NULL}, DEPTH_256},
        {{256, true, "truecolor", "1"}, DEPTH_MONO}, {{256, true, NULL, ""}, DEPTH_256},
        {{256, false, "truecolor", NULL}, DEPTH_8},  {{8, false, "truecolor", NULL}, DEPTH_8},
        {{16, false, NULL, NULL}, DEPTH_8},          {{-1, false, NULL, NULL}, DEPTH_MONO},
        {{0, false, "truecolor", NULL}, DEPTH_MONO}, {{16777216, false, NULL, NULL}, DEPTH_8},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(caps_depth(&cases[i].facts), ==, cases[i].expected);
}

static void test_fallback(void)
{
    static const struct {
        const char *term, *expected;
    } cases[] = {{"xterm-kitty", "xterm-256color"},
                 {"alacritty-direct", "xterm-256color"},
                 {"foot-extra", "xterm-256color"},
                 {"xterm-ghostty", "xterm-256color"},
                 {"tmux-direct", "screen"},
                 {"screen.xterm-new", "xterm-256color"},
                 {"vt52", "xterm"},
                 {"nonsense", "xterm"},
                 {"", NULL},
                 {NULL, NULL},
                 {"unknown", NULL}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpstr(caps_fallback(cases[i].term), ==, cases[i].expected);
}

static void test_light(void)
{
    g_assert_true(caps_is_light("0;15"));
    g_assert_true(caps_is_light("0;default;15"));
    g_assert_true(caps_is_light("0;7"));
    g_assert_false(caps_is_light("15;0"));
    g_assert_false(caps_is_light("15"));
    g_assert_false(caps_is_light(NULL));
}

// A pipe is no terminal; the message says what to use instead.
static void test_refused(void)
{
    TermCaps caps;
    g_autoptr(GError) error = NULL;
    g_assert_false(caps_detect(-1, &caps, &error));
    g_assert_nonnull(strstr(error->message, "--once"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/caps/depth", test_depth);
    g_test_add_func("/caps/fallback", test_fallback);
    g_test_add_func("/caps/light", test_light);
    g_test_add_func("/caps/refused", test_refused);
    return g_test_run();
}
