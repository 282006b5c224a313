// The signs we draw with, each in UTF-8 and in ASCII, both the same number of columns wide, so that
// a screen has one layout in either. A view may also write such a sign literally in its text ("≤",
// "→", "·"): on an ASCII grid cells_put turns every sign of this table into its ASCII twin.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
    GLYPH_NONE,       // ' '
    GLYPH_ACTIVE,     // ● *
    GLYPH_PASSIVE,    // ○ o
    GLYPH_DOWN,       // ✗ x
    GLYPH_UP,         // ✓ +
    GLYPH_ALARM,      // ▲ ^
    GLYPH_OVER,       // △ '  an alarm that has ended
    GLYPH_SIGN,       // ✎ %
    GLYPH_OPEN,       // ▾ v
    GLYPH_CLOSED,     // ▸ >
    GLYPH_CURSOR,     // ▌ >  the line where the cursor is
    GLYPH_DOT,        // · .
    GLYPH_ELLIPSIS,   // … ~
    GLYPH_ARROW,      // → >
    GLYPH_ARROW_LEFT, // ← <
    GLYPH_LE,         // ≤ <
    GLYPH_GE,         // ≥ >
    GLYPH_MULTIPLY,   // × x
    GLYPH_DASH,       // – -
    GLYPH_LONG_DASH,  // — -
    GLYPH_BULLET,     // • *
    GLYPH_DIAMOND,    // ◆ #  a moment on a time line
    GLYPH_HALF,       // ◐ @  between two states
    GLYPH_PAUSE,      // ‖ "
    GLYPH_HORIZONTAL, // ─ -
    GLYPH_VERTICAL,   // │ |
    GLYPH_TOP_LEFT,   // ┌ +
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_TEE_LEFT,  // ├ +
    GLYPH_TEE_RIGHT, // ┤ +
    GLYPH_CROSS,     // ┼ +
    GLYPH_DOUBLE,    // ═ =
    GLYPH_FULL,      // ▓ #
    GLYPH_EMPTY,     // ░ .
    GLYPH_BLOCK,     // █ #
    GLYPH_SPARK_1,   // ▁ _   eight levels, the last is the highest
    GLYPH_SPARK_2,
    GLYPH_SPARK_3,
    GLYPH_SPARK_4,
    GLYPH_SPARK_5,
    GLYPH_SPARK_6,
    GLYPH_SPARK_7,
    GLYPH_SPARK_8,
    GLYPH_COUNT
} Glyph;

// The character of a glyph; one column wide.
gunichar glyph_char(Glyph glyph, bool ascii);

// The same as a static string, for building texts.
const char *glyph_text(Glyph glyph, bool ascii);

// The ASCII twin of a character of the table; 0 if it is not in the table.
char glyph_ascii_twin(gunichar ch);
