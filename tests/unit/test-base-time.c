// Times and durations both ways; ids and log lines.
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/id.h"
#include "base/log.h"
#include "base/timefmt.h"

static const struct {
    const char *text;
    gint64 ms; // -1 = refused
    const char *back;
} TIMES[] = {
    {"2026-11-21T03:14:07Z", 1795230847000, "2026-11-21T03:14:07.000Z"},
    {"2026-11-21T03:14:07.250Z", 1795230847250, "2026-11-21T03:14:07.250Z"},
    {"2026-11-21T03:14:07.2509999Z", 1795230847250, "2026-11-21T03:14:07.250Z"},
    {"2026-11-21T04:14:07+01:00", 1795230847000, "2026-11-21T03:14:07.000Z"},
    {"2026-11-21T03:14:07", 1795230847000, "2026-11-21T03:14:07.000Z"},
    {"2024-02-29T23:59:59.999Z", 1709251199999, "2024-02-29T23:59:59.999Z"},
    {"2023-02-29T00:00:00Z", -1, NULL},
    {"yesterday", -1, NULL},
    {"", -1, NULL},
};

static void test_times(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(TIMES); i++) {
        g_autoptr(GError) error = NULL;
        gint64 ms = -1;
        bool ok = time_parse(TIMES[i].text, &ms, &error);
        g_assert_cmpint(ok, ==, TIMES[i].ms >= 0);
        g_assert_cmpint(ms, ==, TIMES[i].ms);
        if (!ok) {
            g_assert_true(err_is(error, ERR_INVALID));
            continue;
        }
        g_autofree char *back = time_format_ms(ms);
        g_assert_cmpstr(back, ==, TIMES[i].back);
    }
    g_assert_null(time_format_ms(0));
}

// Every day of two centuries, and what is nearly a time: the short way and GLib's agree.
static void test_plain_times(void)
{
    static const char *const ODD[] = {
        "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2023-02-29T00:00:00.000Z",
        "2024-00-10T00:00:00.000Z", "2024-13-10T00:00:00.000Z", "2024-01-00T00:00:00.000Z",
        "2024-01-32T00:00:00.000Z", "2024-01-31T24:00:00.000Z", "2024-01-31T23:60:00.000Z",
        "2024-01-31T23:59:60.000Z", "2024-01-31t23:59:59.000Z", "2024-01-31T23:59:59.000z",
        "2024-01-31T23:59:59.0000", "2024-01-31T23:59:5a.000Z", "0000-01-31T23:59:59.000Z",
    };
    gint64 ms = -1;
    for (gsize i = 0; i < G_N_ELEMENTS(ODD); i++)
        g_assert_false(time_parse_plain(ODD[i], strlen(ODD[i]), &ms));
    g_assert_cmpint(ms, ==, -1);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    for (gint64 day = 0; day < 200 * 366; day++) {
        gint64 at_ms = day * 86400000 + g_test_rand_int_range(1, 86400000);
        g_autofree char *text = time_format_ms(at_ms);
        g_assert_true(time_parse_plain(text, strlen(text), &ms));
        g_assert_cmpint(ms, ==, at_ms);
        g_autoptr(GDateTime) known = g_date_time_new_from_iso8601(text, utc);
        g_assert_cmpint(ms / 1000, ==, g_date_time_to_unix(known));
    }
}

static const struct {
    gint64 ms;
    const char *text, *up;
} DURATIONS[] = {
    {0, "0s", "0s"},
    {400, "0.4s", "0.4s"},
    {440, "0.4s", "0.5s"},
    {9999, "9.9s", "10s"},
    {12000, "12s", "12s"},
    {12001, "12s", "13s"},
    {59001, "59s", "1m"},
    {104000, "1m44s", "1m44s"},
    {104001, "1m44s", "1m45s"},
    {3600000, "1h", "1h"},
    {14100000, "3h55m", "3h55m"},
    {14100001, "3h55m", "3h56m"},
    {792000000, "9d4h", "9d4h"},
    {-12000, "-12s", "-12s"},
};

