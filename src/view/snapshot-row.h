// A connector's kept configuration (D1) as one row and a few lines: for the readiness screen and the page behind it.
#pragma once

#include "view/page.h"
#include "widget/table.h"

// What rule R23 finds of the connector; NULL = it holds.
const Finding *snapshot_finding(const Picture *picture, const char *workload);

// Whether one is kept, young enough and elsewhere …
void snapshot_cell_state(const Picture *picture, const WorkloadStatus *workload, TableCell *cell);
// … and when it was seen last, and where it is kept.
void snapshot_cell_facts(const Picture *picture, const WorkloadStatus *workload, gint64 now_ms,
                         TableCell *cell);
void snapshot_say(Page *page, const Picture *picture, const WorkloadStatus *workload,
                  gint64 now_ms);
