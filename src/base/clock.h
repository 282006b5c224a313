// Time as a thing that is handed in. Nothing but this file reads the system's clocks, so that a test
// can make any moment happen. Wall time is for people and records; deadlines and ages are measured
// on the monotonic clock, which no administrator and no NTP step can move.
#pragma once

#include <glib.h>

typedef struct Clock Clock;

struct Clock {
    gint64 (*wall_ms)(const Clock *clock); // milliseconds since 1970-01-01 UTC
    gint64 (*mono_ms)(const Clock *clock); // milliseconds since some start, suspend included
};

// The machine's own clocks. Static; never freed.
const Clock *clock_system(void);

static inline gint64 clock_wall_ms(const Clock *clock)
{
    return clock->wall_ms(clock);
}

static inline gint64 clock_mono_ms(const Clock *clock)
{
    return clock->mono_ms(clock);
}

// Milliseconds until a moment on the monotonic clock; 0 once it is past. It reads the clock once: MIN, MAX and CLAMP
// evaluate their arguments twice, and a moment that passes in between would come out as less than 0.
static inline gint64 clock_left_ms(const Clock *clock, gint64 at_mono_ms)
{
    gint64 left_ms = at_mono_ms - clock->mono_ms(clock);
    return MAX(left_ms, 0);
}

// A clock that moves only when told; for tests and the simulation.
typedef struct {
    Clock clock; // first, so that &fake->clock is the Clock
    gint64 wall;
    gint64 mono;
} FakeClock;

void fake_clock_init(FakeClock *fake, gint64 wall_ms);

// Moves both clocks forward by `ms`.
void fake_clock_advance(FakeClock *fake, gint64 ms);
