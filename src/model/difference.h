// What is different between two statements, field by field, old beside new; and which of it is a material
// change: then the sign-offs on the old one are void. The shades are those of 4-OPERATIONS.md. A number
// that moves within its band is told, but is no material change: otherwise nobody could ever sign.
#pragma once

#include "model/statement.h"

typedef struct {
    char *field; // as in the statement's JSON: "loss.bound", "verdicts.to"
    char *label; // for people: "data-loss bound"
    char *then;  // as text; NULL = nothing
    char *now;
    bool material;
    char *why; // of a material one, a sentence: old and new; else NULL
} Difference;

void difference_free(Difference *difference);
Difference *difference_copy(const Difference *difference);

// All differences, material ones first; of Difference *. The caller owns it. Empty if nothing a signer reads
// differs (times of observation and ages are not differences).
GPtrArray *statement_differences(const Statement *then, const Statement *now);

// Compares what was signed with what is now. NULL if `now` is within what `then` acknowledged; else the
// sentences of all material differences, joined by "; ". The caller frees.
char *statement_material_change(const Statement *then, const Statement *now);
