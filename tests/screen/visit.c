#include "visit.h"

#include <string.h>

Visit *visit_new(void)
{
    Visit *visit = g_new0(Visit, 1);
    visit->picture = world_new();
    visit->ui = ui_new();
    visit->context = world_context(visit->picture);
    visit->grid = grid_new(100, 40, false);
    return visit;
}

void visit_free(Visit *visit)
{
    if (!visit)
        return;
    ui_free(visit->ui);
    picture_free(visit->picture);
    grid_free(visit->grid);
    g_free(visit->text);
    g_free(visit);
}

void visit_open(Visit *visit, ScreenId screen, const char *object)
{
    ui_show(visit->ui, screen, object);
    ui_refresh(visit->ui, &visit->context);
}

char *visit_wish(Visit *visit)
{
    ui_refresh(visit->ui, &visit->context);
    Effect wish = ui_wish(visit->ui, &visit->context);
    char *path = wish.kind == EFFECT_FETCH ? g_strdup(wish.text) : NULL;
    effect_release(&wish);
    return path;
}

void visit_answer(Visit *visit, const char *path, const char *body)
{
    visit->context.fetched_path = path;
    visit->context.fetched_body = body;
    visit->context.fetched_error = body ? NULL : "Nobody answered.";
    ui_refresh(visit->ui, &visit->context);
    visit->context.fetched_path = visit->context.fetched_body = visit->context.fetched_error = NULL;
}

Effect visit_send(Visit *visit, const char *name)
{
    KeyEvent key;
    g_autoptr(GError) error = NULL;
    key_parse(name, &key, &error);
    g_assert_no_error(error);
    visit_at(visit, 100, 40); // keys mean what was drawn
    return ui_key(visit->ui, &visit->context, &key);
}

void visit_press(Visit *visit, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);
    for (guint i = 0; names[i]; i++) {
        Effect effect = visit_send(visit, names[i]);
        effect_release(&effect);
    }
}

const char *visit_at(Visit *visit, int width, int height)
{
    grid_resize(visit->grid, width, height);
    ui_refresh(visit->ui, &visit->context);
    ui_draw(visit->ui, &visit->context, visit->grid);
    g_free(visit->text);
    visit->text = grid_text(visit->grid);
    return visit->text;
}

void visit_has(Visit *visit, const char *part)
{
    const char *text = visit_at(visit, 100, 40);
    if (!strstr(text, part))
        g_error("\"%s\" is not on the screen:\n%s", part, text);
}

void visit_lacks(Visit *visit, const char *part)
{
    const char *text = visit_at(visit, 100, 40);
    if (strstr(text, part))
        g_error("\"%s\" is on the screen:\n%s", part, text);
}
