// Every struct that travels, as its table says: random ones come back as they went, fields that nobody
// knows are refused or passed over, and nothing that is sent can do more than be refused.
#include "wire/shape.h"

#include <string.h>

#include "base/error.h"
#include "base/none.h"
#include "wire/audit.h"
#include "wire/delta.h"
#include "wire/operation.h"
#include "wire/print.h"
#include "wire/scan.h"
#include "wire/statement.h"
#include "wire/status.h"

enum { ROUNDS = 60 };

static const WireShape *const SHAPES[] = {
    &VERDICT_SHAPE, &LOCATION_SHAPE,  &WORKLOAD_SHAPE, &REPLICATION_SHAPE, &GROUP_SHAPE,
    &FINDING_SHAPE, &ALARM_SHAPE,     &CHANGE_SHAPE,   &FRAME_SHAPE,       &STATEMENT_SHAPE,
    &STEP_SHAPE,    &OPERATION_SHAPE, &SIGNOFF_SHAPE,  &AUDIT_SHAPE,       &SIGNOFF_REQUEST_SHAPE,
};

// ---- random structs, from the tables themselves ----

// Nothing odd: what a fleet in good order says of itself.
static bool is_plain;

static char *random_text(GRand *rand)
{
    static const char *const PLAIN[] = {"a", "West Europe", "é", "東京", "😀"};
    static const char *const PIECES[] = {"a",     "West Europe", "\n",   "\x1b[2J", "\"", "\\",
                                         "é",     "東京",        "\x7f", "\u202e",  "😀",  "",
                                         "0.1e3", "null"};
    GString *text = g_string_new(NULL);
    for (int n = g_rand_int_range(rand, 0, 6); n > 0; n--)
        g_string_append(text, is_plain ? PLAIN[g_rand_int_range(rand, 0, G_N_ELEMENTS(PLAIN))]
                                       : PIECES[g_rand_int_range(rand, 0, G_N_ELEMENTS(PIECES))]);
    return g_string_free(text, FALSE);
}

// Small, large, or anything between 0 and `max`.
static gint64 random_number(GRand *rand, gint64 max)
{
    gint64 value = (gint64)((guint64)g_rand_int(rand) << 31 | g_rand_int(rand));
    if (is_plain)
        return value % MIN(max, G_GINT64_CONSTANT(999999999999));
    switch (g_rand_int_range(rand, 0, 4)) {
    case 0:
        return 0;
    case 1:
        return max;
    case 2:
        return value % 1000 < max ? value % 1000 : max;
    default:
        return value % max;
    }
}

static void fill(const WireShape *shape, gpointer object, GRand *rand);

static gpointer random_object(const WireShape *shape, GRand *rand)
{
    gpointer object = shape->make ? shape->make() : g_malloc0(shape->size);
    fill(shape, object, rand);
    return object;
}

#define YEAR_MS ((gint64)366 * 24 * 3600 * 1000)

static void fill_number(const WireField *field, char *member, GRand *rand)
{
    bool unknown = g_rand_boolean(rand);
    if (field->kind == FIELD_UINT)
        *(guint *)member = (guint)random_number(rand, G_MAXINT);
    else if (field->kind == FIELD_INT_COUNT)
        *(int *)member = unknown ? -1 : (int)random_number(rand, G_MAXINT);
    else if (field->kind == FIELD_COUNT)
        *(gint64 *)member = unknown ? -1 : random_number(rand, WIRE_INTEGER_MAX);
    else if (field->kind == FIELD_NUMBER || field->kind == FIELD_REVISION)
        *(gint64 *)member = random_number(rand, WIRE_INTEGER_MAX);
    else if (field->kind == FIELD_TIME)
        *(gint64 *)member =
            unknown && !field->required ? 0 : 1 + random_number(rand, 200 * YEAR_MS);
    else if (field->kind == FIELD_SECONDS)
        *(gint64 *)member = random_number(rand, 99 * YEAR_MS);
    else if (field->kind == FIELD_SECONDS_OPT)
        *(gint64 *)member = unknown ? -1 : random_number(rand, 99 * YEAR_MS);
    else
        *(gint64 *)member = random_number(rand, YEAR_MS);
}

