// Reading JSON from outside: what is refused, with which words, and what the getters make of the
// rest.
#include "wire/json.h"

#include <string.h>

#include "base/error.h"

static json_t *parse(const char *text, GError **error)
{
    return wire_parse("The answer", text, strlen(text), WIRE_BYTES_MAX, error);
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        int code;
        const char *sentence; // a part of it
    } ROWS[] = {
        {"", ERR_INVALID, "The answer is not valid JSON at line 1, column 0"},
        {"{\n \"a\": x }", ERR_INVALID, "line 2, column 7"},
        {"{\"a\":1,\"a\":2}", ERR_INVALID, "duplicate object key"},
        {"{\"a\":{\"b\":1,\"b\":1}}", ERR_INVALID, "duplicate object key"},
        {"{} {}", ERR_INVALID, "end of file expected"},
        {"{\"a\":\"\xff\"}", ERR_INVALID, "unable to decode byte"},
        {"{\"a\":\"\xed\xa0\x80\"}", ERR_INVALID, "unable to decode byte"},
        {"{\"a\":\"\xc0\xaf\"}", ERR_INVALID, "unable to decode byte"},
        {"\xef\xbb\xbf{}", ERR_INVALID, "not valid JSON"},
        {"\"\\ud800\"", ERR_INVALID, "Unicode"},
        {"\"\\u0000\"", ERR_INVALID, "not valid JSON"},
        {"[1,]", ERR_INVALID, "not valid JSON"},
        {"[01]", ERR_INVALID, "not valid JSON"},
        {"[1e999]", ERR_INVALID, "not valid JSON"},
        {"[NaN]", ERR_INVALID, "not valid JSON"},
        {"{'a':1}", ERR_INVALID, "not valid JSON"},
        {"[\"a\x1b[2J\"]", ERR_INVALID, "control character 0x1b"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse(ROWS[i].text, &error));
        g_assert_error(error, ERR, ROWS[i].code);
        if (!strstr(error->message, ROWS[i].sentence))
            g_error("row %zu: \"%s\" lacks \"%s\"", i, error->message, ROWS[i].sentence);
        g_assert_null(strchr(error->message, '\x1b'));
    }
}

static void test_size(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_parse("The request body", "[1,2]", 5, 4, &error));
    g_assert_error(error, ERR, ERR_TOO_LARGE);
    g_assert_cmpstr(error->message, ==, "The request body has 5 bytes; at most 4 are read.");
    g_autoptr(json_t) json = wire_parse("The request body", "[1,2]", 5, 5, NULL);
    g_assert_nonnull(json);
}

static char *nested(guint depth)
{
    GString *text = g_string_new("\"]\\\"[[[");
    g_string_append_c(text, '"'); // brackets and quotes inside a text are no nesting
    for (guint i = 0; i < depth; i++) {
        g_string_prepend_c(text, '[');
        g_string_append_c(text, ']');
    }
    return g_string_free(text, FALSE);
}

static void test_depth(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *fits = nested(WIRE_DEPTH_MAX);
    g_autoptr(json_t) json = parse(fits, &error);
    g_assert_no_error(error);
    g_assert_nonnull(json);
    const guint depths[] = {WIRE_DEPTH_MAX + 1, 100000};
    for (gsize i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(GError) deep = NULL;
        g_autofree char *text = nested(depths[i]);
        g_assert_null(parse(text, &deep));
        g_assert_error(deep, ERR, ERR_TOO_LARGE);
    }
}

