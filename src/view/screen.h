// A screen is one row: what it is called, what it holds, how it draws, which keys it has. The row
// feeds the frame, the footer, the help page, `:` completion, --once and the man page; a new screen is
// one file and one line in view/screens.c.
//
//   picture ──refresh──▶ the screen's own state (rows, strings) ──draw──▶ cells
//   key ──keymap──▶ Binding ──update──▶ Effect (performed by the console, never here)
#pragma once

#include "cells/cells.h"
#include "model/picture.h"
#include "model/signature.h"
#include "view/effect.h"
#include "widget/keymap.h"

// What became of a sign-off that was given from here: the console makes these of its journal (what is not settled,
// and what was settled since it started).
typedef enum {
    SENT_UNDERWAY, // journalled and sent; no answer yet
    SENT_UNKNOWN,  // the line broke: it is being asked after
    SENT_RECORDED,
    SENT_REFUSED,
    SENT_LOST, // the backend never saw it
} SentState;

typedef struct {
    const char *operation;
    const char *signoff; // its id
    bool reject;
    SentState state;
    gint64 at_ms;     // our wall clock: sent, or settled
    const char *text; // the answer as a sentence; NULL
} SentSignOff;

// With what the operator could sign, and how the signing that was asked for last is getting on.
typedef enum { SIGNING_IDLE, SIGNING_RUNNING, SIGNING_FAILED } SigningState;

typedef struct {
    // Of SigningKey *, in the order of preference; NULL = they are being looked for.
    GPtrArray *keys;
    const char *trouble; // why there are none, or not the ones that were named; NULL
    const char *wish;    // the one that is configured; NULL
    SigningState state;
    const char *operation; // what is being signed, or was to be; NULL
    const char *key;       // with which key, in words
    bool hardware;         // it waits for a touch
    bool sent;             // it is signed; the backend's answer is waited for
    gint64 since_ms;       // monotonic
    const char *failure;   // a sentence
} Signing;

// The signature in an audit record, as EFFECT_VERIFY found it.
typedef struct {
    gint64 seq; // of the record; 0 = none was asked for
    bool done;
    const SignatureCheck *
        check; // once it is done. SIGNATURE_NOT_ALLOWED: it fits; nobody is asked here whose key it is
} RecordCheck;

// What every function of a screen may know. Borrowed for the call.
typedef struct {
    const Picture *picture;
    gint64 now_ms;           // the backend's clock: ages are counted from it
    gint64 local_ms;         // ours: deadlines of things on our side
    gint64 mono_ms;          // monotonic: for messages and key delays
    bool demo;               // practice regions: `!` breaks and mends them
    bool armed;              // keys that change something are open
    bool once;               // printed, not shown: no cursor, no hints at keys
    int utc_offset_min;      // of the operator's zone, for "and mine"
    const char *zone;        // its IANA name; NULL: nobody knows
    const SentSignOff *sent; // newest first
    guint sent_count;
    const Signing *signing;          // NULL = nothing is signed with keys here
    const RecordCheck *record_check; // NULL = nothing is checked here
    const char *fetched_path;  // an answer to EFFECT_FETCH that came since the last refresh; NULL
    const char *fetched_body;  // NULL: it failed
    const char *fetched_error; // why, as a sentence; NULL
} ViewContext;

typedef struct Screen Screen;

struct Screen {
    ScreenId id;
    ScreenId parent;   // Esc leads there; SCREEN_NONE for the seven of the top level
    const char *name;  // --screen NAME, `:name`
    const char *title; // in the frame
    char digit;        // '1' to '7', 0 for pages below
    gpointer (*create)(void);
    void (*destroy)(gpointer state);
    // The picture, the object or the time has changed: make rows and strings anew. Cheap if
    // picture->version is the one it knows.
    void (*refresh)(gpointer state, const ViewContext *context);
    // What the screen wants done by itself after a refresh: EFFECT_FETCH for what it has to show and
    // does not know, EFFECT_WATCHING. Asked after each refresh; must not wish the same twice. NULL:
    // nothing.
    Effect (*wish)(gpointer state, const ViewContext *context);
    void (*draw)(gpointer state, const ViewContext *context, const Canvas *canvas);
    // `binding` is NULL for a key without a row, for text while `captures`, and for the mouse.
    Effect (*update)(gpointer state, const ViewContext *context, const KeyEvent *key,
                     const Binding *binding);
    // Its own keys, in the footer's order. Built once per state.
    const Keymap *(*keymap)(gpointer state);
    // Whether a key works now; greyed ones are said why by `update`. NULL: everything works.
    BindingState (*state)(gpointer state, const ViewContext *context, const Binding *binding);
    // EFFECT_OPEN came with this object. NULL: the screen has none.
    void (*open)(gpointer state, const char *object);
    // True while keys are text (a form or a filter is open): the frame's own keys are closed then.
    bool (*captures)(gpointer state);
    // True while leaving would lose what was typed (a sign-off being written). NULL: never.
    bool (*is_dirty)(gpointer state);
    // The row under the cursor as text for `y`; NULL: nothing. The caller frees.
    char *(*copy)(gpointer state, const ViewContext *context);
    // The command line that does what the screen shows or is about to do (`=`). NULL: none. The caller frees.
    char *(*command_line)(gpointer state, const ViewContext *context);
    // A filter is in force: its words for the frame. NULL: none.
    const char *(*filter)(gpointer state);
    // `/` was typed: show only what matches (live, while it is being typed); "" = everything. NULL: the
    // screen has nothing to filter.
    void (*set_filter)(gpointer state, const char *text);
    // People propose failovers here: in the footer `F` stands before the frame's other keys.
    bool proposes;
    // The group under the cursor, for `F` and `B`. NULL (or no function): none.
    const char *(*group)(gpointer state, const ViewContext *context);
    // The region under the cursor (or that the page is of), all of whose groups `F`, `B` and `E` may mean.
    const char *(*region)(gpointer state, const ViewContext *context);
};

// All screens in order, each static; the pointer array ends with `*ret_count` (may be NULL).
const Screen *const *screens_all(guint *ret_count);
const Screen *screen_by_id(ScreenId id);
// NULL if there is none of that name or digit.
const Screen *screen_by_name(const char *name);
const Screen *screen_by_digit(gunichar digit);

// EFFECT_OPEN of the page of an object as alarms and findings name it ("location/westeurope"); EFFECT_NONE if it
// has none.
Effect screen_open_object(const char *object);
