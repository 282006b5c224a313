// What the stories have in common: how they begin, what they wait for, how they end.
#pragma once

#include "sim.h"

// For sim_until.
bool has_open(Sim *sim);
bool has_ended(Sim *sim); // the operation sim->operation
bool is_paused(Sim *sim);
bool is_settled(Sim *sim); // ended or paused
bool is_split(Sim *sim);
bool is_down_west(Sim *sim);
bool has_passivated(Sim *sim); // the workflow in west
bool act_is_over(Sim *sim);    // nothing is asked of the operation beside itself

// West dies; the watchdog has proposed (sim->operation).
Sim *given_proposal(void (*tweak)(Fleet *));

// A planned failover, signed, whose data does not arrive: between its first step and the point of no return.
Sim *given_catching_up(void (*tweak)(Fleet *));

// For sim_new: fails over by itself, and nothing of it holds data or must be active only once.
void automatic(Fleet *fleet);

// Waits for what the watchdog proposes, which must come; it becomes sim->operation.
void expect_proposal(Sim *sim, gint64 ms);

// Waits for the end (or a pause), which must come.
void expect_settled(Sim *sim, gint64 ms);
void expect_state(Sim *sim, OperationState state);

// All single-active workloads run there, and the engine knows it.
void expect_active(Sim *sim, const char *location);

// Nothing was found wrong; frees.
void finish(Sim *sim);

typedef struct {
    const char *name;
    void (*run)(void);
} Story;

// The main of a program of stories: each is the test `prefix` + its name.
int run_stories(int argc, char **argv, const char *prefix, const Story *stories, guint count);
