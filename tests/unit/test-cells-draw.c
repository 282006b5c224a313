// Drawing into cells, compared as text: clipping, widths, hostile text, boxes.
#include <math.h>
#include <string.h>

#include "cells/cells.h"

typedef struct {
    const char *name;
    int width;
    bool ascii;
    Align align;
    const char *text;
    const char *expected;
} FitCase;

static const FitCase fit_cases[] = {
    {"fits", 8, false, ALIGN_LEFT, "abc", "abc     |"},
    {"right", 8, false, ALIGN_RIGHT, "abc", "     abc|"},
    {"center", 8, false, ALIGN_CENTER, "abc", "  abc   |"},
    {"exact", 3, false, ALIGN_LEFT, "abc", "abc|"},
    {"middle", 8, false, ALIGN_LEFT, "westeurope-prod", "west…rod|"},
    {"middle-ascii", 8, true, ALIGN_LEFT, "westeurope-prod", "west~rod|"},
    {"end", 8, false, ALIGN_LEFT | ALIGN_CLIP_END, "westeurope-prod", "westeur…|"},
    {"one", 1, false, ALIGN_LEFT, "westeurope", "…|"},
    {"none", 0, false, ALIGN_LEFT, "westeurope", "|"},
    {"null", 3, false, ALIGN_LEFT, NULL, "   |"},
    {"wide", 6, false, ALIGN_LEFT, "東京支社東京", "東…京 |"},
    {"wide-odd", 5, false, ALIGN_LEFT, "東京支社", "東…社|"},
    {"escape", 12, false, ALIGN_LEFT, "a\033[2Jb", "a\\x1b[2Jb   |"},
    {"return", 8, false, ALIGN_LEFT, "E\rX", "E\\x0dX  |"},
    {"c1", 8, false, ALIGN_LEFT, "\302\233", "\\x9b    |"},
    {"broken", 8, false, ALIGN_LEFT, "\xff!", "\\xff!   |"},
    {"bidi", 12, false, ALIGN_LEFT, "a\342\200\256b", "a\\u{202e}b  |"},
    {"mark", 4, false, ALIGN_LEFT, "e\314\201x", "e\314\201x  |"},
    {"stray-mark", 8, false, ALIGN_LEFT, "\314\201x", "\\u{301}x|"},
    {"third-mark", 9, false, ALIGN_LEFT, "e\314\201\314\201\314\201",
     "e\314\201\314\201\\u{301} |"},
    {"mark-on-escape", 12, false, ALIGN_LEFT, "\001\314\201", "\\x01\\u{301} |"},
    {"mark-cut", 6, false, ALIGN_LEFT, "abcdefg\314\201hi", "abc…hi|"},
    {"twin", 6, true, ALIGN_LEFT, "≤ 5 →", "< 5 > |"},
    {"no-twin", 8, true, ALIGN_LEFT, "é", "\\u{e9}  |"},
};

static char *draw_fit(const FitCase *c)
{
    g_autoptr(Grid) grid = grid_new(c->width + 1, 1, c->ascii);
    Canvas canvas = canvas_of(grid);
    cells_fit(&canvas, rect_make(0, 0, c->width, 1), c->align, ROLE_NORMAL, c->text);
    cells_put(&canvas, c->width, 0, ROLE_NORMAL, "|");
    char *text = grid_text(grid);
    text[strlen(text) - 1] = '\0';
    return text;
}

static void test_fit(gconstpointer data)
{
    const FitCase *c = data;
    g_autofree char *text = draw_fit(c);
    g_assert_cmpstr(text, ==, c->expected);
}

static void assert_text(const Grid *grid, const char *expected)
{
    g_autofree char *text = grid_text(grid);
    g_assert_cmpstr(text, ==, expected);
}

static void test_box(void)
{
    g_autoptr(Grid) grid = grid_new(24, 4, false);
    Canvas all = canvas_of(grid);
    BoxLook look = {.title = "West Europe", .tag = "DOWN", .tag_style = ROLE_ALARM};
    Canvas inner = cells_box(&all, canvas_rect(&all), &look);
    g_assert_cmpint(inner.width, ==, 22);
    cells_put(&inner, 0, 0, ROLE_NORMAL, "a text longer than the box is");
    cells_put(&inner, 0, 1, ROLE_NORMAL, "probes ✗✗✗");
    assert_text(grid, "┌ West Europe ─── DOWN ┐\n"
                      "│a text longer than the│\n"
                      "│probes ✗✗✗            │\n"
                      "└──────────────────────┘\n");
}

