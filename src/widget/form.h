// A few labelled lines to fill in, each with what is wrong with it beside it. Tab and the arrows move
// between the fields; Enter moves on and never sends anything: what sends is a key of the view's own.
//
//     static const char *check_reason(const char *text, gpointer data)
//     {
//         return text_has_word(text) ? NULL : "Say why, in a few words.";
//     }
//     static const FormField fields[] = {
//         {"Type to approve", 200, FIELD_NO_PASTE, NULL, check_phrase},
//         {"Reason", 500, 0, "why now", check_reason},
//     };
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/key.h"

enum {
    FIELD_NO_PASTE = 1, // must be typed by hand
    FIELD_OPTIONAL = 2, // may stay empty: `check` is not asked about ""
};

typedef struct {
    const char *label;
    gsize max_size;   // bytes
    guint flags;      // FIELD_
    const char *hint; // shown dimmed while the field is empty; may be NULL
    // What is wrong with the text, as a sentence that stays valid; NULL if nothing is. May be NULL.
    const char *(*check)(const char *text, gpointer data);
} FormField;

typedef enum {
    FORM_IGNORED,       // not a key for a form
    FORM_MOVED,         // draw again
    FORM_CHANGED,       // a text changed
    FORM_PASTE_REFUSED, // say that this field must be typed
    FORM_FULL,          // say that there is no more room
} FormResult;

typedef struct Form Form;

// `fields` must outlive the form; `data` goes to the checks.
Form *form_new(const FormField *fields, guint n, gpointer data);
void form_free(Form *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, form_free)

const char *form_text(const Form *form, guint field);
void form_set_text(Form *form, guint field, const char *text);

// What is wrong with a field, NULL if nothing.
const char *form_problem(const Form *form, guint field);
// The first field that has a problem, or -1: all is well.
int form_first_problem(const Form *form);

guint form_focus(const Form *form);
void form_set_focus(Form *form, guint field);

FormResult form_key(Form *form, const KeyEvent *key);

// Lines it needs: one a field.
int form_height(const Form *form);

// Draws it; the problem of a field that has been left or typed in stands behind it.
void form_draw(Form *form, const Canvas *canvas);
