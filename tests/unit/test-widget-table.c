// The table: what it draws, where the cursor goes, and what it costs.
#include <string.h>

#include "widget/columns.h"
#include "widget/table.h"

typedef struct {
    const char *id;
    int level;
    Fold fold;
    const char *state;
} Row;

typedef struct {
    const Row *rows;
    gsize n;
    gsize asked; // rows asked for, to see what drawing costs
} Rows;

static gsize rows_count(gpointer data)
{
    return ((Rows *)data)->n;
}

static void rows_row(gpointer data, gsize index, TableRow *ret_row)
{
    Rows *rows = data;
    rows->asked++;
    ret_row->id = rows->rows[index].id;
    ret_row->level = rows->rows[index].level;
    ret_row->fold = rows->rows[index].fold;
    ret_row->skip = g_str_has_prefix(rows->rows[index].id, "-");
}

static void rows_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    const Row *row = &((Rows *)data)->rows[index];
    if (column == 0)
        cell->text = row->id;
    else if (column == 1 && row->state)
        table_cell_state(cell, GLYPH_ACTIVE, ROLE_ACTIVE, row->state);
    else
        table_cell_printf(cell, ROLE_NORMAL, "%u.%zu", column, index);
}

static TableModel model_of(Rows *rows)
{
    return (TableModel){.count = rows_count,
                        .row = rows_row,
                        .cell = rows_cell,
                        .data = rows,
                        .empty = "Nothing here. Press / to change the filter."};
}

static const TableColumn columns[] = {
    {"NAME", 12, 6, 0, ALIGN_LEFT, 0},
    {"STATE", 10, 8, 0, ALIGN_LEFT, 0},
    {"COUNT", 6, 6, 2, ALIGN_RIGHT, 0},
};

static const Row tree[] = {
    {"payments", 0, FOLD_OPEN, "active"},
    {"settle", 1, FOLD_LEAF, "active"},
    {"a-very-long-name", 1, FOLD_LEAF, NULL},
    {"ledger", 0, FOLD_CLOSED, "evil\033[2J"},
};

static char *draw(Table *table, Rows *rows, int width, int height)
{
    g_autoptr(Grid) grid = grid_new(width, height, false);
    Canvas canvas = canvas_of(grid);
    TableModel model = model_of(rows);
    table_draw(table, &model, &canvas);
    return grid_text(grid);
}

static void assert_draw(Table *table, Rows *rows, int width, int height, const char *expected)
{
    g_autofree char *text = draw(table, rows, width, height);
    g_assert_cmpstr(text, ==, expected);
}

static void test_draw(void)
{
    Rows rows = {tree, G_N_ELEMENTS(tree), 0};
    g_autoptr(Table) table = table_new(columns, 3, TABLE_TREE);
    assert_draw(table, &rows, 36, 6,
                " NAME          STATE        COUNT\n"
                "▌▾ payments    ● active       2.0\n"
                "   settle      ● active       2.1\n"
                "   a-ver…name  1.2            2.2\n"
                " ▸ ledger      ● evil…[2J     2.3\n"
                "\n");
}

static void test_narrow(void)
{
    Rows rows = {tree, 1, 0};
    g_autoptr(Table) table = table_new(columns, 3, 0);
    // Shrinks first, then leaves out the column of rank 2, then scrolls sideways.
    assert_draw(table, &rows, 27, 2, " NAME     STATE       COUNT\n▌pay…nts  ● active      2.0\n");
    assert_draw(table, &rows, 20, 2, " NAME      STATE\n▌payments  ● active\n");
    assert_draw(table, &rows, 12, 2, " NAME    S…→\n▌pay…ts  ● …\n");
}

