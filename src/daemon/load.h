// The daemon's files, read with everything that only the whole program knows: which drivers there are,
// which zones, which people.
#pragma once

#include "api/identity.h"
#include "conf/daemon.h"
#include "conf/fleet.h"

typedef struct {
    DaemonConfig *config;
    Fleet *fleet;
    Identities *people; // who may do what; tokens were read from their files
} Files;

// Reads the daemon's file at `path` and the fleet file that it names, and the tokens. True, and everything is
// there, if there is no mistake; else every mistake is added to `mistakes`, the fleet file's too if it can be
// found. `ret_files` must be zeroed, and is released by files_release.
bool files_load(const char *path, Files *ret_files, GPtrArray *mistakes);

// A zeroed one is fine.
void files_release(Files *files);

// Who may sign by the daemon's file, each once: "alice, bob, members of oncall". The caller frees; NULL = nobody.
char *load_approvers(const DaemonConfig *config);

// Reads the files and writes every mistake to standard error, one a line: those named in `files`, each a
// daemon's file (with the fleet that it names) or a fleet file; NULL: the daemon's file `config`. True if
// there is none.
bool load_check(char **files, const char *config);

// Writes what is in force, the daemon's file and then the fleet's, to standard output. False if they
// cannot be read; then the mistakes are written as load_check does.
bool load_dump(const char *config);
