#include "command/demo-keys.h"

#include <glib/gstdio.h>

#include "command/demo-files.h"
#include "model/signature.h"

enum { LIST_MODE = 0600 };

static const char REVOKED[] = "# Keys that count no longer: public keys, one a line. Try it:\n"
                              "#   cat bob.key.pub >> revoked_keys\n";

// A passphrase would have to be asked for: there is none, and nothing to protect.
static bool make_key(const char *program, const char *path, const char *person)
{
    const char *const argv[] = {program, "-q",   "-t", "ed25519", "-N", "",
                                "-C",    person, "-f", path,      NULL};
    int status = 0;
    return g_spawn_sync(NULL, (char **)(gpointer)argv, NULL,
                        G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                        NULL, &status, NULL) &&
           g_spawn_check_wait_status(status, NULL);
}

// Adds the person's line to the list of allowed signers.
static bool add_signer(GString *list, const char *program, const char *dir, const char *name,
                       const char *person)
{
    g_autofree char *path = demo_file(dir, name, "key");
    g_autofree char *public_path = demo_file(dir, name, "key.pub");
    g_autofree char *line = NULL;
    if (!make_key(program, path, person) || !g_file_get_contents(public_path, &line, NULL, NULL))
        return false;
    g_string_append_printf(list, "%s namespaces=\"%s,%s\" %s", person,
                           signature_namespace(OPERATION_FAILOVER),
                           signature_namespace(OPERATION_DRILL), line);
    return true;
}

static bool write_list(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, LIST_MODE,
                                    NULL);
}

bool demo_keys_write(const char *dir, const char *person)
{
    g_autofree char *program = g_find_program_in_path("ssh-keygen");
    g_autoptr(GString) list = g_string_new(NULL);
    return program && add_signer(list, program, dir, "practice", person) &&
           add_signer(list, program, dir, "bob", "bob") &&
           write_list(dir, "allowed_signers", list->str) &&
           write_list(dir, "revoked_keys", REVOKED);
}

char *demo_keys_own(const char *dir)
{
    g_autofree char *path = demo_file(dir, "practice", "key");
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}
