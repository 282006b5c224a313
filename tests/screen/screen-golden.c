// Every screen at three sizes, as an operator sees it, compared with the expected picture in tests/screen/golden.
// SB_GOLDEN_WRITE=1 writes them anew: read the difference before it is committed. Then every screen at every
// size, for what no picture shows: nothing is drawn outside, nothing breaks.
#include <string.h>

#include "play.h"

static void add_catalog(Picture *picture)
{
    world_add_catalog(picture);
}

static const struct {
    const char *name;
    ScreenId screen;
    const char *object;
    const char *keys; // pressed before the picture is taken; NULL
    bool ascii;
    void (*more)(Picture *picture); // what is in the picture beside the world; NULL
} CASES[] = {
    {"overview", SCREEN_OVERVIEW, NULL, NULL, false, NULL},
    {"overview-ascii", SCREEN_OVERVIEW, NULL, "down", true, NULL},
    {"roles", SCREEN_ROLES, NULL, NULL, false, NULL},
    {"roles-propose", SCREEN_ROLES, NULL, "F t e s t", false, NULL},
    {"roles-filter", SCREEN_ROLES, NULL, "/ s e t t", false, NULL},
    {"schedules", SCREEN_SCHEDULES, NULL, NULL, false, NULL},
    {"schedules-next", SCREEN_SCHEDULES, NULL, "down down enter", false, NULL},
    {"signoffs", SCREEN_SIGNOFFS, NULL, NULL, false, NULL},
    {"statement", SCREEN_STATEMENT, WORLD_AWAITING, NULL, false, NULL},
    {"statement-ascii", SCREEN_STATEMENT, WORLD_AWAITING, "space", true, NULL},
    {"statement-end", SCREEN_STATEMENT, WORLD_AWAITING, "e G", false, NULL},
    {"statement-holding", SCREEN_STATEMENT, WORLD_HOLDING, NULL, false, NULL},
    {"statement-plain", SCREEN_STATEMENT, WORLD_PLAIN, NULL, false, NULL},
    {"statement-reject", SCREEN_STATEMENT, WORLD_AWAITING, "X n o", false, NULL},
    {"operations", SCREEN_OPERATIONS, NULL, NULL, false, NULL},
    {"operation-running", SCREEN_OPERATION, WORLD_RUNNING, NULL, false, NULL},
    {"operation-paused", SCREEN_OPERATION, WORLD_PAUSED, NULL, false, NULL},
    {"operation-skip", SCREEN_OPERATION, WORLD_PAUSED, "S", false, NULL},
    {"operation-done", SCREEN_OPERATION, WORLD_DONE, NULL, false, NULL},
    {"operation-report", SCREEN_OPERATION, WORLD_DONE, "r", false, NULL},
    {"readiness", SCREEN_READINESS, NULL, NULL, false, NULL},
    {"readiness-known", SCREEN_READINESS, NULL, "down c o k", false, NULL},
    {"checklist", SCREEN_CHECKLIST, "stock/catalog/northeurope/term", NULL, false, add_catalog},
    {"checklist-confirm", SCREEN_CHECKLIST, "stock/catalog/northeurope/term", "end c o k", false,
     add_catalog},
    {"snapshots", SCREEN_SNAPSHOTS, "stock/code-hosts", NULL, false, world_add_connector},
    {"readiness-kept", SCREEN_READINESS, NULL, "/ k e p t enter", false, world_add_connector},
    {"audit", SCREEN_AUDIT, NULL, NULL, false, NULL},
    {"record", SCREEN_RECORD, "4704", NULL, false, NULL},
    {"region", SCREEN_REGION, "westeurope", NULL, false, NULL},
    {"cell", SCREEN_CELL, "payments/settle", NULL, false, NULL},
    {"group", SCREEN_GROUP, "payments", NULL, false, NULL},
    {"help", SCREEN_STATEMENT, WORLD_AWAITING, "?", false, NULL},
};

static const struct {
    int width, height;
} SIZES[] = {{40, 10}, {80, 24}, {132, 43}};

static char *golden_path(guint index, int width, int height)
{
    g_autofree char *name = g_strdup_printf("%s-%dx%d.txt", CASES[index].name, width, height);
    return g_build_filename(g_getenv("SB_TOP_SRCDIR"), "tests", "screen", "golden", name, NULL);
}

static void prepare(Play *play, guint index)
{
    if (CASES[index].more) {
        CASES[index].more(play->picture);
        play_draw(play);
    }
    if (CASES[index].keys)
        play_keys(play, CASES[index].keys);
}

