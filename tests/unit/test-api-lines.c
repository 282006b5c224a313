#include "api/lines.h"

#include <string.h>

#include "base/none.h"
#include "model/operation.h"
#include "model/status.h"

static char *text_of(GBytes *bytes)
{
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);
    return g_strndup(text, n);
}

static void check_line(LineCache *lines, DeltaKind kind, gconstpointer object, const char *start)
{
    g_autoptr(GBytes) line = line_cache_get(lines, kind, object);
    g_autofree char *text = text_of(line);
    g_assert_true(g_str_has_prefix(text, start));
    g_assert_true(g_str_has_suffix(text, "}}\n"));
    g_assert_cmpuint(strcspn(text, "\n"), ==, strlen(text) - 1);
}

static void test_forms(void)
{
    g_autoptr(LineCache) lines = line_cache_new();
    g_autoptr(WorkloadStatus) workload = workload_status_new("pay", "settle");
    g_autoptr(Alarm) alarm = alarm_new("store-full");
    check_line(lines, DELTA_WORKLOAD, workload,
               "{\"kind\":\"workload\",\"key\":\"pay/settle\",\"object\":{\"id\":\"pay/settle\"");
    check_line(lines, DELTA_ALARM, alarm,
               "{\"kind\":\"alarm\",\"key\":\"store-full\",\"object\":{");
}

// The object is found whatever its key looks like.
static void test_object(void)
{
    static const char *const KEYS[] = {"plain",       "quo\"te",          ",\"object\":{",
                                       "back\\slash", "\",\"object\":{}", "Länge"};
    g_autoptr(LineCache) lines = line_cache_new();
    for (guint i = 0; i < G_N_ELEMENTS(KEYS); i++) {
        g_autoptr(Finding) finding = finding_new();
        finding->id = g_strdup(KEYS[i]);
        g_autoptr(GBytes) line = line_cache_get(lines, DELTA_FINDING, finding);
        gsize n;
        const char *object = line_object(line, &n);
        g_autofree char *text = g_strndup(object, n);
        g_autoptr(json_t) json = wire_parse("the object", text, n, WIRE_BYTES_MAX, NULL);
        g_assert_nonnull(json);
        g_assert_cmpstr(json_string_value(json_object_get(json, "id")), ==, KEYS[i]);
    }
}

// What is kept is the same bytes, until it is said to have changed.
static void test_kept(void)
{
    g_autoptr(LineCache) lines = line_cache_new();
    g_autoptr(GroupStatus) group = group_status_new("pay");
    g_autoptr(GBytes) first = line_cache_get(lines, DELTA_GROUP, group);
    group->epoch = 7;
    g_autoptr(GBytes) untold = line_cache_get(lines, DELTA_GROUP, group);
    g_assert_true(first == untold);
    line_cache_drop(lines, DELTA_LOCATION, "pay"); // another kind
    g_autoptr(GBytes) still = line_cache_get(lines, DELTA_GROUP, group);
    g_assert_true(first == still);
    line_cache_drop(lines, DELTA_GROUP, "pay");
    g_autoptr(GBytes) told = line_cache_get(lines, DELTA_GROUP, group);
    g_autofree char *text = text_of(told);
    g_assert_nonnull(strstr(text, "\"epoch\":7"));
    group->epoch = 8;
    line_cache_clear(lines);
    g_autoptr(GBytes) cleared = line_cache_get(lines, DELTA_GROUP, group);
    g_autofree char *fresh = text_of(cleared);
    g_assert_nonnull(strstr(fresh, "\"epoch\":8"));
}

// What changes untold carries its own mark.
static void test_stamped(void)
{
    g_autoptr(LineCache) lines = line_cache_new();
    g_autoptr(Finding) finding = finding_new();
    finding->id = g_strdup("R09:west");
    finding->observed_at_ms = 1000;
    g_autoptr(GBytes) first = line_cache_get(lines, DELTA_FINDING, finding);
    finding->observed_at_ms = 2000;
    g_autoptr(GBytes) second = line_cache_get(lines, DELTA_FINDING, finding);
    g_autofree char *text = text_of(second);
    g_assert_nonnull(strstr(text, "1970-01-01T00:00:02.000Z"));
    g_autoptr(Operation) operation = operation_new("op-1");
    operation->group = g_strdup("pay");
    operation->revision = 1;
    g_autoptr(GBytes) before = line_cache_get(lines, DELTA_OPERATION, operation);
    operation->revision = 2;
    g_autoptr(GBytes) after = line_cache_get(lines, DELTA_OPERATION, operation);
    g_assert_false(g_bytes_equal(before, after));
}

static GroupStatus *group_of(const char *name, guint bytes)
{
    g_autofree char *words = g_strnfill(1024, 'x');
    GroupStatus *group = group_status_new(name);
    for (guint i = 0; i < bytes / 1024; i++)
        g_ptr_array_add(list_own(&group->reduced, g_free), g_strdup(words));
    return group;
}

// Beyond its limit a line is made anew for each question; what was dropped makes room.
static void test_limit(void)
{
    g_autoptr(LineCache) lines = line_cache_new();
    g_autoptr(GroupStatus) large = group_of("large", LINES_BYTES_MAX / 8 * 7);
    g_autoptr(GroupStatus) next = group_of("next", LINES_BYTES_MAX / 4);
    g_autoptr(GBytes) kept = line_cache_get(lines, DELTA_GROUP, large);
    g_autoptr(GBytes) first = line_cache_get(lines, DELTA_GROUP, next);
    g_autoptr(GBytes) second = line_cache_get(lines, DELTA_GROUP, next);
    g_autoptr(GBytes) still = line_cache_get(lines, DELTA_GROUP, large);
    g_assert_true(kept == still);
    g_assert_true(first != second && g_bytes_equal(first, second));
    line_cache_drop(lines, DELTA_GROUP, "large");
    g_autoptr(GBytes) third = line_cache_get(lines, DELTA_GROUP, next);
    g_autoptr(GBytes) fourth = line_cache_get(lines, DELTA_GROUP, next);
    g_assert_true(third == fourth);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/lines/forms", test_forms);
    g_test_add_func("/api/lines/object", test_object);
    g_test_add_func("/api/lines/kept", test_kept);
    g_test_add_func("/api/lines/stamped", test_stamped);
    g_test_add_func("/api/lines/limit", test_limit);
    return g_test_run();
}
