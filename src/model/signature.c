#include "model/signature.h"

#include <string.h>

#include "model/refusal.h"

enum { FINGERPRINT_HEAD = 14, FINGERPRINT_TAIL = 4, WISH_MIN = 7 + 8 };

const char *signature_namespace(OperationKind kind)
{
    return kind == OPERATION_DRILL ? "drill@signalbox" : "signoff@signalbox";
}

void signature_check_release(SignatureCheck *check)
{
    g_clear_pointer(&check->key, g_free);
    g_clear_pointer(&check->key_type, g_free);
    g_clear_pointer(&check->why, g_free);
    check->state = SIGNATURE_NONE;
}

void signature_check_copy(const SignatureCheck *check, SignatureCheck *ret_check)
{
    *ret_check = (SignatureCheck){check->state, g_strdup(check->key), g_strdup(check->key_type),
                                  g_strdup(check->why)};
}

void signature_hold_against(SignatureCheck *check, const char *recorded_key)
{
    if (!check->key || g_strcmp0(check->key, recorded_key) == 0)
        return;
    g_free(check->why);
    check->why = g_strdup_printf("It was made by the key %s, not by %s as recorded.", check->key,
                                 recorded_key ? recorded_key : "none");
    check->state = SIGNATURE_BAD;
}

// ---- the rules ----

// The refusal of a result that is not verified; the sentence is check->why.
static int signature_refusal(SignatureState state)
{
    static const Refusal REFUSALS[] = {[SIGNATURE_NONE] = REFUSAL_SIGNATURE_MISSING,
                                       [SIGNATURE_VERIFIED] = REFUSAL_BAD_SIGNATURE,
                                       [SIGNATURE_UNCHECKED] = REFUSAL_UNAVAILABLE,
                                       [SIGNATURE_BAD] = REFUSAL_BAD_SIGNATURE,
                                       [SIGNATURE_WRONG_NAMESPACE] = REFUSAL_WRONG_NAMESPACE,
                                       [SIGNATURE_NOT_ALLOWED] = REFUSAL_KEY_NOT_ALLOWED,
                                       [SIGNATURE_EXPIRED] = REFUSAL_KEY_EXPIRED,
                                       [SIGNATURE_REVOKED] = REFUSAL_KEY_REVOKED};
    G_STATIC_ASSERT(G_N_ELEMENTS(REFUSALS) == SIGNATURE_STATES);
    return (int)REFUSALS[state];
}

static bool refuse(GError **error, int code, const char *text)
{
    g_set_error_literal(error, REFUSAL, code, text);
    return false;
}

static bool is_forgiven(SignatureState state)
{
    return state == SIGNATURE_NONE || state == SIGNATURE_VERIFIED || state == SIGNATURE_UNCHECKED ||
           state == SIGNATURE_NOT_ALLOWED || state == SIGNATURE_EXPIRED;
}

bool signature_allows(const Statement *statement, const SignOff *signoff,
                      const SignatureCheck *check, GError **error)
{
    bool required = statement->signature == SIGNATURE_REQUIRED;
    if (signoff->decision == DECISION_REJECT)
        return !signoff->signature ||
               refuse(error, REFUSAL_BAD_REQUEST,
                      "A rejection is not signed: a signature over the statement says yes to it. "
                      "Send it without.");
    if (check->state == SIGNATURE_VERIFIED || (!required && is_forgiven(check->state)))
        return true;
    if (check->state == SIGNATURE_NONE)
        return refuse(error, REFUSAL_SIGNATURE_MISSING,
                      "This group asks for a signed sign-off: sign the statement with an SSH key "
                      "(an agent's or a file's), then send it.");
    return refuse(error, signature_refusal(check->state),
                  check->why ? check->why : "The signature does not verify.");
}

bool signature_lapsed(const SignOff *signoff, const SignatureCheck *now)
{
    return signoff->verified == SIGNATURE_VERIFIED && now->state != SIGNATURE_VERIFIED &&
           now->state != SIGNATURE_UNCHECKED && now->state != SIGNATURE_NONE;
}

// ---- words ----

char *signature_words(const SignOff *signoff)
{
    if (signoff->verified == SIGNATURE_NONE)
        return g_strdup("not signed");
    const char *from = signoff->key_from != KEY_FROM_UNKNOWN
                           ? word_of(&KEY_FROM_NAMES, (int)signoff->key_from)
                           : NULL;
    g_autofree char *key = g_strdup_printf(
        "%s (%s%s%s)", signoff->key ? signoff->key : "an unknown key",
        signoff->key_type ? signoff->key_type : "SSH", from ? ", " : "", from ? from : "");
    return signoff->verified == SIGNATURE_VERIFIED
               ? g_strdup_printf("signed with %s", key)
               : g_strdup_printf("signature NOT verified (%s), key %s",
                                 word_of(&SIGNATURE_STATE_NAMES, (int)signoff->verified), key);
}

// ---- keys ----

void signing_key_free(SigningKey *key)
{
    if (!key)
        return;
    g_free(key->fingerprint);
    g_free(key->type);
    g_free(key->comment);
    g_free(key->file);
    g_free(key->blob);
    g_free(key);
}

bool signing_key_is_hardware(const SigningKey *key)
{
    return g_str_has_prefix(key->type, "sk-");
}

char *signing_key_words(const SigningKey *key, bool narrow)
{
    gsize n = strlen(key->fingerprint);
    bool cut = narrow && n > FINGERPRINT_HEAD + FINGERPRINT_TAIL;
    g_autofree char *print = cut ? g_strdup_printf("%.*s…%s", FINGERPRINT_HEAD, key->fingerprint,
                                                   key->fingerprint + n - FINGERPRINT_TAIL)
                                 : g_strdup(key->fingerprint);
    g_autofree char *name = key->file ? g_path_get_basename(key->file) : NULL;
    const char *what = key->from != KEY_FROM_FILE ? key->comment : narrow ? name : key->file;
    return g_strdup_printf("%s (%s, %s%s%s)", print, key->type,
                           word_of(&KEY_FROM_NAMES, (int)key->from), what ? " " : "",
                           what ? what : "");
}

static bool is_file(const SigningKey *key, const char *wish)
{
    if (!key->file)
        return false;
    gsize n = strlen(key->file);
    return strncmp(key->file, wish, n) == 0 && (!wish[n] || strcmp(wish + n, ".pub") == 0);
}

static bool is_wished(const SigningKey *key, const char *wish)
{
    if (g_str_has_prefix(wish, "SHA256:"))
        return strlen(wish) >= WISH_MIN && g_str_has_prefix(key->fingerprint, wish);
    return is_file(key, wish) || g_strcmp0(key->comment, wish) == 0;
}

const SigningKey *signing_key_find(const GPtrArray *keys, const char *wish)
{
    const SigningKey *found = NULL;
    for (guint i = 0; i < keys->len; i++) {
        const SigningKey *key = keys->pdata[i];
        if (wish && !is_wished(key, wish))
            continue;
        if (!wish)
            return key;
        if (found && strcmp(found->fingerprint, key->fingerprint) != 0)
            return NULL;
        if (!found)
            found = key;
    }
    return found;
}
