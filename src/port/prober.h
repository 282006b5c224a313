// One health check, asynchronously: the engine decides when, the prober asks.
#pragma once

#include "model/fleet.h"
#include "model/status.h"

typedef struct {
    ProbeSample sample;
    const char *detail;  // "200 in 41 ms", "connection refused", "no answer within 3s"; borrowed
    AnswerStyle answer;  // how it came; unknown where nobody could be asked
    const char *boot_id; // if the answer names one; borrowed; NULL
    const char *const *faults; // NULL-ended list of faults inside the location; NULL = none
} ProbeResult;

typedef void (*ProbeDone)(const ProbeResult *result, gpointer data);

typedef struct ProberPort ProberPort;

struct ProberPort {
    // Calls `done` exactly once, later, within health.timeout_ms (plus the loop's lateness).
    void (*probe)(ProberPort *port, const Location *location, ProbeDone done, gpointer data);
};

static inline void prober_probe(ProberPort *port, const Location *location, ProbeDone done,
                                gpointer data)
{
    port->probe(port, location, done, data);
}
