// The two lists that say whose key is good: allowed signers (ssh-keygen(1), ALLOWED SIGNERS) and revoked keys (a KRL,
// or public keys, one a line). Read whole, checked line by line, so that a slip in them is told when they
// are read and not when somebody signs at night.
#pragma once

#include <glib.h>
#include <stdbool.h>

// Reads and checks a file. ERR_INVALID names the line and what was expected; ERR_DENIED if others than its owner
// (who is us or root) may write it. The caller unrefs.
GBytes *lists_read_allowed(const char *path, GError **error);
GBytes *lists_read_revoked(const char *path, GError **error);

// The checks alone, of a file's bytes.
bool lists_check_allowed(const char *text, gsize size, GError **error);
bool lists_check_revoked(const char *text, gsize size, GError **error);
