// What this terminal is and can do, found out before anything is sent to it. A terminal that cannot
// place the cursor is refused with a sentence that says what to do instead; an unknown name falls
// back to one that fits.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/palette.h"

enum { CAPS_BYTES = 512, CAPS_NAME = 64 };

typedef struct {
    char name[CAPS_NAME]; // terminal description to use: TERM, or what stands in for it
    ColourDepth depth;
    bool light;               // says that its background is light
    bool unicode;             // the locale is UTF-8
    bool modern;              // takes OSC and private modes: paste, mouse, clipboard, notification
    bool sync;                // known to draw a frame at once when asked to
    char restore[CAPS_BYTES]; // bytes that bring it back to what a shell expects
    gsize restore_size;
    char enter[CAPS_BYTES]; // bytes that turn to the second screen, to come back after a stop
    gsize enter_size;
    char region[CAPS_NAME]; // terminfo's "csr": sets the lines that scroll; may be empty
} TermCaps;

// What decides the colour depth, apart from the terminal, so that it can be tested.
typedef struct {
    int colours;           // terminfo's
    bool takes_256;        // its colour string is the common 256-colour one
    const char *colorterm; // COLORTERM
    const char *no_color;  // NO_COLOR
} DepthFacts;

ColourDepth caps_depth(const DepthFacts *facts);

// True if COLORFGBG ("0;15", the background last) tells of a light background. NULL: not known.
bool caps_is_light(const char *colorfgbg);

// The description to try when there is none of this name; NULL: none is likely to fit.
const char *caps_fallback(const char *term);

// Appends the bytes that make all of `height` lines scroll again, whatever was set before.
void caps_append_region(const TermCaps *caps, int height, GByteArray *out);

// Looks at descriptor `fd`, TERM, NO_COLOR, COLORTERM and the locale (which main has set with
// setlocale). ERR_REFUSED if it is no terminal or one that cannot show a screen.
bool caps_detect(int fd, TermCaps *ret_caps, GError **error);
