// Plays the console without a terminal: keys in, effects out, and what the operator sees as text. The clocks stand
// still until a test moves them.
#pragma once

#include "view/ui.h"
#include "world.h"

typedef struct {
    Picture *picture;
    Ui *ui;
    ViewContext context;
    Grid *grid;
    Effect effect; // of the last key
    char *seen;    // the screen as drawn last
} Play;

// A made-up world on a screen of `width` × `height`, at a screen and its object (NULL).
void play_init(Play *play, ScreenId screen, const char *object, int width, int height, bool ascii);
void play_release(Play *play);

// Keys by name, separated by blanks; the last one's effect stays in play->effect. Draws after each.
EffectKind play_keys(Play *play, const char *keys);
// Types a text character by character.
EffectKind play_type(Play *play, const char *text);
EffectKind play_paste(Play *play, const char *text);
EffectKind play_mouse(Play *play, KeyCode code, int x, int y);

// Moves all clocks on, refreshes and draws.
void play_wait(Play *play, gint64 ms);
// Brings the screen up to the picture and draws it; answers the wish of a screen that wants schedules.
void play_draw(Play *play);

// Asserts on what is seen.
void play_assert_sees(Play *play, const char *text);
void play_assert_sees_not(Play *play, const char *text);
