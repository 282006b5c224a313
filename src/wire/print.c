#include "wire/print.h"

#include <string.h>

#include "base/timefmt.h"

typedef void (*PrintFunc)(const WireField *field, GString *out, gconstpointer member);
static const PrintFunc KINDS[FIELD_KINDS];

static void print_fields(GString *out, const WireShape *shape, gconstpointer object);

static void print_null(GString *out)
{
    g_string_append_len(out, "null", 4);
}

// The value as the other writer makes it: for what is rare.
static void print_value(GString *out, json_t *value)
{
    g_autofree char *text = wire_format(value);
    g_string_append(out, text);
    json_decref(value);
}

// ---- scalars ----

static bool is_plain(const char *text)
{
    guchar all = 0;
    for (; *text; text++) {
        if ((guchar)*text < 0x20 || *text == '"' || *text == '\\')
            return false;
        all |= (guchar)*text;
    }
    return all < 0x80;
}

void print_text(GString *out, const char *text)
{
    if (!text)
        print_null(out);
    else if (!is_plain(text))
        print_value(out, wire_text_new(text));
    else {
        g_string_append_c(out, '"');
        g_string_append(out, text);
        g_string_append_c(out, '"');
    }
}

static void print_number(GString *out, gint64 number)
{
    char digits[24], *at = digits + sizeof digits;
    g_assert(number >= 0);
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    g_string_append_len(out, at, digits + sizeof digits - at);
}

static void print_other(const WireField *field, GString *out, gconstpointer member)
{
    print_value(out, shape_field_to_json(field, member));
}

static void print_text_field(const WireField *field, GString *out, gconstpointer member)
{
    const char *text = *(char *const *)member;
    if (text && strlen(text) > (field->max ? field->max : FIELD_TEXT_MAX))
        print_other(field, out, member); // it is cut there
    else
        print_text(out, text);
}

static void print_bool(const WireField *field, GString *out, gconstpointer member)
{
    (void)field;
    g_string_append(out, *(const bool *)member ? "true" : "false");
}

static void print_uint(const WireField *field, GString *out, gconstpointer member)
{
    (void)field;
    print_number(out, *(const guint *)member);
}

static void print_int_count(const WireField *field, GString *out, gconstpointer member)
{
    int value = *(const int *)member;
    (void)field;
    if (value < 0)
        print_null(out);
    else
        print_number(out, value);
}

// What lies outside of what JSON says exactly is for the other writer to settle.
static void print_gint64(const WireField *field, GString *out, gconstpointer member)
{
    gint64 value = *(const gint64 *)member;
    if (value < 0 || value > WIRE_INTEGER_MAX)
        print_other(field, out, member);
    else
        print_number(out, value);
}

// Seconds, of which `member` counts 10^-places. What %.15g would write with an exponent, or not exactly, is left to it.
static void print_seconds(const WireField *field, GString *out, gconstpointer member)
{
    gint64 count = *(const gint64 *)member, second = field->kind == FIELD_MICROS ? 1000000 : 1000;
    gint64 rest = count % second;
    if (count < 0 || count / second > 99999999 || (rest && count * 10000 < second)) {
        print_other(field, out, member);
        return;
    }
    print_number(out, count / second);
    if (!rest)
        return;
    g_string_append_c(out, '.');
    for (gint64 place = second / 10; rest; rest %= place, place /= 10)
        g_string_append_c(out, (char)('0' + rest / place));
}

static void print_time(const WireField *field, GString *out, gconstpointer member)
{
    g_autofree char *text = time_format_ms(*(const gint64 *)member);
    (void)field;
    print_text(out, text);
}

static void print_name(const WireField *field, GString *out, gconstpointer member)
{
    print_text(out, name_of(field->names, *(const int *)member));
}

// ---- lists and nested structs ----

static void print_texts(const WireField *field, GString *out, gconstpointer member)
{
    const GPtrArray *texts = *(GPtrArray *const *)member;
    if (texts && texts->len)
        print_other(field, out, member);
    else
        g_string_append_len(out, "[]", 2);
}

static void print_struct(const WireField *field, GString *out, gconstpointer member)
{
    print_fields(out, field->shape, member);
}

static void print_pointer(const WireField *field, GString *out, gconstpointer member)
{
    gconstpointer object = *(const gpointer *)member;
    if (object)
        print_fields(out, field->shape, object);
    else
        print_null(out);
}

static void print_structs(const WireField *field, GString *out, gconstpointer member)
{
    const GPtrArray *objects = *(GPtrArray *const *)member;
    g_string_append_c(out, '[');
    for (guint i = 0; objects && i < objects->len; i++) {
        if (i)
            g_string_append_c(out, ',');
        print_fields(out, field->shape, objects->pdata[i]);
    }
    g_string_append_c(out, ']');
}

static void print_run(const WireField *field, GString *out, gconstpointer member)
{
    guint n = *(const guint *)((guintptr)member - field->offset + field->count);
    g_string_append_c(out, '[');
    for (guint i = 0; i < n; i++) {
        if (i)
            g_string_append_c(out, ',');
        print_fields(out, field->shape, (const char *)member + i * field->shape->size);
    }
    g_string_append_c(out, ']');
}

static const PrintFunc KINDS[FIELD_KINDS] = {
    [FIELD_TEXT] = print_text_field, [FIELD_BOOL] = print_bool,
    [FIELD_UINT] = print_uint,       [FIELD_INT_COUNT] = print_int_count,
    [FIELD_COUNT] = print_gint64,    [FIELD_NUMBER] = print_gint64,
    [FIELD_REVISION] = print_gint64, [FIELD_TIME] = print_time,
    [FIELD_SECONDS] = print_seconds, [FIELD_SECONDS_OPT] = print_seconds,
    [FIELD_MICROS] = print_seconds,  [FIELD_NAME] = print_name,
    [FIELD_TEXTS] = print_texts,     [FIELD_STRUCT] = print_struct,
    [FIELD_POINTER] = print_pointer, [FIELD_STRUCTS] = print_structs,
    [FIELD_RUN] = print_run,
};

// ---- whole structs ----

// A field that is left out where it is null: what it would write begins with an n then.
static void print_field(GString *out, const WireField *field, gconstpointer object, bool first)
{
    gsize before = out->len;
    if (!first)
        g_string_append_c(out, ',');
    g_string_append_c(out, '"');
    g_string_append(out, field->name);
    g_string_append_len(out, "\":", 2);
    gsize value = out->len;
    KINDS[field->kind](field, out, (const char *)object + field->offset);
    if (field->rare && out->str[value] == 'n')
        g_string_truncate(out, before);
}

static void print_fields(GString *out, const WireShape *shape, gconstpointer object)
{
    g_string_append_c(out, '{');
    gsize begun = out->len;
    for (guint i = 0; i < shape->count; i++)
        print_field(out, &shape->fields[i], object, out->len == begun);
    g_string_append_c(out, '}');
}

void shape_print(GString *out, const WireShape *shape, gconstpointer object)
{
    print_fields(out, shape, object);
}
