// A configuration file with everything it includes, as one text that libconfig can read, and the way
// back from a line of that text to file and line. `@include "other.conf"` at the start of a line puts
// the other file in its place; its path is relative to the file that names it.
//
// Files are read here and not by libconfig, so that nothing is parsed before it is known to be bounded:
// in bytes, in depth of includes and in depth of nesting.
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    SOURCE_BYTES_MAX = 64 * 1024 * 1024, // of all files together
    SOURCE_INCLUDES_MAX = 8,             // files that include files
    SOURCE_FILES_MAX = 1000,
    SOURCE_DEPTH_MAX = 32 // braces, brackets and parentheses within each other
};

typedef struct Source Source;

// Reads `path` and what it includes. NULL if it cannot be parsed at all; `mistakes` says why, where.
Source *source_load(const char *path, GPtrArray *mistakes);
void source_free(Source *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

// The whole text. Owned by the source.
const char *source_text(const Source *source);

// The file and the line in it of line `line` (from 1) of the whole text. Owned by the source.
const char *source_file(const Source *source, guint line);
int source_line(const Source *source, guint line);
