// The little form in which a failover, a failback or a drill is proposed: which group (or every group of which
// region), where to, why. It sends nothing: ctrl-s gives the effect.
#pragma once

#include "view/screen.h"

typedef struct ProposalForm ProposalForm;

// For the group, or (NULL) for every group of the region; NULL if the picture has neither.
ProposalForm *proposal_form_new(const ViewContext *context, OperationKind kind, const char *group,
                                const char *region);
void proposal_form_free(ProposalForm *form);

// EFFECT_PROPOSE with ctrl-s once the fields are right; EFFECT_BACK with Esc; else EFFECT_REDRAW, EFFECT_NONE or
// EFFECT_MESSAGE.
Effect proposal_form_key(ProposalForm *form, const ViewContext *context, const KeyEvent *key);
// Its keys, for the footer, while it is open.
const Keymap *proposal_form_keymap(const ProposalForm *form);

void proposal_form_draw(ProposalForm *form, const ViewContext *context, const Canvas *canvas);

// True if something was typed.
bool proposal_form_is_dirty(const ProposalForm *form);
