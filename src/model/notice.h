// What the customers are told (F4): templates of the fleet file, with fields in braces, filled in when a plan is made.
// As long as nobody delivers them, a step of the plan has a person do it.
#pragma once

#include "model/fleet.h"

// The text with its fields filled in: {group}, {title}, {from}, {to}, {rto}, {rpo}, {reduced} (what does not work
// meanwhile, "nothing" if all does), {owner}. Only what stands still while a plan waits, so that the plan does too. The
// caller frees.
char *notice_render(const char *template, const Group *group, const Location *from,
                    const Location *to);

// ERR_INVALID names a field that there is not, or a brace without its other.
bool notice_check(const char *template, GError **error);
