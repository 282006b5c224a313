// A line at the bottom of the screen: `/` for a filter, `:` for a command. Tab completes, up and down
// walk through what was entered before, Enter accepts, Esc gives up.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/cells.h"
#include "widget/key.h"

enum { PROMPT_MAX = 256, PROMPT_HISTORY = 50, PROMPT_CANDIDATES = 100 };

// Adds to `candidates` (owns its strings) whole lines that `text` could become; bounded by
// PROMPT_CANDIDATES, more are ignored.
typedef void (*PromptComplete)(const char *text, GPtrArray *candidates, gpointer data);

typedef enum {
    PROMPT_IGNORED,
    PROMPT_MOVED,     // draw again
    PROMPT_CHANGED,   // the text changed: a filter applies at once
    PROMPT_ACCEPTED,  // Enter; the text is in the history now
    PROMPT_CANCELLED, // Esc, or backspace in an empty line
} PromptResult;

typedef struct Prompt Prompt;

// `sign` is drawn before the line ("/", ":"). `complete` may be NULL.
Prompt *prompt_new(const char *sign, PromptComplete complete, gpointer data);
void prompt_free(Prompt *prompt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Prompt, prompt_free)

// Starts a new line with this text (may be NULL).
void prompt_open(Prompt *prompt, const char *text);

const char *prompt_text(const Prompt *prompt);

PromptResult prompt_key(Prompt *prompt, const KeyEvent *key);

// In the first line of the canvas; what Tab would bring stands dimmed behind it.
void prompt_draw(Prompt *prompt, const Canvas *canvas);