static void test_box_small(void)
{
    BoxLook look = {.title = "West Europe", .tag = "DOWN"};
    for (int width = 0; width < 14; width++)
        for (int height = 0; height < 5; height++) {
            g_autoptr(Grid) grid = grid_new(width, height, width % 2);
            Canvas all = canvas_of(grid);
            Canvas inner = cells_box(&all, canvas_rect(&all), &look);
            g_assert_cmpint(inner.width, ==, width < 2 || height < 2 ? 0 : width - 2);
            cells_rule(&inner, canvas_rect(&inner), ROLE_BORDER, "Title");
            cells_bar(&inner, canvas_rect(&inner), ROLE_OK, 0.5);
        }
}

// What is drawn through a canvas never lands outside it, wherever it starts.
static void test_clip(void)
{
    for (int x = -12; x < 4; x++) {
        g_autoptr(Grid) grid = grid_new(10, 3, false);
        Canvas all = canvas_of(grid);
        Canvas sub = canvas_sub(&all, rect_make(3, 1, 4, 1));
        for (int y = -2; y < 3; y++)
            cells_put(&sub, x, y, ROLE_NORMAL, "東京x\033支");
        cells_fill(&sub, rect_make(x, -5, 30, 30), ROLE_WARN, GLYPH_FULL);
        g_autofree char *text = grid_text(grid);
        g_assert_true(g_str_has_prefix(text, "\n   "));
        g_assert_true(g_str_has_suffix(text, "\n\n"));
        g_assert_cmpint(grid_line(grid, 1)[2].ch[0], ==, ' ');
        g_assert_cmpint(grid_line(grid, 1)[7].ch[0], ==, ' ');
    }
}

// Overwriting half of a wide character leaves no half behind.
static void test_wide_broken(void)
{
    g_autoptr(Grid) grid = grid_new(6, 2, false);
    Canvas all = canvas_of(grid);
    cells_put(&all, 0, 0, ROLE_NORMAL, "東京支");
    cells_put(&all, 1, 0, ROLE_NORMAL, "ab");
    cells_put(&all, 0, 1, ROLE_NORMAL, "a東b");
    cells_put(&all, 1, 1, ROLE_NORMAL, "x");
    assert_text(grid, " ab 支\nax b\n");
}

static void test_bar(void)
{
    static const struct {
        double share;
        const char *expected;
    } cases[] = {{0, "░░░░\n"},    {0.01, "▓░░░\n"}, {0.5, "▓▓░░\n"},
                 {0.99, "▓▓▓░\n"}, {1, "▓▓▓▓\n"},    {7, "▓▓▓▓\n"},
                 {-1, "░░░░\n"},   {NAN, "????\n"},  {INFINITY, "▓▓▓▓\n"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Grid) grid = grid_new(4, 1, false);
        Canvas all = canvas_of(grid);
        cells_bar(&all, canvas_rect(&all), ROLE_OK, cases[i].share);
        assert_text(grid, cases[i].expected);
    }
}

static void test_spark(void)
{
    static const double values[] = {9, 1, 2, NAN, 8, 4.5};
    g_autoptr(Grid) grid = grid_new(8, 2, false);
    Canvas all = canvas_of(grid);
    SparkLook look = {.low = 1, .high = 8, .style = ROLE_OK};
    cells_spark(&all, rect_make(0, 0, 8, 1), &look, values, 6);
    cells_spark(&all, rect_make(0, 1, 3, 1), &(SparkLook){0}, values, 6);
    assert_text(grid, "  █▁▂·█▅\n·█▁\n");
}

static void test_styles(void)
{
    g_autoptr(Grid) grid = grid_new(6, 1, false);
    Canvas all = canvas_of(grid);
    cells_put(&all, 0, 0, ROLE_ALARM, "ab");
    cells_put(&all, 2, 0, ROLE_NORMAL, "c\001");
    cells_restyle(&all, rect_make(1, 0, 2, 1), STYLE_SELECTED, 0);
    g_autofree char *roles = grid_roles(grid);
    g_assert_cmpstr(roles, ==, "xX#...\n");
    g_assert_cmpint(grid_line(grid, 0)[3].style & STYLE_UNDERLINE, ==, 0);
    cells_put(&all, 2, 0, ROLE_NORMAL, "\001");
    g_assert_cmpint(grid_line(grid, 0)[3].style & STYLE_UNDERLINE, !=, 0);
}

