// Signing with an SSH key from a command: which key, the signature, and what is wrong in words.
#pragma once

#include "command/command.h"

// Adds --key and --no-signature.
void key_options(Session *session, GOptionContext *context);

// The key that the operator wants: --key, SIGNALBOX_KEY, or the configuration's. NULL = whatever there is. Borrowed.
const char *key_wish(const Session *session);

// Whether anything is to be signed at all, as policy and options say.
bool key_is_wanted(const Session *session, SignaturePolicy policy);

// Signs `text` as the policy and the options ask for. True with *ret_signature (the caller frees), or without one where
// none is needed; false: told on standard error, and nothing must be sent.
bool key_sign(Session *session, SignaturePolicy policy, const char *name_space, const char *text,
              char **ret_signature, KeyFrom *ret_from, int *ret_exit);
