// Standbys that people keep by hand, on the readiness screen: one row a kind of entity, and the entities behind it.
#pragma once

#include "view/page.h"
#include "widget/table.h"

// "3 primary, 2 standby, 1 missing, 1 different, 1 confirmed": so many on either side, and how they differ.
void parity_cell_facts(const ParityCount *count, TableCell *cell);
// How it stands: fine, missing, different …
void parity_cell_state(const ParityCount *count, TableCell *cell);

// The entities of that kind that differ, with their fields, who has confirmed them, and how that is done.
void parity_say(Page *page, const Parity *parity, const ParityCount *count, gint64 now_ms);
