// A program as a child: without a shell, without a terminal (it could ask nobody there), its input, output
// and files in memory, bounded in time and size. The loop never waits for it.
//
// Bytes are handed over as files in memory: the child reads file i as child_path(i). No secret stands in its
// arguments, and nothing of it on a disk.
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { CHILD_FILES = 3, CHILD_OUTPUT_MAX = 64 * 1024 };

typedef struct Child Child;

typedef struct {
    const char *const *argv; // argv[0]: absolute path; ends with NULL
    GBytes *input;           // its standard input; NULL = nothing
    GBytes *files[CHILD_FILES];
    // Its environment: PATH, HOME, LC_ALL=C and TZ=UTC, and besides the variables named here, as we have them …
    const char *const *pass; // ends with NULL; may be NULL
    const char *const *set;  // … and these, each "NAME=VALUE"; ends with NULL; may be NULL
    guint timeout_ms;
} ChildSpec;

typedef struct {
    int status;     // exit status; -1 = ended by a signal, or by us
    bool timed_out; // … because it took too long
    const char *out;
    gsize out_size;
    const char *err; // its own words, ended by NUL
} ChildResult;

typedef void (*ChildDone)(const ChildResult *result, gpointer data);

// "/dev/fd/N"
const char *child_path(guint file);

// Starts it. `done` is called once, later, unless it is cancelled before; the child is gone then. NULL with
// ERR_INTERNAL if it cannot be started.
Child *child_start(const ChildSpec *spec, ChildDone done, gpointer data, GError **error);

// Ends it and what it started; `done` is not called any more. NULL is fine.
void child_cancel(Child *child);
