// A public key as a line of text, "ssh-ed25519 AAAA… comment": what it is and how it is called.
#pragma once

#include "model/signature.h"

// A key type that signatures are made with: "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "rsa-sha2-256" …
bool pubkey_type_is_known(const char *type);

// Its short name: "ed25519", "sk-ed25519", "rsa", "ed25519-cert". The caller frees.
char *pubkey_type(const char *type);

// Reads a public key's line: type, base64, comment (may be missing). NULL with ERR_INVALID. `from` and `file` stay
// unset. The caller frees (signing_key_free).
SigningKey *pubkey_parse(const char *line, GError **error);

// "SHA256:…" of a public key's bytes, as ssh-keygen -l writes it. The caller frees.
char *pubkey_fingerprint(const guint8 *bytes, gsize size);
