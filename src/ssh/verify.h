// One signature checked by `ssh-keygen -Y verify`. Its "no" has one exit status for everything, so up to two more
// runs find out which no it is: not of this text at all (check-novalidate), or good but for the
// revocation list.
#pragma once

#include "port/verifier.h"

typedef struct {
    const char *keygen; // absolute path of ssh-keygen
    GBytes *allowed;    // the allowed signers; NULL = only the signature itself is checked
    GBytes *revoked;    // NULL = nothing is revoked
    guint limit_ms;     // for one run of it; 0 = 5 s
    bool touch;         // what a hardware key signed without being touched is not good
} SshTrust;

typedef struct SshVerify SshVerify;

// Starts it (keeps references to the lists). `done` is called once, later, unless it is cancelled. Without allowed
// signers a good signature comes out as SIGNATURE_NOT_ALLOWED with its key.
SshVerify *ssh_verify_start(const SshTrust *trust, const VerifyQuestion *question,
                            VerifierDone done, gpointer data);

// NULL is fine.
void ssh_verify_cancel(SshVerify *verify);
