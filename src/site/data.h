// One group's data at this region: a row of committed transactions, numbered and timed, that one side
// writes and the other replays. Pure: time is handed in, messages are structs, nothing is sent from
// here.
//
// History is a line; a promotion starts a new lineage that forks from the old one at the last replayed
// position. Whatever the old primary committed behind the fork is lost, and both sides can say how much
// as soon as they have heard from each other. A side never drops what it committed by itself: it
// follows another lineage only where it has nothing behind the fork, or when told to (rejoin).
//
// Replication is asynchronous with a delay: a message carries what was committed up to `delay` ago and
// says so even when nothing was ("everything up to then is in here"), so that an idle secondary still
// knows how old it is.
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { DATA_LOG_MAX = 16384, DATA_BATCH_MAX = 1024, LINEAGE_LEN = 16 };

typedef enum { DATA_SECONDARY, DATA_PRIMARY } DataRole;

// What a primary does with new transactions.
typedef enum {
    DATA_SEALED,   // refuses them
    DATA_DRAINING, // takes those of runs that are still going
    DATA_OPEN
} DataGate;

typedef struct {
    gint64 position; // from 1
    gint64 at_ms;    // when the primary committed it
} Commit;

typedef struct {
    char *group;
    DataRole role;
    DataGate gate; // of a primary; a secondary is sealed
    char lineage[LINEAGE_LEN + 1];
    char parent[LINEAGE_LEN + 1]; // lineage this one forked from; "" = none
    gint64 fork;                  // last position in common with `parent`
    gint64 position;              // last committed, or replayed
    gint64 committed_ms;          // when that was committed; 0 = nothing yet
    gint64 through_ms; // secondary: all that was committed up to then is replayed; 0 = unknown

    // A secondary's knowledge of its primary, as last heard.
    gint64 source_position; // -1 = never heard
    gint64 source_ms;       // its clock then; 0 = never
    bool source_sealed;

    // A primary's knowledge of its secondary.
    gint64 acked; // replayed there; -1 = never heard
    gint64 acked_through_ms;
    gint64 acked_at_ms; // when it said so

    // Another lineage won while this one was primary.
    bool superseded;
    char successor[LINEAGE_LEN + 1];
    gint64 successor_fork;

    gint64
        lost; // transactions lost by failovers here, once known; -1 = one happened, not yet known
    GArray *log; // of Commit: the last of them, oldest first
} DataStore;

// What the primary sends. `entries` is a GArray of Commit, borrowed by the receiver.
typedef struct {
    const char *lineage;
    const char *parent;
    gint64 fork;
    gint64 position; // of the sender, now
    gint64 sent_ms;  // the sender's clock
    gint64 through_ms;
    bool sealed;    // nothing more will come from this side, as it stands
    gint64 base;    // what the entries follow upon; -1 = not known, only asking
    gint64 base_ms; // not 0: the log no longer reaches the receiver, it is to jump to `base`
    const GArray *entries;
} DataMessage;

typedef enum {
    DATA_TOOK,       // replayed
    DATA_BEHIND,     // there is a gap before the entries: send from `position`
    DATA_DIVERGED,   // the receiver has transactions behind the fork: it must rejoin first
    DATA_SUPERSEDED, // the receiver's lineage replaces the sender's
    DATA_ANSWERS
} DataAnswerKind;

extern const char *const DATA_ANSWER_NAMES[DATA_ANSWERS];

// What the receiver says. Texts are borrowed.
typedef struct {
    DataAnswerKind kind;
    const char *lineage;
    const char *parent;
    gint64 fork;
    gint64 position;
    gint64 through_ms;
    gint64 lost; // as DataStore
} DataAnswer;

// `lineage` starts as "origin" on all sides.
DataStore *data_new(const char *group, DataRole role);
void data_free(DataStore *store);

// Commits one transaction. The caller looks at the gate first.
void data_commit(DataStore *store, gint64 at_ms);

// Asks the primary to stop: new transactions are refused, those of running runs still taken.
void data_drain(DataStore *store);
// Refuses everything from now on.
void data_seal(DataStore *store);

// Makes this side the primary, in a lineage of that name. Not forced: only if everything the old
// primary has is known to be replayed here. ERR_BUSY says what is still missing, ERR_REFUSED why it
// will not be. Already primary: opens.
bool data_promote(DataStore *store, bool forced, const char *lineage, GError **error);

// Makes a superseded primary the secondary of the lineage that replaced it; its transactions behind
// the fork are given up (and counted in `lost`). ERR_REFUSED if it is not known what to follow.
bool data_rejoin(DataStore *store, GError **error);

// Fills `message` with what the secondary is to get, entries committed by now_ms - delay_ms; `entries` is
// emptied and filled. False if this side is no primary.
bool data_message(const DataStore *store, gint64 now_ms, gint64 delay_ms, GArray *entries,
                  DataMessage *ret_message);

// The other side's message and our answer to it.
DataAnswer data_receive(DataStore *store, const DataMessage *message);

// What the other side answered to our message, heard at now_ms.
void data_heard(DataStore *store, const DataAnswer *answer, gint64 now_ms);

// True if the primary's last word was that it is sealed, and all of it is here.
bool data_caught_up(const DataStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DataStore, data_free)
