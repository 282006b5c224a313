#include "view/readiness-row.h"

#include <string.h>

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/parity.h"
#include "view/plan.h"
#include "view/snapshot-row.h"
#include "view/words.h"

enum {
    COLUMN_RULE,
    COLUMN_SEVERITY,
    COLUMN_OBJECT,
    COLUMN_TITLE,
    COLUMN_FACTS,
    COLUMN_SINCE,
    COLUMN_FROM
};
const TableColumn READINESS_TABLE[READINESS_COLUMNS] = {
    [COLUMN_RULE] = {"RULE", 5, 5, 0, ALIGN_LEFT, 0},
    [COLUMN_SEVERITY] = {"", 10, 9, 0, ALIGN_LEFT, 0},
    [COLUMN_OBJECT] = {"ABOUT", 26, 14, 0, ALIGN_LEFT, 0},
    [COLUMN_TITLE] = {"HOLDS NOT", 20, 18, 3, ALIGN_LEFT, 0},
    [COLUMN_FACTS] = {"FACTS", 60, 34, 1, ALIGN_LEFT | ALIGN_CLIP_END, COLUMN_GROW},
    [COLUMN_SINCE] = {"SINCE", 5, 5, 2, ALIGN_RIGHT, 0},
    [COLUMN_FROM] = {"FROM", 8, 6, 4, ALIGN_LEFT, 0},
};

// What the rows are added with.
typedef struct {
    GPtrArray *rows;
    const Filter *filter;
    const KeptPlaces *kept;
    ReadinessCounts *counts;
} Rows;

void readiness_row_free(gpointer data)
{
    g_free(((ReadinessRow *)data)->id);
    g_free(data);
}

// Takes the id.
static void add_row(Rows *rows, ReadinessRow row)
{
    g_ptr_array_add(rows->rows, g_memdup2(&row, sizeof row));
}

static int compare_findings(gconstpointer a, gconstpointer b)
{
    const Finding *x = (*(ReadinessRow *const *)a)->finding,
                  *y = (*(ReadinessRow *const *)b)->finding;
    int severity = (int)y->severity - (int)x->severity;
    return severity ? severity : strcmp(x->id, y->id);
}

static int compare_plans(gconstpointer a, gconstpointer b)
{
    const GroupStatus *x = *(GroupStatus *const *)a, *y = *(GroupStatus *const *)b;
    gint64 left = group_status_plan_due(x), right = group_status_plan_due(y);
    return left != right ? (left > right) - (left < right) : strcmp(x->name, y->name);
}

static bool matches_finding(const Filter *filter, const Finding *finding)
{
    if (filter_is_empty(filter))
        return true;
    g_autofree char *text = g_strjoin(" ", finding->rule, finding->title, finding->object,
                                      word_of(&SEVERITY_NAMES, (int)finding->severity),
                                      finding->facts ? finding->facts : "",
                                      finding->acknowledged_by ? "known" : "", NULL);
    return filter_matches_text(filter, text);
}

static void add_findings(Rows *rows, const Picture *picture)
{
    for (guint i = 0; i < picture_count(picture, SHELF_FINDINGS); i++) {
        const Finding *finding = picture_at(picture, SHELF_FINDINGS, i);
        rows->counts->known += finding->acknowledged_by != NULL;
        rows->counts->severity[CLAMP(finding->severity, SEVERITY_INFO, SEVERITY_CRITICAL)]++;
        if (matches_finding(rows->filter, finding))
            add_row(rows, (ReadinessRow){.finding = finding, .id = g_strdup(finding->id)});
    }
    rows->counts->shown = rows->rows->len;
    g_ptr_array_sort(rows->rows, compare_findings);
}

