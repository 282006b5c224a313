// One row of the schedules' table: a trigger at a place, with its times on the axis.
#pragma once

#include "view/screen.h"
#include "view/timesheet.h"
#include "widget/table.h"
#include "widget/timeline.h"

enum { SCHEDULE_COLUMNS = 8 };
extern const TableColumn SCHEDULE_TABLE[SCHEDULE_COLUMNS];

// All columns but the axis.
void schedule_row_cell(const SheetRow *row, const ViewContext *context, guint column,
                       TableCell *cell);

// The axis: what became of the times that are past, and what the others will be.
void schedule_row_paint(const SheetRow *row, const ViewContext *context, const TimeAxis *axis,
                        const Canvas *canvas);
