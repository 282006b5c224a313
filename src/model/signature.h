// Signatures over what people decide: SSHSIG, made with the person's own key (ssh-keygen -Y sign), checked by the
// backend against the allowed signers and the revocation list. Here are the words and the pure rules; the
// check itself is behind port/verifier.h.
#pragma once

#include "model/operation.h"

// An armoured signature that is longer is refused unread. (RSA with 16384 bits needs 5 KiB.)
enum { SIGNATURE_MAX = 16 * 1024 };

// The namespace is signed with the text, so that what was signed in a drill is worth nothing in earnest.
const char *signature_namespace(OperationKind kind);

// What the check of one signature says.
typedef struct {
    SignatureState state;
    char *key;      // fingerprint, "SHA256:…"; NULL = not known
    char *key_type; // "ed25519", "ecdsa", "rsa", "sk-ed25519" …; NULL
    char *why;      // of everything but verified: a sentence; NULL
} SignatureCheck;

void signature_check_release(SignatureCheck *check);
void signature_check_copy(const SignatureCheck *check, SignatureCheck *ret_check);

// Makes it bad if it was made by another key than the one that is recorded.
void signature_hold_against(SignatureCheck *check, const char *recorded_key);

// Whether a sign-off whose signature was checked with that result may be recorded under the statement's policy:
// required: only with a verified one; else a bad one, one in another namespace and one with a revoked
// key are refused all the same, and others are recorded as what they are. A rejection is never
// signed: the signature over a statement says yes to it. Each "no" has its own problem type.
bool signature_allows(const Statement *statement, const SignOff *signoff,
                      const SignatureCheck *check, GError **error);

// True if a later check says that the signature must not have counted: it was verified once and is not now.
// What could not be checked says nothing.
bool signature_lapsed(const SignOff *signoff, const SignatureCheck *now);

// "signed with SHA256:k3V… (ed25519, agent)", "not signed", "signature not verified: key not allowed (…)". The
// caller frees.
char *signature_words(const SignOff *signoff);

// A key that the operator could sign with.
typedef struct {
    KeyFrom from;
    char *fingerprint; // "SHA256:…"
    char *type;        // "ed25519"
    char *comment;     // as the agent or the file has it; NULL
    char *file;        // where it lies, if that is known (also of one in the agent); NULL
    char *blob;        // the public key as a line of a .pub file: what ssh-keygen is told
} SigningKey;

void signing_key_free(SigningKey *key);

// True for keys that live in hardware and ask for a touch.
bool signing_key_is_hardware(const SigningKey *key);

// "SHA256:k3V…pQ (ed25519, agent alice@laptop)"; `narrow` cuts the fingerprint in the middle and a path to its name.
// The caller frees.
char *signing_key_words(const SigningKey *key, bool narrow);

// The key that `wish` names (a fingerprint, or the beginning of one with at least 8 characters behind
// "SHA256:"; a file's path, with or without ".pub"; a comment), among `keys` (of SigningKey *). NULL = the
// first. Returns NULL if there is none, or more than one.
const SigningKey *signing_key_find(const GPtrArray *keys, const char *wish);
