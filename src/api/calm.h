// Most of what is observed says that all is as it was, only later: each health check, each look at a replication
// position makes an event of some kilobytes that nobody waits for. What is calm is told every few seconds in one
// go, and at once as soon as anything but its times, latencies and positions is another.
#pragma once

#include <glib.h>

#include "wire/delta.h"

enum { CALM_MS = 5000 };

// A number that stays the same while the object only gets older; 0 = not calm: what changes of it is told at once.
guint64 calm_print(DeltaKind kind, gconstpointer object);