static void add_plans(Rows *rows, const Picture *picture)
{
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    for (guint i = 0; i < picture_count(picture, SHELF_GROUPS); i++) {
        GroupStatus *group = picture_at(picture, SHELF_GROUPS, i);
        g_autofree char *text = g_strconcat("plan ", group->name, NULL);
        if (filter_matches_text(rows->filter, text))
            g_ptr_array_add(groups, group);
    }
    g_ptr_array_sort(groups, compare_plans);
    if (groups->len)
        add_row(rows, (ReadinessRow){.heading = "PLANS", .id = g_strdup("plans")});
    for (guint i = 0; i < groups->len; i++) {
        const GroupStatus *group = groups->pdata[i];
        add_row(rows,
                (ReadinessRow){.group = group, .id = g_strconcat(PLAN_PREFIX, group->name, NULL)});
    }
}

static void add_counts(Rows *rows, const Parity *parity)
{
    for (guint i = 0; i < parity->counts->len; i++) {
        const ParityCount *count = parity->counts->pdata[i];
        g_autofree char *object = parity_object(parity, count->kind);
        g_autofree char *id = g_strconcat("parity/", object, NULL);
        if ((count->primary || count->standby) && filter_matches_text(rows->filter, id))
            add_row(rows,
                    (ReadinessRow){.parity = parity, .count = count, .id = g_steal_pointer(&id)});
    }
}

// Before what was added since, if anything was.
static void insert_heading(Rows *rows, guint before, const char *more, const char *id)
{
    if (rows->rows->len == before)
        return;
    ReadinessRow *heading = g_new0(ReadinessRow, 1);
    *heading = (ReadinessRow){.heading = "KEPT", .more = more, .id = g_strdup(id)};
    g_ptr_array_insert(rows->rows, (int)before, heading);
}

static void find_kept(KeptPlaces *kept, const Picture *picture)
{
    if (kept->layout == picture->layout && kept->places)
        return;
    if (!kept->places)
        kept->places = g_array_new(FALSE, FALSE, sizeof(guint));
    g_array_set_size(kept->places, 0);
    kept->layout = picture->layout;
    for (guint i = 0; i < picture_count(picture, SHELF_WORKLOADS); i++) {
        WorkloadKind kind = ((const WorkloadStatus *)picture_at(picture, SHELF_WORKLOADS, i))->kind;
        if (kind == KIND_CATALOG || kind == KIND_CONNECTOR)
            g_array_append_val(kept->places, i);
    }
}

static const WorkloadStatus *kept_at(const KeptPlaces *kept, const Picture *picture, guint i)
{
    return picture_at(picture, SHELF_WORKLOADS, g_array_index(kept->places, guint, i));
}

// Kinds of entity of the standbys that are kept by hand.
static void add_parities(Rows *rows, const Picture *picture)
{
    guint before = rows->rows->len;
    for (guint i = 0; i < rows->kept->places->len; i++) {
        const WorkloadStatus *workload = kept_at(rows->kept, picture, i);
        for (guint k = 0; k < workload->parity->len; k++)
            add_counts(rows, workload->parity->pdata[k]);
    }
    insert_heading(rows, before, "BY HAND", "parity");
}

// Connectors, whose configuration is kept.
static void add_connectors(Rows *rows, const Picture *picture)
{
    guint before = rows->rows->len;
    for (guint i = 0; i < rows->kept->places->len; i++) {
        const WorkloadStatus *workload = kept_at(rows->kept, picture, i);
        if (workload->kind != KIND_CONNECTOR)
            continue;
        g_autofree char *id = g_strconcat("kept/", workload->id, NULL);
        if (filter_matches_text(rows->filter, id))
            add_row(rows, (ReadinessRow){.connector = workload, .id = g_steal_pointer(&id)});
    }
    insert_heading(rows, before, "CONFIGURATIONS", "kept");
}

void readiness_rows(GPtrArray *rows, const Filter *filter, const Picture *picture, KeptPlaces *kept,
                    ReadinessCounts *ret_counts)
{
    Rows all = {rows, filter, kept, ret_counts};
    find_kept(kept, picture);
    *ret_counts = (ReadinessCounts){0};
    add_findings(&all, picture);
    add_parities(&all, picture);
    add_connectors(&all, picture);
    add_plans(&all, picture);
}