static void test_getters(void)
{
    const char *text =
        "{\"name\":\"grün\",\"on\":true,\"n\":42,\"r\":2.5,\"whole\":3.0,\"none\":null,"
        "\"at\":\"2026-11-21T03:14:07.250Z\",\"took_s\":1.5,\"kind\":\"drain\","
        "\"inner\":{\"x\":-1},\"list\":[\"a\",{\"b\":2},7]}";
    static const char *const KINDS[] = {"fence", NULL, "drain"};
    g_autoptr(json_t) json = parse(text, NULL);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_assert_cmpstr(wire_text(&root, "name"), ==, "grün");
    g_assert_true(wire_bool(&root, "on"));
    g_assert_cmpint(wire_integer(&root, "n", 0, 42), ==, 42);
    g_assert_cmpfloat(wire_number(&root, "r"), ==, 2.5);
    g_assert_cmpfloat(wire_number(&root, "n"), ==, 42.0);
    g_assert_cmpint(wire_integer(&root, "whole", 0, 9), ==, 3);
    g_assert_cmpint(wire_time_ms(&root, "at"), ==, G_GINT64_CONSTANT(1795230847250));
    g_assert_cmpint(wire_seconds_ms(&root, "took_s"), ==, 1500);
    g_assert_cmpuint(wire_choice(&root, "kind", KINDS, G_N_ELEMENTS(KINDS)), ==, 2);
    WireAt inner = wire_object(&root, "inner");
    g_assert_cmpint(wire_integer(&inner, "x", -5, 5), ==, -1);
    WireAt list = wire_array(&root, "list");
    g_assert_cmpuint(wire_count(&list), ==, 3);
    WireAt first = wire_item(&list, 0);
    g_assert_cmpstr(wire_text(&first, NULL), ==, "a");
    WireAt second = wire_item(&list, 1);
    WireAt second_object = wire_object(&second, NULL);
    g_assert_cmpint(wire_integer(&second_object, "b", 0, 9), ==, 2);
    g_assert_true(wire_has(&root, "name"));
    g_assert_false(wire_has(&root, "none"));
    g_assert_false(wire_has(&root, "absent"));
    g_autoptr(GError) error = NULL;
    g_assert_true(wire_reader_finish(&reader, &error));
    g_assert_no_error(error);
}

static void test_fallbacks(void)
{
    static const char *const NAMES[] = {"none", "absent"};
    g_autoptr(json_t) json = parse("{\"none\":null}", NULL);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    for (gsize i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        const char *name = NAMES[i];
        g_assert_cmpstr(wire_text_opt(&root, name, "x"), ==, "x");
        g_assert_true(wire_bool_opt(&root, name, true));
        g_assert_cmpint(wire_integer_opt(&root, name, 1, 2, -7), ==, -7);
        g_assert_cmpint(wire_time_ms_opt(&root, name), ==, 0);
        g_assert_cmpint(wire_seconds_ms_opt(&root, name, 9), ==, 9);
        WireAt list = wire_array_opt(&root, name);
        g_assert_cmpuint(wire_count(&list), ==, 0);
        WireAt object = wire_object_opt(&root, name);
        g_assert_null(object.value);
        g_assert_false(wire_has(&object, "x"));
    }
    g_assert_true(wire_reader_finish(&reader, NULL));
}

// Every mistake is a sentence with its path; the first one wins.
typedef void (*Get)(const WireAt *root);

static void get_text(const WireAt *root)
{
    wire_text(root, "a");
    wire_text(root, "later");
}

static void get_step(const WireAt *root)
{
    WireAt plan = wire_object(root, "plan");
    WireAt steps = wire_array(&plan, "steps");
    for (gsize i = 0; i < wire_count(&steps); i++) {
        WireAt step = wire_item(&steps, i);
        wire_text(&step, "kind");
    }
}

static void get_item_object(const WireAt *root)
{
    WireAt list = wire_array(root, "list");
    WireAt item = wire_item(&list, 1);
    WireAt object = wire_object(&item, NULL);
    wire_text(&object, "x");
}

static void get_integer(const WireAt *root)
{
    wire_integer(root, "n", 1, 10);
}

static void get_bool(const WireAt *root)
{
    wire_bool_opt(root, "n", true);
}

static void get_time(const WireAt *root)
{
    wire_time_ms_opt(root, "at");
}

static void get_seconds(const WireAt *root)
{
    wire_seconds_ms(root, "n");
}

static void get_choice(const WireAt *root)
{
    static const char *const NAMES[] = {"drain", NULL, "fence"};
    wire_choice(root, "k", NAMES, G_N_ELEMENTS(NAMES));
}

static void get_only(const WireAt *root)
{
    static const char *const ALLOWED[] = {"a", "b", NULL};
    wire_only(root, ALLOWED);
}

