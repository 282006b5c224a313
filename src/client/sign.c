// Sign-offs: written down, sent, and asked after until their fate is known. Nothing is sent twice by itself.
//
// "Not found" is believed only when nothing of ours can still be on its way: a while after the attempt to
// send it has ended here, and longer for one that another console may be sending right now.
#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"
#include "client/private.h"
#include "model/refusal.h"
#include "wire/operation.h"

enum {
    SETTLE_MS = 500, // between two rounds of asking, at first
    SETTLE_MAX_MS = 5 * 1000,
};

typedef struct {
    Client *client;
    char *id;
    ClientDone done; // NULL = nobody waits
    gpointer data;
} Signing;

static Signing *signing_new(Client *client, const char *id, ClientDone done, gpointer data)
{
    Signing *signing = g_new0(Signing, 1);
    *signing = (Signing){client, g_strdup(id), done, data};
    return signing;
}

static void signing_free(gpointer data)
{
    g_free(((Signing *)data)->id);
    g_free(data);
}

static gint64 now_of(const Client *client)
{
    return clock_wall_ms(client->config.clock);
}

static JournalEntry *find(const Client *client, const char *id)
{
    for (guint i = 0; i < client->unsettled->len; i++) {
        JournalEntry *entry = client->unsettled->pdata[i];
        if (strcmp(entry->signoff->id, id) == 0)
            return entry;
    }
    return NULL;
}

static char *signoff_path(const char *operation, const char *id)
{
    g_autofree char *safe = g_uri_escape_string(operation, NULL, FALSE);
    g_autofree char *safe_id = g_uri_escape_string(id, NULL, FALSE);
    return g_strdup_printf("/v1/operations/%s/signoffs/%s", safe, safe_id);
}

// ---- fates ----

// The words of the backend's receipt: who recorded it, when, where in the audit log.
static char *receipt(const Client *client, json_t *json)
{
    g_autoptr(SignOff) signoff = json ? signoff_from_json(json, WIRE_LENIENT, NULL) : NULL;
    const char *daemon = client->picture->frame.daemon;
    char at[16];
    if (!signoff)
        return g_strdup("recorded");
    time_format_clock(signoff->at_ms, at);
    return g_strdup_printf("recorded by %s at %s (audit %" G_GINT64_FORMAT ")",
                           daemon ? daemon : "the backend", at, signoff->audit_seq);
}

// Takes `words`.
static void settle(Client *client, JournalEntry *entry, Fate fate, char *words)
{
    guint at;
    bool found = g_ptr_array_find(client->unsettled, entry, &at);
    g_assert(found);
    g_ptr_array_steal_index(client->unsettled, at);
    entry->fate = fate;
    entry->settled_ms = now_of(client);
    g_free(entry->answer);
    entry->answer = words;
    // If it cannot be written it is asked after once more, which does no harm.
    journal_write(client->journal, entry, NULL);
    if (client->config.fate)
        client->config.fate(entry, client->config.data);
    journal_entry_free(entry);
    client_tell(client);
}

// What an answer to the sending says.
static Fate fate_of_sending(const Answer *answer)
{
    if (!answer->error)
        return FATE_RECORDED;
    if (answer->never_sent)
        return FATE_LOST;
    if (answer->error->domain != REFUSAL) // nobody answered, or nonsense
        return FATE_UNKNOWN;
    return answer->error->code == REFUSAL_UNAVAILABLE ? FATE_UNKNOWN : FATE_REFUSED;
}

// What an answer to the question after it says. A backend that stood still may have our sign-off before it still, and
// answer the question first: only one that has not found it a while after it has not found it is believed.
static Fate fate_of_asking(const Client *client, const Answer *answer, JournalEntry *entry)
{
    if (!answer->error)
        return FATE_RECORDED;
    if (answer->error->domain != REFUSAL || answer->error->code != REFUSAL_NOT_FOUND)
        return FATE_UNKNOWN;
    gint64 now_ms = now_of(client);
    if (!entry->missed)
        entry->sure_ms = MAX(entry->sure_ms, now_ms + client->config.waits->sure_ms);
    entry->missed = true;
    return now_ms >= entry->sure_ms ? FATE_LOST : FATE_UNKNOWN;
}

static void take_fate(Client *client, JournalEntry *entry, Fate fate, const Answer *answer)
{
    if (fate == FATE_UNKNOWN)
        sign_settle_soon(client);
    else
        settle(client, entry, fate,
               fate == FATE_RECORDED ? receipt(client, answer->json)
               : fate == FATE_LOST   ? g_strdup("never reached the backend: it counts for nothing")
                                     : g_strdup(answer->error->message));
}

// ---- sending ----

static void on_sent(const Answer *answer, gpointer data)
{
    Signing *signing = data;
    Client *client = signing->client;
    JournalEntry *entry = find(client, signing->id);
    g_assert(entry); // a busy one is settled by nobody else
    entry->busy = false;
    entry->sure_ms = now_of(client) + client->config.waits->sure_ms;
    take_fate(client, entry, fate_of_sending(answer), answer);
    signing->done(answer->json, answer->text, answer->error, signing->data);
    signing_free(signing);
}

