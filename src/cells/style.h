// What a piece of text *means*, never what colour it has. A view says ROLE_ALARM; the palette
// (cells/palette.h) decides what that looks like at this colour depth and in this theme. State
// never depends on it alone: there is always a glyph and a word beside it.
#pragma once

#include <glib.h>

// A role, plus any of the flags below: ROLE_OK | STYLE_BOLD.
typedef guint Style;

typedef enum {
    ROLE_NORMAL,
    ROLE_DIM,        // less important: units, separators, what is not selected
    ROLE_TITLE,      // headings, names of screens and panels
    ROLE_HEADER,     // the head of a table, the frame's first line
    ROLE_BORDER,     // lines of boxes
    ROLE_OK,         // fine; deliberately quiet
    ROLE_ACTIVE,     // this side carries the work
    ROLE_PASSIVE,    // this side stands by
    ROLE_WARN,       // look at it
    ROLE_ALARM,      // act now
    ROLE_UNKNOWN,    // not known; never shown as anything else
    ROLE_STALE,      // was true once
    ROLE_CHANGED,    // changed since the last look
    ROLE_KEY,        // a key that can be pressed
    ROLE_MUTED,      // a key that cannot be pressed now, a disabled thing
    ROLE_DRILL,      // exercise, not live
    ROLE_PRODUCTION, // the frame of a production fleet
    ROLE_INPUT,      // a field that can be typed into
    ROLE_MATCH,      // what a filter or search found
    ROLE_COUNT
} Role;

enum {
    STYLE_SELECTED = 0x100, // where the cursor is
    STYLE_DIMMED = 0x200,   // drawn as ROLE_STALE whatever the role: the picture is old
    STYLE_BOLD = 0x400,
    STYLE_UNDERLINE = 0x800,
    STYLE_REVERSE = 0x1000,
    STYLE_ROLE_MASK = 0xff,
};

// The role of a style; anything out of range is ROLE_NORMAL.
Role style_role(Style style);

// "alarm" for ROLE_ALARM: the name used in themes. Never NULL.
const char *role_name(Role role);

// The role of that name, or ROLE_COUNT.
Role role_from_name(const char *name);
