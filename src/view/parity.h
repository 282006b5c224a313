// Standbys that people keep by hand, in words: for the readiness screen, with a row a kind of entity, and for the
// check-list behind it.
#pragma once

#include "view/page.h"
#include "widget/table.h"

// "3 primary, 2 standby, 1 missing, 1 different, 1 confirmed": so many on either side, and how they differ.
void parity_cell_facts(const ParityCount *count, TableCell *cell);
// So many differ, confirmed or not.
guint parity_differing(const ParityCount *count);
// How it stands: fine, missing, different …
void parity_cell_state(const ParityCount *count, TableCell *cell);

// One of them: its fields, and who has confirmed it.
void parity_say_item(Page *page, const ParityItem *item, gint64 now_ms);

// The entities of that kind that differ, with their fields, who has confirmed them, and how that is done.
void parity_say(Page *page, const Parity *parity, const ParityCount *count, gint64 now_ms);

// "group/workload/standby/kind": the object of the check-list's screen. The caller frees.
char *parity_object(const Parity *parity, EntityKind kind);
