// All drivers together, as the engine's DriverPort: a workload names its driver, a table finds the row.
// Parameters (instance, workload or location, in that order) say what a driver needs to reach its
// target; each driver's file names them. Secrets come from files, and never appear in an outcome, an
// observation or an error.
//
// What is common to all of them is here and in job.h: deadlines, one HTTP client with a limit of calls
// per target, answers cut off at 64 MiB, and the reading of outcomes: done only if the target said so,
// refused only if it said no, unknown whenever it may have happened.
#pragma once

#include "base/clock.h"
#include "http/client.h"
#include "port/driver.h"

// `config` as for http_client_new (the limit of calls per host defaults to 8). The clock outlives it.
DriverPort *drivers_new(const Clock *clock, const HttpClientConfig *config);

// What isolated drills look with: a context of its own, whose jobs take the parameters of rehearsals and never a live
// credential (instance_rehearsal), and which commands nothing. As drivers_new.
DriverPort *drivers_new_rehearsal(const Clock *clock, const HttpClientConfig *config);

// How the Azure drivers sign in where the fleet names no tenant: the daemon file's section.
typedef struct {
    const char *tenant, *client, *secret_file; // the file: mode 0600
    const char *authority, *management;        // URLs; NULL = the public cloud's
    bool withheld; // of a rehearsal, without a tenant: the live drivers sign in, it must not
} AzureSignIn;

// Copies it. Without a tenant nothing is signed in where the fleet names none.
void drivers_set_azure(DriverPort *port, const AzureSignIn *sign_in);

// Gives up every call: it is answered that nothing is known. The callbacks must not ask for more.
void drivers_free(DriverPort *port);

// The names of all drivers, ended by NULL: what a fleet file may say.
const char *const *driver_names(void);

// The parameters that a driver reads, ended by NULL; NULL if there is no such driver.
const char *const *driver_parameters(const char *name);

// The parameters of all drivers that are credentials, ended by NULL: a rehearsal's must be others.
const char *const *driver_credentials(void);
