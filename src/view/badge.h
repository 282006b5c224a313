// How each state looks: sign, word, role; the same on every screen. Never colour alone: the sign and the
// word carry the state too. And how ages are written.
#pragma once

#include "cells/cells.h"
#include "model/picture.h"

typedef struct {
    Glyph glyph;
    Role role;
    const char *word;
} Badge;

// Of each state; words and signs are static.
Badge badge_verdict(VerdictState state);
Badge badge_instance(InstanceState state);
Badge badge_mode(GroupMode mode);
Badge badge_operation(const Operation *operation); // state and phase in one
Badge badge_step(const Step *step);
Badge badge_severity(Severity severity);

// An observed fact older than this is not shown as what it was, but as unknown (6-CONSOLE.md).
enum { FACT_LIMIT_MS = 60 * 1000 };

// The state as it may be shown at `now_ms`: unknown once the observation is too old.
InstanceState badge_aged_instance(const InstanceStatus *instance, gint64 now_ms);
VerdictState badge_aged_verdict(const LocationStatus *location, gint64 now_ms);

// How long ago: "12s", "4m12s", from ten minutes on "42m", "3h05m"; "never" for at_ms <= 0. Negative
// ages (clocks apart) are "0s". Ticks every second while young: for what is wrong or under way.
void age_format(gint64 at_ms, gint64 now_ms, char buffer[16]);

// The same for what is as it should be: "<10s", then tens of seconds, then minutes. A healthy screen
// does not tick.
void calm_age_format(gint64 at_ms, gint64 now_ms, char buffer[16]);

// Time left until `at_ms` ("11m03s"), "over" when past.
void left_format(gint64 at_ms, gint64 now_ms, char buffer[16]);

// The same for what is as it should be: whole minutes until the last one. Does not tick.
void calm_left_format(gint64 at_ms, gint64 now_ms, char buffer[16]);

// True for some seconds after something changed: it is marked (ROLE_CHANGED).
bool badge_is_news(gint64 since_ms, gint64 now_ms);
