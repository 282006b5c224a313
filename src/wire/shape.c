#include "wire/shape.h"

#include <string.h>

#include "base/none.h"
#include "base/timefmt.h"
#include "wire/canonical.h"

enum { US_PER_S = 1000000 };

// A hundred years, as wire_seconds_ms reads: longer than any duration that means something here.
#define SECONDS_MAX ((gint64)100 * 366 * 24 * 3600)

// How one kind of field is written and read. `member` points at the member itself.
typedef struct {
    gsize size; // of the member; 0 = as the row says
    json_t *(*write)(const WireField *field, gconstpointer member);
    void (*read)(const WireField *field, const WireAt *at, WireMode mode, gpointer member);
} KindRow;

static const KindRow KINDS[FIELD_KINDS];

static json_t *write_fields(const WireShape *shape, gconstpointer object);
static void read_fields(const WireShape *shape, const WireAt *at, WireMode mode, gpointer object);

static void put(json_t *object, const char *name, json_t *value)
{
    int rc = json_object_set_new(object, name, value);
    g_assert(rc == 0);
}

static void push(json_t *array, json_t *value)
{
    int rc = json_array_append_new(array, value);
    g_assert(rc == 0);
}

static guint limit_of(const WireField *field, guint fallback)
{
    return field->max ? field->max : fallback;
}

// ---- scalars ----

// What is written can be read back: a text beyond its limit is cut, and says so.
static json_t *clipped_text(const char *text, gsize max)
{
    static const char MARK[] = " [cut]";
    if (!text || strlen(text) <= max)
        return wire_text_new(text);
    const char *end = g_utf8_find_prev_char(text, text + max - strlen(MARK));
    g_autofree char *start = g_strndup(text, (gsize)(end - text));
    g_autofree char *cut = g_strconcat(start, MARK, NULL);
    return wire_text_new(cut);
}

static json_t *write_text(const WireField *field, gconstpointer member)
{
    return clipped_text(*(char *const *)member, limit_of(field, FIELD_TEXT_MAX));
}

// The text at `at` (name NULL) or in its field, within the row's limit; NULL after a mistake.
static const char *bounded_text(const WireField *field, const WireAt *at, const char *name)
{
    const char *text = wire_text(at, name);
    guint max = field->kind == FIELD_TEXT ? limit_of(field, FIELD_TEXT_MAX) : FIELD_TEXT_MAX;
    if (!text || strlen(text) <= max)
        return text;
    wire_fail(at, name, "%zu bytes of text; at most %u are read.", strlen(text), max);
    return NULL;
}

static void read_text(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    char **text = member;
    (void)mode;
    g_free(*text);
    *text = g_strdup(bounded_text(field, at, field->name));
}

static json_t *write_bool(const WireField *field, gconstpointer member)
{
    (void)field;
    return json_boolean(*(const bool *)member);
}

static void read_bool(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(bool *)member = wire_bool(at, field->name);
}

static json_t *write_uint(const WireField *field, gconstpointer member)
{
    (void)field;
    return json_integer(*(const guint *)member);
}

static void read_uint(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(guint *)member = (guint)wire_integer(at, field->name, 0, G_MAXINT);
}

static json_t *write_int_count(const WireField *field, gconstpointer member)
{
    int value = *(const int *)member;
    (void)field;
    return value < 0 ? json_null() : json_integer(value);
}

static void read_int_count(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(int *)member = (int)wire_integer(at, field->name, 0, G_MAXINT);
}

static json_t *write_count(const WireField *field, gconstpointer member)
{
    gint64 value = *(const gint64 *)member;
    (void)field;
    return value < 0 || value > WIRE_INTEGER_MAX ? json_null() : json_integer(value);
}

static json_t *write_number(const WireField *field, gconstpointer member)
{
    (void)field;
    return json_integer(CLAMP(*(const gint64 *)member, 0, WIRE_INTEGER_MAX));
}

