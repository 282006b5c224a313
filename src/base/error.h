// What can go wrong, as codes. Every expected failure is a GError of this domain whose message is a
// whole sentence for its reader: what, where, what was expected. The code says what kind it is, so
// that a caller can act on it; the sentence says the rest.
#pragma once

#include <glib.h>
#include <stdbool.h>

#define ERR (err_quark())

typedef enum {
    ERR_INVALID,     // input that is not what was asked for
    ERR_NOT_FOUND,   // the named thing is not there
    ERR_CONFLICT,    // it changed since it was read
    ERR_REFUSED,     // a rule or the other side says no
    ERR_DENIED,      // this person may not
    ERR_UNREACHABLE, // nobody answered; certainly nothing happened
    ERR_TIMEOUT,     // no answer in time to a question (nothing was to change)
    ERR_UNKNOWN,     // sent, and no answer: it may or may not have happened
    ERR_TOO_LARGE,   // over a limit; what came was cut off
    ERR_PROTOCOL,    // the other side's answer makes no sense
    ERR_CORRUPT,     // stored bytes are not what was written
    ERR_NO_SPACE,    // the disk is full: not recorded, not done
    ERR_BUSY,        // somebody else holds it
    ERR_CANCELLED,   // given up by the caller
    ERR_GONE,        // was there once and is no longer kept: start over from what is there now
    ERR_INTERNAL,    // the operating system refused something it should not
    ERR_COUNT
} ErrCode;

GQuark err_quark(void);

// True if `error` is of our domain and of this code.
bool err_is(const GError *error, ErrCode code);
