// Bytes on their way to the terminal, without ever waiting for it. The terminal is opened a second
// time for this, so that not blocking is ours alone: the shell that shares standard output never
// notices. While bytes are left over, no new frame is made; so a terminal that stopped reading is at
// most one screen behind when it goes on.
#pragma once

#include <glib.h>
#include <stdbool.h>

// Bytes beside the frames: bell, notification, clipboard. More than this is dropped.
enum { OUTPUT_EXTRA_MAX = 65536 };

typedef struct Output Output;

// For the terminal at `fd`. ERR_INTERNAL if it cannot be opened.
Output *output_new(int fd, GError **error);

// Frees it; what is still pending is dropped.
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

// The descriptor that takes writes without blocking.
int output_fd(const Output *output);

// Adds bytes behind what is pending.
void output_add(Output *output, const char *bytes, gsize n);

// Writes what the terminal takes now. False if it is gone.
bool output_flush(Output *output);

// As output_flush, waiting up to `wait_ms` for it to take everything: at the end only.
void output_drain(Output *output, int wait_ms);

// Bytes not yet taken.
gsize output_pending(const Output *output);

// Forgets what is pending: after a stop, when everything is drawn anew.
void output_drop(Output *output);
