#include "wire/canonical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { DEPTH_MAX = 64, DIGITS_MAX = 17 };

static bool write_value(GString *out, const json_t *value, int depth, GError **error);

// ---- numbers ----

// Writes `number` with so many decimals, as "d.ddde±xx"; true if that reads back as the same
// double. Below a power of two the doubles stand twice as close as above it, so that the nearest
// such decimal may miss where the next one up does not.
static bool write_digits(double number, int decimals, char ret_text[40])
{
    char format[8];
    g_snprintf(format, sizeof format, "%%.%de", decimals);
    g_ascii_formatd(ret_text, 40, format, number);
    if (g_ascii_strtod(ret_text, NULL) == number)
        return true;
    char *exponent = strchr(ret_text, 'e');
    g_assert(exponent);
    char *last = exponent - 1;
    if (*last == '9') // the next one up has fewer digits, and was tried before
        return false;
    (*last)++;
    return g_ascii_strtod(ret_text, NULL) == number;
}

// The shortest decimal that reads back as the same double, as digits and exponent: d.ddd ×
// 10^exponent.
static void shortest_digits(double number, char ret_digits[DIGITS_MAX + 1], int *ret_exponent)
{
    char text[40];
    int decimals = 0;
    while (!write_digits(number, decimals, text))
        decimals++;
    g_assert(decimals < DIGITS_MAX); // 17 digits always do
    gsize n = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at != '.')
            ret_digits[n++] = *at;
    ret_digits[n] = '\0';
    *ret_exponent = (int)g_ascii_strtoll(at + 1, NULL, 10);
}

static void append_zeros(GString *out, int n)
{
    for (int i = 0; i < n; i++)
        g_string_append_c(out, '0');
}

static void append_scientific(GString *out, const char *digits, int exponent)
{
    g_string_append_c(out, digits[0]);
    if (digits[1])
        g_string_append_printf(out, ".%s", digits + 1);
    g_string_append_printf(out, "e%+d", exponent);
}

static void append_decimal(GString *out, const char *digits, int exponent)
{
    int n = (int)strlen(digits);
    int before = exponent + 1; // digits before the point
    if (before <= 0) {
        g_string_append(out, "0.");
        append_zeros(out, -before);
        g_string_append(out, digits);
    } else if (before >= n) {
        g_string_append(out, digits);
        append_zeros(out, before - n);
    } else {
        g_string_append_len(out, digits, before);
        g_string_append_printf(out, ".%s", digits + before);
    }
}

char *canonical_number(double number)
{
    g_assert(isfinite(number));
    if (number == 0)
        return g_strdup("0"); // minus zero too
    GString *out = g_string_new(number < 0 ? "-" : "");
    char digits[DIGITS_MAX + 1];
    int exponent;
    shortest_digits(fabs(number), digits, &exponent);
    if (exponent < -6 || exponent > 20)
        append_scientific(out, digits, exponent);
    else
        append_decimal(out, digits, exponent);
    return g_string_free(out, FALSE);
}

static bool write_integer(GString *out, gint64 number, GError **error)
{
    if (number >= -WIRE_INTEGER_MAX && number <= WIRE_INTEGER_MAX) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
        return true;
    }
    g_set_error(error, ERR, ERR_INVALID,
                "The number %" G_GINT64_FORMAT
                " has no canonical JSON form: beyond 2^53 it must be "
                "written as a string.",
                number);
    return false;
}

// ---- texts ----

static void write_text(GString *out, const char *text)
{
    static const char SHORT[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    g_string_append_c(out, '"');
    for (const char *at = text; *at; at++) {
        guchar c = (guchar)*at;
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", c);
        else if (c >= 0x20)
            g_string_append_c(out, (char)c);
        else if (SHORT[c])
            g_string_append_printf(out, "\\%c", SHORT[c]);
        else
            g_string_append_printf(out, "\\u%04x", c);
    }
    g_string_append_c(out, '"');
}

// UTF-16 sorts characters beyond U+FFFF by their surrogates (U+D800…), so before U+E000 to U+FFFF.
static gunichar utf16_rank(gunichar c)
{
    return c >= 0xe000 && c <= 0xffff ? c + 0x110000 : c;
}

int canonical_compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (*a == *b)
        return 0;
    if (!*a || !*b)
        return *a ? 1 : -1;
    // The difference may lie inside a character: back to its first byte, which is the same in both
    // or here.
    while (((guchar)*a & 0xc0) == 0x80 && ((guchar)*b & 0xc0) == 0x80) {
        a--;
        b--;
    }
    gunichar x = utf16_rank(g_utf8_get_char(a));
    gunichar y = utf16_rank(g_utf8_get_char(b));
    return (x > y) - (x < y);
}

// ---- containers ----

static int compare_keys(gconstpointer a, gconstpointer b)
{
    return canonical_compare(*(const char *const *)a, *(const char *const *)b);
}

static bool write_object(GString *out, const json_t *object, int depth, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    json_t *unsorted = (json_t *)(gpointer)object; // iteration takes no const
    for (void *i = json_object_iter(unsorted); i; i = json_object_iter_next(unsorted, i))
        g_ptr_array_add(keys, (gpointer)(guintptr)json_object_iter_key(i));
    g_ptr_array_sort(keys, compare_keys);
    g_string_append_c(out, '{');
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        if (i)
            g_string_append_c(out, ',');
        write_text(out, key);
        g_string_append_c(out, ':');
        if (!write_value(out, json_object_get(object, key), depth, error))
            return false;
    }
    g_string_append_c(out, '}');
    return true;
}

static bool write_array(GString *out, const json_t *array, int depth, GError **error)
{
    g_string_append_c(out, '[');
    for (gsize i = 0; i < json_array_size(array); i++) {
        if (i)
            g_string_append_c(out, ',');
        if (!write_value(out, json_array_get(array, i), depth, error))
            return false;
    }
    g_string_append_c(out, ']');
    return true;
}

static bool write_value(GString *out, const json_t *value, int depth, GError **error)
{
    g_autofree char *number = NULL;
    if (depth > DEPTH_MAX) {
        g_set_error(error, ERR, ERR_TOO_LARGE,
                    "The JSON document is nested more than %d levels deep.", DEPTH_MAX);
        return false;
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return write_object(out, value, depth + 1, error);
    case JSON_ARRAY:
        return write_array(out, value, depth + 1, error);
    case JSON_STRING:
        write_text(out, json_string_value(value));
        return true;
    case JSON_INTEGER:
        return write_integer(out, json_integer_value(value), error);
    case JSON_REAL:
        number = canonical_number(json_real_value(value));
        g_string_append(out, number);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        g_string_append(out, json_is_null(value) ? "null" : json_is_true(value) ? "true" : "false");
        return true;
    }
    g_assert_not_reached();
}

char *canonical_text(const json_t *json, GError **error)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (!write_value(out, json, 0, error))
        return NULL;
    return g_strdup(out->str);
}

char *canonical_digest(const json_t *json, GError **error)
{
    g_autofree char *text = canonical_text(json, error);
    return text ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1) : NULL;
}
