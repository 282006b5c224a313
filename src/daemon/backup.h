// signalboxd --backup: a copy of the store that the daemon's file names.
#pragma once

#include <stdbool.h>

// Writes it to `path`, which must not exist, whether a daemon runs or not. False, and why on standard error, if it could
// not, or if the daemon's file `config` has a mistake.
bool backup_write(const char *config, const char *path);
