// What `/` takes: words that must all match. A plain word is looked for in the name; `group:`, `state:`,
// `loc:`, `kind:`, `mode:` and `finding:` look where they say (`finding:yes` for any).
#pragma once

#include "model/picture.h"

typedef struct {
    char *text;
    char **words; // lower case
    guint *
        fields; // where each of them is looked for; a row of the table in filter.c + 1, 0 = in the name
} Filter;

// Empty: everything matches.
void filter_init(Filter *filter);
void filter_release(Filter *filter);

// Takes the words anew from what was typed, which is copied; "" or NULL empties it. Whatever is typed is a filter: a word
// with a colon that names no field is looked for in the name.
void filter_set(Filter *filter, const char *text);
bool filter_is_empty(const Filter *filter);
// The words as typed; NULL when empty.
const char *filter_text(const Filter *filter);

// True if another workload may match after a change of state; else only a change of the fleet makes it so.
bool filter_moves(const Filter *filter);

// `group` may be NULL.
bool filter_matches_workload(const Filter *filter, const GroupStatus *group,
                             const WorkloadStatus *workload);

// Every word somewhere in `text`, any case.
bool filter_matches_text(const Filter *filter, const char *text);