const ReadinessRow *readiness_row_find(const GPtrArray *rows, const char *id)
{
    for (guint i = 0; i < rows->len; i++)
        if (g_strcmp0(((const ReadinessRow *)rows->pdata[i])->id, id) == 0)
            return rows->pdata[i];
    return NULL;
}

// ---- cells ----

static void finding_cell(const Finding *finding, guint column, gint64 now_ms, TableCell *cell)
{
    Badge badge = badge_severity(finding->severity);
    char age[16];
    switch (column) {
    case COLUMN_RULE:
        cell->text = finding->rule;
        cell->style = ROLE_TITLE;
        break;
    case COLUMN_TITLE:
        cell->text = finding->title;
        break;
    case COLUMN_SEVERITY:
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
        break;
    case COLUMN_OBJECT:
        cell->text = object_words(finding->object);
        break;
    case COLUMN_FACTS:
        if (finding->acknowledged_by)
            table_cell_printf(cell, ROLE_DIM, "known to %s: %s", finding->acknowledged_by,
                              finding->facts);
        else
            cell->text = finding->facts;
        break;
    case COLUMN_SINCE:
        calm_age_format(finding->since_ms, now_ms, age);
        table_cell_printf(cell, ROLE_DIM, "%s", age);
        break;
    default:
        cell->text = finding->from;
        cell->style = ROLE_DIM;
    }
}

static void plan_cell(const GroupStatus *group, guint column, gint64 now_ms, TableCell *cell)
{
    switch (column) {
    case COLUMN_RULE:
        cell->text = "plan";
        break;
    case COLUMN_SEVERITY:
        plan_cell_state(group, now_ms, cell);
        break;
    case COLUMN_OBJECT:
        cell->text = group->name;
        break;
    case COLUMN_FACTS:
        plan_cell_facts(group, now_ms, cell);
        break;
    default:
        break;
    }
}

static void parity_cell(const ReadinessRow *row, guint column, TableCell *cell)
{
    switch (column) {
    case COLUMN_RULE:
        cell->text = "same";
        break;
    case COLUMN_SEVERITY:
        parity_cell_state(row->count, cell);
        break;
    case COLUMN_OBJECT:
        table_cell_printf(cell, ROLE_NORMAL, "%s %s", word_of(&ENTITY_NAMES, (int)row->count->kind),
                          row->parity->workload);
        break;
    case COLUMN_TITLE:
        cell->text = row->parity->standby;
        break;
    case COLUMN_FACTS:
        parity_cell_facts(row->count, cell);
        break;
    default:
        break;
    }
}

static void connector_cell(const ReadinessRow *row, const ViewContext *context, guint column,
                           TableCell *cell)
{
    const WorkloadStatus *workload = row->connector;
    switch (column) {
    case COLUMN_RULE:
        cell->text = "kept";
        break;
    case COLUMN_SEVERITY:
        snapshot_cell_state(context->picture, workload, cell);
        break;
    case COLUMN_OBJECT:
        cell->text = workload->id;
        break;
    case COLUMN_FACTS:
        snapshot_cell_facts(context->picture, workload, context->now_ms, cell);
        break;
    default:
        break;
    }
}

void readiness_row_cell(const ReadinessRow *row, const ViewContext *context, guint column,
                        TableCell *cell)
{
    if (row->finding)
        finding_cell(row->finding, column, context->now_ms, cell);
    else if (row->group)
        plan_cell(row->group, column, context->now_ms, cell);
    else if (row->parity)
        parity_cell(row, column, cell);
    else if (row->connector)
        connector_cell(row, context, column, cell);
    else if (column == COLUMN_RULE)
        table_cell_printf(cell, ROLE_HEADER, "%s", row->heading);
    else if (column == COLUMN_OBJECT && row->more)
        table_cell_printf(cell, ROLE_HEADER, "%s", row->more);
}
