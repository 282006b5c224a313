// What the operator has signed, on the operator's own disk, before it is sent: one small file a sign-off under
// $XDG_STATE_HOME/signalbox. After a drop the console asks what became of each whose fate is not
// known, and says it, before it shows anything else. Nothing is ever sent again from here by itself.
#pragma once

#include "model/operation.h"

typedef enum {
    FATE_UNKNOWN,  // sent, or about to be; no answer seen
    FATE_RECORDED, // the backend has it
    FATE_REFUSED,  // the backend said no: it counts for nothing
    FATE_LOST,     // the backend never saw it: it counts for nothing
    FATE_COUNT
} Fate;
extern const NameTable FATE_NAMES;

typedef struct {
    SignOff *signoff; // with its id
    Fate fate;
    gint64 sent_ms;
    gint64 settled_ms;
    char *endpoint;
    char *answer; // "recorded by weu-1 at 03:15:02Z (audit 4711)", or the refusal's sentence

    // Of this session, not written:
    bool busy;      // being sent, or asked after
    gint64 sure_ms; // from then on "not found" means that it never came
    bool missed;    // it was not found once
} JournalEntry;

void journal_entry_free(JournalEntry *entry);

typedef struct Journal Journal;

// Opens (and makes, mode 0700) the directory. ERR_INTERNAL with the reason.
Journal *journal_open(const char *directory, GError **error);
void journal_free(Journal *journal);

// Writes the entry durably; returns only when it is on the disk. ERR_NO_SPACE, ERR_INTERNAL: then nothing may
// be sent.
bool journal_write(const Journal *journal, const JournalEntry *entry, GError **error);

// All entries, oldest first; a file that cannot be read is left alone and told in `ret_broken` (of char *,
// may be NULL). Of JournalEntry *; the caller owns it. Settled entries older than 90 days are removed.
GPtrArray *journal_read(const Journal *journal, gint64 now_ms, GPtrArray *ret_broken);

// The default directory: $XDG_STATE_HOME/signalbox, else ~/.local/state/signalbox. The caller frees.
char *journal_directory(void);
