// What a region remembers over a restart: lines of words, appended, and written anew in short form when
// it starts. A line that was cut off by a crash is dropped; everything before it stands.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct SiteJournal SiteJournal;

enum { JOURNAL_WORDS_MAX = 16, JOURNAL_BYTES_MAX = 64 * 1024 * 1024 };

// Called for each line while loading, its words parted by one blank, ended by NULL. False with `error`
// set stops it.
typedef bool (*SiteJournalLine)(char **words, guint n, gpointer data, GError **error);

// Opens (or makes) DIR/journal and reads it through `line`. ERR_BUSY if another process has it,
// ERR_CORRUPT with file and line if `line` says no.
SiteJournal *site_journal_open(const char *dir, SiteJournalLine line, gpointer data,
                               GError **error);
void site_journal_close(SiteJournal *journal);

// Adds one line to what waits to be written.
void site_journal_add(SiteJournal *journal, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Writes what waits. `sync`: and sees it onto the disk, so that not even a power cut undoes it. On
// failure (ERR_NO_SPACE, ERR_INTERNAL) what waits still waits.
bool site_journal_flush(SiteJournal *journal, bool sync, GError **error);

// Begins anew: what is added until site_journal_compact_end replaces all lines at once.
void site_journal_compact_begin(SiteJournal *journal);
bool site_journal_compact_end(SiteJournal *journal, GError **error);

// Bytes written since it was last made short.
gsize site_journal_size(const SiteJournal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SiteJournal, site_journal_close)
