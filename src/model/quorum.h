// Who may sign, and when it is enough. Pure: the same operation, person and moment give the same answer.
#pragma once

#include "model/operation.h"

// A person as the backend identified them.
typedef struct {
    char *name;  // the person, the same over all logins
    char *how;   // "uid 1000 on the Unix socket", "token of alice on 127.0.0.1"
    guint roles; // RoleBits
} Person;

void person_release(Person *person);
bool person_has(const Person *person, RoleBit role);

// True if that person's approval became void and they have not decided again: they must look again.
bool quorum_must_look_again(const Operation *operation, const char *name);
// All of those, each once; ends with NULL. The caller frees (g_strfreev).
char **quorum_who_again(const Operation *operation);
// The same as "alice, bob"; NULL if there is nobody. The caller frees.
char *quorum_look_again(const Operation *operation);

// Sign-offs that count: approvals for the current digest, not void, one per person and one per key.
guint quorum_given(const Operation *operation);

// How many are still needed; 0 = enough. Four eyes: the proposer's own approval may not be the last
// one needed, so while only it and nobody else's is there, one more is needed than it seems.
guint quorum_missing(const Operation *operation);

// True while a sign-off that was enough can still be taken back: signed, and before the point of no return.
// A reject then is no end but a hold.
bool quorum_may_revoke(const Operation *operation);

// Checks a sign-off before it is taken, in this order: state, expiry, role, digest, duplicate person, duplicate
// key (signoff->key; NULL = none known), four eyes (or, for one who signs alone, break-glass), phrase (approve
// only), reason, evidence's age. `evidence_ms` is the oldest live fact's time, `evidence_limit_ms` the group's
// limit; a reject needs neither phrase nor fresh evidence. REFUSAL_* errors name the rule, the facts and the way
// out.
bool quorum_check(const Operation *operation, const SignOff *signoff, const Person *person,
                  gint64 now_ms, gint64 evidence_ms, gint64 evidence_limit_ms, GError **error);

// True if the typed phrase is the statement's: case does not matter, runs of blanks count as one, else exact.
bool quorum_phrase_matches(const char *typed, const char *expected);
