// A statement's fields as people read them: the same on the screen, in the commands and in the report.
#pragma once

#include "model/statement.h"

// "fenced"; where it is moved in order, and so runs until then, what it is to be: "to be confirmed passive".
const char *statement_old_word(const Statement *statement);

// "old side fenced", "old side UNCONFIRMED: it may still run", "no proof needed". The caller frees.
char *statement_old_side(const Statement *statement);

// The group's tier and owner: "tier 1, owner payments desk", "tier 5, no owner is named". The caller frees.
char *statement_standing(const Statement *statement);

// "nothing", "up to 1m44s of writes (12 transactions known behind)", "UNKNOWN, which counts as data loss". The
// caller frees.
char *statement_loss(const Statement *statement);

// "1 run in flight abandoned; no recurrence missed so far, more while it lasts". The caller frees.
char *statement_runs(const Statement *statement);

// "2 needed: data may be lost · four eyes: …", "none needed: …". The caller frees.
char *statement_needs(const Statement *statement);

// "12 transactions", "1 run", "unknown". The caller frees.
char *fact_words(const Fact *fact);
