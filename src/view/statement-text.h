// The statement as text for people: every field of the confirm checklist (11-SAFETY.md 5.2), each with its age.
// What was frozen when it was made comes from the statement; what lives (verdicts, the loss now, who
// looks, the evidence's age) from the picture.
#pragma once

#include "view/page.h"

// Fills the page's pager anew. `facts`: with the single facts of the evidence at the end.
void statement_text_fill(Page *page, const ViewContext *context, const Operation *operation,
                         bool facts);

// "LIVE FAILOVER", "DRILL".
const char *statement_mode_word(const Operation *operation);

// "9f2c41…dee1": enough to compare by eye. `buffer` gets at most 16 bytes.
void digest_short(const char *digest, char buffer[16]);
