// Measures the way of a picture, one JSON object a line:
//   screen-table    a table of 100,000 rows drawn into 200x50 cells
//   screen-text     200x50 cells of text
//   screen-same     comparing a picture that has not changed, and sending nothing
//   screen-down     the cursor one row down: drawn, compared, made into bytes
//   screen-whole    a whole picture made into bytes
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "term/screen.h"
#include "widget/table.h"

enum { ROUNDS = 500, WIDTH = 200, HEIGHT = 50, ROWS = 100000, COLUMNS = 12 };

typedef struct {
    Grid *grid;
    Screen *screen;
    Palette palette;
    Table *table;
    GByteArray *bytes;
} Bench;

static gsize row_count(gpointer data)
{
    (void)data;
    return ROWS;
}

static void row_at(gpointer data, gsize index, TableRow *ret_row)
{
    char *id = data;
    g_snprintf(id, 32, "workload-%zu", index);
    ret_row->id = id;
}

static void cell_at(gpointer data, gsize index, guint column, TableCell *cell)
{
    (void)data;
    if (column == 0)
        table_cell_printf(cell, ROLE_NORMAL, "workload-%zu", index);
    else if (column % 2)
        table_cell_state(cell, GLYPH_ACTIVE, ROLE_ACTIVE, "active");
    else
        table_cell_printf(cell, ROLE_NORMAL, "%zu ms", index % 97);
}

static void draw_table(Bench *bench)
{
    char id[32];
    TableModel model = {.count = row_count, .row = row_at, .cell = cell_at, .data = id};
    grid_clear(bench->grid);
    Canvas canvas = canvas_of(bench->grid);
    table_draw(bench->table, &model, &canvas);
}

static void draw_text(Bench *bench)
{
    static const char words[] = "the last known picture never leaves the screen: ";
    g_autofree char *text = g_strdup_printf("%s%s%s%s%s", words, words, words, words, words);
    Canvas canvas = canvas_of(bench->grid);
    grid_clear(bench->grid);
    for (int y = 0; y < HEIGHT; y++)
        cells_put(&canvas, 0, y, ROLE_OK, text);
}

static void send(Bench *bench)
{
    g_byte_array_set_size(bench->bytes, 0);
    screen_draw(bench->screen, bench->grid, &bench->palette, bench->bytes);
}

static void same(Bench *bench)
{
    send(bench);
}

static void down(Bench *bench)
{
    char id[32];
    TableModel model = {.count = row_count, .row = row_at, .cell = cell_at, .data = id};
    bool at_end = table_index(bench->table, &model) % (HEIGHT - 2) == HEIGHT - 3;
    table_act(bench->table, &model, at_end ? TABLE_FIRST : TABLE_DOWN);
    draw_table(bench);
    send(bench);
}

static void whole(Bench *bench)
{
    screen_forget(bench->screen);
    send(bench);
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void measure(Bench *bench, const char *name, void (*run)(Bench *bench))
{
    gint64 times[ROUNDS], sizes[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        gint64 began = g_get_monotonic_time();
        g_byte_array_set_size(bench->bytes, 0);
        run(bench);
        times[i] = g_get_monotonic_time() - began;
        sizes[i] = bench->bytes->len;
    }
    qsort(times, ROUNDS, sizeof times[0], compare);
    qsort(sizes, ROUNDS, sizeof sizes[0], compare);
    printf("{\"bench\":\"%s\",\"cells\":%d,\"rounds\":%d,\"p50_us\":%" G_GINT64_FORMAT
           ",\"p99_us\":%" G_GINT64_FORMAT ",\"bytes_p50\":%" G_GINT64_FORMAT "}\n",
           name, WIDTH * HEIGHT, ROUNDS, times[ROUNDS / 2], times[ROUNDS * 99 / 100],
           sizes[ROUNDS / 2]);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(Bench *bench);
    } rows[] = {{"screen-table", draw_table},
                {"screen-text", draw_text},
                {"screen-whole", whole},
                {"screen-same", same},
                {"screen-down", down}};
    TableColumn columns[COLUMNS];
    TermCaps caps = {.name = "xterm-256color", .depth = DEPTH_256, .unicode = true};
    setlocale(LC_ALL, "C.UTF-8");
    for (guint i = 0; i < COLUMNS; i++)
        columns[i] = (TableColumn){"COLUMN", 14, 8, 0, ALIGN_LEFT, 0};
    Bench bench = {.grid = grid_new(WIDTH, HEIGHT, false),
                   .screen = screen_new(&caps, 0, 80, 24, NULL),
                   .table = table_new(columns, COLUMNS, 0),
                   .bytes = g_byte_array_new()};
    g_assert(bench.screen && palette_init(&bench.palette, NULL, DEPTH_256, NULL));
    screen_resize(bench.screen, WIDTH, HEIGHT);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        measure(&bench, rows[i].name, rows[i].run);
    g_byte_array_unref(bench.bytes);
    table_free(bench.table);
    screen_free(bench.screen);
    grid_free(bench.grid);
    return 0;
}
