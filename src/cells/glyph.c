#include "cells/glyph.h"

typedef struct {
    gunichar ch;
    const char *utf8;
    const char *ascii; // one character
} GlyphRow;

static const GlyphRow rows[GLYPH_COUNT] = {
    [GLYPH_NONE] = {' ', " ", " "},           [GLYPH_ACTIVE] = {0x25cf, "●", "*"},
    [GLYPH_PASSIVE] = {0x25cb, "○", "o"},     [GLYPH_DOWN] = {0x2717, "✗", "x"},
    [GLYPH_UP] = {0x2713, "✓", "+"},          [GLYPH_ALARM] = {0x25b2, "▲", "^"},
    [GLYPH_OVER] = {0x25b3, "△", "'"},        [GLYPH_SIGN] = {0x270e, "✎", "%"},
    [GLYPH_OPEN] = {0x25be, "▾", "v"},        [GLYPH_CLOSED] = {0x25b8, "▸", ">"},
    [GLYPH_CURSOR] = {0x258c, "▌", ">"},      [GLYPH_DOT] = {0x00b7, "·", "."},
    [GLYPH_ELLIPSIS] = {0x2026, "…", "~"},    [GLYPH_ARROW] = {0x2192, "→", ">"},
    [GLYPH_ARROW_LEFT] = {0x2190, "←", "<"},  [GLYPH_LE] = {0x2264, "≤", "<"},
    [GLYPH_GE] = {0x2265, "≥", ">"},          [GLYPH_MULTIPLY] = {0x00d7, "×", "x"},
    [GLYPH_DASH] = {0x2013, "–", "-"},        [GLYPH_LONG_DASH] = {0x2014, "—", "-"},
    [GLYPH_BULLET] = {0x2022, "•", "*"},      [GLYPH_DIAMOND] = {0x25c6, "◆", "#"},
    [GLYPH_HALF] = {0x25d0, "◐", "@"},        [GLYPH_PAUSE] = {0x2016, "‖", "\""},
    [GLYPH_HORIZONTAL] = {0x2500, "─", "-"},  [GLYPH_VERTICAL] = {0x2502, "│", "|"},
    [GLYPH_TOP_LEFT] = {0x250c, "┌", "+"},    [GLYPH_TOP_RIGHT] = {0x2510, "┐", "+"},
    [GLYPH_BOTTOM_LEFT] = {0x2514, "└", "+"}, [GLYPH_BOTTOM_RIGHT] = {0x2518, "┘", "+"},
    [GLYPH_TEE_LEFT] = {0x251c, "├", "+"},    [GLYPH_TEE_RIGHT] = {0x2524, "┤", "+"},
    [GLYPH_CROSS] = {0x253c, "┼", "+"},       [GLYPH_DOUBLE] = {0x2550, "═", "="},
    [GLYPH_FULL] = {0x2593, "▓", "#"},        [GLYPH_EMPTY] = {0x2591, "░", "."},
    [GLYPH_BLOCK] = {0x2588, "█", "#"},       [GLYPH_SPARK_1] = {0x2581, "▁", "_"},
    [GLYPH_SPARK_2] = {0x2582, "▂", "."},     [GLYPH_SPARK_3] = {0x2583, "▃", ":"},
    [GLYPH_SPARK_4] = {0x2584, "▄", "-"},     [GLYPH_SPARK_5] = {0x2585, "▅", "="},
    [GLYPH_SPARK_6] = {0x2586, "▆", "+"},     [GLYPH_SPARK_7] = {0x2587, "▇", "*"},
    [GLYPH_SPARK_8] = {0x2588, "█", "#"},
};

gunichar glyph_char(Glyph glyph, bool ascii)
{
    if ((guint)glyph >= GLYPH_COUNT)
        return ' ';
    return ascii ? (guchar)rows[glyph].ascii[0] : rows[glyph].ch;
}

const char *glyph_text(Glyph glyph, bool ascii)
{
    if ((guint)glyph >= GLYPH_COUNT)
        return " ";
    return ascii ? rows[glyph].ascii : rows[glyph].utf8;
}

char glyph_ascii_twin(gunichar ch)
{
    for (guint i = 0; i < GLYPH_COUNT; i++)
        if (rows[i].ch == ch)
            return rows[i].ascii[0];
    return 0;
}
