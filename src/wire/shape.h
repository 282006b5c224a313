// A struct of the domain as JSON, by a table. Each field is a row: its name in JSON, what kind of value
// it is, where it lies in the struct. One generic writer and one generic reader serve all tables, so a
// new field is one row, and whatever is written can be read back.
//
//     static const WireField FIELDS[] = {
//         {"name", FIELD_TEXT, FIELD(Verdict, why), .required = true},
//         {"state", FIELD_NAME, FIELD(Verdict, state), .names = &VERDICT_NAMES},
//         {"observed_at", FIELD_TIME, FIELD(Verdict, observed_at_ms)},
//     };
//     const WireShape VERDICT_SHAPE = SHAPE("verdict", Verdict, FIELDS, NULL, NULL);
//
// How values look: moments are RFC 3339 in UTC with milliseconds (fields `…_at`, `since`, `…_until`),
// durations seconds as numbers (`…_s`), closed sets their words. What is not known is null, never 0 or
// -1. Reading takes nothing for granted: kinds, ranges, lengths and counts are checked and the first
// mistake is told with its path. Missing fields keep what the shape's `make` sets, so that old records
// and old backends can be read.
#pragma once

#include <stddef.h>

#include "model/names.h"
#include "wire/json.h"

typedef enum {
    FIELD_TEXT,        // char *; NULL = null
    FIELD_BOOL,        // bool
    FIELD_UINT,        // guint
    FIELD_INT_COUNT,   // int; -1 (unknown) = null
    FIELD_COUNT,       // gint64; -1 (unknown) = null
    FIELD_NUMBER,      // gint64 from 0
    FIELD_REVISION,    // guint64
    FIELD_TIME,        // gint64 wall ms; 0 (never) = null
    FIELD_SECONDS,     // gint64 ms, written in seconds, cut to 0 to 100 years
    FIELD_SECONDS_OPT, // as above; -1 (unknown) = null
    FIELD_MICROS,      // gint64 µs, written in seconds
    FIELD_NAME,        // an enum, by `names`
    FIELD_TEXTS,       // GPtrArray * of char *
    FIELD_STRUCT,      // a struct of `shape`, embedded; at offset 0 it is a part of the same struct
    FIELD_POINTER,     // a struct of `shape`, owned; NULL = null
    FIELD_STRUCTS,     // GPtrArray * of structs of `shape`
    FIELD_RUN,         // array of structs of `shape`, embedded; `count` tells how many are in use
    FIELD_KINDS
} FieldKind;

typedef struct WireShape WireShape;

typedef struct {
    const char *name;
    FieldKind kind;
    gsize offset;
    gsize size;             // of the member: held against the kind
    const NameTable *names; // of FIELD_NAME
    const WireShape *shape; // of the nested kinds
    gsize count;            // of FIELD_RUN: offset of the guint that tells how many
    guint max;              // bytes of a text, items of a list; 0 = the limits below
    bool required;          // missing or null is a mistake
    bool rare; // left out where it is null, as records were written before there was one
} WireField;

enum { FIELD_TEXT_MAX = 16 * 1024, FIELD_ITEMS_MAX = 65536 };

struct WireShape {
    const char *what; // "location": for error messages
    gsize size;
    const WireField *fields;
    guint count;
    gpointer (*make)(void); // an empty object with its defaults; NULL = all zero
    void (*drop)(gpointer); // frees it; NULL = g_free
};

// Offset and size of a row's member; of a row that is a part of the same struct.
#define FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define FIELD_PART(type) .offset = 0, .size = sizeof(type)
// All columns of a shape.
#define SHAPE(what, type, fields, make, drop)                                                      \
    {                                                                                              \
        what, sizeof(type), fields, G_N_ELEMENTS(fields), make, drop                               \
    }

// Fields that no row names: what we are asked to do is refused if it says something that we do not
// understand; what we are told is read without it.
typedef enum { WIRE_STRICT, WIRE_LENIENT } WireMode;

// The object as JSON, every field in the order of its rows. A new reference.
json_t *shape_to_json(const WireShape *shape, gconstpointer object);

// One field of it, `member` pointing at the member itself. A new reference.
json_t *shape_field_to_json(const WireField *field, gconstpointer member);

// A new object, to be freed with shape_free (or the type's own function). ERR_INVALID names the path
// and what was expected.
gpointer shape_from_json(const WireShape *shape, json_t *json, WireMode mode, GError **error);

// As above at a place in a document; NULL after any mistake in it (which `at`'s reader holds).
gpointer shape_read(const WireShape *shape, const WireAt *at, WireMode mode);

// What frees one.
GDestroyNotify shape_drop(const WireShape *shape);

// NULL is fine.
void shape_free(const WireShape *shape, gpointer object);

// SHA-256 of the canonical form of shape_to_json. The caller frees. ERR_INVALID as canonical_digest.
char *shape_digest(const WireShape *shape, gconstpointer object, GError **error);

// Checks the table itself: sizes fit the kinds, nested shapes and names are there, no name twice. For
// the tests. NULL, or a sentence about the first row that is wrong, which the caller frees.
char *shape_check(const WireShape *shape);