static void fill_nested(const WireField *field, gpointer object, char *member, GRand *rand)
{
    if (field->kind == FIELD_STRUCT)
        fill(field->shape, member, rand);
    else if (field->kind == FIELD_POINTER && g_rand_boolean(rand)) {
        shape_free(field->shape, *(gpointer *)member);
        *(gpointer *)member = random_object(field->shape, rand);
    } else if (field->kind == FIELD_STRUCTS)
        for (int n = g_rand_int_range(rand, 0, 4); n > 0; n--)
            g_ptr_array_add(list_own((GPtrArray **)(gpointer)member, shape_drop(field->shape)),
                            random_object(field->shape, rand));
    else if (field->kind == FIELD_RUN) {
        guint n = (guint)g_rand_int_range(rand, 0, (int)(field->size / field->shape->size) + 1);
        *(guint *)(gpointer)((char *)object + field->count) = n;
        for (guint i = 0; i < n; i++)
            fill(field->shape, member + i * field->shape->size, rand);
    }
}

static void fill(const WireShape *shape, gpointer object, GRand *rand)
{
    for (guint i = 0; i < shape->count; i++) {
        const WireField *field = &shape->fields[i];
        char *member = (char *)object + field->offset;
        if (field->kind == FIELD_TEXT) {
            bool none = !field->required && g_rand_boolean(rand);
            g_free(*(char **)member);
            *(char **)member = none ? NULL : random_text(rand);
        } else if (field->kind == FIELD_BOOL)
            *(bool *)member = g_rand_boolean(rand);
        else if (field->kind == FIELD_NAME)
            *(int *)member = g_rand_int_range(rand, 0, (int)field->names->count);
        else if (field->kind == FIELD_TEXTS)
            for (int n = g_rand_int_range(rand, 0, 4); n > 0; n--)
                g_ptr_array_add(list_own((GPtrArray **)(gpointer)member, g_free),
                                random_text(rand));
        else if (field->kind < FIELD_TEXTS)
            fill_number(field, member, rand);
        else
            fill_nested(field, object, member, rand);
    }
}

static json_t *random_json(const WireShape *shape, GRand *rand)
{
    gpointer object = random_object(shape, rand);
    json_t *json = shape_to_json(shape, object);
    shape_free(shape, object);
    return json;
}

static GRand *seeded(void)
{
    return g_rand_new_with_seed(20261121);
}

// ---- the tests ----

static void test_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++) {
        g_autofree char *wrong = shape_check(SHAPES[i]);
        g_assert_cmpstr(wrong, ==, NULL);
    }
}

static void test_table_mistakes(void)
{
    static const WireField SIZE[] = {{"a", FIELD_TEXT, FIELD(Change, severity)}};
    static const WireField TWICE[] = {{"a", FIELD_TEXT, FIELD(Change, text)},
                                      {"a", FIELD_TEXT, FIELD(Change, object)}};
    static const WireField NAMES[] = {{"a", FIELD_NAME, FIELD(Change, severity)}};
    static const WireShape ROWS[] = {SHAPE("x", Change, SIZE, NULL, NULL),
                                     SHAPE("x", Change, TWICE, NULL, NULL),
                                     SHAPE("x", Change, NAMES, NULL, NULL)};
    static const char *const EXPECTED[] = {"x.a: the member's size is not the kind's.",
                                           "x.a: the name is there twice.",
                                           "x.a: its names are missing."};
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *wrong = shape_check(&ROWS[i]);
        g_assert_cmpstr(wrong, ==, EXPECTED[i]);
    }
}

// struct → text → struct → text: both texts are the same.
static void test_round_trip(void)
{
    g_autoptr(GRand) rand = seeded();
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++)
        for (int round = 0; round < ROUNDS; round++) {
            g_autoptr(json_t) json = random_json(SHAPES[i], rand);
            g_autofree char *text = wire_format(json);
            g_autoptr(GError) error = NULL;
            g_autoptr(json_t) read = wire_parse("It", text, strlen(text), strlen(text), &error);
            g_assert_no_error(error);
            gpointer object = shape_from_json(SHAPES[i], read, WIRE_STRICT, &error);
            g_assert_no_error(error);
            g_autoptr(json_t) again = shape_to_json(SHAPES[i], object);
            g_autofree char *text_again = wire_format(again);
            g_assert_cmpstr(text, ==, text_again);
            shape_free(SHAPES[i], object);
        }
}

// Read from the text itself; NULL: left to the reader that knows all of JSON.
static gpointer scan_all(const WireShape *shape, const char *text, gsize n)
{
    Scan scan = {text, text + n};
    gpointer object = shape_scan(shape, &scan);
    if (object && scan.at != scan.end) {
        shape_free(shape, object);
        return NULL;
    }
    return object;
}

