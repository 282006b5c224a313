// A small form in a box over the screen: what it will do, a few fields, one key that sends. Enter never sends, Esc
// never acts. What is sent is its kind's (accept, ask, proposal): a kind makes the effect, the dialog asks, draws and
// closes.
#pragma once

#include "view/screen.h"
#include "widget/form.h"

typedef struct Dialog Dialog;

enum { DIALOG_FIELDS = 3, DIALOG_KEYS = 3 };

// The actions of a dialog's keys: what sends, the next field, out.
typedef enum { DIALOG_SEND = 1, DIALOG_NEXT, DIALOG_LEAVE } DialogAction;

// ctrl-s, tab and esc, for the kinds that have no others.
extern const Binding dialog_bindings[DIALOG_KEYS];

// How all of one kind behave; static. `data` is what dialog_new was given.
typedef struct {
    const Binding *keys; // DIALOG_KEYS of them
    // Why it cannot be sent now, whatever is typed, as a sentence that lives as long as `data`. NULL: it can; no
    // function: always.
    const char *(*refusal)(gconstpointer data, const ViewContext *context);
    // What it will do. The caller frees.
    char *(*explain)(gconstpointer data, const Picture *picture);
    // What is sent, asked once all fields are right; it may move texts out of `data`, for the dialog ends with it.
    // EFFECT_MESSAGE: not sent after all, and why; `data` is as it was.
    Effect (*send)(gpointer data, const Form *form, const ViewContext *context);
    void (*release)(gpointer data);
} DialogKind;

// How one of them looks.
typedef struct {
    const char *name; // of its keys in the help; static
    char *title;      // of the box; taken
    Role border;
    int lines; // for what it will do, above the first field
    int spare; // empty ones below the last
} DialogLook;

// Takes `data`, which also goes to the checks of the fields; `fields` (at most DIALOG_FIELDS) outlive the dialog or are
// part of `data`.
Dialog *dialog_new(const DialogKind *kind, gpointer data, const DialogLook *look,
                   const FormField *fields, guint n);
void dialog_free(Dialog *dialog);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dialog, dialog_free)

// What a field holds from the beginning: that alone is nothing that was typed.
void dialog_preset(Dialog *dialog, guint field, const char *text);
void dialog_focus(Dialog *dialog, guint field);

// A key of the open dialog. It was left (EFFECT_REDRAW) or sent (the kind's effect): the dialog is freed and *dialog
// NULL. Else it stays: EFFECT_MESSAGE, EFFECT_REDRAW, EFFECT_NONE.
Effect dialog_key(Dialog **dialog, const ViewContext *context, const KeyEvent *key);

// Its keys, for the footer, while it is open.
const Keymap *dialog_keymap(const Dialog *dialog);

// A box in the middle of `canvas`. NULL: nothing.
void dialog_draw(Dialog *dialog, const ViewContext *context, const Canvas *canvas);

// True if something was typed that leaving would lose. NULL: nothing.
bool dialog_is_dirty(const Dialog *dialog);
