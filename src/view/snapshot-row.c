#include "view/snapshot-row.h"

#include "base/timefmt.h"
#include "view/badge.h"
#include "view/words.h"

const Finding *snapshot_finding(const Picture *picture, const char *workload)
{
    g_autofree char *id = g_strconcat("R23:workload/", workload, NULL);
    return picture_get(picture, SHELF_FINDINGS, id);
}

void snapshot_cell_state(const Picture *picture, const WorkloadStatus *workload, TableCell *cell)
{
    const Finding *finding = snapshot_finding(picture, workload->id);
    Badge badge = badge_severity(finding ? finding->severity : SEVERITY_WARNING);
    if (!workload->snapshot_ms)
        table_cell_state(cell, badge.glyph, badge.role, "none");
    else if (finding)
        table_cell_state(cell, badge.glyph, badge.role, badge.word);
    else
        table_cell_state(cell, GLYPH_UP, ROLE_OK, "kept");
}

// Where it is kept, in words.
static const char *place(const Picture *picture, const WorkloadStatus *workload)
{
    return workload->snapshot_kept ? picture_title(picture, workload->snapshot_kept)
                                   : "a place that nobody named";
}

void snapshot_cell_facts(const Picture *picture, const WorkloadStatus *workload, gint64 now_ms,
                         TableCell *cell)
{
    char age[24];
    ago_format(workload->snapshot_ms, now_ms, true, age);
    if (workload->snapshot_ms)
        table_cell_printf(cell, ROLE_NORMAL, "seen %s, kept in %s", age, place(picture, workload));
    else
        table_cell_printf(cell, ROLE_WARN, "nothing is kept of it");
}

void snapshot_say(Page *page, const Picture *picture, const WorkloadStatus *workload, gint64 now_ms)
{
    const Finding *finding = snapshot_finding(picture, workload->id);
    char at[32], age[24];
    time_format_full(workload->snapshot_ms, at);
    ago_format(workload->snapshot_ms, now_ms, true, age);
    page_field(page, "KEPT", ROLE_TITLE, "configuration of %s", workload->id);
    if (workload->snapshot_ms)
        page_field(page, "SEEN", ROLE_NORMAL, "%s (%s), kept in %s", at, age,
                   place(picture, workload));
    else
        page_field(page, "SEEN", ROLE_WARN, "never: nothing is kept of it");
    if (finding)
        page_field(page, "R23", badge_severity(finding->severity).role, "%s %s", finding->facts,
                   finding->way_out);
    page_say(page, ROLE_DIM,
             "A connector's configuration is lost with its region. A failover makes the new "
             "one from the newest that is kept. Enter shows what is kept.");
}
