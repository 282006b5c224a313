// What customers are told, and when something may begin: the fields of a notice, the window of the day.
#include "model/notice.h"

#include "base/error.h"
#include "base/none.h"
#include "model/window.h"

#define HOUR_MS ((gint64)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

typedef struct {
    Fleet *fleet;
    Group *group;
    Location *west, *north;
} World;

static World world_new(void)
{
    World world = {.fleet = fleet_new("f")};
    world.west = fleet_add_location(world.fleet, "west");
    world.north = fleet_add_location(world.fleet, "north");
    world.north->title = g_strdup("North {to} Europe");
    world.group = fleet_add_group(world.fleet, "payments");
    world.group->rto_ms = 4 * HOUR_MS;
    return world;
}

static const struct {
    const char *template, *text;
} NOTICES[] = {
    {"", ""},
    {"{group} moves from {from} to {to}.", "payments moves from west to North {to} Europe."},
    {"{title}: back within {rto}, at most {rpo} lost. {reduced} will not work. Ask {owner}.",
     "payments: back within 4h, at most 15m lost. nothing will not work. Ask the operator."},
    {"{{group}}", "{payments}"},
    {"{nope} and } and {", "{nope} and } and {"},
};

static void test_render(void)
{
    World world = world_new();
    for (guint i = 0; i < G_N_ELEMENTS(NOTICES); i++) {
        g_autofree char *text =
            notice_render(NOTICES[i].template, world.group, world.west, world.north);
        g_assert_cmpstr(text, ==, NOTICES[i].text);
    }
    world.group->owner = g_strdup("the payments desk");
    g_ptr_array_add(list_own(&world.group->reduced, g_free), g_strdup("refunds"));
    g_ptr_array_add(list_own(&world.group->reduced, g_free), g_strdup("reports"));
    g_autofree char *text =
        notice_render("{reduced}|{owner}", world.group, world.west, world.north);
    g_assert_cmpstr(text, ==, "refunds; reports|the payments desk");
    fleet_unref(world.fleet);
}

static void test_check(void)
{
    static const struct {
        const char *template, *says; // NULL: fine
    } ROWS[] = {{"plain", NULL},
                {"{group} {title} {from} {to} {rto} {rpo} {reduced} {owner}", NULL},
                {"{loss}", "there is no field {loss}"},
                {"{Group}", "there is no field {Group}"},
                {"a { b", "without its other"},
                {"a } b", "without its other"},
                {"{}", "there is no field {}"}};
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(notice_check(ROWS[i].template, &error), ==, ROWS[i].says == NULL);
        if (ROWS[i].says)
            g_assert_nonnull(g_strstr_len(error->message, -1, ROWS[i].says));
    }
}

static void test_window_parse(void)
{
    static const char *const GOOD[] = {"22:00-04:00", "00:00-23:59", "09:30-09:31"};
    static const char *const BAD[] = {
        "",           "22:00",       "22:00-24:00",  "22:60-23:00", "22:00-22:00",
        "2:00-4:00",  "22:00 04:00", "22:00-04:00 ", "aa:bb-cc:dd", "22:00-04:000",
        "-1:00-04:00"};
    DayWindow window = {0};
    for (guint i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        g_assert_true(day_window_parse(GOOD[i], &window));
        g_autofree char *text = day_window_format(&window);
        g_assert_cmpstr(text, ==, GOOD[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(BAD); i++)
        g_assert_false(day_window_parse(BAD[i], &window));
    window = (DayWindow){0};
    g_assert_null(day_window_format(&window));
}

static void test_window_opens(void)
{
    static const struct {
        const char *window;
        gint64 now_ms, opens_ms; // of the day
    } ROWS[] = {
        {"09:00-17:00", 9 * HOUR_MS, 9 * HOUR_MS},
        {"09:00-17:00", 9 * HOUR_MS - 1, 9 * HOUR_MS},
        {"09:00-17:00", 17 * HOUR_MS - 1, 17 * HOUR_MS - 1},
        {"09:00-17:00", 17 * HOUR_MS, 33 * HOUR_MS},
        {"22:00-04:00", 0, 0},
        {"22:00-04:00", 4 * HOUR_MS - 1, 4 * HOUR_MS - 1},
        {"22:00-04:00", 4 * HOUR_MS, 22 * HOUR_MS},
        {"22:00-04:00", 23 * HOUR_MS, 23 * HOUR_MS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        DayWindow window;
        gint64 day_ms = 20000 * DAY_MS;
        g_assert_true(day_window_parse(ROWS[i].window, &window));
        g_assert_cmpint(day_window_opens(&window, day_ms + ROWS[i].now_ms), ==,
                        day_ms + ROWS[i].opens_ms);
    }
    DayWindow none = {0};
    g_assert_cmpint(day_window_opens(&none, 12345), ==, 12345);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/notice/render", test_render);
    g_test_add_func("/model/notice/check", test_check);
    g_test_add_func("/model/window/parse", test_window_parse);
    g_test_add_func("/model/window/opens", test_window_opens);
    return g_test_run();
}
