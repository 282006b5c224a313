// Text from outside is hostile: names, error texts and answers may hold escape sequences, carriage
// returns, bidirectional overrides, broken UTF-8. Here it is made visible (never stripped: what is
// shown must be what is meant), measured in terminal columns, and clipped.
#pragma once

#include <glib.h>
#include <stdbool.h>

// Longest run of text_escape's output for one unit of input: "\u{10FFFF}".
enum { TEXT_ESCAPE_MAX = 11 };

// One unit decoded from text by text_next.
typedef struct {
    char bytes[TEXT_ESCAPE_MAX + 1]; // what to show: the character itself, or its visible escape
    gunichar ch;                     // the character if it is shown as itself; 0 if escaped
    int width;                       // columns: 0 (combining mark), 1, 2, or the escape's length
} TextUnit;

// Decodes the next unit at *at (before `end`) and moves *at behind it. False at the end. Bad bytes
// become \xHH, control characters \xHH, invisible, bidirectional and unassigned ones \u{H}.
bool text_next(const char **at, const char *end, TextUnit *ret_unit);

// Columns that `text` needs once escaped. NULL counts 0.
int text_width(const char *text);

// `text` with everything dangerous made visible; safe to print anywhere. NULL gives "". The caller frees.
char *text_escape(const char *text);

// As text_escape, for bytes that need not end in NUL.
char *text_escape_n(const char *bytes, gsize n);

// `text` escaped and cut to `columns`, an ellipsis at the end where it is longer ("westeuro…"); `ascii` uses ".."
// instead. The caller frees.
char *text_clip_end(const char *text, int columns, bool ascii);

// *text becomes a copy of `value` (NULL: none); where it says the same already it stays, so that who has borrowed it may go on.
void text_replace(char **text, const char *value);

// "s" unless `count` is one: "%u run%s".
const char *text_plural(gint64 count);

// "1 run", "3 runs"; `one` is the singular of a noun that takes an s. The caller frees.
char *text_count(gint64 count, const char *one);

// True if `text` is a name as we allow them: 1 to 64 of [a-z0-9-_.], starting with a letter or digit.
// Names travel in phrases, URLs and file names, so nothing else is.
bool text_is_name(const char *text);

// True if `text` holds at least one letter or digit of any script.
bool text_has_word(const char *text);
