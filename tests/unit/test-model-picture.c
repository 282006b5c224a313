// The console's picture: objects keep their place when they change, and are found by key throughout.
#include <string.h>

#include "model/picture.h"

static void put(Picture *picture, const char *name, const char *title)
{
    LocationStatus *status = location_status_new(name);
    status->title = g_strdup(title);
    picture_put(picture, SHELF_LOCATIONS, status);
}

static char *order(const Picture *picture)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < picture_count(picture, SHELF_LOCATIONS); i++) {
        const LocationStatus *status = picture_at(picture, SHELF_LOCATIONS, i);
        g_assert_true(picture_location(picture, status->name) == status);
        g_string_append_printf(text, "%s=%s ", status->name, status->title);
    }
    return g_string_free(text, FALSE);
}

static void test_put_and_remove(void)
{
    g_autoptr(Picture) picture = picture_new();
    put(picture, "a", "1");
    put(picture, "b", "2");
    put(picture, "c", "3");
    put(picture, "b", "4");
    g_autofree char *changed = order(picture);
    g_assert_cmpstr(changed, ==, "a=1 b=4 c=3 ");
    guint64 version = picture->version;
    picture_remove(picture, SHELF_LOCATIONS, "a");
    picture_remove(picture, SHELF_LOCATIONS, "nobody");
    g_assert_cmpuint(picture->version, ==, version + 1);
    g_autofree char *left = order(picture);
    g_assert_cmpstr(left, ==, "b=4 c=3 ");
    g_assert_null(picture_location(picture, "a"));
    g_assert_cmpstr(picture_title(picture, "b"), ==, "4");
    g_assert_cmpstr(picture_title(picture, "nobody"), ==, "nobody");
    picture_clear(picture);
    g_assert_cmpuint(picture_count(picture, SHELF_LOCATIONS), ==, 0);
}

static void test_bounds(void)
{
    g_autoptr(Picture) picture = picture_new();
    for (gint64 i = 1; i <= PICTURE_AUDIT + 5; i++) {
        AuditRecord *record = audit_record_new("daemon", "test", "x");
        record->seq = i;
        picture_add_audit(picture, record);
        picture_add_change(picture, g_new0(Change, 1));
    }
    AuditRecord *again = audit_record_new("daemon", "test", "x");
    again->seq = 7;
    picture_add_audit(picture, again);
    g_assert_cmpuint(picture->audit->len, ==, PICTURE_AUDIT);
    g_assert_cmpint(((AuditRecord *)picture->audit->pdata[0])->seq, ==, 6);
    g_assert_cmpuint(picture->changes->len, ==, PICTURE_CHANGES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/picture/put-and-remove", test_put_and_remove);
    g_test_add_func("/model/picture/bounds", test_bounds);
    return g_test_run();
}
