// The keys that the operator could sign with: those of the agent (ssh-add -L, also a forwarded one), then key files:
// the ones that the configuration names and the standard ones below ~/.ssh. Only public halves are
// looked at.
#pragma once

#include "model/signature.h"

typedef struct Keyring Keyring;

// `keys` (of SigningKey *, borrowed) in the order of preference; `trouble` is a sentence on why the agent offers
// none, or why a named file is no use (NULL = nothing).
typedef void (*KeyringDone)(GPtrArray *keys, const char *trouble, gpointer data);

// Starts to look. `files` (NULL-ended, may be NULL) are paths of key files, named by the operator. `done` is called
// once, later, unless it is cancelled.
Keyring *keyring_look(const char *const *files, KeyringDone done, gpointer data);

// NULL is fine.
void keyring_cancel(Keyring *keyring);
