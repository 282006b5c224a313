// A stretch of the audit log as the console has it: what the stream brought and older pages fetched, without
// gaps, each record verified against the one before as it came in.
#pragma once

#include "model/picture.h"
#include "wire/audit.h"

// Beyond this the oldest are forgotten: they can be fetched again.
enum { AUDITLOG_MAX = 20000 };

typedef struct {
    GPtrArray *records; // of AuditRecord *, by seq, without gaps
    AuditChain chain;   // verified up to here
    char *broken;       // what does not fit, a sentence; NULL: all fits
} AuditLog;

void auditlog_init(AuditLog *log);
void auditlog_release(AuditLog *log);

// Takes in what is new in the picture. After a gap the log begins anew with what the picture has. True if
// anything changed.
bool auditlog_follow(AuditLog *log, const Picture *picture);

// Puts a page ({"records": […]}) of older records before the others. ERR_INVALID: it does not join them.
bool auditlog_prepend(AuditLog *log, const char *body, GError **error);

// The seq after which to ask for a page of older records; -1: there are none.
gint64 auditlog_older_after(const AuditLog *log, guint page);

// NULL if it is not there.
const AuditRecord *auditlog_record(const AuditLog *log, gint64 seq);

// Reads one page. Of AuditRecord *; the caller owns it. ERR_INVALID.
GPtrArray *auditlog_read(const char *body, GError **error);
