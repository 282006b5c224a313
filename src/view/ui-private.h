// What the files of the console's frame share: ui.c (the screens and the keys in force), ui-draw.c, ui-key.c.
#pragma once

#include "view/proposal.h"
#include "view/ui.h"
#include "widget/message.h"
#include "widget/pager.h"
#include "widget/prompt.h"

// The frame's own keys; larger than any screen's.
enum {
    UI_HELP = 2000,
    UI_NEXT_ALARM,
    UI_NEXT_SIGNOFF,
    UI_SCREEN,
    UI_NEXT_SCREEN,
    UI_PREVIOUS_SCREEN,
    UI_FILTER,
    UI_COMMAND,
    UI_ARM,
    UI_FAILOVER,
    UI_FAILBACK,
    UI_EVACUATE,
    UI_DRILL,
    UI_PASSIVATE,
    UI_LET_RUN,
    UI_FAULT,
    UI_COPY,
    UI_WRITE,
    UI_RELOAD,
    UI_COMMAND_LINE,
    UI_CARD,
    UI_REPAINT,
    UI_SUSPEND,
    UI_BACK,
    UI_QUIT,
};

struct Ui {
    Keymap *keys;
    Keymap *help_keys;             // while the help page is open
    gpointer states[SCREEN_COUNT]; // made when first shown
    const Screen *screen;
    char *object;
    Prompt *colon;
    Prompt *filter;
    bool colon_open, filter_open, help_open;
    Pager *help;
    Dialog *proposal; // NULL = closed
    Message message;
    bool hint;     // the message is what the last key brought: the next one ends it
    char *alarm;   // id of the one shown last
    char *watched; // operation whose statement the console was told is looked at; NULL
    const char *const *card;
    bool card_open;
    const ViewContext *context; // during a call, for the prompt's completion
    guint64 version; // of the picture that the shown screen was refreshed from, + 1; 0: never
};

// What asks for the state of a key.
typedef struct {
    Ui *ui;
    const ViewContext *context;
} UiKeys;

// The state of a screen, made when it is first needed.
gpointer ui_state(Ui *ui, const Screen *screen);

// Screens hold what they borrowed from the picture: they must not be asked while it is newer than they are.
void ui_freshen(Ui *ui, const ViewContext *context);

// A form has the keys.
bool ui_is_captured(Ui *ui);

// The keys in force, which are the ones shown: of a form only its own. `data` lives as long as they do.
KeyContext ui_keys(Ui *ui, UiKeys *data);
