// The verifier port over ssh-keygen and the two lists of the daemon's file. The lists are held in memory as they were
// read and checked; a changed file is taken up within a second, a file with a mistake is told and the list of
// before stays in force.
#pragma once

#include "port/verifier.h"

typedef struct {
    const char *keygen;  // absolute path of ssh-keygen
    const char *allowed; // the file of allowed signers; NULL = none: nothing is ever verified
    const char *revoked; // the revocation list; NULL = none
    guint limit_ms;      // for one run of ssh-keygen; 0 = 5 s
    bool touch;          // hardware keys must be touched for it
    // The lists have changed, or (with a sentence) cannot be read as they are now. Called from the loop.
    void (*changed)(const char *mistake, gpointer data);
    gpointer data;
} VerifierConfig;

// ERR_* if a list cannot be read.
VerifierPort *verifier_new(const VerifierConfig *config, GError **error);

// Other files (a reload). All or nothing: on failure what was stays in force.
bool verifier_set_files(VerifierPort *port, const VerifierConfig *config, GError **error);

// What is still being checked is answered as not found out. The callbacks must not ask for more. NULL is fine.
void verifier_free(VerifierPort *port);
