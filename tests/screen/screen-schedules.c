// The schedules: what is asked of the backend and when, what its answer becomes, and what a split schedule is together.
#include <string.h>

#include "visit.h"
#include "view/timesheet.h"

#define MINUTE ((gint64)60 * 1000)

static SheetRow *row_at(const GPtrArray *rows, guint i)
{
    return rows->pdata[i];
}

static void test_read(void)
{
    g_autofree char *body = world_schedules();
    g_autoptr(GError) error = NULL;
    SheetWindow more;
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(more.total, ==, 3);
    g_assert_cmpuint(rows->len, ==, 3);
    g_assert_cmpstr(row_at(rows, 1)->id, ==, "payments/settle/every-20@northeurope");
    g_assert_cmpint(row_at(rows, 0)->state, ==, INSTANCE_UNREACHABLE);
    g_assert_cmpint(row_at(rows, 0)->missed, ==, 1);
}

static void test_read_strictly(void)
{
    static const char *const BODIES[] = {
        "",
        "[]",
        "{}",
        "{\"schedules\":{}}",
        "{\"schedules\":[1]}",
        "{\"schedules\":[{\"workload\":\"a/b\",\"trigger\":\"t\",\"location\":\"l\","
        "\"state\":\"odd\"}]}",
        "{\"schedules\":[{\"workload\":\"a/b\",\"trigger\":\"t\",\"location\":\"l\","
        "\"state\":\"active\",\"occurrences\":[\"yesterday\"]}]}"};
    for (guint i = 0; i < G_N_ELEMENTS(BODIES); i++) {
        g_autoptr(GError) error = NULL;
        SheetWindow more;
        g_assert_null(timesheet_read(BODIES[i], &more, &error));
        g_assert_nonnull(error);
    }
}

static bool runs_there(const SheetRow *row, gconstpointer data)
{
    (void)data;
    return row->state == INSTANCE_ACTIVE;
}

static SheetTogether together(const GPtrArray *rows, guint i)
{
    return timesheet_together(rows, row_at(rows, i), runs_there, NULL);
}

static void assert_words(const GPtrArray *rows, guint i, const char *expected)
{
    SheetTogether at = together(rows, i);
    g_autoptr(GString) words = g_string_new(NULL);
    timesheet_append_together(&at, words);
    g_assert_cmpstr(words->str, ==, expected);
}

// Copies of one trigger stand by for each other: they are denser only where both run.
static void test_together(void)
{
    g_autofree char *body = world_schedules();
    SheetWindow more;
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, NULL);
    SheetTogether pair = together(rows, 0);
    g_assert_cmpuint(pair.all.rows, ==, 2);
    g_assert_true(pair.all.is_split);
    g_assert_cmpint(pair.alone_ms, ==, 20 * MINUTE);
    g_assert_cmpint(pair.all.widest_ms, ==, 10 * MINUTE);
    assert_words(rows, 0, "copies 10m apart, one at a time: every 20m");
    row_at(rows, 1)->state = INSTANCE_ACTIVE;
    assert_words(rows, 0, "copies 10m apart, one at a time: every 20m");
    row_at(rows, 0)->state = INSTANCE_ACTIVE;
    assert_words(rows, 1, "split in 2: every 10m together, 20m alone");
    SheetTogether single = together(rows, 2);
    g_assert_cmpuint(single.all.rows, ==, 1);
    g_assert_false(single.all.is_split);
    assert_words(rows, 2, "");
}

// Triggers of different workloads that name one split schedule belong together, and nothing else does.
static void test_together_parts(void)
{
    g_autofree char *body = world_schedules();
    SheetWindow more;
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, NULL);
    SheetRow *first = row_at(rows, 0), *second = row_at(rows, 1);
    g_free(second->workload);
    second->workload = g_strdup("ledger/settle");
    first->state = second->state = INSTANCE_ACTIVE;
    g_assert_cmpuint(together(rows, 0).all.rows, ==, 1);
    first->split = g_strdup("settling");
    g_assert_cmpuint(together(rows, 0).all.rows, ==, 1);
    second->split = g_strdup("settling");
    assert_words(rows, 0, "split in 2: every 10m together, 20m alone");
    assert_words(rows, 1, "split in 2: every 10m together, 20m alone");
    assert_words(rows, 2, "");
    second->state = INSTANCE_PASSIVE;
    assert_words(rows, 0, "copies 10m apart, one at a time: every 20m");
}

