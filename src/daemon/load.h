// The daemon's files, read with everything that only the whole program knows: which drivers there are,
// which zones, which people.
#pragma once

#include "api/identity.h"
#include "conf/daemon.h"
#include "conf/fleet.h"

// As conf_load_fleet, with the drivers and zones that exist here.
bool load_fleet(const char *path, Fleet **ret_fleet, GPtrArray *mistakes);

// As conf_load_daemon, with the system checked.
bool load_daemon(const char *path, DaemonConfig **ret_config, GPtrArray *mistakes);

// Who may do what, with tokens read from their files. NULL and one more mistake for each user, group or
// token that could not be taken: they were checked when the file was read, but may have gone since.
Identities *load_identities(const DaemonConfig *config, GPtrArray *mistakes);

// Reads the files and writes every mistake to standard error, one a line: those named in `files`, each a
// daemon's file (with the fleet that it names) or a fleet file; NULL: the daemon's file `config`. True if
// there is none.
bool load_check(char **files, const char *config);

// Writes what is in force, the daemon's file and then the fleet's, to standard output. False if they
// cannot be read; then the mistakes are written as load_check does.
bool load_dump(const char *config);