static void read_number(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(gint64 *)member = wire_integer(at, field->name, 0, WIRE_INTEGER_MAX);
}

static json_t *write_revision(const WireField *field, gconstpointer member)
{
    guint64 value = *(const guint64 *)member;
    (void)field;
    return json_integer((json_int_t)MIN(value, (guint64)WIRE_INTEGER_MAX));
}

static void read_revision(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(guint64 *)member = (guint64)wire_integer(at, field->name, 0, WIRE_INTEGER_MAX);
}

static json_t *write_name(const WireField *field, gconstpointer member)
{
    int value = *(const int *)member;
    g_assert(value >= 0 && (guint)value < field->names->count);
    return json_string(name_of(field->names, value));
}

static void read_name(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(int *)member = (int)wire_choice(at, field->name, field->names->names, field->names->count);
}

// ---- times ----

static json_t *write_time(const WireField *field, gconstpointer member)
{
    g_autofree char *text = time_format_ms(*(const gint64 *)member);
    (void)field;
    return wire_text_new(text);
}

static void read_time(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(gint64 *)member = MAX(wire_time_ms(at, field->name), 0);
}

// `count` parts of which `per_second` make a second, within what is read back.
static json_t *seconds(gint64 count, gint64 per_second)
{
    count = CLAMP(count, 0, SECONDS_MAX * per_second);
    return count % per_second ? json_real((double)count / (double)per_second)
                              : json_integer(count / per_second);
}

static json_t *write_seconds(const WireField *field, gconstpointer member)
{
    (void)field;
    return seconds(*(const gint64 *)member, 1000);
}

static json_t *write_seconds_opt(const WireField *field, gconstpointer member)
{
    return *(const gint64 *)member < 0 ? json_null() : write_seconds(field, member);
}

static void read_seconds(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    (void)mode;
    *(gint64 *)member = wire_seconds_ms(at, field->name);
}

static json_t *write_micros(const WireField *field, gconstpointer member)
{
    (void)field;
    return seconds(*(const gint64 *)member, US_PER_S);
}

static void read_micros(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    double value = wire_number(at, field->name);
    (void)mode;
    if (value >= 0 && value <= (double)SECONDS_MAX)
        *(gint64 *)member = (gint64)(value * US_PER_S + 0.5);
    else
        wire_fail(at, field->name, "expected seconds of a century at most, found %g.", value);
}

// ---- lists and nested structs ----

static bool count_is_allowed(const WireAt *list, gsize max)
{
    gsize n = wire_count(list);
    if (n > max)
        wire_fail(list, NULL, "%zu items; at most %zu are read.", n, max);
    return n <= max;
}

static json_t *write_texts(const WireField *field, gconstpointer member)
{
    const GPtrArray *texts = *(GPtrArray *const *)member;
    json_t *array = json_array();
    (void)field;
    for (guint i = 0; texts && i < texts->len; i++)
        push(array, clipped_text(texts->pdata[i], FIELD_TEXT_MAX));
    return array;
}

static void read_texts(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    GPtrArray **texts = member;
    WireAt list = wire_array(at, field->name);
    (void)mode;
    g_ptr_array_set_size(list_own(texts, g_free), 0);
    if (!count_is_allowed(&list, limit_of(field, FIELD_ITEMS_MAX)))
        return;
    for (gsize i = 0; i < wire_count(&list) && !list.reader->error; i++) {
        WireAt item = wire_item(&list, i);
        const char *text = bounded_text(field, &item, NULL);
        if (text)
            g_ptr_array_add(*texts, g_strdup(text));
    }
}

static json_t *write_struct(const WireField *field, gconstpointer member)
{
    return write_fields(field->shape, member);
}

static void read_struct(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    WireAt inner = wire_object(at, field->name);
    read_fields(field->shape, &inner, mode, member);
}

static json_t *write_pointer(const WireField *field, gconstpointer member)
{
    gconstpointer object = *(const gpointer *)member;
    return object ? write_fields(field->shape, object) : json_null();
}

