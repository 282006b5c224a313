#include "wire/scan.h"

#include <string.h>

#include "base/none.h"
#include "base/timefmt.h"

// More digits than these are left to the reader that knows about doubles.
enum { DIGITS_MAX = 16, SECONDS_DIGITS_MAX = 9 };

bool scan_word(Scan *scan, const char *word)
{
    const char *at = scan->at;
    for (; *word; word++, at++)
        if (at >= scan->end || *at != *word)
            return false;
    scan->at = at;
    return true;
}

static bool take(Scan *scan, char c)
{
    if (scan->at >= scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

bool scan_string(Scan *scan, const char **ret_text, gsize *ret_n)
{
    if (!take(scan, '"'))
        return false;
    const char *start = scan->at, *at = start;
    guchar all = 0;
    for (; at < scan->end && *at != '"'; at++) {
        if ((guchar)*at < 0x20 || *at == '\\')
            return false;
        all |= (guchar)*at;
    }
    if (at == scan->end || (all >= 0x80 && !g_utf8_validate(start, at - start, NULL)))
        return false;
    scan->at = at + 1;
    *ret_text = start;
    *ret_n = (gsize)(at - start);
    return true;
}

// ---- numbers ----

static int take_digits(Scan *scan, int most, gint64 *number)
{
    int n = 0;
    for (; n <= most && scan->at < scan->end && g_ascii_isdigit(*scan->at); n++)
        *number = *number * 10 + (*scan->at++ - '0');
    return n;
}

// Whole, from 0, as JSON writes it; false also for a fraction or an exponent, which begin behind it.
static bool take_whole(Scan *scan, gint64 max, gint64 *ret_number)
{
    gint64 number = 0;
    bool zero = scan->at < scan->end && *scan->at == '0';
    int n = take_digits(scan, DIGITS_MAX, &number);
    if (n < 1 || n > DIGITS_MAX || (zero && n > 1) || number > max)
        return false;
    *ret_number = number;
    return scan->at < scan->end && !strchr(".eE", *scan->at);
}

// A decimal in units of 10^-places: exactly, or not at all.
static bool take_decimal(Scan *scan, int places, gint64 *ret_number)
{
    gint64 number = 0, tenths = 0;
    bool zero = scan->at < scan->end && *scan->at == '0';
    int n = take_digits(scan, SECONDS_DIGITS_MAX, &number);
    if (n < 1 || n > SECONDS_DIGITS_MAX || (zero && n > 1))
        return false;
    if (take(scan, '.')) {
        int fraction = take_digits(scan, places, &number);
        if (fraction < 1)
            return false;
        places -= fraction;
    }
    if (scan_word(scan, "e-") && !take_digits(scan, 1, &tenths))
        return false;
    for (places -= (int)tenths; places > 0; places--)
        number *= 10;
    *ret_number = number;
    return places == 0 && scan->at < scan->end && !strchr(".eE", *scan->at);
}

// ---- fields, by kind ----

typedef bool (*TakeFunc)(const WireField *field, Scan *scan, gpointer member);
static const TakeFunc KINDS[FIELD_KINDS];

static bool take_fields(const WireShape *shape, Scan *scan, gpointer object);

static char *take_new_text(Scan *scan, gsize max)
{
    const char *text;
    gsize n;
    return scan_string(scan, &text, &n) && n <= max ? g_strndup(text, n) : NULL;
}

static bool take_text(const WireField *field, Scan *scan, gpointer member)
{
    char **text = member;
    g_free(*text);
    *text = take_new_text(scan, field->max ? field->max : FIELD_TEXT_MAX);
    return *text != NULL;
}

static bool take_bool(const WireField *field, Scan *scan, gpointer member)
{
    bool is = scan_word(scan, "true");
    (void)field;
    *(bool *)member = is;
    return is || scan_word(scan, "false");
}

// guint and int alike: from 0 to G_MAXINT.
static bool take_uint(const WireField *field, Scan *scan, gpointer member)
{
    gint64 number = 0;
    (void)field;
    bool taken = take_whole(scan, G_MAXINT, &number);
    *(guint *)member = (guint)number;
    return taken;
}

// gint64 and guint64 alike.
static bool take_number(const WireField *field, Scan *scan, gpointer member)
{
    (void)field;
    return take_whole(scan, WIRE_INTEGER_MAX, member);
}

static bool take_seconds(const WireField *field, Scan *scan, gpointer member)
{
    (void)field;
    return take_decimal(scan, 3, member);
}

static bool take_micros(const WireField *field, Scan *scan, gpointer member)
{
    (void)field;
    return take_decimal(scan, 6, member);
}

static bool take_time(const WireField *field, Scan *scan, gpointer member)
{
    const char *text;
    gsize n;
    (void)field;
    return scan_string(scan, &text, &n) && time_parse_plain(text, n, member);
}

static bool take_name(const WireField *field, Scan *scan, gpointer member)
{
    const char *text;
    gsize n;
    if (!scan_string(scan, &text, &n))
        return false;
    for (guint i = 0; i < field->names->count; i++) {
        const char *name = field->names->names[i];
        if (name && strncmp(name, text, n) == 0 && !name[n]) {
            *(int *)member = (int)i;
            return true;
        }
    }
    return false;
}

// ---- lists and nested structs ----

// Before each item of a list: true if there is one, false at its end. `ok` becomes false where neither stands.
static bool next_item(Scan *scan, guint n, guint max, bool *ok)
{
    if (take(scan, ']'))
        return false;
    *ok = n < max && (n == 0 || take(scan, ','));
    return *ok;
}

static guint most_of(const WireField *field)
{
    return field->max ? field->max : FIELD_ITEMS_MAX;
}

static bool take_texts(const WireField *field, Scan *scan, gpointer member)
{
    GPtrArray **texts = member;
    bool ok = take(scan, '[');
    g_ptr_array_set_size(list_own(texts, g_free), 0);
    while (ok && next_item(scan, (*texts)->len, most_of(field), &ok)) {
        char *text = take_new_text(scan, FIELD_TEXT_MAX);
        ok = text != NULL;
        if (ok)
            g_ptr_array_add(*texts, text);
    }
    return ok;
}

static bool take_struct(const WireField *field, Scan *scan, gpointer member)
{
    return take_fields(field->shape, scan, member);
}

static bool take_pointer(const WireField *field, Scan *scan, gpointer member)
{
    gpointer *object = member;
    shape_free(field->shape, *object);
    *object = shape_scan(field->shape, scan);
    return *object != NULL;
}

static bool take_structs(const WireField *field, Scan *scan, gpointer member)
{
    GPtrArray **objects = member;
    bool ok = take(scan, '[');
    if (!*objects)
        *objects = list_none();
    g_ptr_array_set_size(*objects, 0);
    while (ok && next_item(scan, (*objects)->len, most_of(field), &ok)) {
        gpointer object = shape_scan(field->shape, scan);
        ok = object != NULL;
        if (ok)
            g_ptr_array_add(list_own(objects, shape_drop(field->shape)), object);
    }
    return ok;
}

static bool take_run(const WireField *field, Scan *scan, gpointer member)
{
    guint *n = (guint *)((guintptr)member - field->offset + field->count);
    gsize size = field->shape->size;
    bool ok = take(scan, '[');
    *n = 0;
    while (ok && next_item(scan, *n, (guint)(field->size / size), &ok)) {
        ok = take_fields(field->shape, scan, (char *)member + *n * size);
        (*n)++;
    }
    return ok;
}

static const TakeFunc KINDS[FIELD_KINDS] = {
    [FIELD_TEXT] = take_text,       [FIELD_BOOL] = take_bool,
    [FIELD_UINT] = take_uint,       [FIELD_INT_COUNT] = take_uint,
    [FIELD_COUNT] = take_number,    [FIELD_NUMBER] = take_number,
    [FIELD_REVISION] = take_number, [FIELD_TIME] = take_time,
    [FIELD_SECONDS] = take_seconds, [FIELD_SECONDS_OPT] = take_seconds,
    [FIELD_MICROS] = take_micros,   [FIELD_NAME] = take_name,
    [FIELD_TEXTS] = take_texts,     [FIELD_STRUCT] = take_struct,
    [FIELD_POINTER] = take_pointer, [FIELD_STRUCTS] = take_structs,
    [FIELD_RUN] = take_run,
};

// ---- whole structs ----

static bool take_field_name(Scan *scan, const char *name)
{
    const char *before = scan->at;
    if (take(scan, '"') && scan_word(scan, name) && scan_word(scan, "\":"))
        return true;
    scan->at = before;
    return false;
}

// The row from `next` on whose name stands here. NULL: a field that no row names, out of order, twice, or behind one
// that must be there.
static const WireField *next_field(const WireShape *shape, Scan *scan, guint *next)
{
    while (*next < shape->count) {
        const WireField *field = &shape->fields[(*next)++];
        if (take_field_name(scan, field->name))
            return field;
        if (field->required)
            break;
    }
    return NULL;
}

static bool take_fields(const WireShape *shape, Scan *scan, gpointer object)
{
    guint next = 0;
    if (!take(scan, '{'))
        return false;
    for (bool first = true; !take(scan, '}'); first = false) {
        if (!first && !take(scan, ','))
            return false;
        const WireField *field = next_field(shape, scan, &next);
        if (!field)
            return false;
        bool none = scan_word(scan, "null");
        if (none ? field->required
                 : !KINDS[field->kind](field, scan, (char *)object + field->offset))
            return false;
    }
    for (; next < shape->count; next++)
        if (shape->fields[next].required)
            return false;
    return true;
}

gpointer shape_scan(const WireShape *shape, Scan *scan)
{
    gpointer object = shape->make ? shape->make() : g_malloc0(shape->size);
    if (take_fields(shape, scan, object))
        return object;
    shape_free(shape, object);
    return NULL;
}
