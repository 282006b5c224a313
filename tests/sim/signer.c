#include "signer.h"

#include <string.h>

typedef struct {
    gint64 at_ms;
    SignatureCheck check;
    VerifierDone done;
    gpointer data;
} Pending;

static void free_pending(gpointer data)
{
    Pending *pending = data;
    signature_check_release(&pending->check);
    g_free(pending);
}

static SignatureState judge(const SimSigner *signer, const VerifyQuestion *question,
                            const char *const *parts)
{
    g_autofree char *digest = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const guchar *)question->text, question->size);
    if (g_strv_length((char **)(gpointer)parts) != 4)
        return SIGNATURE_BAD;
    if (strcmp(parts[2], question->name_space) != 0)
        return SIGNATURE_WRONG_NAMESPACE;
    if (strcmp(parts[3], digest) != 0)
        return SIGNATURE_BAD;
    if (strcmp(parts[1], question->principal) != 0)
        return SIGNATURE_NOT_ALLOWED;
    gpointer state = g_hash_table_lookup(signer->keys, parts[0]);
    return state ? (SignatureState)GPOINTER_TO_INT(state) : SIGNATURE_VERIFIED;
}

static void verify(VerifierPort *port, const VerifyQuestion *question, VerifierDone done,
                   gpointer data)
{
    SimSigner *signer = (SimSigner *)port;
    g_auto(GStrv) parts = g_strsplit(question->signature, " ", 5);
    Pending *pending = g_new0(Pending, 1);
    signer->asked++;
    pending->at_ms = signer->clock->mono + signer->takes_ms;
    pending->check.state = judge(signer, question, (const char *const *)parts);
    bool names_key = pending->check.state != SIGNATURE_BAD &&
                     pending->check.state != SIGNATURE_WRONG_NAMESPACE &&
                     pending->check.state != SIGNATURE_UNCHECKED;
    pending->check.key = names_key ? g_strdup(parts[0]) : NULL;
    pending->check.key_type = g_strdup("ed25519");
    if (pending->check.state != SIGNATURE_VERIFIED)
        pending->check.why = g_strdup_printf(
            "The script says: %s.", name_of(&SIGNATURE_STATE_NAMES, (int)pending->check.state));
    pending->done = done;
    pending->data = data;
    g_ptr_array_add(signer->answers, pending);
}

static guint64 edition(VerifierPort *port)
{
    return ((SimSigner *)port)->edition;
}

SimSigner *sim_signer_new(FakeClock *clock)
{
    SimSigner *signer = g_new0(SimSigner, 1);
    signer->port = (VerifierPort){verify, edition};
    signer->clock = clock;
    signer->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    signer->answers = g_ptr_array_new_with_free_func(free_pending);
    signer->edition = 1;
    signer->takes_ms = 10;
    return signer;
}

void sim_signer_free(SimSigner *signer)
{
    while (
        signer->answers->len) // nobody hears them any more, but what waits for them is given back
        sim_signer_run(signer), signer->clock->mono += signer->takes_ms;
    g_ptr_array_unref(signer->answers);
    g_hash_table_unref(signer->keys);
    g_free(signer);
}

void sim_signer_set(SimSigner *signer, const char *key, SignatureState state)
{
    g_hash_table_insert(signer->keys, g_strdup(key), GINT_TO_POINTER((int)state));
    signer->edition++;
}

char *sim_signer_sign(const char *key, const char *person, const char *name_space,
                      const char *digest)
{
    return g_strjoin(" ", key, person, name_space, digest, NULL);
}

gint64 sim_signer_next(const SimSigner *signer)
{
    gint64 next = G_MAXINT64;
    for (guint i = 0; i < signer->answers->len; i++)
        next = MIN(next, ((const Pending *)signer->answers->pdata[i])->at_ms);
    return next;
}

void sim_signer_run(SimSigner *signer)
{
    for (guint i = 0; i < signer->answers->len;) {
        Pending *pending = signer->answers->pdata[i];
        if (pending->at_ms > signer->clock->mono) {
            i++;
            continue;
        }
        g_ptr_array_steal_index(signer->answers, i);
        pending->done(&pending->check, pending->data);
        free_pending(pending);
    }
}
