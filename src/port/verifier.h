// How the engine has a signature checked: asynchronously, by whoever can. The engine decides what follows from it
// (model/signature.h).
#pragma once

#include "model/signature.h"

// Everything is borrowed for the call.
typedef struct {
    const char *text; // the very bytes that were signed
    gsize size;
    const char *name_space; // signature_namespace()
    const char *principal;  // the person that it must be
    const char *signature;  // armoured
    gint64 at_ms;           // wall time at which the key's validity is judged
} VerifyQuestion;

// `check` is borrowed. SIGNATURE_UNCHECKED: it could not be found out; ask again later.
typedef void (*VerifierDone)(const SignatureCheck *check, gpointer data);

typedef struct VerifierPort VerifierPort;

struct VerifierPort {
    // Calls `done` exactly once, later, within some seconds.
    void (*verify)(VerifierPort *port, const VerifyQuestion *question, VerifierDone done,
                   gpointer data);
    // Which edition of the lists is in force: from 1, another one after each change. What was verified under
    // an older one is asked again before anything rests on it. Looks at the lists as they are now.
    guint64 (*edition)(VerifierPort *port);
};

static inline void verifier_verify(VerifierPort *port, const VerifyQuestion *question,
                                   VerifierDone done, gpointer data)
{
    port->verify(port, question, done, data);
}

static inline guint64 verifier_edition(VerifierPort *port)
{
    return port->edition(port);
}
