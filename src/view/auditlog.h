// A stretch of the audit log as the console has it: what the stream brought, and pages fetched before and behind it,
// each record verified against the one before as it came in. What is missing in between is fetched, never
// passed over; what then still does not fit is a break of the chain.
#pragma once

#include "model/picture.h"
#include "wire/audit.h"

// Beyond this the oldest are forgotten: they can be fetched again.
enum { AUDITLOG_MAX = 20000 };

// So far behind the backend the log begins anew at the backend's end.
enum { AUDITLOG_BEHIND_MAX = 2000 };

typedef struct {
    GPtrArray *records; // of AuditRecord *, by seq
    AuditChain chain;   // verified up to here
    char *broken;       // what does not fit, a sentence; NULL: all fits
} AuditLog;

// Empty, nothing verified.
void auditlog_init(AuditLog *log);
void auditlog_release(AuditLog *log);

// Takes in what is new in the picture and joins. True if anything changed.
bool auditlog_follow(AuditLog *log, const Picture *picture);

// Takes a page ({"records": […]}) of records before or behind ours; those that are here already are dropped.
// ERR_INVALID: it cannot be read.
bool auditlog_take(AuditLog *log, const char *body, GError **error);

// The seq after which to ask for a page of older records; -1: there are none.
gint64 auditlog_older_after(const AuditLog *log, guint page);

// Reads one page. Of AuditRecord *, by seq; the caller owns it. ERR_INVALID.
GPtrArray *auditlog_read(const char *body, GError **error);
