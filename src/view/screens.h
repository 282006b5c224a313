// The screens by name, for view/screens.c alone: each is defined in the file of its noun.
#pragma once

#include "view/screen.h"

extern const Screen OVERVIEW_SCREEN;
extern const Screen ROLES_SCREEN;
extern const Screen SIGNOFFS_SCREEN;
extern const Screen STATEMENT_SCREEN;
extern const Screen OPERATIONS_SCREEN;
extern const Screen OPERATION_SCREEN;
extern const Screen WHOLE_SCREEN;
extern const Screen AUDIT_SCREEN;
extern const Screen RECORD_SCREEN;
extern const Screen REGION_SCREEN;
extern const Screen CELL_SCREEN;
extern const Screen GROUP_SCREEN;
extern const Screen SCHEDULES_SCREEN;
extern const Screen READINESS_SCREEN;
extern const Screen CHECKLIST_SCREEN;
extern const Screen SNAPSHOTS_SCREEN;
