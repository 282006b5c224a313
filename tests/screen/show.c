// Prints one screen of the made-up picture, for people: SCREEN [OBJECT [WIDTH HEIGHT [ascii]]].
#include <stdio.h>
#include <stdlib.h>

#include "view/ui.h"
#include "widget/key.h"
#include "world.h"

static void answer_wish(Ui *ui, ViewContext *context)
{
    ui_refresh(ui, context);
    Effect wish = ui_wish(ui, context);
    g_autofree char *schedules = world_schedules();
    if (wish.kind == EFFECT_FETCH) {
        context->fetched_path = wish.text;
        context->fetched_body = schedules;
        ui_refresh(ui, context);
    }
    effect_release(&wish);
    context->fetched_path = context->fetched_body = NULL;
}

int main(int argc, char **argv)
{
    g_autoptr(Picture) picture = world_new();
    g_autoptr(Ui) ui = ui_new();
    ViewContext context = world_context(picture);
    const Screen *screen = argc > 1 ? screen_by_name(argv[1]) : screen_by_id(SCREEN_OVERVIEW);
    int width = argc > 4 ? atoi(argv[3]) : 80, height = argc > 4 ? atoi(argv[4]) : 24;
    g_autoptr(Grid) grid = grid_new(width, height, getenv("ASCII") != NULL);
    if (!screen)
        return 2;
    ui_show(ui, screen->id, argc > 2 && *argv[2] ? argv[2] : NULL);
    answer_wish(ui, &context);
    ui_draw(ui, &context, grid);
    for (int i = 5; i < argc; i++) {
        KeyEvent key;
        if (!key_parse(argv[i], &key, NULL))
            return 3;
        Effect effect = ui_key(ui, &context, &key);
        effect_release(&effect);
        context.mono_ms += 100;
        answer_wish(ui, &context);
        ui_draw(ui, &context, grid);
    }
    g_autofree char *text = getenv("ROLES") ? grid_roles(grid) : grid_text(grid);
    fputs(text, stdout);
    return 0;
}
