// The queue on disk that all sinks read: events in the order in which they happened, each sink at its own place.
// It lies in the store, in keys of its own:
//
//   event/SEQ       one event, as sinks get it
//   event-mark      {"head": SEQ of the newest, "audit": up to which record the audit log is in it}
//   event-at/SINK   the last event that the sink has taken
//
// What is put is written with other observations (a power cut may lose the last moments), but the mark moves
// with it: audit records that were lost are put again from the log. A sink's place is written after it has
// taken an event, so that a crash repeats, and never skips.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "port/store.h"
#include "sink/event.h"

enum { SPOOL_EVENTS_MAX = 50000 }; // kept at most, however far behind a sink is

typedef struct Spool Spool;

typedef struct {
    Store *store;
    const Clock *clock;
    const Log *log;
    const char *source;            // of the events; copied
    void (*loaded)(gpointer data); // marks and places are known
    void (*grown)(gpointer data);  // there is something new to read
    gpointer data;
} SpoolConfig;

Spool *spool_new(const SpoolConfig *config);
// What is not written yet is written if the store still takes it. NULL is fine.
void spool_free(Spool *spool);

// True if so much waits that what can be put later (audit records) should be.
bool spool_is_full(const Spool *spool);

// Reads the marks. `loaded` is called once, later or at once.
void spool_load(Spool *spool);

// Puts an event behind the others; `data` is taken. `audit_seq`: of the audit record that it tells; 0 = it is none.
// Waits in memory while the store takes nothing, up to 10,000 events.
void spool_put(Spool *spool, const EventFacts *facts, json_t *data, gint64 audit_seq);

// The newest event that can be read; 0 = none yet.
guint64 spool_head(const Spool *spool);

// Up to which audit record everything was put; -1 = nothing was ever put.
gint64 spool_audit(const Spool *spool);

// From now on `audit_seq` counts as put (where a spool begins).
void spool_begin(Spool *spool, gint64 audit_seq);

// Where the sink is. A sink that was never here starts behind the newest event.
guint64 spool_place(Spool *spool, const char *sink);

// The sink has taken everything up to `seq`.
void spool_move(Spool *spool, const char *sink, guint64 seq);

// These sinks (of char *) are all there are: others' places are forgotten, and nothing waits for them.
void spool_set_sinks(Spool *spool, const GPtrArray *names);

// `events` (of SinkEvent *, borrowed) in order. Empty after a mistake of the store: try again later.
typedef void (*SpoolRead)(GPtrArray *events, gpointer data);

// Up to `limit` events after `after`.
void spool_read(Spool *spool, guint64 after, guint limit, SpoolRead done, gpointer data);
