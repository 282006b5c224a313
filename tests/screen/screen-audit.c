// The audit log as the console verifies it: pages joined before and behind, a break named, a cut log noticed.
#include <string.h>

#include "visit.h"
#include "view/auditlog.h"
#include "wire/audit.h"

enum { RECORDS = 30 };

// A whole chain from record 1 on.
static GPtrArray *chain_new(void)
{
    GPtrArray *records = g_ptr_array_new_with_free_func((GDestroyNotify)audit_record_free);
    AuditChain chain = {0};
    for (guint i = 0; i < RECORDS; i++) {
        AuditRecord *record = audit_record_new("watchdog", "verdict.changed", "location/eastus");
        record->at_ms = WORLD_NOW - (gint64)(RECORDS - i) * 1000;
        audit_chain_append(&chain, record);
        g_ptr_array_add(records, record);
    }
    return records;
}

// What the API answers for records `first` to `last`, without the record `left_out`.
static char *page_of(const GPtrArray *records, gint64 first, gint64 last, gint64 left_out)
{
    g_autoptr(json_t) page = json_object();
    json_t *list = json_array();
    for (gint64 seq = first; seq <= last; seq++)
        if (seq != left_out)
            json_array_append_new(list, audit_record_to_json(records->pdata[seq - 1]));
    json_object_set_new(page, "records", list);
    return wire_format(page);
}

static void take(AuditLog *log, const GPtrArray *records, gint64 first, gint64 last)
{
    g_autofree char *body = page_of(records, first, last, 0);
    g_autoptr(GError) error = NULL;
    g_assert_true(auditlog_take(log, body, &error));
    g_assert_no_error(error);
}

static void test_pages_join(void)
{
    g_autoptr(GPtrArray) records = chain_new();
    AuditLog log;
    auditlog_init(&log);
    take(&log, records, 11, 20);
    take(&log, records, 21, 30); // behind
    take(&log, records, 1, 12);  // before, overlapping
    g_assert_null(log.broken);
    g_assert_cmpuint(log.records->len, ==, RECORDS);
    g_assert_cmpint(log.chain.seq, ==, RECORDS);
    for (guint i = 0; i < RECORDS; i++)
        g_assert_cmpint(((const AuditRecord *)log.records->pdata[i])->seq, ==, i + 1);
    g_assert_cmpint(auditlog_older_after(&log, 200), ==, -1);
    auditlog_release(&log);
}

// A record that was taken out, wherever it was: inside an older page, at its join, inside a newer one.
static void test_missing_records(void)
{
    static const struct {
        gint64 first, last, left_out;
        const char *says;
    } ROWS[] = {{1, 10, 5, "record 6 after record 4"},
                {1, 10, 10, "record 11 after record 9"},
                {21, 30, 25, "record 26 after record 24"},
                {21, 30, 21, "record 22 after record 20"}};
    g_autoptr(GPtrArray) records = chain_new();
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        AuditLog log;
        auditlog_init(&log);
        take(&log, records, 11, 20);
        g_autofree char *body = page_of(records, ROWS[i].first, ROWS[i].last, ROWS[i].left_out);
        g_assert_true(auditlog_take(&log, body, NULL));
        g_assert_nonnull(log.broken);
        g_assert_nonnull(strstr(log.broken, ROWS[i].says));
        auditlog_release(&log);
    }
}

static void test_altered_record(void)
{
    g_autoptr(GPtrArray) records = chain_new();
    AuditRecord *record = records->pdata[6];
    g_free(record->actor);
    record->actor = g_strdup("nobody");
    AuditLog log;
    auditlog_init(&log);
    take(&log, records, 1, RECORDS);
    g_assert_nonnull(log.broken);
    g_assert_nonnull(strstr(log.broken, "record 7 was changed"));
    auditlog_release(&log);
}

static void test_unreadable(void)
{
    static const char *const BODIES[] = {"", "[]x", "{\"records\":[{\"seq\":1}]}"};
    AuditLog log;
    auditlog_init(&log);
    for (guint i = 0; i < G_N_ELEMENTS(BODIES); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(auditlog_take(&log, BODIES[i], &error));
        g_assert_nonnull(error);
    }
    g_assert_cmpuint(log.records->len, ==, 0);
    auditlog_release(&log);
}

// ---- on the screen ----

static void use_chain(Visit *visit, const GPtrArray *records, gint64 first, gint64 last)
{
    g_ptr_array_set_size(visit->picture->audit, 0);
    for (gint64 seq = first; seq <= last; seq++)
        picture_add_audit(visit->picture, audit_record_copy(records->pdata[seq - 1]));
    visit->picture->version++;
}

static void set_head(Visit *visit, const GPtrArray *records, gint64 seq)
{
    FrameStatus *frame = &visit->picture->frame;
    const AuditRecord *record = records->pdata[seq - 1];
    frame->audit_seq = seq;
    g_free(frame->audit_hash);
    frame->audit_hash = g_strdup(record->hash);
    visit->picture->version++;
}