static JournalEntry *entry_new(const Client *client, const SignOff *signoff)
{
    JournalEntry *entry = g_new0(JournalEntry, 1);
    entry->signoff = signoff_copy(signoff);
    if (!entry->signoff->id)
        entry->signoff->id = id_new(client->config.ids, "so");
    entry->sent_ms = entry->signoff->at_ms = now_of(client);
    entry->endpoint = g_strdup(client_endpoint(client, client->current)->name);
    entry->busy = true;
    return entry;
}

void client_sign(Client *client, const SignOff *signoff, ClientDone done, gpointer data)
{
    JournalEntry *entry = entry_new(client, signoff);
    JournalEntry *earlier = find(client, entry->signoff->id);
    g_autoptr(GError) error = NULL;
    g_assert(!earlier || !earlier->busy);
    if (!journal_write(client->journal, entry, &error)) {
        journal_entry_free(entry);
        done(NULL, NULL, error, data);
        return;
    }
    if (earlier)
        g_ptr_array_remove(client->unsettled, earlier);
    g_ptr_array_add(client->unsettled, entry);
    g_autofree char *path = signoff_path(entry->signoff->operation, entry->signoff->id);
    g_autoptr(json_t) body = signoff_request_to_json(entry->signoff);
    Ask ask = {.method = "PUT",
               .path = path,
               .body = body,
               .endpoint = client->current,
               .never_repeat = true};
    question_send(client, &ask, on_sent, signing_free,
                  signing_new(client, entry->signoff->id, done, data));
}

// ---- asking after ----

static void on_found(const Answer *answer, gpointer data)
{
    Signing *signing = data;
    Client *client = signing->client;
    JournalEntry *entry = find(client, signing->id);
    if (entry && entry->busy && !signing->done)
        entry->busy = false;
    if (entry && !entry->busy)
        take_fate(client, entry, fate_of_asking(client, answer, entry), answer);
    if (signing->done)
        signing->done(answer->json, answer->text, answer->error, signing->data);
    signing_free(signing);
}

static void ask_after(Client *client, const char *operation, Signing *signing)
{
    g_autofree char *path = signoff_path(operation, signing->id);
    Ask ask = {.method = "GET",
               .path = path,
               .limit_ms = client->config.waits->head_ms,
               .endpoint = client->current};
    question_send(client, &ask, on_found, signing_free, signing);
}

void client_find_signoff(Client *client, const char *operation, const char *id, ClientDone done,
                         gpointer data)
{
    ask_after(client, operation, signing_new(client, id, done, data));
}

static gboolean on_settle(gpointer data)
{
    Client *client = data;
    client->settling = 0;
    client->settle_ms = MIN(client->settle_ms * 2, (guint)SETTLE_MAX_MS);
    for (guint i = 0; i < client->unsettled->len; i++) {
        JournalEntry *entry = client->unsettled->pdata[i];
        if (entry->busy)
            continue;
        entry->busy = true;
        ask_after(client, entry->signoff->operation,
                  signing_new(client, entry->signoff->id, NULL, NULL));
    }
    return G_SOURCE_REMOVE;
}

void sign_settle_now(Client *client)
{
    client->settle_ms = SETTLE_MS;
    if (client->settling)
        g_source_remove(client->settling);
    client->settling = 0;
    if (client->config.fate)
        on_settle(client);
}

void sign_settle_soon(Client *client)
{
    // who does not hear of fates must not have them settled behind their back
    if (client->config.fate && !client->settling)
        client->settling = g_timeout_add(client->settle_ms, on_settle, client);
}

// ---- from earlier sessions ----

// Sign-offs that went elsewhere (another fleet, the demo) are not this backend's to tell of.
static bool is_ours(const Client *client, const JournalEntry *entry)
{
    g_autoptr(Endpoint) sent = entry->endpoint ? endpoint_parse(entry->endpoint, NULL) : NULL;
    for (guint i = 0; sent && i < client->config.endpoints->len; i++)
        if (endpoint_equal(sent, client_endpoint(client, i)))
            return true;
    return false;
}

void sign_read_journal(Client *client)
{
    g_autoptr(GPtrArray) broken = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) all = journal_read(client->journal, now_of(client), broken);
    for (guint i = all->len; i-- > 0;) {
        JournalEntry *entry = all->pdata[i];
        if (entry->fate != FATE_UNKNOWN || !is_ours(client, entry))
            continue;
        entry->sure_ms = entry->sent_ms + client->config.waits->sure_other_ms;
        g_ptr_array_insert(client->unsettled, 0, g_ptr_array_steal_index(all, i));
    }
    for (guint i = 0; client->config.trouble && i < broken->len; i++)
        client->config.trouble(broken->pdata[i], client->config.data);
}
