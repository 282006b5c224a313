// The lag of two hours: the worst of each minute, holes where nobody looked, percentiles over what is known.
#include "model/lag.h"

#define MINUTE_MS ((gint64)60 * 1000)

static gint64 at(gint64 minute, gint64 second)
{
    return minute * MINUTE_MS + second * 1000;
}

static void test_minutes(void)
{
    LagSeries series = {0};
    g_assert_cmpint(lag_series_percentile(&series, 95), ==, -1);
    g_assert_true(lag_series_add(&series, at(100, 1), 500));
    g_assert_false(lag_series_add(&series, at(100, 30), 900)); // the worst of a minute counts
    g_assert_false(lag_series_add(&series, at(100, 59), -1));
    g_assert_true(lag_series_add(&series, at(101, 0), -1));
    g_assert_false(lag_series_add(&series, at(101, 5), 200));
    g_assert_true(lag_series_add(&series, at(104, 0), 300)); // nobody looked for two minutes
    const gint64 wanted[] = {900, 200, -1, -1, 300};
    g_assert_cmpuint(series.len, ==, G_N_ELEMENTS(wanted));
    g_assert_cmpint(series.first_min, ==, 100);
    for (guint i = 0; i < series.len; i++)
        g_assert_cmpint(series.lag_ms[i], ==, wanted[i]);
    g_assert_false(lag_series_add(&series, at(90, 0), 7000)); // the clock went back
    g_assert_cmpint(series.lag_ms[4], ==, 7000);
    g_assert_cmpuint(series.len, ==, 5);
}

static void test_bounded(void)
{
    LagSeries series = {0};
    for (gint64 i = 0; i < 10 * LAG_MINUTES; i++)
        lag_series_add(&series, at(1000 + i, 0), i);
    g_assert_cmpuint(series.len, ==, LAG_MINUTES);
    g_assert_cmpint(series.lag_ms[LAG_MINUTES - 1], ==, 10 * LAG_MINUTES - 1);
    g_assert_cmpint(series.first_min, ==, 1000 + 9 * LAG_MINUTES);
    lag_series_add(&series, at(1000 + 20 * LAG_MINUTES, 0),
                   5); // a day off: nothing of before is shown
    g_assert_cmpuint(series.len, ==, 1);
    // a hole as long as the whole, but for one minute
    lag_series_add(&series, at(1000 + 21 * LAG_MINUTES - 1, 0), 6);
    g_assert_cmpuint(series.len, ==, LAG_MINUTES);
    g_assert_cmpint(series.lag_ms[0], ==, 5);
    g_assert_cmpint(series.lag_ms[1], ==, -1);
    g_assert_cmpint(series.lag_ms[LAG_MINUTES - 1], ==, 6);
}

static void test_percentiles(void)
{
    LagSeries series = {0};
    for (gint64 i = 1; i <= 100; i++)
        lag_series_add(&series, at(i, 0), i * 10);
    lag_series_add(&series, at(103, 0), -1);
    g_assert_cmpint(lag_series_percentile(&series, 95), ==, 950);
    g_assert_cmpint(lag_series_percentile(&series, 50), ==, 500);
    g_assert_cmpint(lag_series_percentile(&series, 100), ==, 1000);
    g_assert_cmpint(lag_series_percentile(&series, 0), ==, 10);
    LagSeries one = {0};
    lag_series_add(&one, at(1, 0), 42);
    g_assert_cmpint(lag_series_percentile(&one, 95), ==, 42);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/lag/minutes", test_minutes);
    g_test_add_func("/model/lag/bounded", test_bounded);
    g_test_add_func("/model/lag/percentiles", test_percentiles);
    return g_test_run();
}