static void test_screen_fetches(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autoptr(GPtrArray) records = chain_new();
    use_chain(visit, records, 1, 0);
    set_head(visit, records, 20);
    visit_open(visit, SCREEN_AUDIT, NULL);
    g_autofree char *path = visit_wish(visit), *again = visit_wish(visit);
    g_assert_cmpstr(path, ==, "/v1/audit?after=0&limit=200");
    g_assert_null(again);
    g_autofree char *body = page_of(records, 1, 20, 0);
    visit_answer(visit, path, body);
    visit_has(visit, "verified 1 to 20, <10s ago");
    visit_has(visit, "as the backend's");
    // Nothing more is told of it: then to what it was done, which a narrow screen has no column for.
    g_assert_nonnull(strstr(visit_at(visit, 80, 24), "location/eastus"));
    // the stream comes back behind a hole: what is between is fetched, after a moment
    use_chain(visit, records, 28, 30);
    set_head(visit, records, 30);
    g_autofree char *soon = visit_wish(visit);
    g_assert_null(soon);
    visit->context.mono_ms += 3000;
    g_autofree char *hole = visit_wish(visit);
    g_assert_cmpstr(hole, ==, "/v1/audit?after=20&limit=200");
    g_autofree char *rest = page_of(records, 21, 30, 0);
    visit_answer(visit, hole, rest);
    visit_has(visit, "verified 1 to 30");
}

static void test_screen_alarms(void)
{
    g_autoptr(Visit) visit = visit_new();
    g_autoptr(GPtrArray) records = chain_new();
    use_chain(visit, records, 1, 20);
    set_head(visit, records, 20);
    visit_open(visit, SCREEN_AUDIT, NULL);
    visit_has(visit, "verified 1 to 20");
    set_head(visit, records, 15);
    visit_lacks(visit, "LOG CUT");
    visit->context.mono_ms += 3000;
    visit_has(visit, "LOG CUT: the backend's log ends at 15");
    set_head(visit, records, 20);
    g_free(visit->picture->frame.audit_hash);
    visit->picture->frame.audit_hash = g_strdup("ff");
    visit_has(visit, "CHAIN BROKEN");
}

// To what it was done stands in each row once, on a wide screen and on a narrow one.
static void test_object_once(void)
{
    static const int WIDTHS[] = {80, 132, 200};
    g_autoptr(Visit) visit = visit_new();
    g_autoptr(GPtrArray) records = chain_new();
    use_chain(visit, records, 1, 1);
    set_head(visit, records, 1);
    visit_open(visit, SCREEN_AUDIT, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(WIDTHS); i++) {
        const char *once = strstr(visit_at(visit, WIDTHS[i], 24), "location/eastus");
        g_assert_nonnull(once);
        g_assert_null(strstr(once + 1, "location/eastus"));
    }
}

// The frame tells alarms that are over and not acknowledged apart: in its words, in its short words, and where only
// signs have room.
static void test_critical_in_frame(void)
{
    static const struct {
        int width, height;
        const char *now, *over;
    } SIZES[] = {{200, 43, "▲ 1 critical", "△ 1 over, not acknowledged"},
                 {80, 24, "▲ 1 crit ", "△ 1 over "},
                 {40, 10, "▲1 ", "△1 "},
                 {20, 3, "1 crit", "0 crit"}};
    g_autoptr(Visit) visit = visit_new();
    Alarm *alarm = picture_get(visit->picture, SHELF_ALARMS, "location-down:westeurope");
    visit_open(visit, SCREEN_OVERVIEW, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(SIZES); i++) {
        const char *now = visit_at(visit, SIZES[i].width, SIZES[i].height);
        g_assert_nonnull(strstr(now, SIZES[i].now));
        g_assert_null(strstr(now, SIZES[i].over));
    }
    alarm->ended_ms = WORLD_NOW;
    visit->picture->version++;
    for (guint i = 0; i < G_N_ELEMENTS(SIZES); i++) {
        const char *over = visit_at(visit, SIZES[i].width, SIZES[i].height);
        g_assert_nonnull(strstr(over, SIZES[i].over));
        g_assert_null(strstr(over, SIZES[i].now));
    }
}

static void test_record(void)
{
    g_autoptr(Visit) visit = visit_new();
    visit_open(visit, SCREEN_AUDIT, NULL);
    visit_press(visit, "j j enter"); // the third newest
    visit_has(visit, "oncall-2");
    visit_has(visit, "is the content's");
    visit_press(visit, "h");
    visit_has(visit, "operation.proposed");
    visit_press(visit, "enter");
    g_assert_cmpint(ui_screen(visit->ui)->id, ==, SCREEN_OPERATION);
    visit_open(visit, SCREEN_RECORD, "17");
    g_autofree char *path = visit_wish(visit);
    g_assert_cmpstr(path, ==, "/v1/audit?after=15&limit=2");
    visit_answer(visit, path, NULL); // what nobody answered is not known to be missing
    visit_has(visit, "Record 17 was not answered, and is asked for again: Nobody answered.");
    g_autofree char *soon = visit_wish(visit);
    g_assert_null(soon);
    visit->context.mono_ms += 16 * 1000;
    g_autofree char *again = visit_wish(visit);
    g_assert_cmpstr(again, ==, path);
    visit_answer(visit, again, "{\"records\":[]}");
    visit_has(visit, "There is no record 17 here");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit/critical-in-frame", test_critical_in_frame);
    g_test_add_func("/audit/object-once", test_object_once);
    g_test_add_func("/audit/log/pages-join", test_pages_join);
    g_test_add_func("/audit/log/missing-records", test_missing_records);
    g_test_add_func("/audit/log/altered-record", test_altered_record);
    g_test_add_func("/audit/log/unreadable", test_unreadable);
    g_test_add_func("/audit/screen/fetches", test_screen_fetches);
    g_test_add_func("/audit/screen/alarms", test_screen_alarms);
    g_test_add_func("/audit/record", test_record);
    return g_test_run();
}
