#include "view/timesheet.h"

#include <string.h>

#include "base/timefmt.h"
#include "wire/run.h"

enum { BYTES_MAX = 16 * WIRE_BYTES_MAX };

static void clear_change(gpointer change)
{
    g_free(((SheetChange *)change)->what);
}

static void row_free(gpointer data)
{
    SheetRow *row = data;
    g_free(row->id);
    g_free(row->workload);
    g_free(row->trigger);
    g_free(row->split);
    g_free(row->location);
    g_free(row->rule);
    g_free(row->zone);
    g_free(row->failover_now);
    g_array_unref(row->times);
    g_array_unref(row->ran);
    g_array_unref(row->missed_at);
    g_array_unref(row->doubled_at);
    g_array_unref(row->skipped_at);
    g_array_unref(row->changes);
    g_ptr_array_unref(row->notes);
    g_free(row);
}

static void read_changes(const WireAt *at, SheetRow *row)
{
    WireAt list = wire_array_opt(at, "dst");
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt item = wire_item(&list, i);
        SheetChange change = {wire_time_ms(&item, "at"),
                              g_strdup(wire_text_opt(&item, "what", ""))};
        g_array_append_val(row->changes, change);
    }
}

static void read_notes(const WireAt *at, const char *name, SheetRow *row)
{
    WireAt list = wire_array_opt(at, name);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt item = wire_item(&list, i);
        const char *text = wire_text_opt(&item, NULL, NULL);
        if (text)
            g_ptr_array_add(row->notes, g_strdup(text));
    }
}

// A list of moments, in order. New.
static GArray *read_times(const WireAt *at, const char *name)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(gint64));
    WireAt list = wire_array_opt(at, name);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt item = wire_item(&list, i);
        gint64 at_ms = wire_time_ms(&item, NULL);
        g_array_append_val(times, at_ms);
    }
    return times;
}

static SheetRow *read_row(const WireAt *at)
{
    SheetRow *row = g_new0(SheetRow, 1);
    row->times = read_times(at, "occurrences");
    row->ran = read_times(at, "ran");
    row->missed_at = read_times(at, "missed_at");
    row->doubled_at = read_times(at, "doubled_at");
    row->skipped_at = read_times(at, "skipped_at");
    row->changes = g_array_new(FALSE, FALSE, sizeof(SheetChange));
    g_array_set_clear_func(row->changes, clear_change);
    row->notes = g_ptr_array_new_with_free_func(g_free);
    row->workload = g_strdup(wire_text(at, "workload"));
    row->trigger = g_strdup(wire_text(at, "trigger"));
    row->split = g_strdup(wire_text_opt(at, "split", NULL));
    row->location = g_strdup(wire_text(at, "location"));
    row->id = g_strdup_printf("%s/%s@%s", row->workload, row->trigger, row->location);
    row->state =
        (InstanceState)wire_choice(at, "state", INSTANCE_NAMES.names, INSTANCE_NAMES.count);
    row->rule = g_strdup(wire_text_opt(at, "rule", ""));
    row->zone = g_strdup(wire_text_opt(at, "zone", "UTC"));
    row->next_ms = wire_time_ms_opt(at, "next_at");
    row->missed = wire_integer_opt(at, "missed", 0, WIRE_INTEGER_MAX, -1);
    row->doubled = wire_integer_opt(at, "doubled", 0, WIRE_INTEGER_MAX, -1);
    row->counted_ms = wire_time_ms_opt(at, "counted_since");
    row->failover_now = g_strdup(wire_text_opt(at, "failover_now", NULL));
    row->counts = strcmp(wire_text_opt(at, "type", "recurrence"), "recurrence") == 0;
    row->more = wire_bool_opt(at, "more", false);
    row->first_ms = wire_time_ms_opt(at, "first_at");
    row->throughout = wire_bool_opt(at, "throughout", false);
    read_changes(at, row);
    read_notes(at, "ambiguous", row);
    row->open = row->notes->len;
    read_notes(at, "warnings", row);
    return row;
}

GPtrArray *timesheet_read(const char *body, SheetWindow *ret_window, GError **error)
{
    g_autoptr(json_t) json = wire_parse("The schedules", body, strlen(body), BYTES_MAX, error);
    if (!json)
        return NULL;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    WireAt list = wire_array(&root, "schedules");
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt item = wire_item(&list, i);
        g_ptr_array_add(rows, read_row(&item));
    }
    SheetWindow window = {.offset = (guint)wire_integer_opt(&root, "offset", 0, G_MAXINT, 0),
                          .total = (guint)wire_integer_opt(&root, "total", 0, G_MAXINT, rows->len)};
    if (!wire_reader_finish(&reader, error))
        return NULL;
    *ret_window = window;
    return g_steal_pointer(&rows);
}

static void free_run(gpointer run)
{
    run_record_free(run);
}

