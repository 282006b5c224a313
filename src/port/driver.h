// How the engine touches the world. A driver is a row: what it is called, what it can, and two
// asynchronous functions. What a driver cannot do becomes a manual step of the plan, never a silent
// skip. No driver blocks the loop; every call has a deadline; every action can be repeated with the
// same key without a second effect.
#pragma once

#include "port/eyes.h"

typedef enum {
    OUTCOME_DONE,
    OUTCOME_REFUSED, // with the target's words; it did not happen
    OUTCOME_UNKNOWN  // sent, no answer: it may have happened; observe
} Outcome;

// What a command carries. Everything is borrowed for the call and must be copied to be kept.
typedef struct {
    const char *key; // idempotency key
    const char *operation;
    gint64 epoch;                   // the target refuses older ones
    const char *boot_id;            // the target refuses if it is not its own; NULL = not known
    bool forced;                    // promote though data may be lost
    const char *to;                 // reroute: the location's name
    const Inventory *configuration; // activate: what a connector is made of; NULL = as it is
    gint64 deadline_ms;             // for the answer, from now
} DriverCommand;

// `detail` is the target's words or NULL; borrowed.
typedef void (*DriverDone)(Outcome outcome, const char *detail, gpointer data);

typedef struct DriverPort DriverPort;

// The engine's view of all drivers together. Calls for one instance may overlap; callbacks come later
// from the loop (or from the simulation), once each, at the latest when the drivers are freed.
struct DriverPort {
    DriverEyes eyes; // first
    void (*act)(DriverPort *port, const Instance *instance, DriverAction action,
                const DriverCommand *command, DriverDone done, gpointer data);
};

static inline bool driver_can(DriverPort *port, const Workload *workload, DriverAction action)
{
    return eyes_can(&port->eyes, workload, action);
}

static inline ProofClass driver_proof(DriverPort *port, const Workload *workload)
{
    return eyes_proof(&port->eyes, workload);
}

static inline void driver_observe(DriverPort *port, const Instance *instance, gint64 since_ms,
                                  gint64 deadline_ms, DriverObserved done, gpointer data)
{
    eyes_observe(&port->eyes, instance, since_ms, deadline_ms, done, data);
}

static inline void driver_act(DriverPort *port, const Instance *instance, DriverAction action,
                              const DriverCommand *command, DriverDone done, gpointer data)
{
    port->act(port, instance, action, command, done, data);
}
