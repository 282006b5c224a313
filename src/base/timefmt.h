// Times and durations as text, both ways. One form each, the same in API, screens and files:
// RFC 3339 in UTC for moments, "1m44s" for durations.
#pragma once

#include <glib.h>
#include <stdbool.h>

// "2026-11-21T03:14:07.250Z"; NULL for at_ms <= 0 (never). The caller frees.
char *time_format_ms(gint64 at_ms);

// "03:14:07Z" into `buffer`; "-" for at_ms <= 0.
void time_format_clock(gint64 at_ms, char buffer[16]);

// "2026-11-21 03:14:07Z" into `buffer`; "-" for at_ms <= 0.
void time_format_full(gint64 at_ms, char buffer[32]);

// Reads RFC 3339 with any number of decimals (cut to ms), `Z`, an offset, or nothing (taken as UTC:
// some ARM services leave it out). ERR_INVALID names the text.
bool time_parse(const char *text, gint64 *ret_ms, GError **error);

// The same for the one form that time_format_ms writes: a tenth of the cost. False: another form, or none.
bool time_parse_plain(const char *text, gsize n, gint64 *ret_ms);

// Largest two units that say it: "0s", "0.4s", "12s", "1m44s", "3h55m", "9d4h"; under 10 s with one
// decimal. Negative: "-12s". Writes at most 16 bytes.
void duration_format(gint64 ms, char buffer[16]);

// As duration_format, but never less than `ms` says: what is cut away is rounded up. For bounds.
void duration_format_up(gint64 ms, char buffer[16]);

// Milliseconds without their unit, of microseconds: "0.2", "9.9", "41".
void latency_format(gint64 us, char buffer[16]);

// Reads "500ms", "10s", "1m30s", "4h", "365d"; a bare number is refused (which unit?). The result is
// at most 100 years. ERR_INVALID says what was expected.
bool duration_parse(const char *text, gint64 *ret_ms, GError **error);
