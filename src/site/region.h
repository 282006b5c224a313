// A region as a state machine driven by time and commands, without a network: groups with their data,
// workflows, routers, and the rules by which it obeys. region_advance does what is due; region_act
// carries out a command, or says no.
//
// Who may command: each group has a fence, the highest epoch ever seen in a command for it, kept on disk
// before anything is done under it. A command with an older epoch is refused; once there is a fence, so
// is one without an epoch. A command that names another boot id was meant for an earlier life of this
// region and is refused. Of what is left, a command whose key was carried out already is answered again, without
// effect.
//
// A region that starts (and is not new) starts passive: nothing is enabled, no data takes transactions,
// under a boot id made just now. What was in flight when it died is counted as abandoned.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/id.h"
#include "site/data.h"
#include "site/journal.h"
#include "site/stock.h"
#include "site/workflow.h"

enum { KEYS_MAX = 512, GROUPS_MAX = 256, WORKFLOWS_MAX = 2000, JOURNAL_LONG = 8 * 1024 * 1024 };

typedef struct {
    char *name;
    gint64 fence;        // highest epoch obeyed; 0 = none yet
    DataStore *data;     // NULL = the group keeps no data here
    double load;         // transactions a second while the data is open
    gint64 load_from_ms; // the load counts from here
    gint64 load_done;    // transactions made since
    gint64 abandoned;    // runs in flight when this region died, ever
    // As the peer said last; -1 = never heard.
    gint64 peer_in_flight;
    gint64 peer_abandoned;
    gint64 peer_heard_ms;
    // Set by a forced promotion: what the peer had counted, and had in flight, when it was last heard.
    gint64 taken_base;      // -1 = never heard
    gint64 taken_in_flight; // -1 = never heard, or there was no takeover
} SiteGroup;

typedef struct {
    char *url;    // of the region: "http://127.0.0.1:9001"
    char *socket; // Unix socket to reach it through; NULL
} RouterTarget;

// Decides which location requests go to, and sends some itself.
typedef struct {
    char *group;
    char *name;
    char *to; // location
    char *to_at_first;
    char *workflow;      // that takes the requests; NULL = none are sent
    GHashTable *targets; // char * location → RouterTarget *
    double load;         // requests a second
    gint64 next_ms;
    gint64 sent, answered, failed; // requests
    char *last_error;
} Router;

typedef struct {
    char *name;
    char *zone; // fault domain it lives in; NULL
    bool down;
} Dependency;

typedef struct {
    char *name;
    char *boot_id;
    gint64 boots; // 1 = first
    gint64 booted_ms;
    bool down; // by fault: as if it were not there
    bool limited;
    IdSource *ids;           // borrowed
    SiteJournal *journal;    // borrowed; NULL = nothing is kept
    GPtrArray *groups;       // of SiteGroup *
    GPtrArray *workflows;    // of Workflow *
    GPtrArray *routers;      // of Router *
    GPtrArray *stocks;       // of Stock *
    GPtrArray *dependencies; // of Dependency *
    GPtrArray *zones;        // of char *: fault domains with a fault now
    GQueue keys;             // of KeyedOutcome *, oldest first
    guint64 runs;            // ids given to runs
} Region;

typedef enum {
    VERB_ENABLE,    // workflow, catalog or connector
    VERB_DISABLE,   // the same
    VERB_PROMOTE,   // data
    VERB_ACTIVATE,  // data: open it again, where it is the primary
    VERB_PASSIVATE, // data: take no new transactions
    VERB_FENCE,     // workflow or data: off at once, and older epochs refused
    VERB_REJOIN,    // data
    VERB_ROUTE,     // router
    VERB_COUNT
} SiteVerb;

extern const char *const VERB_NAMES[VERB_COUNT];

typedef struct {
    gint64 epoch;        // -1 = not given
    const char *boot_id; // NULL = not given
    const char *key;     // NULL = not given
    bool forced;
    const char *to; // VERB_ROUTE
} SiteCommand;

// What a command is for: one of the four, and its group.
typedef struct {
    SiteGroup *group;
    Workflow *workflow;
    Router *router;
    Stock *stock;
    bool data;
} SiteTarget;

// Without groups, never booted; `ids` is borrowed.
Region *region_new(const char *name, IdSource *ids);
void region_free(Region *region);

// While the region is built; NULL if the name is taken or there are too many.
SiteGroup *region_add_group(Region *region, const char *name);
Workflow *region_add_workflow(Region *region, const char *group, const char *name,
                              TriggerType type);
Stock *region_add_stock(Region *region, const char *group, const char *name, bool connector);
Router *region_add_router(Region *region, const char *group, const char *name);

// Where requests for that location go: both are copied, `socket` may be NULL. One that is there already is replaced.
void router_add_target(Router *router, const char *location, const char *url, const char *socket);

// Of that name, in any case, and (but for `region_group`) of that group; owned by the region. NULL if there is none.
SiteGroup *region_group(const Region *region, const char *name);
// `group` NULL: the first workflow of that name.
Workflow *region_workflow(const Region *region, const char *group, const char *name);
Stock *region_stock(const Region *region, const char *group, const char *name);
Router *region_router(const Region *region, const char *group, const char *name);

// Reads one line of the journal (region-journal.c).
bool region_journal_line(char **words, guint n, gpointer region, GError **error);
// Writes everything anew in short form.
bool region_compact(Region *region, GError **error);

// Forgets which keys were carried out.
void region_forget_keys(Region *region);

// Begins a life at now_ms: a new boot id, passive unless this is its first or `still_active`.
bool region_boot(Region *region, gint64 now_ms, bool still_active, GError **error);

// Ends it without a word, as if the power had gone.
void region_halt(Region *region, gint64 now_ms);

// Does everything that is due at now_ms, and writes it down.
bool region_advance(Region *region, gint64 now_ms, GError **error);

// When something will be due; 0 = nothing.
gint64 region_next_ms(const Region *region);

// From now on obeys no command for the group with an older epoch: one was carried out here, or at the paired region. It
// is on the disk before anything is done under it; false: it could not be written, and is not in force.
bool region_raise_fence(Region *region, SiteGroup *group, gint64 epoch, GError **error);

// Carries out a command. ERR_REFUSED, ERR_NO_SPACE … with the reason; then nothing was done.
bool region_act(Region *region, SiteVerb verb, const SiteTarget *target, const SiteCommand *command,
                gint64 now_ms, GError **error);

// A request at a workflow's callback, or its trigger run by hand. NULL: ERR_REFUSED (it is disabled),
// ERR_BUSY.
const Run *region_invoke(Region *region, Workflow *workflow, gint64 now_ms, GError **error);

// The other side's message for a group's data, and what it answered to ours; both written down.
DataAnswer region_receive(Region *region, SiteGroup *group, const DataMessage *message);
void region_heard(Region *region, SiteGroup *group, const DataAnswer *answer, gint64 now_ms);

// Runs in flight of one group.
guint region_in_flight(const Region *region, const SiteGroup *group);

// Runs that the last takeover of the group's data cost: as last heard before it, or exactly, once the old
// primary is back. 0 = there was none; -1 = unknown.
gint64 region_taken_abandoned(const SiteGroup *group);

// Messages and fires handled twice, and scheduled fires that nobody made, of one group.
void region_counts(const Region *region, const SiteGroup *group, gint64 *ret_missed,
                   gint64 *ret_doubled);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Region, region_free)
