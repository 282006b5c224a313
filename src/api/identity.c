#include "api/identity.h"

#include <pwd.h>
#include <string.h>

#include "model/refusal.h"

typedef struct {
    bool is_group;
    guint id;
    char *person; // NULL for a group
    guint roles;
} LocalRow;

typedef struct {
    guint8 digest[32];
    char *person;
    guint roles;
} TokenRow;

struct Identities {
    GArray *locals;     // of LocalRow
    GArray *tokens;     // of TokenRow
    GHashTable *logins; // uid → char *: names found for members of groups
};

static void clear_local(gpointer row)
{
    g_free(((LocalRow *)row)->person);
}

static void clear_token(gpointer row)
{
    g_free(((TokenRow *)row)->person);
}

Identities *identities_new(void)
{
    Identities *identities = g_new0(Identities, 1);
    identities->locals = g_array_new(FALSE, FALSE, sizeof(LocalRow));
    identities->tokens = g_array_new(FALSE, FALSE, sizeof(TokenRow));
    identities->logins = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_array_set_clear_func(identities->locals, clear_local);
    g_array_set_clear_func(identities->tokens, clear_token);
    return identities;
}

void identities_free(Identities *identities)
{
    if (!identities)
        return;
    g_array_unref(identities->locals);
    g_array_unref(identities->tokens);
    g_hash_table_unref(identities->logins);
    g_free(identities);
}

void identities_add_user(Identities *identities, uid_t uid, const char *person, guint roles)
{
    LocalRow row = {false, uid, g_strdup(person), roles};
    g_array_append_val(identities->locals, row);
}

void identities_add_group(Identities *identities, gid_t gid, guint roles)
{
    LocalRow row = {true, gid, NULL, roles};
    g_array_append_val(identities->locals, row);
}

static void digest_of(const char *token, guint8 digest[32])
{
    gsize length = 32;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)token, (gssize)strlen(token));
    g_checksum_get_digest(sum, digest, &length);
}

void identities_add_token(Identities *identities, const char *token, const char *person,
                          guint roles)
{
    TokenRow row = {{0}, g_strdup(person), roles};
    digest_of(token, row.digest);
    g_array_append_val(identities->tokens, row);
}

static bool refuse(GError **error, Refusal code, char *text)
{
    g_set_error_literal(error, REFUSAL, (int)code, text);
    g_free(text);
    return false;
}

// getpwuid may ask a directory over the network: once only for each stranger that is let in by a group.
static const char *login_name(const Identities *identities, uid_t uid)
{
    char *name = g_hash_table_lookup(identities->logins, GUINT_TO_POINTER(uid));
    if (name)
        return name;
    const struct passwd *entry = getpwuid(uid);
    name = entry ? g_strdup(entry->pw_name) : g_strdup_printf("uid-%u", (guint)uid);
    g_hash_table_insert(identities->logins, GUINT_TO_POINTER(uid), name);
    return name;
}

static bool find_local(const Identities *identities, const HttpRequest *request, Person *person,
                       GError **error)
{
    const HttpPeer *peer = http_request_peer(request);
    bool known = false;
    for (guint i = 0; i < identities->locals->len; i++) {
        const LocalRow *row = &g_array_index(identities->locals, LocalRow, i);
        bool hit = row->is_group ? http_request_peer_in_group(request, (gid_t)row->id)
                                 : peer->uid == (uid_t)row->id;
        if (!hit)
            continue;
        known = true;
        person->roles |= row->roles;
        if (row->person && !person->name)
            person->name = g_strdup(row->person);
    }
    if (!known)
        return refuse(error, REFUSAL_UNKNOWN_PERSON,
                      g_strdup_printf(
                          "Nobody with uid %u is known here. An admin adds the user or a group of "
                          "theirs to the daemon's file.",
                          (guint)peer->uid));
    if (!person->name)
        person->name = g_strdup(login_name(identities, peer->uid));
    person->how = g_strdup_printf("uid %u on the Unix socket", (guint)peer->uid);
    return true;
}

// Compares in constant time: how long it takes says nothing of how much was right.
static bool same_digest(const guint8 a[32], const guint8 b[32])
{
    guint8 difference = 0;
    for (int i = 0; i < 32; i++)
        difference = (guint8)(difference | (a[i] ^ b[i]));
    return difference == 0;
}

static bool find_token(const Identities *identities, const HttpRequest *request, Person *person,
                       GError **error)
{
    const char *header = http_request_header(request, "Authorization");
    const TokenRow *found = NULL;
    guint8 digest[32];
    if (!header || g_ascii_strncasecmp(header, "Bearer ", 7) != 0)
        return refuse(
            error, REFUSAL_UNKNOWN_PERSON,
            g_strdup("A bearer token is needed on TCP: name its file with --token-file or "
                     "SIGNALBOX_TOKEN_FILE, or use the Unix socket."));
    digest_of(header + 7, digest);
    for (guint i = 0; i < identities->tokens->len; i++) {
        const TokenRow *row = &g_array_index(identities->tokens, TokenRow, i);
        if (same_digest(row->digest, digest))
            found = row;
    }
    if (!found)
        return refuse(error, REFUSAL_UNKNOWN_PERSON,
                      g_strdup("This token is not known here. It may have been replaced."));
    person->name = g_strdup(found->person);
    person->roles = found->roles;
    person->how =
        g_strdup_printf("token of %s from %s", found->person, http_request_peer(request)->address);
    return true;
}

bool identities_find(const Identities *identities, const HttpRequest *request, Person *ret_person,
                     GError **error)
{
    Person person = {0};
    bool by_uid =
        http_request_peer(request)->local && !http_request_header(request, "Authorization");
    bool ok = by_uid ? find_local(identities, request, &person, error)
                     : find_token(identities, request, &person, error);
    if (ok && !person.roles)
        ok = refuse(error, REFUSAL_NOT_ALLOWED,
                    g_strdup_printf("%s has no role here.", person.name));
    if (!ok) {
        person_release(&person);
        return false;
    }
    *ret_person = person;
    return true;
}
