// The small form that acknowledges a finding (what is known of it, and when it counts again), confirms an item of a
// check-list (what was done, or why it may differ), or takes either back. Enter never sends, Esc never acts.
#pragma once

#include "view/screen.h"

typedef struct Accept Accept;

Accept *accept_new(const Finding *finding);
// That the finding is acknowledged is taken back.
Accept *accept_new_withdrawal(const Finding *finding);
Accept *accept_new_item(const Parity *parity, const ParityItem *item);
// That the item is confirmed is taken back.
Accept *accept_new_item_withdrawal(const Parity *parity, const ParityItem *item);
void accept_free(Accept *accept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Accept, accept_free)

// Why this person can do neither now, as a sentence; NULL: they can.
const char *accept_refusal(const ViewContext *context);

// EFFECT_BACK: it was left. EFFECT_ACCEPT, EFFECT_WITHDRAW, EFFECT_CONFIRM: send it. After these the caller frees it.
Effect accept_key(Accept *accept, const ViewContext *context, const KeyEvent *key,
                  const Binding *binding);

// Its keys, for the footer, while it is open.
const Keymap *accept_keymap(const Accept *accept);

// A box in the middle of `canvas`.
void accept_draw(Accept *accept, const Canvas *canvas);
bool accept_is_dirty(const Accept *accept);
