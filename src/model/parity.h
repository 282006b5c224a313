// Is the standby equal to the primary (P2)? Two inventories side by side: counts for each kind, and what differs.
// What is each side's own by nature (where an account is, when a scan runs, on which runtime) is not compared.
#pragma once

#include "model/inventory.h"

typedef enum { PARITY_MISSING, PARITY_DIFFERENT, PARITY_EXTRA } ParityState;
extern const NameTable PARITY_NAMES;

enum {
    PARITY_SHOWN = 12,      // differences of each kind that a status carries …
    PARITY_SHOWN_FIELDS = 8 // … and fields of each
};

typedef struct {
    char *name;
    char *primary; // NULL = it has no such field
    char *standby;
} ParityField;

// One entity that differs: an item of what must be repeated on the standby.
typedef struct {
    EntityKind kind;
    char *name;
    ParityState state;
    GPtrArray *fields; // of ParityField *: those that differ
    char *mark;        // of this very difference: becomes another when either side changes
    // Somebody says that it is seen to; NULL = nobody. Ends when the mark becomes another.
    char *confirmed_by;
    char *confirmed_note;
    gint64 confirmed_ms;
} ParityItem;

typedef struct {
    EntityKind kind;
    guint primary, standby; // so many there
    guint missing, different, extra;
    guint confirmed; // of those three
} ParityCount;

// One standby of one workload.
typedef struct {
    char *workload; // id
    char *primary;  // locations
    char *standby;
    gint64 primary_at_ms; // when each side was observed
    gint64 standby_at_ms;
    bool cut;          // one side has more than we look at
    char *cost;        // what keeping the standby costs, in the fleet file's words (P3); NULL
    GPtrArray *counts; // of ParityCount *, one for each compared kind
    GPtrArray *items;  // of ParityItem *, by kind, then name
} Parity;

Parity *parity_new(const char *workload, const char *primary, const char *standby);
void parity_free(Parity *parity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parity, parity_free)
ParityItem *parity_item_new(void);
void parity_item_free(ParityItem *item);

// Fills in counts and items.
void parity_compare(Parity *parity, const Inventory *primary, const Inventory *standby);

// NULL if there is no such difference.
ParityItem *parity_find(const Parity *parity, EntityKind kind, const char *name);

// Enters that somebody has confirmed the item.
void parity_confirm(Parity *parity, ParityItem *item, const char *by, const char *note,
                    gint64 at_ms);

// Leaves of each kind the first PARITY_SHOWN differences that nobody has confirmed, or else the confirmed ones.
void parity_shorten(Parity *parity);

// Sums over all kinds.
ParityCount parity_total(const Parity *parity);
