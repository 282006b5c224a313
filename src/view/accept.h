// The small forms by which what screen 6 shows is answered for: a finding is acknowledged (what is known of it, and
// when it counts again), an item of a check-list is confirmed (what was done, or why it may differ), or either is taken
// back. The caller owns the dialog; it copies what it needs of what it is given.
#pragma once

#include "view/dialog.h"

// Sends EFFECT_ACCEPT.
Dialog *accept_new(const Finding *finding);
// That the finding is acknowledged is taken back. Sends EFFECT_WITHDRAW.
Dialog *accept_new_withdrawal(const Finding *finding);
// Sends EFFECT_CONFIRM; `item` is one of `parity`.
Dialog *accept_new_item(const Picture *picture, const Parity *parity, const ParityItem *item);
// That it is confirmed is taken back. Sends EFFECT_WITHDRAW.
Dialog *accept_new_item_withdrawal(const Parity *parity, const ParityItem *item);

// Why this person can do none of this now, as a static sentence; NULL: they can.
const char *accept_refusal(const ViewContext *context);
