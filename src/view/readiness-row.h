// The rows of the readiness screen, and their cells.
#pragma once

#include "view/filter.h"
#include "view/screen.h"
#include "widget/table.h"

// A finding, a group's plan, a kind of entity of a standby that is kept by hand, a connector with its kept
// configuration, or (none of them) the heading before such rows.
typedef struct {
    const Finding *finding;
    const GroupStatus *group;
    const Parity *parity;
    const ParityCount *count; // of parity
    const WorkloadStatus *connector;
    const char *heading;
    const char *more; // of the heading, in the column of names; NULL
    char *id;
} ReadinessRow;

typedef struct {
    guint severity[SEVERITY_CRITICAL + 1]; // findings of each
    guint shown;                           // findings that match the filter
    guint known;                           // findings that somebody has acknowledged
} ReadinessCounts;

// Places of the catalogs and connectors in the shelf of workloads, good while the picture's layout is: they are few,
// and a large fleet is not gone through for each change. Zeroed is ready; the array is the owner's to free.
typedef struct {
    GArray *places; // of guint
    guint64 layout;
} KeptPlaces;

enum { READINESS_COLUMNS = 7 };

// Before the group's name: the id of a plan's row.
#define PLAN_PREFIX "plan/"

extern const TableColumn READINESS_TABLE[READINESS_COLUMNS];

// For the array of rows.
void readiness_row_free(gpointer row);

// Fills `rows` (empty, with readiness_row_free): findings, worst first, then what is kept of the standbys, then plans.
// They borrow from the picture.
void readiness_rows(GPtrArray *rows, const Filter *filter, const Picture *picture, KeptPlaces *kept,
                    ReadinessCounts *ret_counts);

// NULL if no row has that id.
const ReadinessRow *readiness_row_find(const GPtrArray *rows, const char *id);

// For a table's model, in the columns of READINESS_TABLE; a heading has text in some of them only.
void readiness_row_cell(const ReadinessRow *row, const ViewContext *context, guint column,
                        TableCell *cell);
