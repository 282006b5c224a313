// A screen on which nothing happens costs a slow line next to nothing: while all is well and everything is only
// observed again, no cell but the clock changes, minutes aside.
#include <string.h>

#include "play.h"

enum { SECONDS = 120, CELLS_PER_MINUTE = 120 };

// Cells that differ, the frame's first line (the clock) left out.
static guint changed_cells(const Grid *before, const Grid *now)
{
    guint count = 0;
    for (int y = 1; y < grid_height(now); y++)
        for (int x = 0; x < grid_width(now); x++)
            count += memcmp(&grid_line(before, y)[x], &grid_line(now, y)[x], sizeof(Cell)) != 0;
    return count;
}

static void test_idle(gconstpointer data)
{
    const Screen *screen = screen_by_id(GPOINTER_TO_INT(data));
    const char *object = screen->id == SCREEN_CELL ? "payments/settle" : NULL;
    guint changed = 0;
    Play play;
    play_init(&play, screen->id, object, 120, 40, false);
    world_heal(play.picture);
    play_wait(&play, 10000);
    g_autoptr(Grid) before = grid_new(120, 40, false);
    g_autofree char *first = g_strdup(play.seen);
    grid_copy(before, play.grid);
    for (int second = 0; second < SECONDS; second++) {
        world_observe(play.picture, 1000);
        play_wait(&play, 1000);
        changed += changed_cells(before, play.grid);
        grid_copy(before, play.grid);
    }
    g_test_message("%s: %u cells in %d s", screen->name, changed, SECONDS);
    if (changed > CELLS_PER_MINUTE * SECONDS / 60)
        g_error("%s ticks: %u cells changed in %d s, from\n%s\nto\n%s", screen->name, changed,
                SECONDS, first, play.seen);
    play_release(&play);
}

int main(int argc, char **argv)
{
    // A region's page is left out: whoever opened it wants to see every probe.
    static const ScreenId SCREENS[] = {SCREEN_OVERVIEW, SCREEN_ROLES,      SCREEN_SCHEDULES,
                                       SCREEN_SIGNOFFS, SCREEN_OPERATIONS, SCREEN_READINESS,
                                       SCREEN_AUDIT,    SCREEN_CELL};
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(SCREENS); i++) {
        g_autofree char *path = g_strdup_printf("/idle/%s", screen_by_id(SCREENS[i])->name);
        g_test_add_data_func(path, GINT_TO_POINTER(SCREENS[i]), test_idle);
    }
    return g_test_run();
}
