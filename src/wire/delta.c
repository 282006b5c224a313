#include "wire/delta.h"

#include <string.h>

#include "wire/audit.h"
#include "wire/operation.h"
#include "wire/print.h"
#include "wire/scan.h"
#include "wire/status.h"

typedef struct {
    const WireShape *shape;
    const char *key; // name of the field that is the key; NULL = the key is ""
} KindRow;

static const KindRow ROWS[DELTA_KINDS] = {
    [DELTA_FRAME] = {&FRAME_SHAPE, NULL},         [DELTA_LOCATION] = {&LOCATION_SHAPE, "name"},
    [DELTA_GROUP] = {&GROUP_SHAPE, "name"},       [DELTA_WORKLOAD] = {&WORKLOAD_SHAPE, "id"},
    [DELTA_OPERATION] = {&OPERATION_SHAPE, "id"}, [DELTA_FINDING] = {&FINDING_SHAPE, "id"},
    [DELTA_ALARM] = {&ALARM_SHAPE, "id"},         [DELTA_CHANGE] = {&CHANGE_SHAPE, "object"},
    [DELTA_AUDIT] = {&AUDIT_SHAPE, "seq"},        [DELTA_RELOAD] = {NULL, NULL},
};

static const char *const NAMES[DELTA_KINDS] = {
    [DELTA_FRAME] = "frame",       [DELTA_LOCATION] = "location",   [DELTA_GROUP] = "group",
    [DELTA_WORKLOAD] = "workload", [DELTA_OPERATION] = "operation", [DELTA_FINDING] = "finding",
    [DELTA_ALARM] = "alarm",       [DELTA_CHANGE] = "change",       [DELTA_AUDIT] = "audit",
    [DELTA_RELOAD] = "reload",
};
static const NameTable DELTA_NAMES = NAME_TABLE("kind of object", NAMES);

enum { KEY_MAX = 512 };

const WireShape *delta_shape(DeltaKind kind)
{
    return ROWS[kind].shape;
}

// The key's text from the member itself: keys are texts or numbers.
static char *delta_key(DeltaKind kind, gconstpointer object)
{
    const KindRow *row = &ROWS[kind];
    for (guint i = 0; row->key && i < row->shape->count; i++) {
        const WireField *field = &row->shape->fields[i];
        gconstpointer member = (const char *)object + field->offset;
        if (strcmp(field->name, row->key) != 0)
            continue;
        if (field->kind == FIELD_NUMBER)
            return g_strdup_printf("%" G_GINT64_FORMAT, *(const gint64 *)member);
        const char *text = *(char *const *)member;
        return g_strdup(text ? text : "");
    }
    return g_strdup("");
}

static json_t *compose(DeltaKind kind, const char *key, json_t *object)
{
    json_t *json = json_object();
    wire_set_text(json, "kind", name_of(&DELTA_NAMES, (int)kind));
    wire_set_text(json, "key", key);
    json_object_set_new(json, "object", object);
    return json;
}

json_t *delta_to_json(DeltaKind kind, gconstpointer object)
{
    g_autofree char *key = delta_key(kind, object);
    return compose(kind, key, shape_to_json(ROWS[kind].shape, object));
}

void delta_print(GString *out, DeltaKind kind, gconstpointer object)
{
    g_autofree char *key = delta_key(kind, object);
    g_string_append(out, "{\"kind\":");
    print_text(out, name_of(&DELTA_NAMES, (int)kind));
    g_string_append(out, ",\"key\":");
    print_text(out, key);
    g_string_append(out, ",\"object\":");
    shape_print(out, ROWS[kind].shape, object);
    g_string_append_c(out, '}');
}

json_t *delta_gone_to_json(DeltaKind kind, const char *key)
{
    return compose(kind, key, json_null());
}

static bool kind_is_known(const char *name)
{
    for (guint i = 0; i < DELTA_NAMES.count; i++)
        if (g_strcmp0(name, NAMES[i]) == 0)
            return true;
    return false;
}

static void read_key(const WireAt *root, Delta *delta)
{
    const char *key = wire_text(root, "key");
    if (key && strlen(key) > KEY_MAX)
        wire_fail(root, "key", "%zu bytes; at most %d are read.", strlen(key), KEY_MAX);
    delta->key = g_strdup(key ? key : "");
}

// The object, and that the key is its own.
static void read_object(const WireAt *root, WireMode mode, Delta *delta)
{
    const WireShape *shape = ROWS[delta->kind].shape;
    if (!shape || !wire_has(root, "object"))
        return;
    WireAt at = wire_object(root, "object");
    delta->object = shape_read(shape, &at, mode);
    g_autofree char *key = delta->object ? delta_key(delta->kind, delta->object) : NULL;
    if (key && strcmp(key, delta->key) != 0)
        wire_fail(root, "key", "it is not the object's own.");
}

bool delta_from_json(json_t *json, WireMode mode, Delta *ret_delta, GError **error)
{
    static const char *const FIELDS[] = {"kind", "key", "object", NULL};
    WireReader reader = {0};
    WireAt root = wire_root(&reader, json);
    g_auto(Delta) delta = {.kind = DELTA_KINDS};
    const char *kind = wire_text(&root, "kind");
    if (mode == WIRE_STRICT)
        wire_only(&root, FIELDS);
    if (mode == WIRE_LENIENT && kind && !kind_is_known(kind))
        delta.key = g_strdup("");
    else if (kind) {
        delta.kind = (DeltaKind)wire_choice(&root, "kind", NAMES, DELTA_KINDS);
        read_key(&root, &delta);
        read_object(&root, mode, &delta);
    }
    if (!wire_reader_finish(&reader, error))
        return false;
    *ret_delta = delta;
    delta = (Delta){.kind = DELTA_KINDS};
    return true;
}

static DeltaKind scan_kind(Scan *scan)
{
    const char *name;
    gsize n;
    if (!scan_word(scan, "{\"kind\":") || !scan_string(scan, &name, &n))
        return DELTA_KINDS;
    for (DeltaKind kind = 0; kind < DELTA_KINDS; kind++)
        if (strncmp(NAMES[kind], name, n) == 0 && !NAMES[kind][n])
            return kind;
    return DELTA_KINDS;
}

bool delta_scan(const char *text, gsize n, Delta *ret_delta)
{
    Scan scan = {text, text + n};
    const char *key;
    gsize size;
    g_auto(Delta) delta = {.kind = scan_kind(&scan)};
    const WireShape *shape = delta.kind < DELTA_KINDS ? ROWS[delta.kind].shape : NULL;
    if (!shape || !scan_word(&scan, ",\"key\":") || !scan_string(&scan, &key, &size) ||
        size > KEY_MAX || !scan_word(&scan, ",\"object\":"))
        return false;
    delta.key = g_strndup(key, size);
    if (!scan_word(&scan, "null")) {
        delta.object = shape_scan(shape, &scan);
        g_autofree char *own = delta.object ? delta_key(delta.kind, delta.object) : NULL;
        if (g_strcmp0(own, delta.key) != 0)
            return false;
    }
    if (!scan_word(&scan, "}") || scan.at != scan.end)
        return false;
    *ret_delta = delta;
    delta = (Delta){.kind = DELTA_KINDS};
    return true;
}

void delta_release(Delta *delta)
{
    if (delta->object)
        shape_free(ROWS[delta->kind].shape, delta->object);
    g_free(delta->key);
    *delta = (Delta){.kind = DELTA_KINDS};
}

gpointer delta_steal_object(Delta *delta)
{
    return g_steal_pointer(&delta->object);
}
