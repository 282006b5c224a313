#include "daemon/load.h"

#include <stdio.h>
#include <string.h>

#include "conf/source.h"
#include "driver/drivers.h"
#include "sched/zonename.h"
#include "ssh/lists.h"

static bool zone_is_known(const char *zone)
{
    g_autofree char *canonical = NULL;
    g_autofree char *iana = NULL;
    return zonename_resolve(zone, &canonical, &iana, NULL);
}

static bool load_fleet(const char *path, Fleet **ret_fleet, GPtrArray *mistakes)
{
    const FleetNames names = {driver_names(), zone_is_known, driver_credentials(),
                              driver_parameters};
    return conf_load_fleet(path, &names, ret_fleet, mistakes);
}

// ---- people ----

static void miss(GPtrArray *mistakes, const char *what, const char *name, const char *why)
{
    g_autofree char *path = g_strdup_printf("%s \"%s\"", what, name);
    mistakes_take(mistakes, NULL, 0, path, g_strdup(why));
}

static void add_users(Identities *people, const DaemonConfig *config, GPtrArray *mistakes)
{
    for (guint i = 0; i < config->users->len; i++) {
        const ConfUser *user = config->users->pdata[i];
        guint uid;
        if (conf_find_user(user->user, &uid))
            identities_add_user(people, (uid_t)uid, user->name, user->roles);
        else
            miss(mistakes, "user", user->name, "this machine has no such user any more.");
    }
}

static void add_groups(Identities *people, const DaemonConfig *config, GPtrArray *mistakes)
{
    for (guint i = 0; i < config->groups->len; i++) {
        const ConfUnixGroup *group = config->groups->pdata[i];
        guint gid;
        if (conf_find_group(group->name, &gid))
            identities_add_group(people, (gid_t)gid, group->roles);
        else
            miss(mistakes, "group", group->name, "this machine has no such group any more.");
    }
}

static void add_tokens(Identities *people, const DaemonConfig *config, GPtrArray *mistakes)
{
    for (guint i = 0; i < config->tokens->len; i++) {
        const ConfToken *token = config->tokens->pdata[i];
        g_autoptr(GError) error = NULL;
        char *secret = conf_read_secret(token->file, &error);
        if (!secret) {
            miss(mistakes, "token", token->name, error->message);
            continue;
        }
        identities_add_token(people, secret, token->name, token->roles);
        explicit_bzero(secret, strlen(secret));
        g_free(secret);
    }
}

static Identities *load_people(const DaemonConfig *config, GPtrArray *mistakes)
{
    guint before = mistakes->len;
    g_autoptr(Identities) people = identities_new();
    add_users(people, config, mistakes);
    add_groups(people, config, mistakes);
    add_tokens(people, config, mistakes);
    return mistakes->len == before ? g_steal_pointer(&people) : NULL;
}

static void add_approver(GString *out, guint roles, const char *what, const char *name)
{
    g_autofree char *text = g_strconcat(what, name, NULL);
    g_autofree char *listed = g_strdup_printf(", %s,", text),
                    *all = g_strdup_printf(", %s,", out->str);
    if ((roles & ROLE_BIT_APPROVER) && !strstr(all, listed))
        g_string_append_printf(out, "%s%s", out->len ? ", " : "", text);
}

char *load_approvers(const DaemonConfig *config)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < config->users->len; i++) {
        const ConfUser *user = config->users->pdata[i];
        add_approver(out, user->roles, "", user->name);
    }
    for (guint i = 0; i < config->tokens->len; i++) {
        const ConfToken *token = config->tokens->pdata[i];
        add_approver(out, token->roles, "", token->name);
    }
    for (guint i = 0; i < config->groups->len; i++) {
        const ConfUnixGroup *group = config->groups->pdata[i];
        add_approver(out, group->roles, "members of ", group->name);
    }
    return g_string_free(out, out->len == 0);
}

// ---- signatures ----

static bool check_list(const char *option, const char *path,
                       GBytes *(*read)(const char *path, GError **error), GPtrArray *mistakes)
{
    g_autofree char *where = g_strconcat("signatures.", option, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) list = path ? read(path, &error) : NULL;
    if (error)
        mistakes_take(mistakes, NULL, 0, where, g_strdup(error->message));
    return !error;
}

