// Checkpoints of the audit log as they left the house: a sink's file of events. A log that was rewritten or cut since
// contradicts them, however well its own chain holds.
#pragma once

#include "ssh/verify.h"
#include "wire/audit.h"

typedef struct Checkpoints Checkpoints;

// Reads the events of a file, one a line; those that are no checkpoints are passed over. ERR_* with line and reason.
// `trust` with allowed signers: each must also be signed by its daemon, namespace checkpoint@signalbox.
Checkpoints *checkpoints_read(const char *path, const SshTrust *trust, GError **error);
// NULL is fine.
void checkpoints_free(Checkpoints *checkpoints);

// The chain has come to its next record. ERR_CORRUPT: one that left the house at this number has another hash.
bool checkpoints_hold(Checkpoints *checkpoints, const AuditChain *chain, GError **error);

// The chain is at its end. ERR_CORRUPT: later records were known.
bool checkpoints_end(const Checkpoints *checkpoints, const AuditChain *chain, GError **error);

// How many there are, and how many of them were met.
guint checkpoints_count(const Checkpoints *checkpoints);
guint checkpoints_met(const Checkpoints *checkpoints);
