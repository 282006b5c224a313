// What the files of console/ share.
#pragma once

#include "console/console.h"
#include "http/client.h"
#include "ssh/agent.h"
#include "ssh/keyring.h"
#include "ssh/sign.h"
#include "ssh/verify.h"
#include "term/term.h"
#include "view/frame.h"
#include "view/ui.h"

typedef struct {
    ConsoleOptions options;
    const Clock *clock;
    IdSource ids;
    GMainLoop *loop;
    Client *client;
    Term *term; // NULL while printing
    Ui *ui;
    HttpClient *demo; // for the practice regions' control sockets; NULL
    bool armed;
    bool quit_asked; // q was pressed once while something was being written
    guint tick;
    guint later;    // source: what has changed is shown when it fires; 0 = at once
    gint64 rest_ms; // monotonic: not sooner
    gint64
        offset_minute; // in which utc_offset_min was looked up: the zone's file is asked once a minute
    int utc_offset_min;
    char *zone;         // the operator's, its IANA name; NULL: nobody knows
    char *fetched_path; // the last answer to EFFECT_FETCH
    char *fetched_body; // NULL: it failed
    char *fetched_error;
    GArray *settled; // of SentSignOff: settled since the start, oldest first
    GArray *sent;    // of SentSignOff: what the screens are shown
    guint asking;    // fetches under way
    gint64 rang_ms;  // monotonic; the bell is rung at most every 30 s
    Attention heard; // what wanted attention when last looked, to hear of what is new
    GError *error;

    // ---- signing with an SSH key (key.c) ----
    Keyring *looking; // for keys; NULL = not now
    GPtrArray *keys;  // of SigningKey *; NULL = not known yet
    char *key_trouble;
    SshSign *key_signing; // NULL = none under way
    SignOff *to_sign;     // what it is for
    Signing signing;      // as the screens are shown it; its strings are owned

    // ---- checking what others have signed (check.c) ----
    SshVerify *verifying;
    SignatureCheck found;
    char *checked_key; // that the record names
    RecordCheck record_check;
} Console;

// The context of now for the screens. Borrowed; good until the next call.
ViewContext console_context(Console *console);

// The sign-offs given from here: console->sent is made anew by console_sent_list.
void console_sent_init(Console *console);
void console_sent_release(Console *console);
void console_sent_settle(Console *console, const JournalEntry *entry);
void console_sent_list(Console *console);

// Performs an effect and releases it.
void console_perform(Console *console, Effect *effect);

// Looks for the keys that could sign, and makes the signature that a sign-off is sent with.
void console_keys_look(Console *console);
void console_key_sign(Console *console, const Effect *effect);
void console_key_cancel(Console *console);
void console_keys_release(Console *console);
// Checks the signature in a record of the audit log; the screens are shown what came out.
void console_check_record(Console *console, const AuditRecord *record);
void console_check_release(Console *console);

// Journals and sends a sign-off.
void console_send_signoff(Console *console, const SignOff *signoff, ClientDone done);
// Tells that a sign-off was refused, not sent, or that its fate is not known.
void console_say_unsent(Console *console, const GError *error);

void console_say(Console *console, Style style, const char *format, ...) G_GNUC_PRINTF(3, 4);
void console_refresh(Console *console);

// Breaks or mends a practice region of the demo in `directory`.
void console_fault(Console *console, const char *location, const char *kind);
