#include "http/retry.h"

#define WALL G_GINT64_CONSTANT(784111777000) // Sun, 06 Nov 1994 08:49:37 GMT

static void test_backoff(void)
{
    const HttpBackoff backoff = {.first_ms = 100, .max_ms = 1000, .max_retries = 6};
    static const gint64 LONGEST[] = {0, 100, 200, 400, 800, 1000, 1000};
    for (guint retry = 1; retry <= 6; retry++) {
        g_assert_cmpint(http_backoff_ms(&backoff, retry, G_MAXUINT32), ==, LONGEST[retry]);
        g_assert_cmpint(http_backoff_ms(&backoff, retry, 0), ==, LONGEST[retry] / 2);
        gint64 middle = http_backoff_ms(&backoff, retry, G_MAXUINT32 / 2);
        g_assert_cmpint(middle, >, LONGEST[retry] / 2);
        g_assert_cmpint(middle, <, LONGEST[retry]);
    }
    g_assert_cmpint(http_backoff_ms(&backoff, 7, 0), ==, -1);
    const HttpBackoff for_ever = {0};
    g_assert_cmpint(http_backoff_ms(&for_ever, 1, G_MAXUINT32), ==, 200);
    g_assert_cmpint(http_backoff_ms(&for_ever, G_MAXUINT, G_MAXUINT32), ==, 30000);
    const HttpBackoff huge = {.first_ms = 1, .max_ms = G_MAXINT64 / 4};
    g_assert_cmpint(http_backoff_ms(&huge, G_MAXUINT, 0), >, 0);
}

static void test_retry_after(void)
{
    static const struct {
        const char *text;
        gint64 ms; // -1 = refused
    } CASES[] = {
        {"0", 0},
        {"120", 120000},
        {"99999999999999999999999", G_GINT64_CONSTANT(3153600000000)},
        {"Sun, 06 Nov 1994 08:49:40 GMT", 3000},
        {"Sunday, 06-Nov-94 08:49:40 GMT", 3000},
        {"Sun Nov  6 08:49:40 1994", 3000},
        {"Sun, 06 Nov 1994 08:49:30 GMT", 0},
        {"", -1},
        {"-1", -1},
        {"1.5", -1},
        {"soon", -1},
        {"120 s", -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        gint64 ms = -1;
        g_assert_true(http_retry_after_parse(CASES[i].text, WALL, &ms) == (CASES[i].ms >= 0));
        g_assert_cmpint(ms, ==, CASES[i].ms);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/retry/backoff", test_backoff);
    g_test_add_func("/http/retry/retry-after", test_retry_after);
    return g_test_run();
}
