#include "play.h"

#include <string.h>

void play_init(Play *play, ScreenId screen, const char *object, int width, int height, bool ascii)
{
    *play = (Play){.picture = world_new(), .ui = ui_new()};
    play->grid = grid_new(width, height, ascii);
    play->context = world_context(play->picture);
    ui_show(play->ui, screen, object);
    play_draw(play);
}

void play_release(Play *play)
{
    effect_release(&play->effect);
    ui_free(play->ui);
    grid_free(play->grid);
    picture_free(play->picture);
    g_free(play->seen);
}

static void grant_wishes(Play *play)
{
    for (int i = 0; i < 4; i++) {
        Effect wish = ui_wish(play->ui, &play->context);
        bool schedules = wish.kind == EFFECT_FETCH && strstr(wish.text, "/v1/schedules");
        bool runs = wish.kind == EFFECT_FETCH && strstr(wish.text, "/v1/runs");
        bool kept = wish.kind == EFFECT_FETCH && strstr(wish.text, "/snapshots");
        g_autofree char *body = schedules ? world_schedules()
                                : runs    ? world_runs()
                                : kept    ? world_snapshots()
                                          : NULL;
        if (wish.kind == EFFECT_NONE)
            return;
        if (wish.kind == EFFECT_FETCH) {
            play->context.fetched_path = wish.text;
            play->context.fetched_body = body;
            play->context.fetched_error = body ? NULL : "nobody answers here.";
            ui_refresh(play->ui, &play->context);
            play->context.fetched_path = play->context.fetched_body = NULL;
            play->context.fetched_error = NULL;
        }
        effect_release(&wish);
    }
}

void play_draw(Play *play)
{
    ui_refresh(play->ui, &play->context);
    grant_wishes(play);
    ui_draw(play->ui, &play->context, play->grid);
    g_free(play->seen);
    play->seen = grid_text(play->grid);
}

static EffectKind press(Play *play, const KeyEvent *key)
{
    effect_release(&play->effect);
    play->effect = ui_key(play->ui, &play->context, key);
    grant_wishes(play);
    ui_draw(play->ui, &play->context, play->grid);
    g_free(play->seen);
    play->seen = grid_text(play->grid);
    return play->effect.kind;
}

EffectKind play_keys(Play *play, const char *keys)
{
    g_auto(GStrv) names = g_strsplit(keys, " ", -1);
    for (char **name = names; *name; name++) {
        KeyEvent key;
        g_autoptr(GError) error = NULL;
        bool known = key_parse(*name, &key, &error);
        g_assert_no_error(error);
        g_assert_true(known);
        press(play, &key);
    }
    return play->effect.kind;
}

EffectKind play_type(Play *play, const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        KeyEvent key = key_of_char(g_utf8_get_char(text));
        press(play, &key);
    }
    return play->effect.kind;
}

EffectKind play_paste(Play *play, const char *text)
{
    return press(play, &(KeyEvent){.code = K_PASTE, .text = text});
}

EffectKind play_mouse(Play *play, KeyCode code, int x, int y)
{
    return press(play, &(KeyEvent){.code = code, .x = x, .y = y});
}

void play_wait(Play *play, gint64 ms)
{
    play->context.now_ms += ms;
    play->context.local_ms += ms;
    play->context.mono_ms += ms;
    play->picture->link.heard_ms += ms; // the stream lives on
    play_draw(play);
}

void play_assert_sees(Play *play, const char *text)
{
    if (!strstr(play->seen, text))
        g_error("\"%s\" is not on the screen:\n%s", text, play->seen);
}

void play_assert_sees_not(Play *play, const char *text)
{
    if (strstr(play->seen, text))
        g_error("\"%s\" is on the screen:\n%s", text, play->seen);
}