// What is read the short way is what the long way reads.
static bool check_scan(const WireShape *shape, const char *text, gsize n)
{
    g_autoptr(GError) error = NULL;
    gpointer object = scan_all(shape, text, n);
    if (!object)
        return false;
    g_autoptr(json_t) json = wire_parse("It", text, n, n, &error);
    g_assert_no_error(error);
    gpointer known = shape_from_json(shape, json, WIRE_STRICT, &error);
    g_assert_no_error(error);
    g_autoptr(json_t) left = shape_to_json(shape, object), right = shape_to_json(shape, known);
    g_assert_true(json_equal(left, right));
    shape_free(shape, object);
    shape_free(shape, known);
    return true;
}

static void test_scanned(void)
{
    g_autoptr(GRand) rand = seeded();
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++)
        for (int round = 0; round < ROUNDS; round++) {
            is_plain = round % 2;
            g_autoptr(json_t) json = random_json(SHAPES[i], rand);
            g_autofree char *text = wire_format(json);
            bool scanned = check_scan(SHAPES[i], text, strlen(text));
            g_assert_true(scanned || !is_plain);
        }
    is_plain = false;
}

// Both writers write the same bytes, whatever stands in the object.
static void test_printed(void)
{
    g_autoptr(GRand) rand = seeded();
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++)
        for (int round = 0; round < ROUNDS; round++) {
            is_plain = round % 2;
            gpointer object = random_object(SHAPES[i], rand);
            g_autoptr(json_t) json = shape_to_json(SHAPES[i], object);
            g_autofree char *expected = wire_format(json);
            GString *out = g_string_new(NULL);
            shape_print(out, SHAPES[i], object);
            g_assert_cmpstr(out->str, ==, expected);
            g_string_free(out, TRUE);
            shape_free(SHAPES[i], object);
        }
    is_plain = false;
}

// Cut, changed, doubled: the short way takes nothing that the long way would not.
static void test_scanned_broken(void)
{
    static const char MARKS[] = "\"{}[]:,0159.-e+nutf \\\x7f\x80\xff";
    g_autoptr(GRand) rand = seeded();
    guint taken = 0;
    is_plain = true;
    for (int round = 0; round < 6000; round++) {
        const WireShape *shape = SHAPES[round % (int)G_N_ELEMENTS(SHAPES)];
        g_autoptr(json_t) json = random_json(shape, rand);
        g_autofree char *text = wire_format(json);
        int n = (int)strlen(text), at = g_rand_int_range(rand, 0, n);
        if (round % 3 == 0)
            n = at;
        else if (round % 3 == 1)
            text[at] = MARKS[g_rand_int_range(rand, 0, (int)strlen(MARKS))];
        else
            memmove(text + at, text + at + 1, (gsize)(n-- - at));
        taken += check_scan(shape, text, (gsize)n);
    }
    g_assert_cmpuint(taken, >,
                     100); // else nothing was tried: a digit or letter less is still an object
    is_plain = false;
}

// Every object of the document in turn, parents first; NULL after the last.
static json_t *nth_object(json_t *json, gsize *n)
{
    const char *key;
    json_t *value;
    gsize i;
    if (json_is_object(json) && (*n)-- == 0)
        return json;
    json_object_foreach(json, key, value)
    {
        json_t *found = nth_object(value, n);
        if (found)
            return found;
    }
    json_array_foreach(json, i, value)
    {
        json_t *found = nth_object(value, n);
        if (found)
            return found;
    }
    return NULL;
}

static void check_unknown(const WireShape *shape, json_t *json, json_t *place)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *before = wire_format(json);
    json_object_set_new(place, "surprise", json_true());
    g_assert_null(shape_from_json(shape, json, WIRE_STRICT, &error));
    g_assert_error(error, ERR, ERR_INVALID);
    g_assert_nonnull(strstr(error->message, "surprise: there is no such field"));
    g_clear_error(&error);
    gpointer object = shape_from_json(shape, json, WIRE_LENIENT, &error);
    g_assert_no_error(error);
    g_autoptr(json_t) again = shape_to_json(shape, object);
    g_autofree char *after = wire_format(again);
    g_assert_cmpstr(before, ==, after);
    shape_free(shape, object);
    json_object_del(place, "surprise");
}

static void test_unknown_fields(void)
{
    g_autoptr(GRand) rand = seeded();
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++) {
        g_autoptr(json_t) json = random_json(SHAPES[i], rand);
        for (gsize k = 0; k < 40; k++) {
            gsize n = k;
            json_t *place = nth_object(json, &n);
            if (place)
                check_unknown(SHAPES[i], json, place);
        }
    }
}

