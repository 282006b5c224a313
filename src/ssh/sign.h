// A text signed with one of the operator's keys, by `ssh-keygen -Y sign`: through the agent, or with a key file.
// Neither key nor passphrase passes through here.
#pragma once

#include "model/signature.h"

typedef struct SshSign SshSign;

// Either `signature` (armoured, borrowed), or `error`: a sentence that says what is wrong and what to do.
typedef void (*SshSignDone)(const char *signature, const GError *error, gpointer data);

// Starts it. A hardware key waits for its touch, an agent may ask for a confirmation: up to a minute. `done` is called
// once, later, unless it is cancelled.
SshSign *ssh_sign_start(const SigningKey *key, const char *name_space, const char *text, gsize size,
                        SshSignDone done, gpointer data);

// Also ends the child that waits for a touch. NULL is fine.
void ssh_sign_cancel(SshSign *sign);