static void test_golden(gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data) / G_N_ELEMENTS(SIZES);
    int width = SIZES[GPOINTER_TO_UINT(data) % G_N_ELEMENTS(SIZES)].width;
    int height = SIZES[GPOINTER_TO_UINT(data) % G_N_ELEMENTS(SIZES)].height;
    g_autofree char *path = golden_path(index, width, height), *expected = NULL;
    g_autoptr(GError) error = NULL;
    Play play;
    play_init(&play, CASES[index].screen, CASES[index].object, width, height, CASES[index].ascii);
    prepare(&play, index);
    if (g_getenv("SB_GOLDEN_WRITE"))
        g_file_set_contents(path, play.seen, -1, &error);
    g_assert_no_error(error);
    g_file_get_contents(path, &expected, NULL, &error);
    g_assert_no_error(error);
    if (strcmp(expected, play.seen) != 0) {
        g_test_message("expected:\n%s", expected);
        g_test_message("seen:\n%s", play.seen);
        g_test_fail();
    }
    play_release(&play);
}

// ---- every size ----

static bool is_sanitized(void)
{
    return g_strcmp0(g_getenv("SB_SANITIZERS"), "yes") == 0;
}

static void check_grid(const Grid *grid)
{
    int x, y;
    for (int line = 0; line < grid_height(grid); line++) {
        const Cell *cells = grid_line(grid, line);
        for (int i = 0; i < grid_width(grid); i++) {
            bool whole = cells[i].width != 2 || (i + 1 < grid_width(grid) && !cells[i + 1].width);
            g_assert_true(whole);
            g_assert_true(cells[i].width || (i > 0 && cells[i - 1].width == 2));
            g_assert_false(cells[i].width && g_unichar_iscntrl(cells[i].ch[0]));
        }
    }
    if (grid_cursor(grid, &x, &y)) {
        g_assert_cmpint(x, <, grid_width(grid));
        g_assert_cmpint(y, <, grid_height(grid));
    }
}

static void test_sizes(gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    int step = is_sanitized() ? 7 : 1;
    Play play;
    play_init(&play, CASES[index].screen, CASES[index].object, 100, 40, CASES[index].ascii);
    prepare(&play, index);
    for (int height = 1; height <= 40; height += step > 1 ? 3 : 1)
        for (int width = 1; width <= 100; width += step) {
            grid_resize(play.grid, width, height);
            ui_draw(play.ui, &play.context, play.grid);
            check_grid(play.grid);
        }
    grid_resize(play.grid, 0, 0);
    ui_draw(play.ui, &play.context, play.grid);
    play_release(&play);
}

// An empty picture, as before the backend's first word, and one that is stale.
static void test_empty(void)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    g_autoptr(Picture) picture = picture_new();
    ViewContext context = world_context(picture);
    for (guint i = 0; i < count; i++)
        for (int pass = 0; pass < 2; pass++) {
            g_autoptr(Ui) ui = ui_new();
            g_autoptr(Grid) grid = grid_new(80, 24, false);
            picture->complete = pass;
            ui_show(ui, screens[i]->id, "nothing/there");
            ui_refresh(ui, &context);
            Effect wish = ui_wish(ui, &context);
            effect_release(&wish);
            ui_draw(ui, &context, grid);
            g_autofree char *text = grid_text(grid);
            g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
            bool says = false; // an empty view says why it is empty
            for (guint y = 2; y < 20; y++)
                says |= strlen(lines[y]) > 10;
            if (!says)
                g_error("%s says nothing when it is empty:\n%s", screens[i]->name, text);
        }
}

static void test_ascii(void)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    for (guint i = 0; i < count; i++) {
        Play play;
        play_init(&play, screens[i]->id, WORLD_AWAITING, 132, 43, true);
        for (const char *at = play.seen; *at; at++)
            g_assert_cmpuint((guchar)*at, <, 0x80);
        play_release(&play);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++)
        for (guint k = 0; k < G_N_ELEMENTS(SIZES); k++) {
            g_autofree char *path = g_strdup_printf("/screen/golden/%s/%dx%d", CASES[i].name,
                                                    SIZES[k].width, SIZES[k].height);
            g_test_add_data_func(path, GUINT_TO_POINTER(i * G_N_ELEMENTS(SIZES) + k), test_golden);
        }
    for (guint i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *path = g_strdup_printf("/screen/sizes/%s", CASES[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_sizes);
    }
    g_test_add_func("/screen/empty", test_empty);
    g_test_add_func("/screen/ascii", test_ascii);
    return g_test_run();
}