// A list that was cut off must not make the pause look longer than it is.
static void test_together_cut(void)
{
    g_autofree char *body = world_schedules();
    SheetWindow more;
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, NULL);
    g_array_set_size(row_at(rows, 1)->times, 3); // :50, :10, :30
    g_assert_cmpint(together(rows, 0).all.widest_ms, ==, 20 * MINUTE);
    row_at(rows, 1)->more = true;
    g_assert_cmpint(together(rows, 0).all.widest_ms, ==, 10 * MINUTE);
}

// What fires in every column is shown in every column, though its list is short: from the axis' left edge (here every 24
// seconds a column) to the right one.
static void test_throughout(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_SCHEDULES, NULL);
    g_autofree char *path = visit_wish(visit);
    static const char BODY[] =
        "{\"schedules\":[{\"workload\":\"payments/settle\",\"trigger\":\"poll\",\"location\":"
        "\"northeurope\",\"state\":\"passive\",\"rule\":\"every 2 s\",\"zone\":\"UTC\",\"next_at\":"
        "\"2026-11-21T03:14:08Z\",\"occurrences\":[\"2026-11-21T03:14:06Z\",\"2026-11-21T03:14:"
        "08Z\","
        "\"2026-11-21T03:14:10Z\"],\"more\":true,\"first_at\":\"2026-11-21T03:14:06Z\","
        "\"throughout\":"
        "%s}]}";
    g_autofree char *whole = g_strdup_printf(BODY, "true"), *part = g_strdup_printf(BODY, "false");
    visit_answer(visit, path, part);
    visit_has(visit, "○ North Europe");
    visit_lacks(visit, "○○○○○○○○○○");
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *again = visit_wish(visit);
    visit_answer(visit, again, whole);
    visit_has(visit, "○○○○○○○○○○");
}

// What the backend said is next may be past by now; the list knows what follows.
static void test_next(void)
{
    g_autofree char *body = world_schedules();
    SheetWindow more;
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, NULL);
    const SheetRow *row = row_at(rows, 0); // 03:00, 03:20, 03:40, 04:00
    gint64 first = row->next_ms;           // 03:20
    g_assert_cmpint(timesheet_step(row), ==, 20 * MINUTE);
    g_assert_cmpint(timesheet_next(row, first - 1), ==, first);
    g_assert_cmpint(timesheet_next(row, first), ==, first + 20 * MINUTE);
    g_assert_cmpint(timesheet_next(row, first + 50 * MINUTE), ==, 0);
}

static char *open_and_answer(Visit *visit)
{
    visit_open(visit, SCREEN_SCHEDULES, NULL);
    char *path = visit_wish(visit);
    g_autofree char *body = world_schedules();
    visit_answer(visit, path, body);
    return path;
}

static void test_asks(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    g_assert_true(g_str_has_prefix(path, "/v1/schedules?from=2026-11-21T02:"));
    g_autofree char *again = visit_wish(visit);
    g_assert_null(again); // covered and fresh
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *later = visit_wish(visit);
    g_assert_nonnull(later); // old
    visit_answer(visit, later, NULL);
    visit_has(visit, "Nobody answered.");
    visit_has(visit, "settle/every-20"); // what was known stays
}

// Where nobody answers it is asked again after a while, not as fast as it is refused, and the trouble stays in sight.
static void test_refused(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_SCHEDULES, NULL);
    g_autofree char *path = visit_wish(visit);
    visit_answer(visit, path, NULL);
    g_autofree char *soon = visit_wish(visit);
    g_assert_null(soon);
    visit_has(visit, "The schedules were not answered, and are asked for again: Nobody answered.");
    visit->context.mono_ms += 6 * 1000;
    g_autofree char *again = visit_wish(visit);
    g_assert_cmpstr(again, ==, path);
    visit_has(visit, "The schedules were not answered");
    g_autofree char *body = world_schedules();
    visit_answer(visit, again, body);
    visit_lacks(visit, "not answered");
    g_autofree char *none = visit_wish(visit);
    g_assert_null(none);
}

static void test_zoom_asks_anew(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    visit_press(visit, "- - -");
    g_autofree char *wider = visit_wish(visit);
    g_assert_nonnull(wider);
    g_assert_cmpstr(wider, !=, path);
    for (guint i = 0; i < 20; i++)
        visit_press(visit, "-");
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *year = visit_wish(visit);
    g_assert_nonnull(strstr(year, "from=2026-"));
    g_assert_nonnull(strstr(year, "to=2027-"));
}

