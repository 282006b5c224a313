// The console's picture of the backend: everything the screens show, as last heard. It never leaves: when
// the backend is lost, the picture stays and its ages count on. client/ fills it (snapshot, then
// deltas), view/ reads it. One thread; whoever reads keeps nothing over the loop's next turn.
//
// All moments in it are the backend's clock; `clock_ahead_ms` says how far that is ahead of ours, so that
// an age is right on a machine whose clock is not.
#pragma once

#include "model/audit.h"
#include "model/operation.h"
#include "model/quorum.h"
#include "model/status.h"

// Objects of one kind in the order they first came, found by key.
typedef struct {
    GPtrArray *items;
    GHashTable *index; // key → position + 1; keys borrowed from the items
    const char *(*key)(gconstpointer item);
} Shelf;

typedef enum {
    SHELF_LOCATIONS,
    SHELF_GROUPS,
    SHELF_WORKLOADS,
    SHELF_OPERATIONS,
    SHELF_FINDINGS,
    SHELF_ALARMS,
    SHELF_COUNT
} ShelfKind;

typedef enum {
    LINK_CONNECTING, // no picture yet
    LINK_LIVE,
    LINK_LOST // cut off, or nothing heard for over 15 s: everything shown is old
} LinkState;

typedef struct {
    LinkState state;
    char *endpoint; // that answers, or is being tried: as the operator wrote it
    guint attempt;  // which of the endpoints is being tried, from 1
    guint endpoints;
    gint64 heard_ms; // our wall clock when the last byte came; 0 = never
    gint64 retry_ms; // our wall clock of the next try; 0 = none planned
    char *trouble;   // why it is not live, behind a round all that was tried; NULL
    gint64 clock_ahead_ms;
} Link;

// Who else looks at an operation's statement right now.
typedef struct {
    char *person;
    char *operation;
    gint64 seen_ms;
} Presence;

enum { PICTURE_CHANGES = 200, PICTURE_AUDIT = 500 };

typedef struct {
    bool complete;    // a whole snapshot has come once
    guint64 revision; // of the backend's stream
    // Ours: `version` grows with whatever changes, so a view knows if its model is still good; `layout` when
    // an object comes or goes, until when places in the shelves stay the same.
    guint64 version, layout;
    FrameStatus frame;
    Person me;
    Link link;
    Shelf shelves[SHELF_COUNT];
    GPtrArray *changes;   // of Change *, oldest first, at most PICTURE_CHANGES
    GPtrArray *audit;     // of AuditRecord *, by seq, the last PICTURE_AUDIT
    GPtrArray *presences; // of Presence *
} Picture;

Picture *picture_new(void);
void picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

// Forgets every object (a new snapshot begins); link and version stay.
void picture_clear(Picture *picture);

// Moves everything that `next` shows into `picture` (the whole at once: no half picture is ever seen);
// link and version stay `picture`'s own. `next` is left to be freed.
void picture_replace(Picture *picture, Picture *next);

// Takes `item` (of the shelf's kind), replacing the one of the same key in its place.
void picture_put(Picture *picture, ShelfKind kind, gpointer item);
void picture_remove(Picture *picture, ShelfKind kind, const char *key);

// NULL if there is none.
gpointer picture_get(const Picture *picture, ShelfKind kind, const char *key);
guint picture_count(const Picture *picture, ShelfKind kind);
gpointer picture_at(const Picture *picture, ShelfKind kind, guint i);

// Take the object; the oldest goes when full. Audit records out of order or known already are dropped.
void picture_add_change(Picture *picture, Change *change);
void picture_add_audit(Picture *picture, AuditRecord *record);

const LocationStatus *picture_location(const Picture *picture, const char *name);
const GroupStatus *picture_group(const Picture *picture, const char *name);
const WorkloadStatus *picture_workload(const Picture *picture, const char *id);
const Operation *picture_operation(const Picture *picture, const char *id);

// The backend's time, as far as we can tell: `local_ms` is our wall clock.
gint64 picture_now(const Picture *picture, gint64 local_ms);

// The location's title, or the name where nothing is known; never NULL for a name that is not.
const char *picture_title(const Picture *picture, const char *location);
