// A made-up picture for the tests of the screens: three regions (West Europe and North Europe paired, East US
// apart), West Europe down for four minutes; a failover that waits for two sign-offs, one under way, one
// finished with exceptions, one expired, one paused; findings, alarms, an audit log whose chain holds;
// and a group whose names are hostile. Everything stands still at WORLD_NOW.
#pragma once

#include "view/screen.h"

// 2026-11-21T03:14:07.000Z
#define WORLD_NOW G_GINT64_CONSTANT(1795230847000)
#define WORLD_MONO G_GINT64_CONSTANT(1000000)

#define WORLD_AWAITING "op-awaiting"
#define WORLD_PLAIN "op-plain" // nothing can be lost
#define WORLD_RUNNING "op-running"
#define WORLD_PAUSED "op-paused"
#define WORLD_DONE "op-done"
#define WORLD_EXPIRED "op-expired"
#define WORLD_HOLDING "op-holding"

Picture *world_new(void);

// All that a screen may know, at WORLD_NOW, armed, on the keyboard.
ViewContext world_context(const Picture *picture);

// An operation of the picture to be changed by a test.
Operation *world_operation(Picture *picture, const char *id);

// Makes everything well: all regions up, nothing waits, nothing runs.
void world_heal(Picture *picture);

// Everything is observed again `ms` later, with the same result.
void world_observe(Picture *picture, gint64 ms);

// Gives the operation another statement digest, and says what changed.
void world_restate(Picture *picture, const char *id, const char *digest, const char *changed);

// Adds a catalog whose standby lacks the term Order and words Customer otherwise; it has one table, like the
// primary.
Parity *world_add_catalog(Picture *picture);

// Adds a connector whose configuration was seen last 8 s ago; world_snapshots is the backend's answer of what is
// kept of it: two, of which the newer has another organisation. The caller frees.
void world_add_connector(Picture *picture);
char *world_snapshots(void);

// What the daemon would answer to /v1/schedules.
char *world_schedules(void);
// The backend's answer to /v1/runs. The caller frees.
char *world_runs(void);
