// What the files of console/ share.
#pragma once

#include "console/console.h"
#include "http/client.h"
#include "term/term.h"
#include "view/ui.h"

typedef struct {
    ConsoleOptions options;
    const Clock *clock;
    IdSource ids;
    GMainLoop *loop;
    Client *client;
    Term *term; // NULL while printing
    Ui *ui;
    HttpClient *demo; // for the practice regions' control sockets; NULL
    bool armed;
    bool quit_asked; // q was pressed once while something was being written
    guint tick;
    char *fetched_path; // the last answer to EFFECT_FETCH
    char *fetched_body;
    guint asking;   // fetches under way
    gint64 rang_ms; // monotonic; the bell is rung at most every 30 s
    guint critical; // alarms and sign-offs seen so far, to hear of new ones
    guint mine;
    GError *error;
} Console;

// The context of now for the screens. Borrowed; good until the loop turns.
ViewContext console_context(const Console *console);

// Performs an effect and releases it.
void console_perform(Console *console, Effect *effect);

void console_say(Console *console, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
void console_refresh(Console *console);

// Breaks or mends a practice region of the demo in `directory`.
void console_fault(Console *console, const char *location, const char *kind);
