// A store that answers later, around one that may answer at once: every question is passed on from
// the main loop (or the next store_tick), as if it had travelled. Code that works over it is ready for
// a store that is somewhere else; simulations and the suite hold code to that.
#pragma once

#include "port/store.h"

// Takes `inner`. `on_loop` false: questions travel only with store_tick.
Store *store_late_new(Store *inner, bool on_loop);

// The store inside; owned by the one around it.
Store *store_late_inner(Store *store);
