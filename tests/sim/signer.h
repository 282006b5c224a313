// A verifier for the simulation. A signature is a text, "key person namespace digest"; what becomes of a key is
// scripted, and counts from the next edition of the lists on.
#pragma once

#include "base/clock.h"
#include "port/verifier.h"

typedef struct {
    VerifierPort port;
    FakeClock *clock;
    GHashTable *keys;   // key → SignatureState; a key that is not there is good
    GPtrArray *answers; // of pending ones
    guint64 edition;
    gint64 takes_ms; // until an answer comes
    guint asked;
} SimSigner;

SimSigner *sim_signer_new(FakeClock *clock);
void sim_signer_free(SimSigner *signer);

// The lists change: from now on the key is revoked, expired … (SIGNATURE_VERIFIED: good again).
void sim_signer_set(SimSigner *signer, const char *key, SignatureState state);

// Signs as `person`. The caller frees.
char *sim_signer_sign(const char *key, const char *person, const char *name_space,
                      const char *digest);

gint64 sim_signer_next(const SimSigner *signer); // monotonic; G_MAXINT64 = nothing is pending
void sim_signer_run(SimSigner *signer);
