// From roles to looks. A theme gives every role a foreground, a background and attributes; the
// palette reduces the colours to what the terminal can do: none, 8, 256 or 24 bits. Pure: the
// terminal (term/) and the ANSI dump both ask here, so both look alike.
//
// The themes use the Okabe-Ito colours, which stay apart in every common form of colour blindness;
// "act now" is vermillion, "works" is blue, nothing is told by red against green.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "cells/grid.h"
#include "cells/style.h"

typedef enum {
    DEPTH_MONO, // attributes only: NO_COLOR, vt100
    DEPTH_8,
    DEPTH_256,
    DEPTH_TRUE,
} ColourDepth;

enum {
    LOOK_BOLD = 1,
    LOOK_DIM = 2,
    LOOK_UNDERLINE = 4,
    LOOK_REVERSE = 8,
    COLOUR_DEFAULT = -1, // the terminal's own
};

// How something looks on this terminal. Colours are COLOUR_DEFAULT, an index below 8 or 256, or
// 0xRRGGBB, by depth.
typedef struct {
    gint32 fg, bg;
    guint attributes; // LOOK_ flags
} Look;

typedef struct {
    ColourDepth depth;
    Look roles[ROLE_COUNT];
} Palette;

// Fills in a built-in theme: "dark" (also for NULL), "light" or "mono". ERR_NOT_FOUND lists them.
bool palette_init(Palette *palette, const char *theme, ColourDepth depth, GError **error);

// Changes one role, as a configuration says it: "orange bold", "#56b4e9 on black", "default
// reverse". Colours: default black orange sky green yellow blue vermillion purple white grey
// #rrggbb; words: bold dim underline reverse none. ERR_INVALID names the word that was not
// understood.
bool palette_set(Palette *palette, const char *role, const char *look, GError **error);

// What to draw a style with, its flags included: STYLE_DIMMED takes the colours away, and
// STYLE_SELECTED turns them round.
Look palette_look(const Palette *palette, Style style);

// The names of the built-in themes, NULL at the end. Static.
const char *const *palette_themes(void);

// The nearest of the 256 colours (16 to 255; the first 16 differ between terminals) to 0xRRGGBB.
int palette_nearest_256(guint32 rgb);

// The grid as text with SGR colour sequences, each line ended by a reset. The caller frees.
char *grid_ansi(const Grid *grid, const Palette *palette);
