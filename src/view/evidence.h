// How old the evidence for a statement is, as far as the console can see: the same facts that the backend
// looks at, in the picture. The backend decides; this is to say it before the operator has typed.
#pragma once

#include "model/picture.h"

typedef struct {
    gint64 oldest_ms;     // of the facts that are still observed; 0: one of them never was
    gint64 newest_ms;     // of them
    const char *what;     // workload id, or NULL: the location's health. Borrowed from the picture
    const char *location; // borrowed; NULL if there is no fact at all
} EvidenceAge;

// Of the operation's facts as the picture has them now; nothing is kept.
EvidenceAge evidence_age(const Picture *picture, const Operation *operation);

// True if the backend would refuse a sign-off for the age of its evidence.
bool evidence_is_old(const Picture *picture, const Operation *operation, gint64 now_ms);

// The age in milliseconds beyond which the group's evidence is not signable.
gint64 evidence_limit(const Picture *picture, const Operation *operation);
