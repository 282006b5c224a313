// What stands in an armoured SSH signature (PROTOCOL.sshsig): enough to refuse nonsense before a program is
// started for it, and to say what is wrong with what does not verify. That it is good is for ssh-keygen to say.
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    char *name_space;
    char *key;      // fingerprint; of a certificate: of all of it, not of its key
    char *key_type; // short
    bool
        untouched; // by a hardware key, which says itself that nobody was there: the signature covers that, too
} SshSig;

void sshsig_release(SshSig *sig);

// ERR_INVALID with a sentence if it is none. The caller releases.
bool sshsig_parse(const char *armour, SshSig *ret_sig, GError **error);
