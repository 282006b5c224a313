#include "wire/json.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/timefmt.h"

// ---- parsing ----

// Nesting is counted before jansson sees the bytes: it would recurse two thousand levels deep.
static bool depth_is_allowed(const char *bytes, gsize length)
{
    int depth = 0;
    bool in_text = false;
    for (gsize i = 0; i < length; i++) {
        char c = bytes[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '[' || c == '{') && ++depth > WIRE_DEPTH_MAX)
            return false;
        else if (!in_text && (c == ']' || c == '}'))
            depth--;
    }
    return true;
}

static json_t *load(const char *bytes, gsize length, json_error_t *ret_reason)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    json_t *json = json_loadb(bytes, length, flags, ret_reason);
    if (!json && json_error_code(ret_reason) == json_error_numeric_overflow)
        json = json_loadb(bytes, length, flags | JSON_DECODE_INT_AS_REAL, ret_reason);
    return json;
}

json_t *wire_parse(const char *what, const char *bytes, gsize length, gsize max_bytes,
                   GError **error)
{
    if (length > max_bytes) {
        g_set_error(error, ERR, ERR_TOO_LARGE,
                    "%s has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT " are read.", what,
                    length, max_bytes);
        return NULL;
    }
    if (!depth_is_allowed(bytes, length)) {
        g_set_error(error, ERR, ERR_TOO_LARGE,
                    "%s is nested more than %d levels deep, which is not accepted.", what,
                    WIRE_DEPTH_MAX);
        return NULL;
    }
    json_error_t reason;
    json_t *json = load(bytes, length, &reason);
    if (!json) {
        g_autofree char *text = text_escape(reason.text);
        g_set_error(error, ERR, ERR_INVALID, "%s is not valid JSON at line %d, column %d: %s.",
                    what, reason.line, reason.column, text);
    }
    return json;
}

// 15 digits say every decimal that we write exactly; 17 would make 0.1 a 0.10000000000000001.
char *wire_format(const json_t *json)
{
    char *dumped = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    g_assert(dumped);
    char *text = g_strdup(dumped); // so that it is freed like everything else
    free(dumped);
    return text;
}

// ---- places and mistakes ----

static void append_name(GString *path, const char *name)
{
    g_autofree char *shown = text_escape(name);
    if (path->len)
        g_string_append_c(path, '.');
    g_string_append(path, shown);
}

static void append_path(GString *path, const WireAt *at)
{
    if (!at->up)
        return;
    append_path(path, at->up);
    if (at->name)
        append_name(path, at->name);
    else
        g_string_append_printf(path, "[%" G_GSIZE_FORMAT "]", at->index);
}

void wire_fail(const WireAt *at, const char *name, const char *format, ...)
{
    if (at->reader->error)
        return;
    g_autoptr(GString) sentence = g_string_new(NULL);
    append_path(sentence, at);
    if (name)
        append_name(sentence, name);
    if (!sentence->len)
        g_string_append(sentence, "the document");
    g_string_append(sentence, ": ");
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(sentence, format, arguments);
    va_end(arguments);
    at->reader->error = g_error_new_literal(ERR, ERR_INVALID, sentence->str);
}

bool wire_reader_finish(WireReader *reader, GError **error)
{
    if (!reader->error)
        return true;
    g_propagate_error(error, g_steal_pointer(&reader->error));
    return false;
}

