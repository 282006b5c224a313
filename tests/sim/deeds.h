// What may happen in a random history: people's doings, the regions', the network's, the store's, the clock's.
#pragma once

#include "sim.h"

// A fleet's policies, drawn by the seed; for sim_new.
void deeds_tweak(Fleet *fleet, guint32 seed);

// Does one thing by chance (how often each is drawn is its weight), and says what as a line of the history. The
// text is static or the caller frees it with the GString.
void deeds_one(Sim *sim, GRand *rand, GString *said);

// Everything works again: regions, network, store, clock.
void deeds_mend(Sim *sim);