// A missing field keeps its default, unless the table says that it must be there.
static void test_missing_fields(void)
{
    g_autoptr(GRand) rand = seeded();
    for (gsize i = 0; i < G_N_ELEMENTS(SHAPES); i++)
        for (guint k = 0; k < SHAPES[i]->count; k++) {
            const WireField *field = &SHAPES[i]->fields[k];
            g_autoptr(json_t) json = random_json(SHAPES[i], rand);
            g_autoptr(GError) error = NULL;
            json_object_del(json, field->name);
            gpointer object = shape_from_json(SHAPES[i], json, WIRE_STRICT, &error);
            g_assert_cmpint(object != NULL, ==, !field->required);
            if (error)
                g_assert_nonnull(strstr(error->message, field->name));
            shape_free(SHAPES[i], object);
        }
}

static json_t *wrong_value(GRand *rand)
{
    static const char *const VALUES[] = {
        "true", "-1",   "0.5", "1e300", "9007199254740993", "99999999999999999999",
        "\"\"", "[]",   "{}",  "[1]",   "[null]",           "\"2026-13-01T00:00:00Z\"",
        "[[]]", "null", "[{}]"};
    return json_loads(VALUES[g_rand_int_range(rand, 0, G_N_ELEMENTS(VALUES))], JSON_DECODE_ANY,
                      NULL);
}

// One value anywhere in the document replaced by something else: read, or refused with a sentence; what
// is read can be written and read again.
static void test_broken(void)
{
    g_autoptr(GRand) rand = seeded();
    for (int round = 0; round < 4000; round++) {
        const WireShape *shape = SHAPES[round % (int)G_N_ELEMENTS(SHAPES)];
        g_autoptr(json_t) json = random_json(shape, rand);
        gsize n = (gsize)g_rand_int_range(rand, 0, 6);
        json_t *place = nth_object(json, &n);
        if (!place || !json_object_size(place))
            continue;
        void *at = json_object_iter(place);
        for (int skip = g_rand_int_range(rand, 0, (int)json_object_size(place)); skip > 0; skip--)
            at = json_object_iter_next(place, at);
        json_t *value = wrong_value(rand);
        if (!value)
            continue;
        json_object_iter_set_new(place, at, value);
        g_autoptr(GError) error = NULL;
        gpointer object = shape_from_json(shape, json, WIRE_STRICT, &error);
        g_assert_cmpint(object == NULL, ==, error != NULL);
        if (object) {
            g_autoptr(json_t) written = shape_to_json(shape, object);
            gpointer again = shape_from_json(shape, written, WIRE_STRICT, &error);
            g_assert_no_error(error);
            shape_free(shape, again);
        } else
            g_assert_error(error, ERR, ERR_INVALID);
        shape_free(shape, object);
    }
}

