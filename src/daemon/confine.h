// What the program asks of the operating system before it opens anything.
#pragma once

#include <glib.h>
#include <stdbool.h>

// New files are for their owner alone; no core dump and no other process may read our memory, which
// holds tokens; as many descriptors as the system lets us have; writing to a pipe that has gone is an
// error and not the end, and so is SIGHUP from here on. Returns how many descriptors there may be.
guint confine_process(void);

// SIGHUP came since, before anybody listened for it on a loop.
bool confine_hung_up(void);