static const char *kind_found(const json_t *value)
{
    static const char *const KINDS[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
        [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",      [JSON_NULL] = "null",
    };
    return value ? KINDS[json_typeof(value)] : "nothing";
}

// The value meant by (`at`, `name`), NULL where it is missing.
static json_t *find_raw(const WireAt *at, const char *name)
{
    return name ? json_object_get(at->value, name) : at->value;
}

// As above, NULL also where it is null.
static json_t *find(const WireAt *at, const char *name)
{
    json_t *value = find_raw(at, name);
    return json_is_null(value) ? NULL : value;
}

static void fail_kind(const WireAt *at, const char *name, const char *expected)
{
    wire_fail(at, name, "expected %s, found %s.", expected, kind_found(find_raw(at, name)));
}

bool wire_has(const WireAt *at, const char *name)
{
    return find(at, name) != NULL;
}

void wire_only(const WireAt *at, const char *const *allowed)
{
    if (!at->value)
        return;
    const char *name;
    json_t *value;
    json_object_foreach(at->value, name, value)
    {
        if (g_strv_contains(allowed, name))
            continue;
        g_autofree char *known = g_strjoinv(", ", (char **)(gpointer)allowed);
        wire_fail(at, name, "there is no such field; known are: %s.", known);
        return;
    }
}

// ---- containers ----

static WireAt container(const WireAt *at, const char *name, json_type type, bool optional)
{
    json_t *value = find(at, name);
    WireAt inner = name ? (WireAt){at->reader, at, name, 0, NULL} : *at;
    inner.value = NULL;
    if (value && json_typeof(value) == type)
        inner.value = value;
    else if (value || !optional)
        fail_kind(at, name, type == JSON_OBJECT ? "an object" : "an array");
    return inner;
}

WireAt wire_object(const WireAt *at, const char *name)
{
    return container(at, name, JSON_OBJECT, false);
}

WireAt wire_object_opt(const WireAt *at, const char *name)
{
    return container(at, name, JSON_OBJECT, true);
}

WireAt wire_array(const WireAt *at, const char *name)
{
    return container(at, name, JSON_ARRAY, false);
}

WireAt wire_array_opt(const WireAt *at, const char *name)
{
    return container(at, name, JSON_ARRAY, true);
}

static WireAt root_of(WireReader *reader, json_t *json, json_type type, const char *expected)
{
    WireAt root = {reader, NULL, NULL, 0, json};
    if (json && json_typeof(json) == type)
        return root;
    fail_kind(&root, NULL, expected);
    root.value = NULL;
    return root;
}

WireAt wire_root(WireReader *reader, json_t *json)
{
    return root_of(reader, json, JSON_OBJECT, "an object");
}

WireAt wire_root_array(WireReader *reader, json_t *json)
{
    return root_of(reader, json, JSON_ARRAY, "an array");
}

gsize wire_count(const WireAt *array)
{
    return json_array_size(array->value);
}

WireAt wire_item(const WireAt *array, gsize i)
{
    return (WireAt){array->reader, array, NULL, i, json_array_get(array->value, i)};
}

// ---- scalars ----

const char *wire_text(const WireAt *at, const char *name)
{
    const json_t *value = find(at, name);
    if (!json_is_string(value))
        fail_kind(at, name, "a string");
    return json_string_value(value);
}

const char *wire_text_opt(const WireAt *at, const char *name, const char *fallback)
{
    return find(at, name) ? wire_text(at, name) : fallback;
}

bool wire_bool(const WireAt *at, const char *name)
{
    const json_t *value = find(at, name);
    if (!json_is_boolean(value))
        fail_kind(at, name, "true or false");
    return json_is_true(value);
}

bool wire_bool_opt(const WireAt *at, const char *name, bool fallback)
{
    return find(at, name) ? wire_bool(at, name) : fallback;
}

double wire_number(const WireAt *at, const char *name)
{
    const json_t *value = find(at, name);
    if (!json_is_number(value))
        fail_kind(at, name, "a number");
    return json_number_value(value);
}

// JSON knows one kind of number: 5, 5.0 and 5e0 are the same. Doubles count as whole only where
// they are exact.
static bool whole(const json_t *value, gint64 *ret_number)
{
    if (json_is_integer(value)) {
        *ret_number = json_integer_value(value);
        return true;
    }
    double real = json_real_value(value);
    if (!json_is_real(value) || trunc(real) != real || fabs(real) > (double)WIRE_INTEGER_MAX)
        return false;
    *ret_number = (gint64)real;
    return true;
}

gint64 wire_integer(const WireAt *at, const char *name, gint64 min, gint64 max)
{
    const json_t *value = find(at, name);
    gint64 number = 0;
    if (!whole(value, &number)) {
        fail_kind(at, name, "a whole number");
        return 0;
    }
    if (number >= min && number <= max)
        return number;
    wire_fail(at, name,
              "%" G_GINT64_FORMAT " is not from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".",
              number, min, max);
    return 0;
}

gint64 wire_integer_opt(const WireAt *at, const char *name, gint64 min, gint64 max, gint64 fallback)
{
    return find(at, name) ? wire_integer(at, name, min, max) : fallback;
}

guint wire_choice(const WireAt *at, const char *name, const char *const *names, guint n)
{
    const char *text = wire_text(at, name);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; text && i < n; i++) {
        if (!names[i])
            continue;
        if (!strcmp(text, names[i]))
            return i;
        g_string_append_printf(list, "%s%s", list->len ? ", " : "", names[i]);
    }
    if (text) {
        g_autofree char *shown = text_clip_end(text, 64, true);
        wire_fail(at, name, "\"%s\" is none of: %s.", shown, list->str);
    }
    return 0;
}

gint64 wire_time_ms(const WireAt *at, const char *name)
{
    const char *text = wire_text(at, name);
    gint64 at_ms = 0;
    g_autoptr(GError) error = NULL;
    if (text && !time_parse(text, &at_ms, &error))
        wire_fail(at, name, "%s", error->message);
    else if (text && at_ms <= 0) // 0 is "never", which is written as null
        wire_fail(at, name, "expected a time after 1970, found %s.", text);
    return at_ms;
}

gint64 wire_time_ms_opt(const WireAt *at, const char *name)
{
    return find(at, name) ? wire_time_ms(at, name) : 0;
}

gint64 wire_seconds_ms(const WireAt *at, const char *name)
{
    const double most = 100.0 * 366 * 24 * 3600;
    double seconds = wire_number(at, name);
    if (seconds >= 0 && seconds <= most)
        return (gint64)llround(seconds * 1000);
    wire_fail(at, name, "expected seconds from 0 to %.0f, found %g.", most, seconds);
    return 0;
}

gint64 wire_seconds_ms_opt(const WireAt *at, const char *name, gint64 fallback_ms)
{
    return find(at, name) ? wire_seconds_ms(at, name) : fallback_ms;
}

// ---- writing ----

json_t *wire_text_new(const char *text)
{
    json_t *value = text ? json_string(text) : json_null();
    if (!value) { // not UTF-8: shown, never dropped
        g_autofree char *shown = text_escape(text);
        value = json_string(shown);
    }
    return value;
}

void wire_set_text(json_t *object, const char *name, const char *text)
{
    int rc = json_object_set_new(object, name, wire_text_new(text));
    g_assert(rc == 0);
}

void wire_set_time_ms(json_t *object, const char *name, gint64 at_ms)
{
    g_autofree char *text = time_format_ms(at_ms);
    wire_set_text(object, name, text);
}

void wire_set_seconds_ms(json_t *object, const char *name, gint64 ms)
{
    json_t *value =
        ms % 1000 ? json_real((double)ms / 1000) : json_integer((json_int_t)(ms / 1000));
    int rc = json_object_set_new(object, name, value);
    g_assert(rc == 0);
}
