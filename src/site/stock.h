// What a catalog or a connector of the region holds: entities that people keep by hand (P2), or a configuration
// (D1). Changed through the region's own API; every change is written into the journal.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/inventory.h"
#include "site/journal.h"

typedef struct {
    char *group;
    char *name;
    bool connector; // else a catalog
    bool active;    // it is the one that people use
    bool active_at_first;
    bool changed; // it holds something else than the configuration says: the journal has all of it
    // The provider's part, once a connector was made anew: so many alerts, recommendations and entities come back,
    // one after the other, in so much time.
    guint recreates;
    gint64 recreate_ms;
    gint64 restored_ms; // when it was made anew; 0 = it never was. Outlives the process
    Inventory *inventory;
    Inventory *restoring; // what a command that is being carried out makes it of; NULL
} Stock;

// Empty and passive. `connector` false: a catalog.
Stock *stock_new(const char *group, const char *name, bool connector);
void stock_free(Stock *stock);

// Of what it holds now. Borrowed, until it changes.
const char *stock_digest(const Stock *stock);

// Puts it in the place of the one of that kind and name. Takes the entity. False if there is no room. `journal`, here
// and below: where it is written down; NULL = nowhere.
bool stock_put(Stock *stock, Entity *entity, SiteJournal *journal);
// False if there was none.
bool stock_remove(Stock *stock, EntityKind kind, const char *name, SiteJournal *journal);
void stock_set_active(Stock *stock, bool active, SiteJournal *journal);
// Switches it on; and puts in what it is to be made of, if there is something.
void stock_enable(Stock *stock, SiteJournal *journal, gint64 now_ms);
// So many of `recreates` are there again: those that belonged to it before count as there if it was never made anew.
guint stock_recreated(const Stock *stock, gint64 now_ms);

// The journal's lines: "stock GROUP NAME ACTIVE", "entity GROUP NAME JSON", "unentity GROUP NAME KIND ENTITY",
// "restock GROUP NAME" (begins anew, with nothing), "restored GROUP NAME TIME" (made anew then). False if a line makes no sense. `words` begins with the kind
// of line.
bool stock_journal_line(Stock *stock, char **words);
// Writes all that the configuration does not say.
void stock_write(const Stock *stock, SiteJournal *journal);
