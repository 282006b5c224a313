// Region-level operations: one parent, one child for each group of a location. The children are signed and carried
// out on their own, like any other; the parent follows them.
#pragma once

#include "engine/propose.h"

// Drafts the parent and its children, all in this one motion. What has an open operation that moves the group
// the same way becomes its child; other open ones, and groups that cannot be proposed, are left out, with why.
// A transaction has room for a bounded number of children: the groups behind it (by tier) are left out too, and
// a retry takes them. REFUSAL_NOTHING_TO_DO if no child is left.
bool region_draft(Engine *engine, Motion *motion, const Wish *wish, GError **error);

// Of a draft that is only looked at: says beside each member what would be proposed.
void region_explain(const Motion *motion, Operation *parent);

// Proposes again, as further children, what was left out or has ended without being moved. Refused if nothing is
// left. `parent` is the draft's copy.
bool region_retry(Engine *engine, Motion *motion, Operation *parent, const Wish *wish,
                  GError **error);

// Before the commit: the parents of the operations that are drafted follow them, in the same transaction.
void region_follow(Engine *engine, Motion *motion);

// Rate limit: not more of a region's groups move at once than the fleet file's `parallel`.
bool region_may_start(const Engine *engine, const Operation *operation);