static void read_pointer(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    gpointer *object = member;
    WireAt inner = wire_object(at, field->name);
    shape_free(field->shape, *object);
    *object = shape_read(field->shape, &inner, mode);
}

static json_t *write_structs(const WireField *field, gconstpointer member)
{
    const GPtrArray *objects = *(GPtrArray *const *)member;
    json_t *array = json_array();
    for (guint i = 0; objects && i < objects->len; i++)
        push(array, write_fields(field->shape, objects->pdata[i]));
    return array;
}

static void read_structs(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    GPtrArray **objects = member;
    WireAt list = wire_array(at, field->name);
    if (!*objects)
        *objects = list_none();
    g_ptr_array_set_size(*objects, 0);
    if (!count_is_allowed(&list, limit_of(field, FIELD_ITEMS_MAX)))
        return;
    for (gsize i = 0; i < wire_count(&list) && !list.reader->error; i++) {
        WireAt place = wire_item(&list, i);
        WireAt item = wire_object(&place, NULL);
        gpointer object = shape_read(field->shape, &item, mode);
        if (object)
            g_ptr_array_add(list_own(objects, shape_drop(field->shape)), object);
    }
}

static guint *run_count(const WireField *field, gconstpointer member)
{
    return (guint *)((guintptr)member - field->offset + field->count);
}

static json_t *write_run(const WireField *field, gconstpointer member)
{
    json_t *array = json_array();
    guint n = *run_count(field, member);
    for (guint i = 0; i < n; i++)
        push(array, write_fields(field->shape, (const char *)member + i * field->shape->size));
    return array;
}

static void read_run(const WireField *field, const WireAt *at, WireMode mode, gpointer member)
{
    guint *n = run_count(field, member);
    WireAt list = wire_array(at, field->name);
    *n = 0;
    if (!count_is_allowed(&list, field->size / field->shape->size))
        return;
    for (gsize i = 0; i < wire_count(&list) && !list.reader->error; i++) {
        WireAt place = wire_item(&list, i);
        WireAt item = wire_object(&place, NULL);
        read_fields(field->shape, &item, mode, (char *)member + i * field->shape->size);
        (*n)++;
    }
}

static const KindRow KINDS[FIELD_KINDS] = {
    [FIELD_TEXT] = {sizeof(char *), write_text, read_text},
    [FIELD_BOOL] = {sizeof(bool), write_bool, read_bool},
    [FIELD_UINT] = {sizeof(guint), write_uint, read_uint},
    [FIELD_INT_COUNT] = {sizeof(int), write_int_count, read_int_count},
    [FIELD_COUNT] = {sizeof(gint64), write_count, read_number},
    [FIELD_NUMBER] = {sizeof(gint64), write_number, read_number},
    [FIELD_REVISION] = {sizeof(guint64), write_revision, read_revision},
    [FIELD_TIME] = {sizeof(gint64), write_time, read_time},
    [FIELD_SECONDS] = {sizeof(gint64), write_seconds, read_seconds},
    [FIELD_SECONDS_OPT] = {sizeof(gint64), write_seconds_opt, read_seconds},
    [FIELD_MICROS] = {sizeof(gint64), write_micros, read_micros},
    [FIELD_NAME] = {sizeof(int), write_name, read_name},
    [FIELD_TEXTS] = {sizeof(GPtrArray *), write_texts, read_texts},
    [FIELD_STRUCT] = {0, write_struct, read_struct},
    [FIELD_POINTER] = {sizeof(gpointer), write_pointer, read_pointer},
    [FIELD_STRUCTS] = {sizeof(GPtrArray *), write_structs, read_structs},
    [FIELD_RUN] = {0, write_run, read_run},
};

// ---- whole structs ----

