// An exceptional act in the middle of an operation: a step is left out for good, or the whole is undone. Nobody
// does that alone and unread: the act has a statement of its own (what exactly, on which evidence),
// which is signed as a proposal is, and only the last needed sign-off carries it out.
#pragma once

#include "model/statement.h"

typedef struct {
    guint number; // from 1, in its operation
    ActKind kind;
    guint step; // skip: which; 0 = all that failed
    ActState state;
    char *by; // who asked for it
    char *reason;
    char *ticket; // NULL = none
    gint64 asked_ms;
    gint64 expires_ms;
    gint64 ended_ms;
    Statement *statement;
    char *digest;            // of it
    guint statement_version; // from 1; a material change makes the next
    char *changed;           // what the last material change was; NULL
    char *why;               // how it ended: a sentence; NULL
} Act;

Act *act_new(void);
void act_free(Act *act);
Act *act_copy(const Act *act);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Act, act_free)

// "skip step 4", "skip the failed steps", "abort": as it stands in sentences. The caller frees.
char *act_words(ActKind kind, guint step);

// The phrase that its signers type, of the act's statement: "SKIP step 4 of payments", "ABORT payments", with the
// loss behind it where there is one ("… LOSE <=42s"). The caller frees.
char *act_phrase(const Statement *statement);
