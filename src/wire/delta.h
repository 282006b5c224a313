// One thing that is so now, as one object: the element of the event stream, of snapshots and of lists
// that stream. `{"kind":"group","key":"payments","object":{…}}`; object null means that it is no longer
// there. A kind is a row of the table in delta.c: its name, its shape, which field is its key.
#pragma once

#include "wire/shape.h"

typedef enum {
    DELTA_FRAME,     // FrameStatus; key ""
    DELTA_LOCATION,  // LocationStatus; its name
    DELTA_GROUP,     // GroupStatus; its name
    DELTA_WORKLOAD,  // WorkloadStatus; its id
    DELTA_OPERATION, // Operation; its id
    DELTA_FINDING,   // Finding; its id
    DELTA_ALARM,     // Alarm; its id
    DELTA_CHANGE,    // Change; the object it speaks of (each is a new one, none replaces another)
    DELTA_AUDIT,     // AuditRecord; its seq as text
    DELTA_RELOAD,    // no object, key "": the fleet is another one, fetch everything again
    DELTA_KINDS
} DeltaKind;

typedef struct {
    DeltaKind kind;
    char *key;       // owned; never NULL
    gpointer object; // owned, of the kind's struct; NULL = it is gone (or a reload)
} Delta;

// The shape of a kind's objects; NULL for DELTA_RELOAD.
const WireShape *delta_shape(DeltaKind kind);

// A delta that says what `object` is now. A new reference.
json_t *delta_to_json(DeltaKind kind, gconstpointer object);

// The same as text, cheaply (wire/print.h), appended to `out`.
void delta_print(GString *out, DeltaKind kind, gconstpointer object);

// A delta that says that it is gone (or, with DELTA_RELOAD and "", that everything is). A new reference.
json_t *delta_gone_to_json(DeltaKind kind, const char *key);

// Reads one. ERR_INVALID names the path. With WIRE_LENIENT a kind that nobody knows gives success and
// kind DELTA_KINDS, key "": something that this console is too old for. `ret_delta` is to be released.
bool delta_from_json(json_t *json, WireMode mode, Delta *ret_delta, GError **error);

// The same for a text as our backends write it, ten times cheaper (wire/scan.h). False: read it the long way.
bool delta_scan(const char *text, gsize n, Delta *ret_delta);

// A zeroed delta is fine.
void delta_release(Delta *delta);

// Takes the object out of the delta.
gpointer delta_steal_object(Delta *delta);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Delta, delta_release)