static void test_scroll_sideways(void)
{
    static const TableColumn wide[] = {{"NAME", 6, 6, 0, ALIGN_LEFT, 0},
                                       {"ONE", 6, 6, 0, ALIGN_LEFT, 0},
                                       {"TWO", 6, 6, 0, ALIGN_LEFT, 0},
                                       {"THREE", 6, 6, 0, ALIGN_LEFT, 0}};
    static const Row few[] = {{"a", 0, FOLD_LEAF, NULL}};
    Rows rows = {few, 1, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(wide, 4, 0);
    assert_draw(table, &rows, 23, 2, " NAME    ONE     TWO  →\n▌a       1.0     2.0\n");
    g_assert_cmpint(table_act(table, &model, TABLE_RIGHT), ==, TABLE_DONE);
    assert_draw(table, &rows, 23, 2, " NAME  ← TWO     THREE\n▌a       2.0     3.0\n");
    table_act(table, &model, TABLE_RIGHT);
    assert_draw(table, &rows, 23, 2, " NAME  ← TWO     THREE\n▌a       2.0     3.0\n");
    table_act(table, &model, TABLE_LEFT);
    assert_draw(table, &rows, 23, 2, " NAME    ONE     TWO  →\n▌a       1.0     2.0\n");
}

static void test_empty(void)
{
    Rows rows = {tree, 0, 0};
    g_autoptr(Table) table = table_new(columns, 2, 0);
    TableModel model = model_of(&rows);
    assert_draw(table, &rows, 30, 4, " NAME          STATE\n\n Nothing here. Press / to ch…\n\n");
    for (int action = TABLE_UP; action <= TABLE_FOLD; action++)
        g_assert_cmpint(table_act(table, &model, action), ==, TABLE_DONE);
    g_assert_null(table_selected(table, &model));
    g_assert_cmpuint(table_index(table, &model), ==, G_MAXSIZE);
    g_assert_cmpint(table_act(table, &model, 1), ==, TABLE_NOT_MINE);
}

// The cursor stays on its row and the row on its line when rows come before it.
static void test_identity(void)
{
    static const Row before[] = {{"a", 0, 0, NULL},
                                 {"b", 0, 0, NULL},
                                 {"c", 0, 0, NULL},
                                 {"d", 0, 0, NULL},
                                 {"e", 0, 0, NULL}};
    static const Row after[] = {{"x", 0, 0, NULL}, {"y", 0, 0, NULL}, {"a", 0, 0, NULL},
                                {"b", 0, 0, NULL}, {"c", 0, 0, NULL}, {"e", 0, 0, NULL}};
    g_autoptr(Table) table = table_new(columns, 1, TABLE_NO_HEADER);
    Rows rows = {before, 5, 0};
    TableModel model = model_of(&rows);
    table_select(table, "b");
    assert_draw(table, &rows, 6, 3, " a   █\n▌b   │\n c   │\n");
    rows.rows = after;
    rows.n = 6;
    assert_draw(table, &rows, 6, 3, " a   │\n▌b   █\n c   │\n");
    table_select(table, "d"); // gone: the cursor stays where it is
    g_assert_cmpstr(table_selected(table, &model), ==, "b");
    rows.n = 2;
    g_assert_cmpstr(table_selected(table, &model), ==, "y");
}

// While rows still come, a cursor that nobody has put anywhere is at the first one; one that was put stays.
static void test_anew(void)
{
    static const Row rows_of[] = {
        {"x", 0, 0, NULL}, {"y", 0, 0, NULL}, {"a", 0, 0, NULL}, {"b", 0, 0, NULL}};
    g_autoptr(Table) table = table_new(columns, 1, TABLE_NO_HEADER);
    Rows rows = {rows_of + 2, 2, 0};
    TableModel model = model_of(&rows);
    g_assert_cmpstr(table_selected(table, &model), ==, "a");
    rows = (Rows){rows_of, 4, 0};
    table_begin_anew(table);
    g_assert_cmpstr(table_selected(table, &model), ==, "x");
    table_act(table, &model, TABLE_DOWN);
    table_begin_anew(table);
    g_assert_cmpstr(table_selected(table, &model), ==, "y");
}

static void test_skip(void)
{
    static const Row list[] = {{"-head", 0, 0, NULL},
                               {"a", 0, 0, NULL},
                               {"-more", 0, 0, NULL},
                               {"b", 0, 0, NULL},
                               {"-end", 0, 0, NULL}};
    Rows rows = {list, 5, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(columns, 1, 0);
    g_assert_cmpstr(table_selected(table, &model), ==, "a");
    table_act(table, &model, TABLE_DOWN);
    g_assert_cmpstr(table_selected(table, &model), ==, "b");
    table_act(table, &model, TABLE_DOWN);
    g_assert_cmpstr(table_selected(table, &model), ==, "b");
    table_act(table, &model, TABLE_FIRST);
    g_assert_cmpstr(table_selected(table, &model), ==, "a");
}

static void test_fold(void)
{
    Rows rows = {tree, 4, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(columns, 3, TABLE_TREE);
    g_assert_cmpint(table_act(table, &model, TABLE_FOLD), ==, TABLE_FOLDED);
    g_assert_true(table_is_folded(table, "payments"));
    table_act(table, &model, TABLE_DOWN);
    g_assert_cmpint(table_act(table, &model, TABLE_FOLD), ==, TABLE_DONE);
    table_set_folded(table, "payments", false);
    g_assert_false(table_is_folded(table, "payments"));
}

static void test_mouse(void)
{
    Rows rows = {tree, 4, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(columns, 3, 0);
    g_autofree char *text = draw(table, &rows, 40, 8);
    KeyEvent click = {.code = K_CLICK, .x = 4, .y = 3};
    g_assert_true(table_mouse(table, &model, &click));
    g_assert_cmpstr(table_selected(table, &model), ==, "a-very-long-name");
    click.y = 7; // below the last row
    g_assert_false(table_mouse(table, &model, &click));
    KeyEvent wheel = {.code = K_WHEEL_UP, .x = 4, .y = 3};
    g_assert_true(table_mouse(table, &model, &wheel));
    g_assert_cmpstr(table_selected(table, &model), ==, "payments");
    click.y = 0; // the head
    g_assert_false(table_mouse(table, &model, &click));
}

static void test_mouse_skip(void)
{
    static const Row list[] = {{"-head", 0, 0, NULL}, {"a", 0, 0, NULL}};
    Rows rows = {list, 2, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(columns, 1, TABLE_NO_HEADER);
    g_autofree char *text = draw(table, &rows, 20, 4);
    KeyEvent click = {.code = K_CLICK, .x = 4, .y = 0};
    g_assert_false(table_mouse(table, &model, &click));
    g_assert_cmpstr(table_selected(table, &model), ==, "a");
}

static void big_row(gpointer data, gsize index, TableRow *ret_row)
{
    static char id[32];
    (*(gsize *)data)++;
    g_snprintf(id, sizeof id, "w-%zu", index);
    ret_row->id = id;
}

static void big_cell(gpointer data, gsize index, guint column, TableCell *cell)
{
    (void)data;
    table_cell_printf(cell, ROLE_NORMAL, "%u.%zu", column, index);
}

static gsize big_count(gpointer data)
{
    (void)data;
    return 100000;
}

// A hundred thousand rows cost what is visible.
static void test_many(void)
{
    gsize asked = 0;
    TableModel model = {.count = big_count, .row = big_row, .cell = big_cell, .data = &asked};
    g_autoptr(Table) table = table_new(columns, 3, 0);
    g_autoptr(Grid) grid = grid_new(40, 20, false);
    Canvas canvas = canvas_of(grid);
    for (int action = TABLE_UP; action <= TABLE_LAST; action++) {
        asked = 0;
        g_assert_cmpint(table_act(table, &model, action), ==, TABLE_DONE);
        table_draw(table, &model, &canvas);
        g_assert_cmpuint(asked, <, 40);
    }
    g_assert_cmpstr(table_selected(table, &model), ==, "w-99999");
    g_autofree char *text = grid_text(grid);
    g_assert_nonnull(strstr(text, "▌0.99999"));
}

static void test_sizes(void)
{
    Rows rows = {tree, 4, 0};
    TableModel model = model_of(&rows);
    g_autoptr(Table) table = table_new(columns, 3, TABLE_TREE);
    for (int width = 0; width <= 60; width++)
        for (int height = 0; height <= 20; height++) {
            g_autofree char *text = draw(table, &rows, width, height);
            table_act(table, &model, height % 2 ? TABLE_PAGE_DOWN : TABLE_PAGE_UP);
            table_act(table, &model, height % 3 ? TABLE_RIGHT : TABLE_LEFT);
        }
}

// Columns never overlap, never leave the width, and the first is always there.
static void test_layout(void)
{
    for (int width = 1; width < 60; width++)
        for (guint first = 0; first < 4; first++) {
            ColumnLayout layout;
            columns_lay_out(columns, 3, width, first, &layout);
            g_assert_cmpuint(layout.n, >=, 1);
            g_assert_cmpuint(layout.places[0].column, ==, 0);
            int x = -COLUMN_GAP;
            for (guint i = 0; i < layout.n; i++) {
                g_assert_cmpint(layout.places[i].x, >=, x + COLUMN_GAP);
                g_assert_cmpint(layout.places[i].width, >, 0);
                x = layout.places[i].x + layout.places[i].width;
            }
            g_assert_cmpint(x, <=, width);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/draw", test_draw);
    g_test_add_func("/table/narrow", test_narrow);
    g_test_add_func("/table/scroll-sideways", test_scroll_sideways);
    g_test_add_func("/table/empty", test_empty);
    g_test_add_func("/table/identity", test_identity);
    g_test_add_func("/table/anew", test_anew);
    g_test_add_func("/table/skip", test_skip);
    g_test_add_func("/table/fold", test_fold);
    g_test_add_func("/table/mouse", test_mouse);
    g_test_add_func("/table/mouse-skip", test_mouse_skip);
    g_test_add_func("/table/many", test_many);
    g_test_add_func("/table/sizes", test_sizes);
    g_test_add_func("/table/layout", test_layout);
    return g_test_run();
}
