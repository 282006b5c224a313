// Regions for the simulation: targets with real semantics (they fence by epoch and boot id, answer a
// repeated key without a second effect, replicate with a delay, die, hang and come back), and a network that
// loses, delays and doubles messages. They are the engine's driver and prober; nothing here knows the
// engine.
#pragma once

#include "base/clock.h"
#include "model/fleet.h"
#include "port/driver.h"
#include "port/prober.h"

enum {
    SIM_COMMIT_MS = 400, // an active store commits one transaction so often
    SIM_FIRE_MS = 10000  // every recurrence fires at the full ten seconds
};

typedef enum { REGION_UP, REGION_DOWN, REGION_HANGING, REGION_SICK } RegionHealth;

typedef struct {
    char *name;
    RegionHealth health; // sick: its health check fails, but its management answers
    bool garbled;        // its management is answered for by something before it that knows nothing
    guint boots;
    gint64 replication_delay_ms;
    bool replication_off;
    gint64 skew_ms; // its clock is so far ahead
} Region;

typedef struct {
    const Instance *instance;
    Region *region;
    bool active;
    gint64 fence;         // no command with an older epoch is taken
    gint64 epoch;         // of the last command that was taken
    GHashTable *answered; // key → how often it took effect
    int runs;
    gint64 last_run_ms;
    GArray *fires; // of gint64: occurrences of its recurrence that it ran
    char *routed_to;
    // Of what holds data: its log, as the time of each commit.
    GArray *log;        // of gint64
    gint64 replayed_ms; // of a standby: all that was committed up to here has arrived
    char *source;       // whom it replays; NULL = nobody
    gint64 lineage;
    gint64
        lost; // transactions that a forced promotion left behind; told once the source is there again
    gint64 lost_ms;   // … and the time from the oldest of them to the last
    gint64 abandoned; // runs that the source left behind: 0 as long as only it knows
} Target;

typedef struct SimWorld SimWorld;

// Called before a command leaves for its target, and after it took effect there (once per key).
typedef struct {
    void (*sent)(const Instance *instance, DriverAction action, const DriverCommand *command,
                 gpointer data);
    void (*effect)(const Instance *instance, DriverAction action, const char *key, gpointer data);
    gpointer data;
} SimHooks;

struct SimWorld {
    DriverPort driver;
    DriverEyes rehearsal; // what isolated drills look with …
    guint looks;          // … so often
    ProberPort prober;
    FakeClock *clock;
    GRand *rand;
    Fleet *fleet;
    GPtrArray *regions; // of Region *
    GPtrArray *targets; // of Target *
    GPtrArray *events;  // of Event *, not sorted
    SimHooks hooks;
    guint trouble; // percent of messages that are lost, late or doubled
    ProofClass proof;
    bool unable; // drivers cannot switch off (class M)
    const char
        *connection;  // the name of one that every target says it uses; "" = none; NULL = not told
    guint skip_every; // each so-manieth fire is left out on purpose, and told so; 0 = none
    const char *loss; // what connectors say that nobody recreates of them; NULL = not told
    bool lying;       // passivations and fences are answered "done" and nothing is done
    guint lose;       // so many commands to come are lost on their way
    bool nameless;    // targets do not tell their boot ids
    bool uncounted;   // … nor where their logs are
    const char *untold; // … nor, of this workload, that it replicates at all; NULL
    guint misfits;      // commands that arrived with another boot's id
};

SimWorld *sim_world_new(FakeClock *clock, Fleet *fleet, guint32 seed);
void sim_world_free(SimWorld *world);

Region *sim_region(SimWorld *world, const char *name);
Target *sim_target(SimWorld *world, const char *workload, const char *location);

// Alive again: with its processes as they were (after a hang), or booted (passive, with a new boot id).
void sim_region_set(SimWorld *world, const char *name, RegionHealth health);

// When the next thing happens (monotonic); G_MAXINT64 = nothing will.
gint64 sim_world_next(const SimWorld *world);

// Does what is due.
void sim_world_run(SimWorld *world);
