// What was probably meant by a name that nobody knows.
#pragma once

#include <glib.h>

// How many letters must be put in, taken out, replaced or swapped with their neighbour to make one of
// the other; only the first 64 bytes of each count.
guint near_distance(const char *a, const char *b);

// Collects candidates for one misspelt name. Zeroed but for `text`.
typedef struct {
    const char *text;
    const char *best; // borrowed from the candidates
    guint distance;
} Near;

void near_try(Near *near, const char *candidate);

// ", did you mean "best"?" if one is near enough to be meant; else "". The caller frees.
char *near_hint(const Near *near);