static void test_mistakes(void)
{
    static const struct {
        const char *text;
        Get get;
        const char *sentence;
    } ROWS[] = {
        {"{\"a\":1}", get_text, "a: expected a string, found a number."},
        {"{\"a\":null}", get_text, "a: expected a string, found null."},
        {"{}", get_text, "a: expected a string, found nothing."},
        {"[]", get_text, "the document: expected an object, found an array."},
        {"{\"plan\":{\"steps\":[{\"kind\":\"x\"},{\"kind\":[]}]}}", get_step,
         "plan.steps[1].kind: expected a string, found an array."},
        {"{\"plan\":{\"steps\":{}}}", get_step, "plan.steps: expected an array, found an object."},
        {"{\"plan\":true}", get_step, "plan: expected an object, found true."},
        {"{\"list\":[1,\"x\"]}", get_item_object, "list[1]: expected an object, found a string."},
        {"{\"list\":[1,{}]}", get_item_object, "list[1].x: expected a string, found nothing."},
        {"{\"n\":11}", get_integer, "n: 11 is not from 1 to 10."},
        {"{\"n\":2.5}", get_integer, "n: expected a whole number, found a number."},
        {"{\"n\":1e300}", get_integer, "n: expected a whole number, found a number."},
        {"{\"n\":0}", get_bool, "n: expected true or false, found a number."},
        {"{\"n\":-1}", get_seconds, "n: expected seconds from 0 to 3162240000, found -1."},
        {"{\"n\":1e300}", get_seconds, "n: expected seconds from 0 to 3162240000, found 1e+300."},
        {"{\"k\":\"\\u001bx\"}", get_choice, "k: \"\\x1bx\" is none of: drain, fence."},
        {"{\"b\":1,\"\\u202ec\":1}", get_only,
         "\\u{202e}c: there is no such field; known are: a, b."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(json_t) json = parse(ROWS[i].text, NULL);
        g_assert_nonnull(json);
        WireReader reader = {0};
        WireAt root = wire_root(&reader, json);
        ROWS[i].get(&root);
        g_autoptr(GError) error = NULL;
        g_assert_false(wire_reader_finish(&reader, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_cmpstr(error->message, ==, ROWS[i].sentence);
        g_assert_null(reader.error);
    }
    g_autoptr(json_t) json = parse("{\"at\":\"yesterday\"}", NULL);
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    get_time(&root);
    g_autoptr(GError) error = NULL;
    g_assert_false(wire_reader_finish(&reader, &error));
    g_assert_true(g_str_has_prefix(error->message, "at: "));
}

static void test_writing(void)
{
    g_autoptr(json_t) json = json_object();
    wire_set_text(json, "b", "x\ty");
    wire_set_text(json, "none", NULL);
    wire_set_text(json, "bad", "\xff");
    wire_set_time_ms(json, "at", G_GINT64_CONSTANT(1795230847250));
    wire_set_time_ms(json, "never", 0);
    wire_set_seconds_ms(json, "took_s", 2500);
    wire_set_seconds_ms(json, "whole_s", 3000);
    g_autofree char *text = wire_format(json);
    g_assert_cmpstr(text, ==,
                    "{\"b\":\"x\\ty\",\"none\":null,\"bad\":\"\\\\xff\","
                    "\"at\":\"2026-11-21T03:14:07.250Z\",\"never\":null,\"took_s\":2.5,"
                    "\"whole_s\":3}");
}

// Whatever bytes come, parsing ends with a document or a sentence.
static void test_hostile_bytes(void)
{
    static const char PIECES[] = "{}[]\",:\\u0019eE+-.truefalsn \n\xff\xc3\xa4\xed\xa0\x80\x1b";
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        gsize length = (gsize)g_rand_int_range(rand, 0, sizeof bytes);
        for (gsize i = 0; i < length; i++)
            bytes[i] = PIECES[g_rand_int_range(rand, 0, sizeof PIECES)];
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) json = wire_parse("It", bytes, length, WIRE_BYTES_MAX, &error);
        g_assert_true((json == NULL) == (error != NULL));
        g_assert_true(!error || g_utf8_validate(error->message, -1, NULL));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/json/refused", test_refused);
    g_test_add_func("/wire/json/size", test_size);
    g_test_add_func("/wire/json/depth", test_depth);
    g_test_add_func("/wire/json/getters", test_getters);
    g_test_add_func("/wire/json/fallbacks", test_fallbacks);
    g_test_add_func("/wire/json/mistakes", test_mistakes);
    g_test_add_func("/wire/json/writing", test_writing);
    g_test_add_func("/wire/json/hostile-bytes", test_hostile_bytes);
    return g_test_run();
}
