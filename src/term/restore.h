// The terminal as it was found, on every way out: return, exit, signal, crash. What brings it back
// (bytes and line settings) is made ready beforehand, so that a signal handler needs nothing but
// write and tcsetattr.
//
// While the terminal is ours, what is written to standard error (a failed assertion, a library's
// warning) is kept in memory instead of spoiling the picture, and printed once it is restored: last
// words are not lost on the screen that is left.
//
// A program has one terminal and a signal handler has no argument, so this is the one place with
// file-level state.
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <termios.h>

// Words beyond the first RESTORE_WORDS bytes are dropped.
enum { RESTORE_BYTES = 512, RESTORE_WORDS = 65536 };

// From now on the terminal at `fd` is brought back to `settings`, with `bytes` (at most RESTORE_BYTES)
// sent to it, when the program ends in any way. Also catches SIGTSTP and SIGCONT: each writes its
// number as one byte to `signal_fd`, for the loop to act on.
void restore_arm(int fd, int signal_fd, const struct termios *settings, const char *bytes, gsize n);

// Brings the terminal back now (again and again, if it was made ours again between). Safe in a signal
// handler.
void restore_now(void);

// The terminal is ours again: what restore_now did must be done again at the end.
void restore_again(void);

// Brings it back and lets go of the signals.
void restore_disarm(void);

// Stops the program as the shell's job control expects; returns when it goes on. The terminal must
// have been brought back before.
void restore_stop_self(void);
