// The canonical form: order, numbers, escapes as RFC 8785 wants them, and that it is a fixed point.
#include "wire/canonical.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

static json_t *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *json = wire_parse("The vector", text, strlen(text), WIRE_BYTES_MAX, &error);
    g_assert_no_error(error);
    return json;
}

static char *canonicalise(const char *text)
{
    g_autoptr(json_t) json = parse(text);
    g_autoptr(GError) error = NULL;
    char *canonical = canonical_text(json, &error);
    g_assert_no_error(error);
    return canonical;
}

static void test_documents(void)
{
    static const struct {
        const char *text;
        const char *canonical;
    } ROWS[] = {
        {" [ ] ", "[]"},
        {"{ }", "{}"},
        {"[ null , true, false ]", "[null,true,false]"},
        {"{\"b\":1,\"a\":{\"d\":[3,2],\"c\":null}}", "{\"a\":{\"c\":null,\"d\":[3,2]},\"b\":1}"},
        {"{\"aa\":1,\"a\":2,\"\":3,\"A\":4,\"10\":5,\"9\":6}",
         "{\"\":3,\"10\":5,\"9\":6,\"A\":4,\"a\":2,\"aa\":1}"},
        // a line break, a digit, C1, Latin, Greek-like, Hebrew ligature and an emoji: by UTF-16 the
        // emoji (a surrogate pair, d83d…) comes before U+FB33
        {"{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
         "\"\\u00f6\":7}",
         "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\xef\xac\xb3\":3}"},
        // escapes: the short ones, \u00xx in lower case, everything else as itself
        {"\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"",
         "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""},
        {"\"\\b\\t\\n\\f\\r\\u001f\\u007f\\u2028\"", "\"\\b\\t\\n\\f\\r\\u001f\x7f\xe2\x80\xa8\""},
        {"[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]",
         "[333333333.3333333,1e+30,4.5,0.002,1e-27]"},
        {"[-0, -0.0, 0e5, 1.0, 100, -7]", "[0,0,0,1,100,-7]"},
        {"[9007199254740991, -9007199254740991]", "[9007199254740991,-9007199254740991]"},
        {"[100000000000000000000, 1]", "[100000000000000000000,1]"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *canonical = canonicalise(ROWS[i].text);
        g_assert_cmpstr(canonical, ==, ROWS[i].canonical);
    }
}

static double from_bits(guint64 bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void test_numbers(void)
{
    static const struct {
        guint64 bits;
        const char *text;
    } ROWS[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x000fffffffffffff, "2.225073858507201e-308"},
        {0x0010000000000000, "2.2250738585072014e-308"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
        {0x3fb999999999999a, "0.1"},
        {0x3d10000000000000, "1.4210854715202004e-14"},
        {0x3d30000000000000, "5.684341886080802e-14"},  // powers of two, where the nearest decimal
        {0x5330000000000000, "5.2148120994162844e+92"}, // with so many digits is another double's
        {0x3ff0000000000001, "1.0000000000000002"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *text = canonical_number(from_bits(ROWS[i].bits));
        g_assert_cmpstr(text, ==, ROWS[i].text);
    }
}

// Any double reads back as itself, and no shorter text would.
static void test_number_property(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    for (int i = 0; i < 20000; i++) {
        double number = from_bits((guint64)g_rand_int(rand) << 32 | g_rand_int(rand));
        if (!isfinite(number))
            continue;
        g_autofree char *text = canonical_number(number);
        g_assert_cmpfloat(g_ascii_strtod(text, NULL), ==, number);
    }
}

static void test_order(void)
{
    // each before the next
    static const char *const KEYS[] = {"",
                                       "\n",
                                       "1",
                                       "10",
                                       "2",
                                       "A",
                                       "a",
                                       "aa",
                                       "é",
                                       "ê",
                                       "€",
                                       "퟿",
                                       "😀",
                                       "😁",
                                       "\xf4\x8f\xbf\xbf",
                                       "\xee\x80\x80",
                                       "ﬀ",
                                       "\xef\xbf\xbf"};
    for (gsize i = 0; i < G_N_ELEMENTS(KEYS); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(KEYS); j++) {
            int expected = (i > j) - (i < j);
            g_assert_cmpint(canonical_compare(KEYS[i], KEYS[j]), ==, expected);
        }
}

static void test_refused(void)
{
    static const char *const TEXTS[] = {"9007199254740992", "-9007199254740992",
                                        "{\"a\":[9223372036854775807]}"};
    for (gsize i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(json_t) json = parse(TEXTS[i]);
        g_autoptr(GError) error = NULL;
        g_assert_null(canonical_text(json, &error));
        g_assert_error(error, ERR, ERR_INVALID);
        g_assert_null(canonical_digest(json, NULL));
    }
    json_t *deep = json_array();
    for (int i = 0; i < 100; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, deep);
        deep = outer;
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(canonical_text(deep, &error));
    g_assert_error(error, ERR, ERR_TOO_LARGE);
    json_decref(deep);
}

static void test_digest(void)
{
    g_autoptr(json_t) one = parse("{\"b\":[1,2.0],\"a\":\"ü\"}");
    g_autoptr(json_t) two = parse(" { \"a\" : \"\\u00fc\", \"b\":[1e0,2] }");
    g_autofree char *first = canonical_digest(one, NULL);
    g_autofree char *second = canonical_digest(two, NULL);
    g_assert_cmpstr(first, ==, second);
    // printf '{"a":"ü","b":[1,2]}' | sha256sum
    g_assert_cmpstr(first, ==, "815fc624760d8eb5090c0da64ed49386a8da3a0ef36c4a331d131430f76e6530");
}

// ---- canonicalise(parse(canonicalise(x))) = canonicalise(x), for any x ----

static char *random_text(GRand *rand)
{
    static const gunichar SAMPLES[] = {'a',    'Z',    '"',    '\\',   '/',     1,
                                       0x1f,   '\n',   0x7f,   0x80,   0xe9,    0x20ac,
                                       0xd7ff, 0xe000, 0xfb33, 0xffff, 0x10000, 0x1f600};
    GString *text = g_string_new(NULL);
    for (int n = g_rand_int_range(rand, 0, 5); n > 0; n--)
        g_string_append_unichar(text,
                                SAMPLES[g_rand_int_range(rand, 0, (gint32)G_N_ELEMENTS(SAMPLES))]);
    return g_string_free(text, FALSE);
}

static json_t *random_number(GRand *rand)
{
    static const double SAMPLES[] = {0.1, -0.0, 1e20, 1e21, 1e-7, 1e300, 5e-324, 123456789.5};
    if (g_rand_boolean(rand))
        return json_integer(g_rand_int_range(rand, -1000, 1000));
    if (g_rand_boolean(rand))
        return json_real(SAMPLES[g_rand_int_range(rand, 0, (gint32)G_N_ELEMENTS(SAMPLES))]);
    return json_real(g_rand_double_range(rand, -1e6, 1e6));
}

static json_t *random_json(GRand *rand, int depth)
{
    g_autofree char *text = random_text(rand);
    json_t *json;
    switch (g_rand_int_range(rand, 0, depth < 4 ? 6 : 3)) {
    case 0:
        return json_string(text);
    case 1:
        return random_number(rand);
    case 2:
        return g_rand_boolean(rand) ? json_null() : json_boolean(g_rand_boolean(rand));
    case 3:
        json = json_array();
        for (int n = g_rand_int_range(rand, 0, 5); n > 0; n--)
            json_array_append_new(json, random_json(rand, depth + 1));
        return json;
    default:
        json = json_object();
        for (int n = g_rand_int_range(rand, 0, 6); n > 0; n--) {
            g_autofree char *key = random_text(rand);
            json_object_set_new(json, key, random_json(rand, depth + 1));
        }
        return json;
    }
}

static void test_fixed_point(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(8785);
    for (int i = 0; i < 3000; i++) {
        g_autoptr(json_t) json = random_json(rand, 0);
        g_autofree char *once = canonical_text(json, NULL);
        g_assert_nonnull(once);
        g_autofree char *twice = canonicalise(once);
        g_assert_cmpstr(once, ==, twice);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/canonical/documents", test_documents);
    g_test_add_func("/wire/canonical/numbers", test_numbers);
    g_test_add_func("/wire/canonical/number-property", test_number_property);
    g_test_add_func("/wire/canonical/order", test_order);
    g_test_add_func("/wire/canonical/refused", test_refused);
    g_test_add_func("/wire/canonical/digest", test_digest);
    g_test_add_func("/wire/canonical/fixed-point", test_fixed_point);
    return g_test_run();
}
