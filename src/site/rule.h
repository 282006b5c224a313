// The times at which a trigger of the practice region fires. Both regions of a pair must come to the
// same times without talking to each other, so a rule without a start counts from one
// moment in the past that all regions share.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/recurrence.h"

typedef struct Rule Rule;

// Compiles a recurrence. ERR_INVALID, ERR_NOT_FOUND (its zone) say what is wrong.
Rule *rule_new(const Recurrence *recurrence, GError **error);
void rule_free(Rule *rule);

// The first fire strictly after `after_ms`; 0 = none comes. `rule` may be NULL.
gint64 rule_next(const Rule *rule, gint64 after_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)