GPtrArray *timesheet_read_runs(const char *body, GError **error)
{
    g_autoptr(json_t) json = wire_parse("The runs", body, strlen(body), BYTES_MAX, error);
    if (!json)
        return NULL;
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    WireAt list = wire_array(&root, "runs");
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(free_run);
    for (gsize i = 0; i < wire_count(&list); i++) {
        WireAt item = wire_item(&list, i);
        RunRecord *run = shape_read(&RUN_SHAPE, &item, WIRE_LENIENT);
        if (run)
            g_ptr_array_add(runs, run);
    }
    return wire_reader_finish(&reader, error) ? g_steal_pointer(&runs) : NULL;
}

static bool lie_together(const SheetRow *a, const SheetRow *b)
{
    return a->split ? g_strcmp0(a->split, b->split) == 0
                    : strcmp(a->workload, b->workload) == 0 && strcmp(a->trigger, b->trigger) == 0;
}

static bool are_equal(const GArray *a, const GArray *b)
{
    // An empty one has no data to be compared.
    return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len * sizeof(gint64)) == 0);
}

static int compare_times(gconstpointer a, gconstpointer b)
{
    const gint64 *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static gint64 widest_pause(const GArray *times)
{
    gint64 widest = 0;
    for (guint i = 1; i < times->len; i++)
        widest = MAX(widest, g_array_index(times, gint64, i) - g_array_index(times, gint64, i - 1));
    return widest;
}

// From when until when all of the lists are whole. Where one was cut off, the others go on alone: what lies beyond is no
// pause of all of them.
typedef struct {
    gint64 from_ms, until_ms;
} Known;

static Known known_of(const GPtrArray *rows)
{
    Known known = {G_MININT64, G_MAXINT64};
    for (guint i = 0; i < rows->len; i++) {
        const SheetRow *row = rows->pdata[i];
        if (!row->more || !row->times->len)
            continue;
        known.from_ms = MAX(known.from_ms, g_array_index(row->times, gint64, 0));
        known.until_ms =
            MIN(known.until_ms, g_array_index(row->times, gint64, row->times->len - 1));
    }
    return known;
}

static void add_times(GArray *all, const GArray *times, const Known *known)
{
    for (guint i = 0; i < times->len; i++) {
        gint64 at_ms = g_array_index(times, gint64, i);
        if (at_ms >= known->from_ms && at_ms <= known->until_ms)
            g_array_append_val(all, at_ms);
    }
}

static SheetShare share_of(const GPtrArray *rows)
{
    SheetShare share = {.rows = rows->len};
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(gint64));
    Known known = known_of(rows);
    for (guint i = 0; i < rows->len; i++) {
        const SheetRow *first = rows->pdata[0], *row = rows->pdata[i];
        share.is_split |= !are_equal(first->times, row->times);
        add_times(all, row->times, &known);
    }
    g_array_sort(all, compare_times);
    share.widest_ms = widest_pause(all);
    return share;
}

SheetTogether timesheet_together(const GPtrArray *rows, const SheetRow *row, SheetFires fires,
                                 gconstpointer data)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new(), firing = g_ptr_array_new();
    for (guint i = 0; i < rows->len; i++) {
        SheetRow *other = rows->pdata[i];
        if (!lie_together(row, other))
            continue;
        g_ptr_array_add(all, other);
        if (fires(other, data))
            g_ptr_array_add(firing, other);
    }
    return (SheetTogether){share_of(all), share_of(firing), widest_pause(row->times)};
}

void timesheet_append_together(const SheetTogether *together, GString *words)
{
    char all[16], alone[16];
    if (!together->alone_ms)
        return;
    duration_format(together->alone_ms, alone);
    if (together->firing.is_split) {
        duration_format(together->firing.widest_ms, all);
        g_string_append_printf(words, "split in %u: every %s together, %s alone",
                               together->firing.rows, all, alone);
    } else if (together->all.is_split) {
        duration_format(together->all.widest_ms, all);
        g_string_append_printf(words, "copies %s apart, one at a time: every %s", all, alone);
    }
}

gint64 timesheet_next(const SheetRow *row, gint64 now_ms)
{
    for (guint i = 0; i < row->times->len; i++)
        if (g_array_index(row->times, gint64, i) > now_ms)
            return g_array_index(row->times, gint64, i);
    return row->next_ms > now_ms ? row->next_ms : 0;
}

gint64 timesheet_step(const SheetRow *row)
{
    const GArray *times = row->times;
    return times->len < 2 ? 0 : g_array_index(times, gint64, 1) - g_array_index(times, gint64, 0);
}

bool timesheet_has(const GArray *times, gint64 at_ms)
{
    guint low = 0, high = times->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(times, gint64, middle) < at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low < times->len && g_array_index(times, gint64, low) == at_ms;
}
