// Which of the operator's SSH keys a form signs with: the one that is configured or the first, until another is chosen.
#pragma once

#include "view/screen.h"

// Zeroed: whatever comes first.
typedef struct {
    char *fingerprint; // chosen by hand; NULL = none was
    bool without;      // not to sign with a key was chosen
} KeyChoice;

// Frees what was chosen: zeroed again.
void key_choice_release(KeyChoice *choice);

// Another one: the keys in turn, then (where the policy lets it) none.
void key_choice_next(KeyChoice *choice, const Signing *signing, SignaturePolicy policy);

// The key; NULL = there is none, none is wanted, or the one that was chosen is gone. Borrowed.
const SigningKey *key_choice_key(const KeyChoice *choice, const Signing *signing);

// "SHA256:k3V…pQ (ed25519, agent alice)", or why there is none. The caller frees.
char *key_choice_words(const KeyChoice *choice, const Signing *signing, SignaturePolicy policy);

// Why nothing can be signed with it now; NULL = it can, or need not. The caller frees.
char *key_choice_obstacle(const KeyChoice *choice, const Signing *signing, SignaturePolicy policy);

// How a signing under way is getting on: "Waiting for a touch of the hardware key …; esc gives up". The caller frees.
char *signing_words(const Signing *signing, gint64 mono_ms);

// "signs with ed25519" for the frame; NULL = there is no key. The caller frees.
char *signing_badge(const Signing *signing);
