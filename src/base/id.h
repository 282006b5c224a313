// Short ids that sort by time and can be read aloud: "op-5vh3k2-q7mw". Six characters of seconds, four of
// chance, in Crockford's base 32 (no i, l, o, u), lower case.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/clock.h"

typedef struct {
    const Clock *clock;
    GRand *rand; // owned; NULL = the system's random source (what everything but a simulation uses)
} IdSource;

// `seed` = 0 uses the system's randomness; any other value makes the ids repeatable.
void id_source_init(IdSource *source, const Clock *clock, guint32 seed);
void id_source_release(IdSource *source);

// prefix + "-" + time + "-" + chance. The caller frees.
char *id_new(const IdSource *source, const char *prefix);

// `bytes` random bytes as lower-case hex (2 × bytes characters). For tokens and boot ids. bytes ≤ 32.
char *id_random_hex(const IdSource *source, guint bytes);

// An id as it may come from outside: 1 to 64 of [A-Za-z0-9._-], not starting with a dot or dash.
bool id_is_valid(const char *text);
