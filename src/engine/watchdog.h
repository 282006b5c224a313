// Proposals that nobody asked for.
#pragma once

#include "engine/motion.h"

// The next proposal that is due; NULL if none is. Also keeps GroupStatus.blocked.
Motion *watchdog_next(Engine *engine, gint64 *due_ms);
