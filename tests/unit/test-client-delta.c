// Lines into the picture: each kind lands where it belongs, and a line that cannot be read changes nothing.
#include <string.h>

#include "base/error.h"
#include "client/private.h"

static bool take(Picture *picture, const char *text, guint64 *ret_end, bool *ret_reload,
                 GError **error)
{
    return delta_take(picture, text, strlen(text), ret_end, ret_reload, error);
}

static void test_shelves(void)
{
    static const struct {
        const char *text;
        ShelfKind shelf;
    } ROWS[] = {
        {"{\"kind\":\"location\",\"key\":\"k\",\"object\":{\"name\":\"k\"}}", SHELF_LOCATIONS},
        {"{\"kind\":\"group\",\"key\":\"k\",\"object\":{\"name\":\"k\"}}", SHELF_GROUPS},
        {"{\"kind\":\"workload\",\"key\":\"k\",\"object\":{\"id\":\"k\",\"group\":\"g\",\"name\":"
         "\"n\"}}",
         SHELF_WORKLOADS},
        {"{\"kind\":\"operation\",\"key\":\"k\",\"object\":{\"id\":\"k\",\"kind\":\"failover\","
         "\"group\":\"g\",\"state\":\"running\"}}",
         SHELF_OPERATIONS},
        {"{\"kind\":\"finding\",\"key\":\"k\",\"object\":{\"id\":\"k\"}}", SHELF_FINDINGS},
        {"{\"kind\":\"alarm\",\"key\":\"k\",\"object\":{\"id\":\"k\"}}", SHELF_ALARMS},
    };
    g_autoptr(Picture) picture = picture_new();
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        guint64 end = 0;
        bool reload = false;
        g_autoptr(GError) error = NULL;
        g_assert_true(take(picture, ROWS[i].text, &end, &reload, &error));
        g_assert_no_error(error);
        g_assert_nonnull(picture_get(picture, ROWS[i].shelf, "k"));
        g_autoptr(json_t) json = json_loads(ROWS[i].text, 0, NULL);
        json_object_set_new(json, "object", json_null());
        g_autofree char *gone = wire_format(json);
        g_assert_true(take(picture, gone, &end, &reload, &error));
        g_assert_null(picture_get(picture, ROWS[i].shelf, "k"));
        g_assert_cmpuint(end, ==, 0);
        g_assert_false(reload);
    }
}

static void test_singles(void)
{
    g_autoptr(Picture) picture = picture_new();
    guint64 end = 0, version = picture->version;
    bool reload = false;
    g_assert_true(take(picture, "{\"kind\":\"frame\",\"key\":\"\",\"object\":{\"fleet\":\"f\"}}",
                       &end, &reload, NULL));
    g_assert_cmpstr(picture->frame.fleet, ==, "f");
    g_assert_cmpuint(picture->version, >, version);
    g_assert_true(take(picture, "{\"kind\":\"change\",\"key\":\"k\",\"object\":{\"object\":\"k\"}}",
                       &end, &reload, NULL));
    g_assert_cmpuint(picture->changes->len, ==, 1);
    g_assert_true(take(picture,
                       "{\"kind\":\"me\",\"object\":{\"operator\":\"anna\",\"how\":\"uid "
                       "7\",\"roles\":19}}",
                       &end, &reload, NULL));
    g_assert_cmpstr(picture->me.name, ==, "anna");
    g_assert_cmpuint(picture->me.roles, ==, 19); // a role of the future is none of ours
    g_assert_true(take(picture, "{\"kind\":\"end\",\"revision\":4711}", &end, &reload, NULL));
    g_assert_cmpuint(end, ==, 4711);
    g_assert_false(reload);
    g_assert_true(
        take(picture, "{\"kind\":\"reload\",\"key\":\"\",\"object\":null}", &end, &reload, NULL));
    g_assert_true(reload);
}

static void test_nothing_changes(void)
{
    static const char *const TEXTS[] = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"kind\":7}",
        "{\"kind\":\"me\"}",
        "{\"kind\":\"me\",\"object\":{\"operator\":7,\"roles\":1}}",
        "{\"kind\":\"me\",\"object\":{\"operator\":\"eve\",\"roles\":\"all\"}}",
        "{\"kind\":\"end\"}",
        "{\"kind\":\"end\",\"revision\":-1}",
        "{\"kind\":\"location\",\"object\":{}}",
        "{\"kind\":\"location\",\"key\":\"k\",\"object\":[]}",
        "{\"kind\":\"frame\",\"key\":\"\",\"object\":{\"fleet\":7}}",
    };
    g_autoptr(Picture) picture = picture_new();
    guint64 end = 0;
    bool reload = false;
    g_assert_true(take(picture, "{\"kind\":\"me\",\"object\":{\"operator\":\"anna\",\"roles\":1}}",
                       &end, &reload, NULL));
    guint64 version = picture->version;
    for (guint i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(take(picture, TEXTS[i], &end, &reload, &error));
        g_assert_nonnull(error);
        g_assert_cmpstr(picture->me.name, ==, "anna");
        g_assert_cmpuint(picture->version, ==, version);
    }
    g_assert_false(reload);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/delta/shelves", test_shelves);
    g_test_add_func("/client/delta/singles", test_singles);
    g_test_add_func("/client/delta/nothing-changes", test_nothing_changes);
    return g_test_run();
}
