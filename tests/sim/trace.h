// What the audit log tells of operations, held against what may be: read record by record as they are written, with no
// look at the engine. Each rule is one of the invariants of doc/SAFETY.
#pragma once

#include "model/audit.h"

typedef struct Trace Trace;

Trace *trace_new(void);
void trace_free(Trace *trace);

// Takes the next record. A sentence if it must not be there; NULL = all is well. The caller frees.
char *trace_take(Trace *trace, const AuditRecord *record);