static json_t *write_fields(const WireShape *shape, gconstpointer object)
{
    json_t *json = json_object();
    for (guint i = 0; i < shape->count; i++) {
        const WireField *field = &shape->fields[i];
        json_t *value = KINDS[field->kind].write(field, (const char *)object + field->offset);
        if (field->rare && json_is_null(value))
            json_decref(value);
        else
            put(json, field->name, value);
    }
    return json;
}

static void refuse_unknown(const WireShape *shape, const WireAt *at)
{
    const char **names = g_new0(const char *, shape->count + 1);
    for (guint i = 0; i < shape->count; i++)
        names[i] = shape->fields[i].name;
    wire_only(at, names);
    g_free(names);
}

static void read_fields(const WireShape *shape, const WireAt *at, WireMode mode, gpointer object)
{
    if (mode == WIRE_STRICT)
        refuse_unknown(shape, at);
    for (guint i = 0; i < shape->count && !at->reader->error; i++) {
        const WireField *field = &shape->fields[i];
        if (field->required || wire_has(at, field->name))
            KINDS[field->kind].read(field, at, mode, (char *)object + field->offset);
    }
}

json_t *shape_to_json(const WireShape *shape, gconstpointer object)
{
    return write_fields(shape, object);
}

json_t *shape_field_to_json(const WireField *field, gconstpointer member)
{
    return KINDS[field->kind].write(field, member);
}

gpointer shape_read(const WireShape *shape, const WireAt *at, WireMode mode)
{
    if (at->reader->error)
        return NULL;
    gpointer object = shape->make ? shape->make() : g_malloc0(shape->size);
    read_fields(shape, at, mode, object);
    if (!at->reader->error)
        return object;
    shape_free(shape, object);
    return NULL;
}

gpointer shape_from_json(const WireShape *shape, json_t *json, WireMode mode, GError **error)
{
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    gpointer object = shape_read(shape, &root, mode);
    if (wire_reader_finish(&reader, error))
        return object;
    g_prefix_error(error, "This is no %s: ", shape->what);
    return NULL;
}

GDestroyNotify shape_drop(const WireShape *shape)
{
    return shape->drop ? shape->drop : g_free;
}

void shape_free(const WireShape *shape, gpointer object)
{
    if (object)
        shape_drop(shape)(object);
}

char *shape_digest(const WireShape *shape, gconstpointer object, GError **error)
{
    g_autoptr(json_t) json = shape_to_json(shape, object);
    return canonical_digest(json, error);
}

// ---- checking a table ----

static bool kind_is_nested(FieldKind kind)
{
    return kind == FIELD_STRUCT || kind == FIELD_POINTER || kind == FIELD_STRUCTS ||
           kind == FIELD_RUN;
}

static const char *field_check(const WireShape *shape, const WireField *field)
{
    gsize size = KINDS[field->kind].size;
    if (size && size != field->size)
        return "the member's size is not the kind's";
    if (field->offset + field->size > shape->size)
        return "it lies outside the struct";
    if (field->kind == FIELD_NAME && !field->names)
        return "its names are missing";
    if (kind_is_nested(field->kind) && !field->shape)
        return "its shape is missing";
    if (field->kind == FIELD_STRUCT && field->offset && field->size != field->shape->size)
        return "the nested struct is another one";
    if (field->kind == FIELD_RUN && field->size % field->shape->size)
        return "the items are other structs";
    for (const WireField *before = shape->fields; before < field; before++)
        if (!strcmp(before->name, field->name))
            return "the name is there twice";
    return NULL;
}

char *shape_check(const WireShape *shape)
{
    for (guint i = 0; i < shape->count; i++) {
        const WireField *field = &shape->fields[i];
        const char *wrong = field_check(shape, field);
        if (wrong)
            return g_strdup_printf("%s.%s: %s.", shape->what, field->name, wrong);
        char *inner = kind_is_nested(field->kind) ? shape_check(field->shape) : NULL;
        if (inner)
            return inner;
    }
    return NULL;
}
