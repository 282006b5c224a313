// A group's plan with its dates: when it was reviewed and tested, when it is due again; for a table and for a page.
#pragma once

#include "view/page.h"
#include "widget/table.h"

// Adds the plan: when it was reviewed (by whom, what was found), tested (by which operation), and when both are due again.
void plan_say(Page *page, const GroupStatus *group, gint64 now_ms);

// For a table: in one word whether it is due; and the dates as days ago.
void plan_cell_state(const GroupStatus *group, gint64 now_ms, TableCell *cell);
void plan_cell_facts(const GroupStatus *group, gint64 now_ms, TableCell *cell);