static void test_printf(void)
{
    g_autofree char *name = g_strnfill(1022, 'x');
    g_autoptr(Grid) grid = grid_new(1000, 1, false);
    Canvas all = canvas_of(grid);
    g_assert_cmpint(cells_printf(&all, 2, 0, ROLE_OK, "%d of %s", 3, "vier"), ==, 11);
    g_assert_cmpint(cells_printf(&all, 0, 0, ROLE_OK, "%s東", name), ==, 1000);
}

static void test_rect(void)
{
    Rect r = rect_make(0, 0, 80, 24);
    Rect head = rect_cut_top(&r, 2), foot = rect_cut_bottom(&r, 100);
    g_assert_cmpint(head.height, ==, 2);
    g_assert_cmpint(foot.height, ==, 22);
    g_assert_cmpint(r.height, ==, 0);
    Rect last = rect_column(rect_make(5, 0, 32, 3), 3, 1, 2);
    g_assert_cmpint(last.x, ==, 5 + 22);
    g_assert_cmpint(last.width, ==, 10);
    Rect none = rect_inset(rect_make(0, 0, 3, 3), 2, 2);
    g_assert_true(none.width <= 0 && none.height <= 0);
}

static void test_sizes(void)
{
    g_autoptr(Grid) grid = grid_new(-5, 1000000, false);
    g_assert_cmpint(grid_width(grid), ==, 0);
    g_assert_cmpint(grid_height(grid), ==, GRID_MAX_HEIGHT);
    g_assert_null(grid_line(grid, -1));
    g_assert_null(grid_line(grid, GRID_MAX_HEIGHT));
    g_autoptr(Grid) other = grid_new(3, 1, true);
    Canvas all = canvas_of(other);
    cells_put(&all, 0, 0, ROLE_KEY, "ab");
    cells_cursor(&all, 2, 0);
    grid_copy(grid, other);
    int x, y;
    g_assert_true(grid_cursor(grid, &x, &y));
    g_assert_cmpint(x, ==, 2);
    assert_text(grid, "ab\n");
}

static void test_wrapped(void)
{
    g_autoptr(Grid) grid = grid_new(8, 4, true);
    Canvas all = canvas_of(grid);
    // A blank that ends a line never reaches behind the rectangle; what has no room shows that it is missing.
    cells_put(&all, 7, 1, ROLE_NORMAL, "|");
    g_assert_cmpint(cells_put_wrapped(&all, rect_make(2, 1, 5, 9), ROLE_NORMAL, "one, two three"),
                    ==, 4);
    assert_text(grid, "\n"
                      "  one, |\n"
                      "  two\n"
                      "  three\n");
    grid_clear(grid);
    g_assert_cmpint(cells_put_wrapped(&all, rect_make(0, 2, 8, 1), ROLE_NORMAL, "one, two three"),
                    ==, 3);
    assert_text(grid, "\n\none, tw~\n\n");
    grid_clear(grid);
    g_assert_cmpint(cells_put_wrapped(&all, rect_make(0, 2, 8, 1), ROLE_NORMAL, "one, two"), ==, 3);
    assert_text(grid, "\n\none, two\n\n");
    grid_clear(grid);
    g_assert_cmpint(cells_put_wrapped(&all, rect_make(0, 1, 8, -1), ROLE_NORMAL, "one"), ==, 1);
    g_assert_cmpint(cells_put_wrapped(&all, rect_make(0, 1, 8, 2), ROLE_NORMAL, NULL), ==, 1);
    assert_text(grid, "\n\n\n\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(fit_cases); i++) {
        g_autofree char *path = g_strdup_printf("/cells/fit/%s", fit_cases[i].name);
        g_test_add_data_func(path, &fit_cases[i], test_fit);
    }
    g_test_add_func("/cells/box", test_box);
    g_test_add_func("/cells/box-small", test_box_small);
    g_test_add_func("/cells/clip", test_clip);
    g_test_add_func("/cells/wide-broken", test_wide_broken);
    g_test_add_func("/cells/bar", test_bar);
    g_test_add_func("/cells/spark", test_spark);
    g_test_add_func("/cells/styles", test_styles);
    g_test_add_func("/cells/printf", test_printf);
    g_test_add_func("/cells/rect", test_rect);
    g_test_add_func("/cells/sizes", test_sizes);
    g_test_add_func("/cells/wrapped", test_wrapped);
    return g_test_run();
}
