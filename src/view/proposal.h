// The little form in which a failover, a failback or a drill is proposed: which group (or every group of which
// region), where to, why.
#pragma once

#include "view/dialog.h"

// For the group, or (NULL) for every group of the region; NULL if the picture has neither. Sends EFFECT_PROPOSE. The
// caller owns the dialog.
Dialog *proposal_new(const ViewContext *context, OperationKind kind, const char *group,
                     const char *region);
