// The fleet file (signalbox-fleet(5)): locations, groups, workloads, policies. Reading checks everything
// that the file alone can be wrong about, references and cycles included, and tells every mistake of
// one run. The rules of readiness are no business of the file: they are judged over what was read.
#pragma once

#include "conf/mistake.h"
#include "model/fleet.h"

// What the loader cannot know by itself.
typedef struct {
    const char *const
        *drivers; // names of those that exist, NULL at the end; NULL = any name is taken
    bool (*zone_is_known)(const char *zone); // Windows or IANA name; NULL = any is taken
    const char *const *credentials; // parameters that are credentials, NULL at the end; NULL = none
    // The parameters that a driver reads, NULL at the end; NULL = any are taken.
    const char *const *(*parameters)(const char *driver);
} FleetNames;

// Reads the file at `path`. True with a new fleet (fleet_unref) if there is no mistake; else false, and
// every mistake is added to `mistakes` (see mistakes_new) in the order of the file. `names` may be NULL.
bool conf_load_fleet(const char *path, const FleetNames *names, Fleet **ret_fleet,
                     GPtrArray *mistakes);

// The fleet as a file that reads back to the same, defaults written out and marked. The caller frees.
char *conf_dump_fleet(const Fleet *fleet);
