// What a person does at the keyboard or with the mouse, as a value. Everything above the terminal
// speaks of keys in this form only, so views and their tests need no terminal.
//
// A key has a name, the same in configuration, help and man page: "j", "F", "?", "space", "ctrl-s",
// "alt-x", "enter", "esc", "tab", "shift-tab", "up", "page-down", "f5", "shift-up".
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    K_NONE,
    K_CHAR, // `ch`, with MOD_CTRL for ctrl-s (ch is 's'), MOD_ALT for alt-x
    K_ENTER,
    K_ESC,
    K_TAB, // shift-tab: with MOD_SHIFT
    K_BACKSPACE,
    K_DELETE,
    K_INSERT,
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_FUNCTION,   // `ch` is its number
    K_CLICK,      // left button pressed at (x, y)
    K_WHEEL_UP,   // at (x, y)
    K_WHEEL_DOWN, // at (x, y)
    K_PASTE,      // `text`, all of it at once; never delivered as keys
} KeyCode;

enum { MOD_CTRL = 1, MOD_ALT = 2, MOD_SHIFT = 4 };
enum { KEY_TEXT_MAX = 32 };

typedef struct {
    KeyCode code;
    gunichar ch;
    guint mods;
    int x, y;         // of the mouse, in the screen's cells
    const char *text; // of a paste; valid during the call only
} KeyEvent;

// A plain character as an event.
KeyEvent key_of_char(gunichar ch);

// A named key; ERR_INVALID says what names there are.
bool key_parse(const char *name, KeyEvent *ret_key, GError **error);

// The key's name into `buffer`; "" for mouse and paste.
void key_format(const KeyEvent *key, char buffer[KEY_TEXT_MAX]);

// True if both are the same key (positions and pasted text do not count).
bool key_equal(const KeyEvent *a, const KeyEvent *b);

// True if the event is from the mouse.
bool key_is_mouse(const KeyEvent *key);
