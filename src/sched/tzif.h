// Reads a compiled time zone file (TZif, RFC 9636) into its changes of offset. GLib reads these files too,
// but computes what comes after the file's last listed change wrongly where summer is called standard
// time (Europe/Dublin), and does not tell where a stretch ends; a schedule needs both.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    gint64 begin_ms;  // G_MININT64 for the first
    gint64 offset_ms; // ahead of UTC from then on
} TzifSpan;

// No zone file is larger.
enum { TZIF_MAX_BYTES = 1 << 20 };

// The spans of a file's contents, ordered, each with another offset than the one before, all
// offsets below a day; the rule at the
// file's end is carried on up to the year `until_year`. The caller frees. NULL: not a file we can read
// (ERR_CORRUPT says what about it).
TzifSpan *tzif_parse(const guint8 *bytes, gsize length, int until_year, guint *ret_count,
                     GError **error);
