// Which key does what, as rows of tables. One row feeds the dispatch, the footer, the help page and
// the man page, so what is written is what works:
//
//     static const Binding keys[] = {
//         {ACTION_OPEN, "open", "enter", "open", "Opens the selected region.",
//         0}, {ACTION_FAILOVER, "failover", "F", "fail over", "Proposes a
//         failover of it.", BIND_CHANGES},
//     };
//     Keymap *map = keymap_new("Regions");
//     keymap_add(map, keys, G_N_ELEMENTS(keys));        // order = usefulness,
//     the footer's order keymap_add(map, table_bindings, TABLE_BINDINGS);  //
//     what the widget can do KeyContext context = {.maps = {map, global},
//     .state = is_possible, .data = view}; const Binding *hit =
//     keys_find(&context, &event);
//
// Action numbers: a view's own start at 1, the widgets' at 1000 (see each), the frame's at 2000. An
// action that changes something in the world is marked BIND_CHANGES: it is greyed while the console
// is not armed, and it must open a question, never act.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "widget/key.h"

enum {
    BIND_QUIET = 1,   // works, and is in the help, but takes no room in the footer
    BIND_CHANGES = 2, // leads to a change; needs an armed console
    BIND_LATER = 4,   // in the footer behind all others (see BindingRankFunc)
};

typedef struct {
    int action;        // what it does; > 0
    const char *name;  // the name by which the configuration rebinds it: "fold"
    const char *keys;  // default keys, separated by blanks: "j down"; may be ""
    const char *label; // footer: one or two words
    const char *help;  // one sentence
    guint flags;       // BIND_
} Binding;

typedef struct Keymap Keymap;

// An empty map; `title` heads it in the help ("Regions").
Keymap *keymap_new(const char *title);
void keymap_free(Keymap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keymap, keymap_free)

// Adds rows, which must outlive the map. A key already taken by an earlier row stays there.
// Impossible key names abort: rows are ours.
void keymap_add(Keymap *map, const Binding *rows, gsize n);

// Gives an action other keys ("x ctrl-y", "" for none); a key taken from another action leaves that
// one. ERR_NOT_FOUND if the map has no action of this name, ERR_INVALID for a bad key.
bool keymap_rebind(Keymap *map, const char *name, const char *keys, GError **error);

// The row of a key; NULL if it has none here.
const Binding *keymap_find(const Keymap *map, const KeyEvent *key);

const char *keymap_title(const Keymap *map);
gsize keymap_count(const Keymap *map);
const Binding *keymap_row(const Keymap *map, gsize index);

// The keys of a row now ("j down"), and the first of them ("j"), "" if none. Owned by the map.
const char *keymap_keys(const Keymap *map, gsize index);
const char *keymap_first_key(const Keymap *map, gsize index);
// That key itself; NULL if none. Borrowed.
const KeyEvent *keymap_first_event(const Keymap *map, gsize index);

// Whether an action can be done now.
typedef enum { BINDING_ON, BINDING_GREYED, BINDING_HIDDEN } BindingState;
typedef BindingState (*BindingStateFunc)(const Binding *row, gpointer data);
// What the footer calls an action now; NULL: its row's own label. Static or borrowed for the drawing.
typedef const char *(*BindingLabelFunc)(const Binding *row, gpointer data);

// Where an action stands in the footer: those of a lower rank first, from 0 to BIND_RANKS - 1. The same for a row as
// long as its screen is shown: keys keep their places.
typedef int (*BindingRankFunc)(const Binding *row, gpointer data);

enum { KEY_CONTEXT_MAPS = 4, BIND_RANKS = 4 };

// The maps in force, the innermost first; NULL ends them.
typedef struct {
    const Keymap *maps[KEY_CONTEXT_MAPS];
    BindingStateFunc state; // NULL: everything is on
    BindingLabelFunc label; // NULL: each row has its own
    BindingRankFunc rank;   // NULL: all the same, as the maps have them
    gpointer data;          // for all of these
} KeyContext;

// The row of a key in the first map that has one which is not hidden; NULL: it does nothing here.
// Greyed rows are found too: the caller says why they do not work. A key whose row is hidden in an inner map is no
// quiet row's of an outer one: nobody is told of that, and it is not what was meant.
const Binding *keys_find(const KeyContext *context, const KeyEvent *key);

// True if the row of the map is not hidden and one of its keys leads to it.
bool keys_reach(const KeyContext *context, const Keymap *map, gsize index);

// State of a row in this context.
BindingState keys_state(const KeyContext *context, const Binding *row);
// What a row is called in this context.
const char *keys_label(const KeyContext *context, const Binding *row);
