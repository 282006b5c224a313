// The audit log for the commands.
#pragma once

#include "command/command.h"

// The newest record's seq and (unless NULL; the caller frees) its hash, as the backend shows them; -1 = told on
// standard error.
gint64 audit_head(Session *session, char **ret_hash, int *ret_exit);

// Verifies an export ("-" = standard input) without any backend, or the backend's own log: the chain; of each sign-off
// that its document is the one of its digest; of each signed one the signature. Prints what was found; the exit code.
int audit_verify_file(Session *session, const char *path);
int audit_verify_backend(Session *session);