static void test_table(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    visit_has(visit, "✗ West Europe");
    visit_has(visit, "○ North Europe");
    visit_has(visit, "● East US");
    visit_has(visit, "copies 10m apart, one at a time: every 20m");
    visit_has(visit, "while West Europe is down, a run lost every 20m");
    visit_press(visit, "G");
    visit_has(visit, "if East US goes down, a run lost every 1h");
}

static void test_filter(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    visit_press(visit, "/ c o u n t enter");
    visit_has(visit, "● East US");
    visit_lacks(visit, "○ North Europe");
    g_autofree char *none = visit_wish(visit); // all rows are here: nothing to ask
    g_assert_null(none);
}

// The backend sends only so many rows: then the filter must reach it.
static void test_filter_of_many(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    g_autofree char *body = world_schedules();
    g_autofree char *many = g_strdup_printf("{\"offset\":250,\"total\":20000,%s", body + 1);
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *again = visit_wish(visit);
    visit_answer(visit, again, many);
    visit_has(visit, "rows 251 to 253 of 20000: the ends of the list lead on");
    visit_press(visit, "/ c o u n t enter");
    g_autofree char *filtered = visit_wish(visit);
    g_assert_nonnull(filtered);
    g_assert_true(g_str_has_suffix(filtered, "&filter=count"));
}

// At an end of what is here the list leads on to the next window, or the one before.
static void test_windows(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    g_assert_nonnull(strstr(path, "&limit=300&offset=0"));
    visit_press(visit, "G down"); // all are here
    g_autofree char *none = visit_wish(visit);
    g_assert_null(none);
    g_autofree char *body = world_schedules();
    g_autofree char *many = g_strdup_printf("{\"offset\":250,\"total\":700,%s", body + 1);
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *again = visit_wish(visit);
    visit_answer(visit, again, many);
    visit_press(visit, "g up");
    g_autofree char *before = visit_wish(visit);
    g_assert_nonnull(before);
    g_assert_nonnull(strstr(before, "&offset=0"));
    visit_answer(visit, before, many);
    visit_press(visit, "G down");
    g_autofree char *behind = visit_wish(visit);
    g_assert_nonnull(behind);
    g_assert_nonnull(strstr(behind, "&offset=400")); // the last 300 of 700
    g_autofree char *last = g_strdup_printf("{\"offset\":400,\"total\":7000,%s", body + 1);
    visit_answer(visit, behind, last);
    visit_press(visit, "G G"); // to the end of these, then to the end of all
    g_autofree char *end = visit_wish(visit);
    g_assert_nonnull(strstr(end, "&offset=6700"));
}

// With a filter too: the windows are those of what the backend finds; what else is looked for is looked for in each.
static void test_windows_filtered(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    g_autofree char *body = world_schedules();
    g_autofree char *many = g_strdup_printf("{\"offset\":0,\"total\":700,%s", body + 1);
    visit->context.mono_ms += 31 * 1000;
    g_autofree char *again = visit_wish(visit);
    visit_answer(visit, again, many);
    visit_press(visit, "/ c o u n t enter");
    g_autofree char *filtered = visit_wish(visit);
    visit_answer(visit, filtered, many);
    visit_press(visit, "G down");
    g_autofree char *second = visit_wish(visit);
    g_assert_nonnull(second);
    g_assert_nonnull(strstr(second, "&offset=250&filter=count"));
    // Nothing of this window matches: the list goes on all the same.
    visit_answer(visit, second, "{\"offset\":250,\"total\":700,\"schedules\":[]}");
    visit_has(visit, "No trigger matches the filter");
    visit_press(visit, "down");
    g_autofree char *third = visit_wish(visit);
    g_assert_nonnull(third);
    g_assert_nonnull(strstr(third, "&offset=400&filter=count"));
    g_autofree char *last = g_strdup_printf("{\"offset\":400,\"total\":700,%s", body + 1);
    visit_answer(visit, third, last);
    visit_has(visit, "● East US");
    visit_press(visit, "down"); // the end of all
    g_autofree char *none = visit_wish(visit);
    g_assert_null(none);
    visit_press(visit, "g");
    g_autofree char *back = visit_wish(visit);
    g_assert_nonnull(back);
    g_assert_nonnull(strstr(back, "&offset=0&filter=count")); // the first of all
}