// A group that asks for what this daemon can never accept.
static bool check_required(const DaemonConfig *config, const Fleet *fleet, GPtrArray *mistakes)
{
    guint before = mistakes->len;
    for (guint i = 0; fleet && i < fleet->groups->len; i++) {
        const Group *group = fleet->groups->pdata[i];
        if (group->policy.signature != SIGNATURE_REQUIRED || config->signatures.allowed_signers)
            continue;
        miss(mistakes, "group", group->name,
             "it asks for signed sign-offs (signature = \"required\"), but the daemon's file names "
             "no signatures.allowed_signers: nobody could ever sign.");
    }
    return mistakes->len == before;
}

static bool check_signatures(const DaemonConfig *config, const Fleet *fleet, GPtrArray *mistakes)
{
    const ConfSignatures *signatures = &config->signatures;
    bool ok = check_required(config, fleet, mistakes);
    ok = check_list("allowed_signers", signatures->allowed_signers, lists_read_allowed, mistakes) &&
         ok;
    ok = check_list("revoked", signatures->revoked, lists_read_revoked, mistakes) && ok;
    if (!signatures->allowed_signers || g_file_test(signatures->keygen, G_FILE_TEST_IS_EXECUTABLE))
        return ok;
    mistakes_take(mistakes, NULL, 0, "signatures.keygen",
                  g_strdup_printf("%s is not there or cannot be executed; install openssh-client, "
                                  "or name the program.",
                                  signatures->keygen));
    return false;
}

// ---- all of them ----

// Where the fleet file is, though a secret or a person is missing on this machine.
static char *fleet_path(const char *path, const DaemonConfig *config)
{
    g_autoptr(GPtrArray) told = mistakes_new();
    g_autoptr(DaemonConfig) other = NULL;
    if (!config)
        conf_load_daemon(path, false, &other, told);
    return config ? g_strdup(config->fleet) : other ? g_strdup(other->fleet) : NULL;
}

bool files_load(const char *path, Files *ret_files, GPtrArray *mistakes)
{
    bool ok = conf_load_daemon(path, true, &ret_files->config, mistakes);
    g_autofree char *fleet = fleet_path(path, ret_files->config);
    ok = fleet && load_fleet(fleet, &ret_files->fleet, mistakes) && ok;
    if (ret_files->config) {
        ret_files->people = load_people(ret_files->config, mistakes);
        ok = check_signatures(ret_files->config, ret_files->fleet, mistakes) && ok;
    }
    return ok && ret_files->people;
}

void files_release(Files *files)
{
    daemon_config_free(files->config);
    fleet_unref(files->fleet);
    identities_free(files->people);
    *files = (Files){0};
}

// ---- --check and --dump ----

static void print_mistakes(const GPtrArray *mistakes)
{
    if (!mistakes->len)
        return;
    g_autofree char *text = mistakes_format(mistakes);
    fprintf(stderr, "%s\n", text);
}

// Only a fleet file has locations.
static bool is_fleet_file(const char *path)
{
    g_autoptr(GPtrArray) ignored = mistakes_new();
    g_autoptr(Source) source = source_load(path, ignored);
    return source && g_regex_match_simple("^\\s*locations\\s*[=:]", source_text(source),
                                          G_REGEX_MULTILINE, 0);
}

static bool check_daemon_file(const char *path, GPtrArray *mistakes)
{
    Files files = {0};
    bool ok = files_load(path, &files, mistakes);
    files_release(&files);
    return ok;
}

static bool check_file(const char *path)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(Fleet) fleet = NULL;
    bool ok = is_fleet_file(path) ? load_fleet(path, &fleet, mistakes)
                                  : check_daemon_file(path, mistakes);
    print_mistakes(mistakes);
    return ok;
}

bool load_check(char **files, const char *config)
{
    bool ok = files || check_file(config);
    for (; files && *files; files++)
        ok = check_file(*files) && ok;
    return ok;
}

bool load_dump(const char *path)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    Files files = {0};
    bool ok = files_load(path, &files, mistakes);
    print_mistakes(mistakes);
    if (ok) {
        g_autofree char *daemon = conf_dump_daemon(files.config);
        g_autofree char *fleet = conf_dump_fleet(files.fleet);
        printf("# %s\n%s\n# %s\n%s", path, daemon, files.config->fleet, fleet);
    }
    files_release(&files);
    return ok;
}
