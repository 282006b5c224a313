// The little form in which a failover or a failback is proposed: which group, where to, why. It sends
// nothing: ctrl-s gives the effect.
#pragma once

#include "view/screen.h"

typedef struct ProposalForm ProposalForm;

ProposalForm *proposal_form_new(OperationKind kind, const char *group, const char *to);
void proposal_form_free(ProposalForm *form);

// EFFECT_PROPOSE with ctrl-s once the fields are right; EFFECT_BACK with Esc; else EFFECT_REDRAW, EFFECT_NONE or
// EFFECT_MESSAGE.
Effect proposal_form_key(ProposalForm *form, const ViewContext *context, const KeyEvent *key);
// Its keys, for the footer, while it is open.
const Keymap *proposal_form_keymap(const ProposalForm *form);

void proposal_form_draw(ProposalForm *form, const ViewContext *context, const Canvas *canvas);

// True if something was typed.
bool proposal_form_is_dirty(const ProposalForm *form);
