// JSON from outside, read strictly: bounded in bytes and depth, valid UTF-8, no key twice, nothing
// after the end. And a reader that takes a document apart with linear code: each getter says what
// it wants; the first thing that is not so becomes one sentence naming its path
// ("steps[3].kind: expected a string, found a number."); mistakes after it are not told.
//
//     WireReader reader = {0};
//     WireAt root = wire_root(&reader, json);
//     const char *kind = wire_text(&root, "kind");
//     WireAt steps = wire_array(&root, "steps");
//     for (gsize i = 0; i < wire_count(&steps); i++) {
//         WireAt step = wire_item(&steps, i);
//         … wire_integer(&step, "number", 0, 99) …
//     }
//     return wire_reader_finish(&reader, error);
//
// The only header through which other folders see jansson.
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum { WIRE_DEPTH_MAX = 32, WIRE_BYTES_MAX = 1024 * 1024 };

// What a person writes and is kept as it is, a reason or a note: bytes at most. More is refused, not cut.
enum { WIRE_WORDS_MAX = 2000 };

// Largest integer that every JSON implementation reads exactly: 2^53 - 1.
#define WIRE_INTEGER_MAX G_GINT64_CONSTANT(9007199254740991)

// Holds the first mistake. Zeroed is ready for use; wire_reader_finish empties it.
typedef struct {
    GError *error;
} WireReader;

// A place in a document: a value and the way to it. Made by the functions below; borrows the
// document and the WireAt it was reached from. `value` is NULL where nothing (of the wanted kind)
// is.
typedef struct WireAt {
    WireReader *reader;
    const struct WireAt *up; // NULL for the root
    const char *name;        // of the field; NULL for an item of an array
    gsize index;             // of the item
    json_t *value;           // borrowed
} WireAt;

// Parses one JSON document. `what` names it in the sentence ("the request body"). Returns a new
// reference, or NULL: ERR_TOO_LARGE (bytes > `max_bytes`, or deeper than WIRE_DEPTH_MAX),
// ERR_INVALID with line and column. Integers too large for 64 bits make all numbers of the document
// doubles.
json_t *wire_parse(const char *what, const char *bytes, gsize length, gsize max_bytes,
                   GError **error);

// The document in one line, fields in the order they were set. The caller frees with g_free.
char *wire_format(const json_t *json);

// The root, which must be an object (or use wire_root_array).
WireAt wire_root(WireReader *reader, json_t *json);
WireAt wire_root_array(WireReader *reader, json_t *json);

// True if nothing was wrong; else moves the first mistake into `error`.
bool wire_reader_finish(WireReader *reader, GError **error);

// Remembers a mistake at the field `name` of `at` (NULL: at `at` itself): the sentence is the path,
// ": " and the text.
void wire_fail(const WireAt *at, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);

// True if the object has the field and it is not null.
bool wire_has(const WireAt *at, const char *name);

// Refuses fields that are not in `allowed` (ended by NULL), naming the first one.
void wire_only(const WireAt *at, const char *const *allowed);

// An object or array under `name` (NULL: `at` itself, an item of an array). The _opt forms give
// value NULL (which has count 0 and no fields) where it is missing or null.
WireAt wire_object(const WireAt *at, const char *name);
WireAt wire_object_opt(const WireAt *at, const char *name);
WireAt wire_array(const WireAt *at, const char *name);
WireAt wire_array_opt(const WireAt *at, const char *name);

// Items of an array, and the i-th of them, whatever it is.
gsize wire_count(const WireAt *array);
WireAt wire_item(const WireAt *array, gsize i);

// Scalars. `name` NULL means `at` itself (an item of an array). Where a scalar is missing (or null)
// the _opt forms give `fallback`; the others, and whatever is of the wrong kind, are mistakes that
// give NULL, 0 or false. Texts are borrowed from the document.
const char *wire_text(const WireAt *at, const char *name);
const char *wire_text_opt(const WireAt *at, const char *name, const char *fallback);
bool wire_bool(const WireAt *at, const char *name);
bool wire_bool_opt(const WireAt *at, const char *name, bool fallback);
double wire_number(const WireAt *at, const char *name);

// A whole number from `min` to `max` (1.0 and 1e3 are whole).
gint64 wire_integer(const WireAt *at, const char *name, gint64 min, gint64 max);
// `fallback` need not lie between them.
gint64 wire_integer_opt(const WireAt *at, const char *name, gint64 min, gint64 max,
                        gint64 fallback);

// One of `names` (count `n`; NULL names are skipped): its index. 0 with a mistake that lists them.
guint wire_choice(const WireAt *at, const char *name, const char *const *names, guint n);

// RFC 3339 → wall milliseconds. The _opt form gives 0 (never) where it is missing or null.
gint64 wire_time_ms(const WireAt *at, const char *name);
gint64 wire_time_ms_opt(const WireAt *at, const char *name);

// Seconds as a number, 0 to 100 years → milliseconds. The _opt form gives `fallback_ms`.
gint64 wire_seconds_ms(const WireAt *at, const char *name);
gint64 wire_seconds_ms_opt(const WireAt *at, const char *name, gint64 fallback_ms);

// A text as a JSON value, a new reference; NULL is null, and what is not UTF-8 is escaped visibly.
json_t *wire_text_new(const char *text);

// For writing: sets a text (NULL: null), a time (0 or less: null), or seconds from milliseconds.
void wire_set_text(json_t *object, const char *name, const char *text);
void wire_set_time_ms(json_t *object, const char *name, gint64 at_ms);
void wire_set_seconds_ms(json_t *object, const char *name, gint64 ms);

static inline void wire_json_free(json_t *json)
{
    json_decref(json);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, wire_json_free)
