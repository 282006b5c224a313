// What the program asks of the operating system before it opens anything.
#pragma once

#include <glib.h>

// New files are for their owner alone; no core dump and no other process may read our memory, which
// holds tokens; as many descriptors as the system lets us have; writing to a pipe that has gone is an
// error and not the end. Returns how many descriptors there may be.
guint confine_process(void);
