// From probes to a verdict. Pure: probes go in, a verdict with its reason comes out.
//
// One vantage point says `down` after `failures` failed probes in a row and `up` again after `recoveries`
// good ones, so that a flapping link does not swing the verdict. All vantage points together: `down` needs
// a majority of those that are fresh (a vantage whose last probe is older than three intervals and a
// timeout has no vote); where they disagree the location is `degraded` and the reason names who sees what.
#pragma once

#include "model/fleet.h"
#include "model/status.h"

// Enters a probe's result into what this vantage point knows. Does not judge.
void verdict_note_probe(VantageStatus *vantage, const ProbeSample *sample, const char *detail);

// Judges a location at `now_ms`. Updates status->verdict in place (since_ms moves only when the state
bool verdict_judge(LocationStatus *status, const HealthCheck *health, gint64 now_ms);

// For so long a vantage point's last probe counts: a longer hole is silence.
gint64 verdict_lapse_ms(const HealthCheck *health);

// When this verdict becomes `unknown` if no further probe comes; for the engine's timer.
gint64 verdict_stale_at(const LocationStatus *status, const HealthCheck *health);
