// What the stories have in common: how they begin, what they wait for, how they end.
#pragma once

#include "sim.h"

// For sim_until.
bool has_open(Sim *sim);
bool has_ended(Sim *sim); // the operation sim->operation
bool is_paused(Sim *sim);
bool is_settled(Sim *sim); // ended or paused

// West dies; the watchdog has proposed (sim->operation).
Sim *given_proposal(void (*tweak)(Fleet *));

// For sim_new: fails over by itself, and nothing of it holds data or must be active only once.
void automatic(Fleet *fleet);

// Waits for the end (or a pause), which must come.
void expect_settled(Sim *sim, gint64 ms);
void expect_state(Sim *sim, OperationState state);

// All single-active workloads run there, and the engine knows it.
void expect_active(Sim *sim, const char *location);

// Nothing was found wrong; frees.
void finish(Sim *sim);
