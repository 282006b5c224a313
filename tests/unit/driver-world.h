// What the tests of the drivers share: a pair of practice regions, a fleet that names them, and questions to the
// drivers, each answered before it returns.
#pragma once

#include <gio/gio.h>
#include <string.h>

#include "driver/drivers.h"
#include "driver/prober.h"
#include "wire/json.h"

// The machine may stand still for seconds. Where an answer is expected there is patience; a short deadline is only for
// those who never answer.
enum { LIMIT_MS = 120000, PATIENCE_MS = 60000, SHORT_MS = 1000 };

typedef struct {
    char *dir;
    char *program;
    GSubprocess *site[2];
    HttpClient *client;
    DriverPort *drivers;
    ProberPort *prober;
    Fleet *fleet;
    gint64 epoch;
    gint64 deadline_ms; // of every question; PATIENCE_MS at first
    guint keys;
} World;

typedef struct {
    bool done;
    Observation copy;
    char *detail;
    char *boot_id;
    Outcome outcome;
    guint triggers; // that the target says it has
} Result;

// A timer's callback that sets a bool; the loop until one is set, at most LIMIT_MS.
gboolean on_limit(gpointer data);
void run_until(const bool *done);
// Lets a moment pass between two looks at something; fails the test LIMIT_MS after the first. `*end_ms` is 0 at first.
void wait_turn(gint64 *end_ms);
// Region `i`: breaks it, asks it what it knows, starts and kills it.
void fault(World *world, guint i, const char *body);
gint64 group_number(World *world, guint i, const char *name);
gint64 data_number(World *world, guint i, const char *name);
void start_site(World *world, guint i);
void kill_site(World *world, guint i);
// A parameter of the fleet. Whoever needs others sets them before the first question.
void set(GHashTable **parameters, const char *name, const char *value);
void world_init(World *world);
void world_release(World *world);
// The drivers' answers. `act` uses the boot id just observed, the world's epoch and a key of its own.
void result_clear(Result *result);
void on_observed(const Observation *observation, gpointer data);
const Instance *instance(World *world, const char *name, guint i);
void observe(World *world, const char *name, guint i, Result *ret_result);
void act_as(World *world, const char *name, guint i, DriverAction action,
            const DriverCommand *command, Result *ret_result);
Outcome act(World *world, const char *name, guint i, DriverAction action, bool forced);
InstanceState state_at(World *world, const char *name, guint i);
// Until the drivers see it so: what was asked during a fault may be answered with a no first.
void wait_state(World *world, const char *name, guint i, InstanceState state);
// Until the region itself says so, at most LIMIT_MS.
void wait_group_number(World *world, guint i, const char *name, gint64 value);
void wait_caught_up(World *world, guint i);
void wait_position(World *world, guint i, gint64 position);
