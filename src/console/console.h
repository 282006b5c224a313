// The console's program part: the terminal, the line to the backend and the screens, wired together on one
// loop. Keys become effects here, effects become requests, answers become messages.
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "client/client.h"
#include "conf/console.h"
#include "view/effect.h"

typedef struct {
    const ConsoleConfig *config; // looks and keys
    GPtrArray *endpoints;        // of Endpoint *
    const char *journal;         // NULL = the default directory
    const char *theme;           // NULL = the config's
    bool ascii;
    bool mono;
    bool ansi; // console_print: with colours
    bool slow_link;
    bool armed;
    const char *demo;        // directory of a running demo, for `!`; NULL
    const char *const *card; // its card; NULL
    ScreenId screen;         // to begin with; SCREEN_NONE = the overview
    const char *object;
    const char
        *signing_key; // fingerprint, comment or file of the SSH key to sign with; NULL = the first
} ConsoleOptions;

// Runs until the operator leaves or a signal ends it. False with the reason if the terminal cannot be used.
bool console_run(const ConsoleOptions *options, GError **error);

// Prints one screen of `width` × `height` to standard output and returns. Without a picture: why (client_failure).
bool console_print(const ConsoleOptions *options, int width, int height, GError **error);