static void test_next_20(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    visit_press(visit, "G enter");
    g_autofree char *far = visit_wish(visit);
    g_assert_true(g_str_has_suffix(far, "&filter=stock%2Fcount"));
    g_autofree char *body = world_schedules();
    visit_answer(visit, far, body);
    visit_has(visit, "2026-11-21 03:30:00Z  2026-11-20 22:30:00  2026-11-21 04:30:00");
    visit_has(visit, "mine (UTC+01:00");
    visit_has(visit, "! hour comes twice: first");
    visit_press(visit, "esc");
    visit_has(visit, "TRIGGER");
}

// The zone's own clock where its name is known: summer time too.
static void test_mine(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit->context.zone = "Australia/Sydney";
    g_autofree char *path = open_and_answer(visit);
    visit_press(visit, "G enter");
    g_autofree char *far = visit_wish(visit);
    g_autofree char *body = world_schedules();
    visit_answer(visit, far, body);
    visit_has(visit, "mine (Australia/Sydney)");
    visit_has(visit, "2026-11-21 03:30:00Z  2026-11-20 22:30:00  2026-11-21 14:30:00");
}

// What became of past times, and what was counted.
static void test_past(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    const char *seen = visit_at(visit, 160, 43);
    g_assert_nonnull(strstr(seen, "✓")); // 03:00 ran
    g_assert_nonnull(strstr(seen, "TWICE"));
    SheetWindow more;
    g_autofree char *body = world_schedules();
    g_autoptr(GPtrArray) rows = timesheet_read(body, &more, NULL);
    const SheetRow *row = row_at(rows, 0);
    gint64 first = g_array_index(row->times, gint64, 0);
    g_assert_true(timesheet_has(row->missed_at, first));
    g_assert_false(timesheet_has(row->ran, first));
    g_assert_true(timesheet_has(row->ran, first + 20 * MINUTE));
    const SheetRow *north = row_at(rows, 1);
    g_assert_true(timesheet_has(north->skipped_at, g_array_index(north->times, gint64, 1)));
    g_assert_nonnull(strstr(seen, "– ")); // left out on purpose
    g_assert_false(timesheet_has(row->ran, 0) || timesheet_has(row->ran, G_MAXINT64));
}

// One list of the runs of all locations, and what a move here now would miss.
static void test_runs(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autofree char *path = open_and_answer(visit);
    visit_press(visit, "g down enter");
    g_autofree char *far = visit_wish(visit);
    g_autofree char *body = world_schedules();
    visit_answer(visit, far, body);
    g_autofree char *wish = visit_wish(visit);
    g_assert_cmpstr(wish, ==, "/v1/runs?workload=payments%2Fsettle&limit=50");
    visit_has(visit, "if moved a failover now misses 1: due since the last run at 03:00:00Z");
    g_autofree char *runs = world_runs();
    visit_answer(visit, wish, runs);
    visit_has(
        visit,
        "2026-11-21 03:00:01Z  West Europe       failed     3s      for 03:00:00Z  ActionFailed");
    visit_has(visit, "2026-11-21 02:50:00Z  North Europe      succeeded  3s      for 02:50:00Z");
    g_autofree char *none = visit_wish(visit);
    g_assert_null(none);
    visit->context.mono_ms += 11 * 1000;
    g_autofree char *again = visit_wish(visit); // they grow old
    g_assert_cmpstr(again, ==, wish);
    visit_answer(visit, again, "{}"); // what was known stays
    visit_has(visit, "ActionFailed");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedules/read", test_read);
    g_test_add_func("/schedules/read-strictly", test_read_strictly);
    g_test_add_func("/schedules/together", test_together);
    g_test_add_func("/schedules/together-parts", test_together_parts);
    g_test_add_func("/schedules/together-cut", test_together_cut);
    g_test_add_func("/schedules/throughout", test_throughout);
    g_test_add_func("/schedules/next", test_next);
    g_test_add_func("/schedules/asks", test_asks);
    g_test_add_func("/schedules/refused", test_refused);
    g_test_add_func("/schedules/zoom-asks-anew", test_zoom_asks_anew);
    g_test_add_func("/schedules/table", test_table);
    g_test_add_func("/schedules/filter", test_filter);
    g_test_add_func("/schedules/filter-of-many", test_filter_of_many);
    g_test_add_func("/schedules/windows", test_windows);
    g_test_add_func("/schedules/windows-filtered", test_windows_filtered);
    g_test_add_func("/schedules/next-20", test_next_20);
    g_test_add_func("/schedules/mine", test_mine);
    g_test_add_func("/schedules/past", test_past);
    g_test_add_func("/schedules/runs", test_runs);
    return g_test_run();
}
