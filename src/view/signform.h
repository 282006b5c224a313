// The form in which a statement is signed: the phrase typed by hand, a reason, a ticket. It stays closed for a
// moment after it opens and after the statement changed under it, so that no key already on its way
// can sign; and it says at every moment what is still missing.
#pragma once

#include "view/screen.h"

typedef struct SignForm SignForm;

// For the operation's statement as it is; the operation itself is given with each call. `mono_ms`: now, from which on the
// form stays closed for a moment.
SignForm *sign_form_new(const Operation *operation, gint64 mono_ms);
void sign_form_free(SignForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignForm, sign_form_free)

// The operation may have another statement now: then the phrase is emptied and the key closed for 2 s. False: what
// was being signed is signed and on its way; the caller frees the form.
bool sign_form_sync(SignForm *form, const ViewContext *context, const Operation *operation);

// EFFECT_BACK: it was left. EFFECT_SIGN without a key: send it. After these the caller frees it. EFFECT_SIGN with one:
// the form stays, with all that was typed, until it is signed. EFFECT_KEYS: another key is chosen, and looked for.
Effect sign_form_key(SignForm *form, const ViewContext *context, const KeyEvent *key,
                     const Binding *binding);

// Its keys, for the footer, while it is open.
const Keymap *sign_form_keymap(const SignForm *form);

// Lines it needs at this width.
int sign_form_height(const SignForm *form, const ViewContext *context, const Canvas *canvas);
void sign_form_draw(SignForm *form, const ViewContext *context, const Canvas *canvas);

// True if something was typed that leaving would lose.
bool sign_form_is_dirty(const SignForm *form);

// Why it cannot be signed now, whatever is typed: stale stream, not armed, role, state, expiry, signed
// already. NULL: it can. The caller frees.
char *sign_refusal(const ViewContext *context, const Operation *operation);
