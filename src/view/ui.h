// The whole console without a terminal: the frame, the screens, the `:` and `/` lines, help, messages.
// Keys go in, effects come out; a grid is drawn. What --once prints and what the goldens compare is made
// by the same functions as what an operator sees.
#pragma once

#include "view/screen.h"

typedef struct Ui Ui;

// On the overview, with no picture yet. Screens are made when they are first shown, and kept.
Ui *ui_new(void);
void ui_free(Ui *ui);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ui, ui_free)

// Goes to a screen; `object` may be NULL.
void ui_show(Ui *ui, ScreenId screen, const char *object);
// The screen that is shown; static.
const Screen *ui_screen(const Ui *ui);
// The object the screen was opened with; NULL.
const char *ui_object(const Ui *ui);

// Brings the shown screen up to the picture. Call before drawing when the picture, an answer or the time
// has changed.
void ui_refresh(Ui *ui, const ViewContext *context);

// What the shown screen wants done by itself; ask after ui_refresh, perform and release it.
Effect ui_wish(Ui *ui, const ViewContext *context);

// Draws everything. Below 40×10 one honest line; never more than fits.
void ui_draw(Ui *ui, const ViewContext *context, Grid *grid);

// One key. The effect is the caller's to perform and release; EFFECT_OPEN and EFFECT_BACK are performed
// here already (and come out as EFFECT_REDRAW).
Effect ui_key(Ui *ui, const ViewContext *context, const KeyEvent *key);

// Shows a line above the footer. `mono_ms` is now on the monotonic clock.
void ui_say(Ui *ui, Style style, gint64 mono_ms, const char *format, ...) G_GNUC_PRINTF(4, 5);

// The guided card of the demo: lines of text over the lower right corner until it is closed; NULL: none.
void ui_set_card(Ui *ui, const char *const *lines);

// Gives an action of the frame or of any screen other keys. ERR_NOT_FOUND, ERR_INVALID.
bool ui_rebind(Ui *ui, const char *action, const char *keys, GError **error);

// True if leaving now would lose what was typed.
bool ui_is_dirty(const Ui *ui);

// The frame's own keys, for man page and help.
const Keymap *ui_keymap(const Ui *ui);