static void test_durations(void)
{
    char buffer[16];
    for (guint i = 0; i < G_N_ELEMENTS(DURATIONS); i++) {
        duration_format(DURATIONS[i].ms, buffer);
        g_assert_cmpstr(buffer, ==, DURATIONS[i].text);
        duration_format_up(DURATIONS[i].ms, buffer);
        g_assert_cmpstr(buffer, ==, DURATIONS[i].up);
    }
    gint64 ms = 0;
    g_assert_true(duration_parse("1m30s", &ms, NULL));
    g_assert_cmpint(ms, ==, 90000);
    g_assert_true(duration_parse("500ms", &ms, NULL));
    g_assert_cmpint(ms, ==, 500);
    const char *bad[] = {"",       "10", "s", "-1s", "1 s", "1y", "99999999999999999999s",
                         "36526d", NULL};
    for (guint i = 0; bad[i]; i++)
        g_assert_false(duration_parse(bad[i], &ms, NULL));
    g_assert_cmpint(ms, ==, 500);
}

// A bound must never read as less than it is.
static void test_durations_up(void)
{
    for (int i = 0; i < 20000; i++) {
        char up[16];
        gint64 ms = (gint64)(g_test_rand_int_range(0, 3600 * 24) *
                             (gint64)g_test_rand_int_range(1, 3000)),
               back;
        duration_format_up(ms, up);
        if (strchr(up, '.'))
            continue; // the reader takes whole numbers only
        g_assert_true(duration_parse(up, &back, NULL));
        g_assert_cmpint(back, >=, ms);
    }
}

static void test_ids(void)
{
    FakeClock clock;
    IdSource source;
    fake_clock_init(&clock, 1795230847000);
    id_source_init(&source, &clock.clock, 7);
    g_autofree char *first = id_new(&source, "op");
    fake_clock_advance(&clock, 1000);
    g_autofree char *second = id_new(&source, "op");
    g_assert_cmpstr(first, <, second);
    g_assert_true(id_is_valid(first));
    g_assert_cmpuint(strlen(first), ==, 14);
    g_assert_false(id_is_valid("../x"));
    g_assert_false(id_is_valid("-x"));
    g_assert_false(id_is_valid(""));
    g_autofree char *hex = id_random_hex(&source, 16);
    g_assert_cmpuint(strlen(hex), ==, 32);
    id_source_release(&source);
}

static char *logged(bool json, const char *value)
{
    FakeClock clock;
    int fds[2];
    static char line[16384];
    fake_clock_init(&clock, 1795230847000);
    g_assert_cmpint(pipe(fds), ==, 0);
    Log log = {&clock.clock, LOG_LEVEL_INFO, json, fds[1]};
    log_debug(&log, "not written", "a", "b");
    log_info(&log, "probe failed", "location", value);
    close(fds[1]);
    gssize n = read(fds[0], line, sizeof line - 1);
    close(fds[0]);
    line[MAX(n, 0)] = '\0';
    return line;
}

static void test_log(void)
{
    g_assert_cmpstr(
        logged(false, "west\neurope x"), ==,
        "2026-11-21T03:14:07.000Z info    probe failed location=\"west\\x0aeurope x\"\n");
    g_assert_cmpstr(
        logged(true, "a\"\n"), ==,
        "{\"time\":\"2026-11-21T03:14:07.000Z\",\"level\":\"info\",\"message\":\"probe failed\","
        "\"location\":\"a\\\"\\\\x0a\"}\n");
}

static void test_latencies(void)
{
    static const struct {
        gint64 us;
        const char *text;
    } cases[] = {{0, "0.0"},   {30, "0.0"},   {200, "0.2"},    {9949, "9.9"},
                 {9950, "10"}, {41400, "41"}, {700500, "700"}, {12000000, "12000"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char text[16];
        latency_format(cases[i].us, text);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/time/times", test_times);
    g_test_add_func("/base/time/plain", test_plain_times);
    g_test_add_func("/base/time/durations", test_durations);
    g_test_add_func("/base/time/durations-up", test_durations_up);
    g_test_add_func("/base/time/latencies", test_latencies);
    g_test_add_func("/base/id", test_ids);
    g_test_add_func("/base/log", test_log);
    return g_test_run();
}
