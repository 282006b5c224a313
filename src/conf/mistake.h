// What is wrong in a configuration file: not the first mistake but every one, each with the place where
// it stands. Lists of mistakes are GPtrArrays of Mistake *, made by mistakes_new.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *file;
    int line; // from 1; 0 = the file as a whole
    guint
        rank; // where it stands in what was read, includes in their place: mistakes are sorted by it
    char *path; // "groups[0].workloads[2].driver"; "" = none
    char *text; // "found …; expected …."
} Mistake;

// At most so many are kept of one run: a file of another kind would give one for each line.
enum { MISTAKES_MAX = 200 };

GPtrArray *mistakes_new(void);

// Takes `text`. NULL file or path count as "". The mistake, which the list owns; NULL if there are too
// many.
Mistake *mistakes_take(GPtrArray *mistakes, const char *file, int line, const char *path,
                       char *text);

// Nothing more is kept.
bool mistakes_full(const GPtrArray *mistakes);

// In the order in which they stand.
void mistakes_sort(GPtrArray *mistakes);

// "fleet.conf:12: groups[0].rpo: found "15"; expected …": one line, safe to print. The caller frees.
char *mistake_format(const Mistake *mistake);

// All of them, one a line, without a line feed at the end. The caller frees.
char *mistakes_format(const GPtrArray *mistakes);

// "3 mistakes.", or that there are more than are kept. The caller frees.
char *mistakes_count(const GPtrArray *mistakes);
