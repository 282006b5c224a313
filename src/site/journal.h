// What a region remembers over a restart: lines of words, appended, and written anew in short form when
// it starts. A line that was cut off by a crash is dropped; everything before it stands.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Journal Journal;

enum { JOURNAL_WORDS_MAX = 16, JOURNAL_BYTES_MAX = 64 * 1024 * 1024 };

// Called for each line while loading, its words parted by one blank, ended by NULL. False with `error`
// set stops it.
typedef bool (*JournalLine)(char **words, guint n, gpointer data, GError **error);

// Opens (or makes) DIR/journal and reads it through `line`. ERR_BUSY if another process has it,
// ERR_CORRUPT with file and line if `line` says no.
Journal *journal_open(const char *dir, JournalLine line, gpointer data, GError **error);
void journal_close(Journal *journal);

// Adds one line to what waits to be written.
void journal_add(Journal *journal, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Writes what waits. `sync`: and sees it onto the disk, so that not even a power cut undoes it. On
// failure (ERR_NO_SPACE, ERR_INTERNAL) what waits still waits.
bool journal_flush(Journal *journal, bool sync, GError **error);

// Begins anew: what is added until journal_compact_end replaces all lines at once.
void journal_compact_begin(Journal *journal);
bool journal_compact_end(Journal *journal, GError **error);

// Bytes written since it was last made short.
gsize journal_size(const Journal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_close)
