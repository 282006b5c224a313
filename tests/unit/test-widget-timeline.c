// Time laid over columns.
#include "widget/timeline.h"

enum { MINUTE = 60000 };
static const gint64 three_oclock = 1795230000000 / 86400000 * 86400000 + 3 * 3600000;

static char *draw_axis(const TimeAxis *axis, int width)
{
    g_autoptr(Grid) grid = grid_new(width, 1, false);
    Canvas canvas = canvas_of(grid);
    timeline_draw_axis(axis, &canvas);
    return grid_text(grid);
}

static void test_axis(void)
{
    TimeAxis axis = {three_oclock, 60 * MINUTE, 0};
    g_autofree char *text = draw_axis(&axis, 48);
    g_assert_cmpstr(text, ==, "03:00   03:10   03:20   03:30   03:40   03:50\n");
    axis.span_ms = 365 * (gint64)86400000;
    g_autofree char *year = draw_axis(&axis, 48);
    g_assert_cmpstr(year, ==, "     Jan 2027    Apr 2027    Jul 2027\n");
    axis.span_ms = 14 * (gint64)86400000;
    g_autofree char *weeks = draw_axis(&axis, 24);
    g_assert_cmpstr(weeks, ==, "   23 Nov      30 Nov\n");
}

static void test_marks(void)
{
    TimeAxis axis = {three_oclock, 60 * MINUTE, three_oclock + 30 * MINUTE};
    const TimeMark marks[] = {
        {three_oclock + 10 * MINUTE, GLYPH_ACTIVE, ROLE_ACTIVE, 1},
        {three_oclock, GLYPH_DOWN, ROLE_ALARM, 2},
        {three_oclock + 1, GLYPH_ACTIVE, ROLE_ACTIVE, 1}, // same column, weighs less
        {three_oclock + 60 * MINUTE, GLYPH_ACTIVE, ROLE_ACTIVE, 1},
        {G_MAXINT64, GLYPH_ACTIVE, ROLE_ACTIVE, 1},
        {G_MININT64, GLYPH_ACTIVE, ROLE_ACTIVE, 1},
    };
    g_autoptr(Grid) grid = grid_new(12, 2, false);
    Canvas canvas = canvas_of(grid), line = canvas_sub(&canvas, rect_make(0, 1, 12, 1));
    timeline_draw_axis(&axis, &canvas);
    timeline_draw_marks(&axis, &line, marks, G_N_ELEMENTS(marks));
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==, "03:00 ◆\n✗ ●\n");
}

// Zooming in and out leads back to where it began; the present can always be brought back.
static void test_act(void)
{
    TimeAxis axis = {three_oclock, 60 * MINUTE, three_oclock}, start = axis;
    g_assert_true(timeline_act(&axis, TIMELINE_ZOOM_IN));
    g_assert_cmpint(axis.span_ms, ==, 30 * MINUTE);
    g_assert_true(timeline_act(&axis, TIMELINE_ZOOM_OUT));
    g_assert_cmpint(axis.span_ms, ==, start.span_ms);
    g_assert_cmpint(axis.from_ms, ==, start.from_ms);
    for (int i = 0; i < 30; i++)
        timeline_act(&axis, TIMELINE_ZOOM_OUT);
    g_assert_cmpint(axis.span_ms, ==, 366 * (gint64)86400000);
    timeline_act(&axis, TIMELINE_EARLIER);
    timeline_act(&axis, TIMELINE_NOW);
    g_assert_cmpint(timeline_column(&axis, 100, axis.now_ms), ==, 25);
    g_assert_false(timeline_act(&axis, 1));
}

static void test_sizes(void)
{
    for (gint64 span = 0; span < 4 * (gint64)366 * 86400000; span = span * 2 + 1)
        for (int width = 0; width <= 60; width++) {
            TimeAxis axis = {three_oclock, span, three_oclock};
            g_autofree char *text = draw_axis(&axis, width);
            g_assert_cmpint(g_utf8_strlen(text, -1), <=, width + 1);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timeline/axis", test_axis);
    g_test_add_func("/timeline/marks", test_marks);
    g_test_add_func("/timeline/act", test_act);
    g_test_add_func("/timeline/sizes", test_sizes);
    return g_test_run();
}
