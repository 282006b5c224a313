// A group's plan with its dates: when it was reviewed and tested, when it is due again; for a table and for a page.
#pragma once

#include "view/page.h"
#include "widget/table.h"

void plan_say(Page *page, const GroupStatus *group, gint64 now_ms);

void plan_cell_state(const GroupStatus *group, gint64 now_ms, TableCell *cell);
void plan_cell_facts(const GroupStatus *group, gint64 now_ms, TableCell *cell);
