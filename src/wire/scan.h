// Reads an object straight from its text into its struct, without a tree of JSON values between: a console takes
// thousands of them in, and a tree costs ten times what the struct does. It reads what our own programs write (no
// blanks, fields in the order of their rows, no escapes in texts) and nothing else. What it does not read may
// still be right: shape_from_json knows all of JSON, and says what is wrong.
#pragma once

#include "wire/shape.h"

// What is left to be read; moved on by whoever takes some of it.
typedef struct {
    const char *at, *end;
} Scan;

// True if the bytes of `word` stand here: then they are taken.
bool scan_word(Scan *scan, const char *word);

// A string's bytes without its quotes, valid UTF-8, borrowed from the text. False: none stands here, or one with an
// escape; how far was read is then not said.
bool scan_string(Scan *scan, const char **ret_text, gsize *ret_n);

// A new object as shape_from_json would give it, WIRE_STRICT; NULL: not read here.
gpointer shape_scan(const WireShape *shape, Scan *scan);
