// The failed steps of an operation, and what people make of them: tried again, or left out for good.
#pragma once

#include "engine/execute.h"

// True if that step can be left out: it failed, or it waits for a person. 0: all that failed, and there is one.
bool failed_is_skippable(const Operation *operation, guint number);

// The failed step of that number (0: all) becomes pending again. Returns how many did.
guint failed_retry(Operation *copy, guint number);

// … is left out, in that person's name; a waiting one may be named too.
guint failed_skip(Operation *copy, guint number, const char *by, gint64 now_ms);

// The operation goes on, unless other steps of the wave have failed too. False with a REFUSAL.
bool failed_go_on(Operation *copy, OperationEvent event, GError **error);
