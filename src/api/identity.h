// Who is it? On the Unix socket the kernel says the uid; a user's roles come from the daemon file, by
// user or by group. A bearer token names a person, on TCP (where nothing else does) and on the Unix socket.
// A person keeps one name over all logins, so that two tokens never make two people.
#pragma once

#include "httpd/request.h"
#include "model/quorum.h"

typedef struct Identities Identities;

// Knows nobody: identities_find refuses everyone.
Identities *identities_new(void);
void identities_free(Identities *identities);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Identities, identities_free)

// `roles` are RoleBits; a higher role does not bring the lower ones by itself.
void identities_add_user(Identities *identities, uid_t uid, const char *person, guint roles);
// Members of the group get the roles, under their login name.
void identities_add_group(Identities *identities, gid_t gid, guint roles);
// Keeps only the token's SHA-256.
void identities_add_token(Identities *identities, const char *token, const char *person,
                          guint roles);

// Finds who asks. REFUSAL_UNKNOWN_PERSON names what was seen and what to do; REFUSAL_NOT_ALLOWED if known but
// without any role. The caller releases `ret_person`.
bool identities_find(const Identities *identities, const HttpRequest *request, Person *ret_person,
                     GError **error);
