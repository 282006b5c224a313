// What is told to the service manager that started us, if there is one (sd_notify): ready, reloading,
// stopping, alive. Without libsystemd, and without a manager, nothing is done.
#pragma once

#include <glib.h>

void supervisor_ready(const char *status);
void supervisor_reloading(void);
void supervisor_stopping(void);

// Says "alive" at half of the time that the manager asks for, from the main loop: if that stands still, we
// are killed and started again. Returns the source, 0 if nobody asks.
guint supervisor_watch(void);