static void test_sentences(void)
{
    static const struct {
        const WireShape *shape;
        const char *text;
        const char *sentence;
    } ROWS[] = {
        {&CHANGE_SHAPE, "[]",
         "This is no change: the document: expected an object, found an array."},
        {&CHANGE_SHAPE, "{\"severity\":\"loud\"}",
         "This is no change: severity: \"loud\" is none of: info, warning, error, critical."},
        {&CHANGE_SHAPE, "{\"at\":5}", "This is no change: at: expected a string, found a number."},
        {&FINDING_SHAPE, "{}", "This is no finding: id: expected a string, found nothing."},
        {&GROUP_SHAPE, "{\"name\":\"a\",\"epoch\":-1}",
         "This is no group: epoch: -1 is not from 0 to 9007199254740991."},
        {&GROUP_SHAPE, "{\"name\":\"a\",\"loss\":{\"bound_s\":\"1\"}}",
         "This is no group: loss.bound_s: expected a number, found a string."},
        {&LOCATION_SHAPE,
         "{\"name\":\"a\",\"vantages\":[{\"vantage\":\"v\"},{\"vantage\":\"w\","
         "\"history\":[{\"ok\":1}]}]}",
         "This is no location: vantages[1].history[0].ok: expected true or false, found a number."},
        {&OPERATION_SHAPE,
         "{\"id\":\"a\",\"kind\":\"drill\",\"group\":\"g\",\"state\":\"running\","
         "\"statement\":{\"facts\":[]}}",
         "This is no operation: statement.operation: expected a string, found nothing."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = json_loads(ROWS[i].text, 0, NULL);
        g_assert_null(shape_from_json(ROWS[i].shape, json, WIRE_STRICT, &error));
        g_assert_cmpstr(error->message, ==, ROWS[i].sentence);
    }
}

// What is too long is cut when written, marked and still UTF-8, and refused when read.
static void test_long_text(void)
{
    Change change = {.severity = SEVERITY_INFO};
    g_autoptr(GString) text = g_string_new("x"); // so that no character ends at the limit
    while (text->len <= FIELD_TEXT_MAX)
        g_string_append(text, "東");
    change.text = text->str;
    g_autoptr(json_t) json = change_to_json(&change);
    const char *cut = json_string_value(json_object_get(json, "text"));
    g_assert_cmpuint(strlen(cut), <=, FIELD_TEXT_MAX);
    g_assert_true(g_str_has_suffix(cut, "東 [cut]"));
    g_autoptr(Change) read = change_from_json(json, WIRE_STRICT, NULL);
    g_assert_cmpstr(read->text, ==, cut);

    g_autoptr(GError) error = NULL;
    json_object_set_new(json, "text", json_string(text->str));
    g_assert_null(change_from_json(json, WIRE_LENIENT, &error));
    g_assert_nonnull(strstr(error->message, "bytes of text; at most 16384 are read"));
}

static void test_too_many_items(void)
{
    g_autoptr(GError) error = NULL;
    json_t *faults = json_array();
    for (int i = 0; i <= FIELD_ITEMS_MAX; i++)
        json_array_append_new(faults, json_string("x"));
    g_autoptr(json_t) json = json_pack("{s:s, s:o}", "name", "a", "faults", faults);
    g_assert_null(location_status_from_json(json, WIRE_LENIENT, &error));
    g_assert_nonnull(strstr(error->message, "faults: 65537 items; at most 65536 are read."));

    g_clear_error(&error);
    json_t *history = json_array();
    for (int i = 0; i <= PROBE_HISTORY; i++)
        json_array_append_new(history, json_object());
    g_autoptr(json_t) run = json_pack("{s:s, s:[{s:s, s:o}]}", "name", "a", "vantages", "vantage",
                                      "v", "history", history);
    g_assert_null(location_status_from_json(run, WIRE_LENIENT, &error));
    g_assert_nonnull(strstr(error->message, "history: 61 items; at most 60 are read."));
}

// Numbers beyond what JSON readers agree on are never written.
static void test_extremes(void)
{
    ReplicationStatus *status = replication_status_new("a/b", "x", "y");
    status->committed_pos = G_MAXINT64;
    status->replayed_pos = 0;
    status->lag_ms = G_MAXINT64;
    g_autoptr(json_t) json = shape_to_json(&REPLICATION_SHAPE, status);
    g_assert_true(json_is_null(json_object_get(json, "committed_position")));
    g_assert_true(json_is_integer(json_object_get(json, "replayed_position")));
    ReplicationStatus *read = shape_from_json(&REPLICATION_SHAPE, json, WIRE_STRICT, NULL);
    g_assert_nonnull(read);
    replication_status_free(read);
    replication_status_free(status);
}

static void test_times(void)
{
    g_autoptr(LocationStatus) status = location_status_new("westeurope");
    status->interval_ms = 1500;
    status->p50_us = 41237;
    status->verdict.since_ms = 1764558595250;
    g_autoptr(json_t) json = location_status_to_json(status);
    g_autofree char *text = wire_format(json);
    g_assert_nonnull(strstr(text, "\"interval_s\":1.5,"));
    g_assert_nonnull(strstr(text, "\"latency_p50_s\":0.041237,"));
    g_assert_nonnull(strstr(text, "\"since\":\"2025-12-01T03:09:55.250Z\""));
    g_assert_nonnull(strstr(text, "\"managed_at\":null"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/shape/tables", test_tables);
    g_test_add_func("/wire/shape/table-mistakes", test_table_mistakes);
    g_test_add_func("/wire/shape/round-trip", test_round_trip);
    g_test_add_func("/wire/shape/scanned", test_scanned);
    g_test_add_func("/wire/shape/printed", test_printed);
    g_test_add_func("/wire/shape/scanned-broken", test_scanned_broken);
    g_test_add_func("/wire/shape/unknown-fields", test_unknown_fields);
    g_test_add_func("/wire/shape/missing-fields", test_missing_fields);
    g_test_add_func("/wire/shape/broken", test_broken);
    g_test_add_func("/wire/shape/sentences", test_sentences);
    g_test_add_func("/wire/shape/long-text", test_long_text);
    g_test_add_func("/wire/shape/too-many-items", test_too_many_items);
    g_test_add_func("/wire/shape/extremes", test_extremes);
    g_test_add_func("/wire/shape/times", test_times);
    return g_test_run();
}
