// Keeps the demo's programs: starts three regions and a daemon in a directory, waits until they answer, takes
// them down again. What it started dies with it, however it ends.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct DemoKeeper DemoKeeper;

// `dir` holds the files of demo_files_write.
DemoKeeper *demo_keeper_new(const char *dir);
// Stops what still runs.
void demo_keeper_free(DemoKeeper *keeper);

// Starts everything and waits on the main loop, some seconds at most. False, with what the program that did not
// come up wrote last: nothing is left running. ERR_CANCELLED after demo_keeper_cancel.
bool demo_keeper_start(DemoKeeper *keeper, GError **error);

// Makes a start that is under way give up; for signal handlers of the loop.
void demo_keeper_cancel(DemoKeeper *keeper);

// SIGTERM to all, the daemon first; SIGKILL to those who are not gone in time. Waits.
void demo_keeper_stop(DemoKeeper *keeper);
