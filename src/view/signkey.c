#include "view/signkey.h"

#include <string.h>

enum { SLOW_MS = 2000 };

static const char LOOKING[] = "Looking for SSH keys …";
static const char NO_KEY[] = "There is no SSH key to sign with.";

void key_choice_release(KeyChoice *choice)
{
    g_clear_pointer(&choice->fingerprint, g_free);
    choice->without = false;
}

// The configured one, if it is there; else the first.
static const SigningKey *first_key(const Signing *signing)
{
    const SigningKey *key = signing->wish ? signing_key_find(signing->keys, signing->wish) : NULL;
    return key ? key : signing_key_find(signing->keys, NULL);
}

const SigningKey *key_choice_key(const KeyChoice *choice, const Signing *signing)
{
    if (!signing || !signing->keys || choice->without)
        return NULL;
    return choice->fingerprint ? signing_key_find(signing->keys, choice->fingerprint)
                               : first_key(signing);
}

// Nothing takes the place of a key that was chosen by hand.
static bool is_lost(const KeyChoice *choice, const Signing *signing)
{
    return choice->fingerprint && !choice->without && signing && signing->keys &&
           !key_choice_key(choice, signing);
}

void key_choice_next(KeyChoice *choice, const Signing *signing, SignaturePolicy policy)
{
    const SigningKey *key = key_choice_key(choice, signing);
    guint next = 0;
    if (!signing || !signing->keys)
        return;
    if (!signing->keys->len) {
        key_choice_release(choice);
        return;
    }
    if (key && g_ptr_array_find(signing->keys, key, &next))
        next++;
    choice->without = next >= signing->keys->len && policy != SIGNATURE_REQUIRED;
    const SigningKey *chosen = signing->keys->pdata[next % signing->keys->len];
    g_free(choice->fingerprint);
    choice->fingerprint = g_strdup(chosen->fingerprint);
}

static bool is_looking(const Signing *signing)
{
    return signing && !signing->keys;
}

static const char *why_none(const Signing *signing)
{
    return signing && signing->trouble ? signing->trouble : NO_KEY;
}

char *key_choice_words(const KeyChoice *choice, const Signing *signing, SignaturePolicy policy)
{
    const SigningKey *key = key_choice_key(choice, signing);
    if (choice->without)
        return g_strdup("none: it goes without a signature");
    if (key)
        return signing_key_words(key, true);
    if (is_looking(signing))
        return g_strdup(LOOKING);
    if (is_lost(choice, signing))
        return g_strdup_printf("%s is not there any more", choice->fingerprint);
    return g_strdup_printf("none%s: %s", policy == SIGNATURE_REQUIRED ? "" : ", goes unsigned",
                           why_none(signing));
}

char *key_choice_obstacle(const KeyChoice *choice, const Signing *signing, SignaturePolicy policy)
{
    if (policy == SIGNATURE_OFF || key_choice_key(choice, signing))
        return NULL;
    if (is_looking(signing))
        return g_strdup(LOOKING);
    if (is_lost(choice, signing))
        return g_strdup_printf("The key that you chose is not there any more. %s%sctrl-o chooses "
                               "another.",
                               signing->trouble ? signing->trouble : "",
                               signing->trouble ? " " : "");
    return policy == SIGNATURE_REQUIRED
               ? g_strdup_printf("This must be signed with an SSH key. %s ctrl-o looks again.",
                                 why_none(signing))
               : NULL;
}

char *signing_words(const Signing *signing, gint64 mono_ms)
{
    gint64 for_ms = mono_ms - signing->since_ms;
    if (signing->sent)
        return g_strdup_printf("Signed with %s, journalled, sent …", signing->key);
    if (signing->hardware)
        return g_strdup_printf("Waiting for a touch of the hardware key %s, %" G_GINT64_FORMAT
                               "s. Esc gives up.",
                               signing->key, for_ms / 1000);
    if (for_ms < SLOW_MS)
        return g_strdup_printf("Signing with %s …", signing->key);
    return g_strdup_printf("Signing with %s takes %" G_GINT64_FORMAT
                           "s: the agent may ask for a confirmation. Esc gives up.",
                           signing->key, for_ms / 1000);
}

char *signing_badge(const Signing *signing)
{
    static const KeyChoice FIRST = {0};
    const SigningKey *key = key_choice_key(&FIRST, signing);
    return key ? g_strdup_printf("signs with %s", key->type) : NULL;
}
