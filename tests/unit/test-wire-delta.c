// Deltas: every kind there and back, things that are gone, kinds from the future.
#include "wire/delta.h"

#include <string.h>

#include "base/error.h"
#include "wire/audit.h"
#include "wire/operation.h"
#include "wire/status.h"

static gpointer sample(DeltaKind kind)
{
    static const char *const TEXTS[DELTA_KINDS] = {
        [DELTA_FRAME] = "{\"fleet\":\"contoso-prod\"}",
        [DELTA_LOCATION] = "{\"name\":\"k\"}",
        [DELTA_GROUP] = "{\"name\":\"k\"}",
        [DELTA_WORKLOAD] = "{\"id\":\"k\",\"group\":\"g\",\"name\":\"n\"}",
        [DELTA_OPERATION] =
            "{\"id\":\"k\",\"kind\":\"failover\",\"group\":\"g\",\"state\":\"running\"}",
        [DELTA_FINDING] = "{\"id\":\"k\"}",
        [DELTA_ALARM] = "{\"id\":\"k\"}",
        [DELTA_CHANGE] = "{\"object\":\"k\"}",
        [DELTA_AUDIT] = "{\"seq\":7,\"time\":\"2026-11-21T03:14:07Z\",\"actor\":\"a\","
                        "\"action\":\"b\",\"object\":\"c\",\"prev_hash\":\"\",\"hash\":\"\"}",
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = json_loads(TEXTS[kind], 0, NULL);
    gpointer object = shape_from_json(delta_shape(kind), json, WIRE_STRICT, &error);
    g_assert_no_error(error);
    return object;
}

static void test_round_trip(void)
{
    for (DeltaKind kind = 0; kind < DELTA_RELOAD; kind++) {
        gpointer object = sample(kind);
        g_autoptr(json_t) json = delta_to_json(kind, object);
        g_autoptr(GError) error = NULL;
        g_auto(Delta) delta = {0};
        g_assert_true(delta_from_json(json, WIRE_STRICT, &delta, &error));
        g_assert_no_error(error);
        g_assert_cmpint(delta.kind, ==, kind);
        const char *key = kind == DELTA_FRAME ? "" : kind == DELTA_AUDIT ? "7" : "k";
        g_assert_cmpstr(delta.key, ==, key);
        g_autoptr(json_t) again = delta_to_json(delta.kind, delta.object);
        g_assert_true(json_equal(json, again));
        g_autofree char *text = wire_format(json);
        g_autoptr(GString) printed = g_string_new(NULL);
        delta_print(printed, kind, object);
        g_assert_cmpstr(printed->str, ==, text);
        g_auto(Delta) scanned = {0};
        g_assert_true(delta_scan(text, strlen(text), &scanned));
        g_assert_cmpint(scanned.kind, ==, kind);
        g_assert_cmpstr(scanned.key, ==, key);
        g_autoptr(json_t) same = delta_to_json(scanned.kind, scanned.object);
        g_assert_true(json_equal(json, same));
        shape_free(delta_shape(kind), object);
    }
}

// What the short way does not take is left to the other, which says what is wrong.
static void test_not_scanned(void)
{
    static const char *const ROWS[] = {
        "",
        "{}",
        "[]",
        "{\"kind\":\"group\"",
        "{\"kind\":\"weather\",\"key\":\"\",\"object\":null}",
        "{\"kind\":\"reload\",\"key\":\"\",\"object\":null}",
        "{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"b\"}}",
        "{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"a\"}} ",
        "{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"a\",\"surprise\":1}}",
        "{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"a\",\"name\":\"a\"}}",
        "{\"kind\":\"group\", \"key\":\"a\",\"object\":{\"name\":\"a\"}}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        Delta delta = {.kind = DELTA_ALARM};
        g_assert_false(delta_scan(ROWS[i], strlen(ROWS[i]), &delta));
        g_assert_cmpint(delta.kind, ==, DELTA_ALARM); // untouched
    }
}

static void test_gone(void)
{
    g_autoptr(json_t) json = delta_gone_to_json(DELTA_FINDING, "R09:westeurope");
    g_autofree char *text = wire_format(json);
    g_assert_cmpstr(text, ==, "{\"kind\":\"finding\",\"key\":\"R09:westeurope\",\"object\":null}");
    g_auto(Delta) delta = {0};
    g_assert_true(delta_from_json(json, WIRE_STRICT, &delta, NULL));
    g_assert_cmpint(delta.kind, ==, DELTA_FINDING);
    g_assert_cmpstr(delta.key, ==, "R09:westeurope");
    g_assert_null(delta.object);
    delta_release(&delta);
    g_assert_true(delta_scan(text, strlen(text), &delta));
    g_assert_cmpint(delta.kind, ==, DELTA_FINDING);
    g_assert_cmpstr(delta.key, ==, "R09:westeurope");
    g_assert_null(delta.object);

    g_autoptr(json_t) reload = delta_gone_to_json(DELTA_RELOAD, "");
    delta_release(&delta);
    g_assert_true(delta_from_json(reload, WIRE_STRICT, &delta, NULL));
    g_assert_cmpint(delta.kind, ==, DELTA_RELOAD);
}

static void test_future(void)
{
    g_autoptr(json_t) json = json_pack("{s:s, s:i, s:[]}", "kind", "weather", "key", 5, "object");
    g_autoptr(GError) error = NULL;
    g_auto(Delta) delta = {0};
    g_assert_true(delta_from_json(json, WIRE_LENIENT, &delta, NULL));
    g_assert_cmpint(delta.kind, ==, DELTA_KINDS);
    g_assert_cmpstr(delta.key, ==, "");
    g_assert_false(delta_from_json(json, WIRE_STRICT, &delta, &error));
    g_assert_nonnull(strstr(error->message, "kind: \"weather\" is none of: frame, location"));
}

static void test_refused(void)
{
    static const struct {
        const char *text, *sentence;
    } ROWS[] = {
        {"{}", "kind: expected a string, found nothing."},
        {"[]", "the document: expected an object, found an array."},
        {"{\"kind\":\"group\",\"object\":null}", "key: expected a string, found nothing."},
        {"{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"b\"}}",
         "key: it is not the object's own."},
        {"{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"a\",\"epoch\":true}}",
         "object.epoch: expected a whole number, found true."},
        {"{\"kind\":\"group\",\"key\":\"a\",\"object\":{\"name\":\"a\",\"standbys\":[\"x\",5]}}",
         "object.standbys[1]: expected a string, found a number."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = json_loads(ROWS[i].text, 0, NULL);
        Delta delta = {.kind = DELTA_ALARM};
        g_assert_false(delta_from_json(json, WIRE_LENIENT, &delta, &error));
        g_assert_cmpstr(error->message, ==, ROWS[i].sentence);
        g_assert_cmpint(delta.kind, ==, DELTA_ALARM); // untouched
    }
}

static void test_steal(void)
{
    LocationStatus *status = sample(DELTA_LOCATION);
    g_autoptr(json_t) json = delta_to_json(DELTA_LOCATION, status);
    location_status_free(status);
    g_auto(Delta) delta = {0};
    g_assert_true(delta_from_json(json, WIRE_STRICT, &delta, NULL));
    g_autoptr(LocationStatus) mine = delta_steal_object(&delta);
    g_assert_null(delta.object);
    g_assert_cmpstr(mine->name, ==, "k");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/delta/round-trip", test_round_trip);
    g_test_add_func("/wire/delta/not-scanned", test_not_scanned);
    g_test_add_func("/wire/delta/gone", test_gone);
    g_test_add_func("/wire/delta/future", test_future);
    g_test_add_func("/wire/delta/refused", test_refused);
    g_test_add_func("/wire/delta/steal", test_steal);
    return g_test_run();
}
