#include "conf/daemon.h"

#include <string.h>

#include "conf/daemon-options.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * SECOND_MS };
enum { PEOPLE_MAX = 1000, SINKS_MAX = 32 };

// ---- types that only this file has ----

static bool parse_mode(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    guint64 mode;
    (void)reader, (void)option, (void)ret_hint;
    if (strlen(text) != 4 || !g_ascii_string_to_unsigned(text, 8, 0600, 0666, &mode, NULL))
        return false;
    *(guint *)member = (guint)mode;
    return true;
}

static char *write_mode(const Option *option, gconstpointer member)
{
    (void)option;
    return g_strdup_printf("\"%04o\"", *(const guint *)member);
}

static const OptionType MODE = {.expected = "a file mode from \"0600\" to \"0666\", in quotes",
                                .takes = TAKES_TEXT,
                                .size = sizeof(guint),
                                .parse = parse_mode,
                                .write = write_mode};

// Loopback only: there is no TLS here, and tokens travel in the clear.
static bool parse_listen(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    ConfListen *listen = member;
    const char *colon = strrchr(text, ':');
    guint64 port;
    (void)reader, (void)option, (void)ret_hint;
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return false;
    g_autofree char *host = g_strndup(text, (gsize)(colon - text));
    if (strcmp(host, "127.0.0.1") != 0 && strcmp(host, "[::1]") != 0)
        return false;
    g_free(listen->host);
    listen->host = *host == '[' ? g_strdup("::1") : g_steal_pointer(&host);
    listen->port = (guint)port;
    return true;
}

static char *write_listen(const Option *option, gconstpointer member)
{
    const ConfListen *listen = member;
    (void)option;
    if (!listen->host)
        return NULL;
    return g_strdup_printf(strchr(listen->host, ':') ? "\"[%s]:%u\"" : "\"%s:%u\"", listen->host,
                           listen->port);
}

static const OptionType LISTEN = {
    .expected = "\"127.0.0.1:PORT\" or \"[::1]:PORT\"; other addresses are not served without TLS",
    .takes = TAKES_TEXT,
    .size = sizeof(ConfListen),
    .parse = parse_listen,
    .write = write_listen};

static bool parse_account(OptionReader *reader, const Option *option, const char *text,
                          gpointer member, char **ret_hint)
{
    gsize n = strlen(text);
    return n <= 32 && !strpbrk(text, " :/\t") &&
           OPTION_TEXT.parse(reader, option, text, member, ret_hint);
}

static const OptionType ACCOUNT = {.expected = "the name or the number of a Unix account",
                                   .takes = TAKES_TEXT | TAKES_NUMBER,
                                   .size = sizeof(char *),
                                   .parse = parse_account,
                                   .write = option_write_text};

// ---- people ----

static bool taken(const GPtrArray *people, const char *name)
{
    for (guint i = 0; i < people->len; i++) // each of them begins with its name
        if (g_strcmp0(*(char *const *)people->pdata[i], name) == 0)
            return true;
    return false;
}

G_STATIC_ASSERT(offsetof(ConfUser, name) == 0 && offsetof(ConfToken, name) == 0 &&
                offsetof(ConfUnixGroup, name) == 0);

static gpointer add_new(GPtrArray *list, gsize size, const char *name)
{
    char **object = g_malloc0(size);
    *object = g_strdup(name);
    g_ptr_array_add(list, object);
    return object;
}

static gpointer add_named(GPtrArray *list, gsize size, const char *name, char **ret_why)
{
    if (name && taken(list, name)) {
        *ret_why = g_strdup_printf("\"%s\" stands in this list already.", name);
        return NULL;
    }
    return add_new(list, size, name);
}

// A person may have several logins: the same name again is the same person.
static gpointer add_user(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    (void)reader, (void)ret_why;
    return add_new(((DaemonConfig *)parent)->users, sizeof(ConfUser), name);
}

static gpointer add_group(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    (void)reader;
    return add_named(((DaemonConfig *)parent)->groups, sizeof(ConfUnixGroup), name, ret_why);
}

static gpointer add_token(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    (void)reader, (void)ret_why;
    return add_new(((DaemonConfig *)parent)->tokens, sizeof(ConfToken), name);
}

// The context is a bool: whether this machine's accounts and files are looked at.
static bool checks_system(const OptionReader *reader)
{
    return *(const bool *)reader->context;
}

static void check_user(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const ConfUser *user = object;
    guint uid;
    if (user->user && checks_system(reader) && !conf_find_user(user->user, &uid))
        option_mistake(reader, option_setting(setting, "user"),
                       "there is no user \"%s\" on this machine.", user->user);
}

static void check_unix_group(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const ConfUnixGroup *group = object;
    guint gid;
    if (group->name && checks_system(reader) && !conf_find_group(group->name, &gid))
        option_mistake(reader, option_setting(setting, "name"),
                       "there is no group \"%s\" on this machine.", group->name);
}

void daemon_check_secret(OptionReader *reader, const config_setting_t *setting, const char *path)
{
    g_autoptr(GError) error = NULL;
    if (!path || !setting || !checks_system(reader))
        return;
    char *secret = conf_read_secret(path, &error);
    if (error)
        option_mistake(reader, setting, "%s", error->message);
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void check_token(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const ConfToken *token = object;
    daemon_check_secret(reader, option_setting(setting, "file"), token->file);
}

#define ROLES_HELP                                                                                 \
    "What they may do: viewers look, operators propose and hold, approvers sign, "                 \
    "admins change automation."

static const Option USER_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(ConfUser, name), .key = true,
     .help = "The person, as sign-offs and the audit log call them. The same name again, in "
             "users and tokens, is the same person with another login, who signs once."},
    {"user", &ACCOUNT, OPTION_AT(ConfUser, user), .required = true,
     .help = "The Unix user whose processes speak for them on the Unix socket."},
    {"roles", &OPTION_FLAGS, OPTION_AT(ConfUser, roles), .names = &USER_ROLE_NAMES,
     .required = true, .help = ROLES_HELP},
};

static const OptionSection USER_SECTION = {.what = "user",
                                           OPTION_ROWS(USER_OPTIONS),
                                           .add = add_user,
                                           .check = check_user,
                                           .help = "A person on the Unix socket."};

static const Option UNIX_GROUP_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(ConfUnixGroup, name), .key = true,
     .help = "Name or number of the Unix group."},
    {"roles", &OPTION_FLAGS, OPTION_AT(ConfUnixGroup, roles), .names = &USER_ROLE_NAMES,
     .required = true, .help = ROLES_HELP},
};

static const OptionSection UNIX_GROUP_SECTION = {
    .what = "group",
    OPTION_ROWS(UNIX_GROUP_OPTIONS),
    .add = add_group,
    .check = check_unix_group,
    .help = "Everybody in a Unix group, in addition to what users says of them; who is named only "
            "here is called by the name of the Unix user."};

static const Option TOKEN_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(ConfToken, name), .key = true,
     .help = "The person or program that has the token."},
    {"file", &OPTION_PATH, OPTION_AT(ConfToken, file), .required = true,
     .help = "The file whose first line is the token. It must belong to the daemon's user or to "
             "root and have mode 0600."},
    {"roles", &OPTION_FLAGS, OPTION_AT(ConfToken, roles), .names = &USER_ROLE_NAMES,
     .required = true, .help = ROLES_HELP},
};

static const OptionSection TOKEN_SECTION = {.what = "token",
                                            OPTION_ROWS(TOKEN_OPTIONS),
                                            .add = add_token,
                                            .check = check_token,
                                            .help = "Whoever shows a bearer token."};

// ---- the rest ----

static const char *const LEVELS[] = {"error", "warning", "info", "debug"};
static const NameTable LEVEL_NAMES = NAME_TABLE("log level", LEVELS);

static const char *const FORMATS[] = {"plain", "json"};
static const NameTable FORMAT_NAMES = NAME_TABLE("log format", FORMATS);

static const Option LOG_OPTIONS[] = {
    {"level", &OPTION_CHOICE, OPTION_AT(DaemonConfig, log_level), .names = &LEVEL_NAMES,
     .fallback = "info", .help = "The most talkative level that is still written."},
    {"format", &OPTION_CHOICE, OPTION_AT(DaemonConfig, log_format), .names = &FORMAT_NAMES,
     .fallback = "plain", .help = "Lines for people, or one JSON object a line."},
};

static const OptionSection LOG_SECTION = {
    .what = "log", OPTION_ROWS(LOG_OPTIONS), .help = "The log, on standard error."};

static const Option LIMIT_OPTIONS[] = {
    {"connections", &OPTION_NUMBER, OPTION_AT(DaemonConfig, connections), 8, 100000,
     .fallback = "512", .help = "Connections at once on one socket."},
    {"streams", &OPTION_NUMBER, OPTION_AT(DaemonConfig, streams), 1, 100000, .fallback = "256",
     .help = "Event streams at once: consoles that look on."},
};

static const OptionSection LIMIT_SECTION = {.what = "limits",
                                            OPTION_ROWS(LIMIT_OPTIONS),
                                            .help =
                                                "What the daemon serves at most; more is refused."};

static void check_azure(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const DaemonConfig *config = object;
    const ConfAzure *azure = &config->azure;
    config_setting_t *file = option_setting(setting, "rehearsal_secret_file");
    daemon_check_secret(reader, option_setting(setting, "secret_file"), azure->secret_file);
    if (azure->rehearsal_secret_file)
        daemon_check_secret(reader, file, azure->rehearsal_secret_file);
    if (!azure->rehearsal_client != !azure->rehearsal_secret_file)
        option_mistake(reader, setting,
                       "rehearsal_client and rehearsal_secret_file go together: expected both, or "
                       "neither.");
    else if (azure->rehearsal_client &&
             (g_strcmp0(azure->rehearsal_client, azure->client) == 0 ||
              g_strcmp0(azure->rehearsal_secret_file, azure->secret_file) == 0))
        option_mistake(reader, file,
                       "the rehearsal signs in as the live client: expected another client with a "
                       "secret of its own, that may only read.");
}

static const Option AZURE_OPTIONS[] = {
    {"tenant", &OPTION_TEXT, OPTION_AT(DaemonConfig, azure.tenant), .max = 100, .required = true,
     .help = "The directory (tenant) that knows the client."},
    {"client", &OPTION_TEXT, OPTION_AT(DaemonConfig, azure.client), .max = 100, .required = true,
     .help = "The client (application) id."},
    {"secret_file", &OPTION_PATH, OPTION_AT(DaemonConfig, azure.secret_file), .required = true,
     .help = "The file whose first line is the client's secret; owner and mode as for tokens."},
    {"rehearsal_client", &OPTION_TEXT, OPTION_AT(DaemonConfig, azure.rehearsal_client), .max = 100,
     .help = "The client that isolated drills sign in as: one that may only read. Without it they "
             "look at no target that asks for a sign-in and names none in the fleet file's "
             "rehearsal, and say so."},
    {"rehearsal_secret_file", &OPTION_PATH, OPTION_AT(DaemonConfig, azure.rehearsal_secret_file),
     .help = "Its secret; owner and mode as for tokens."},
    {"authority", &OPTION_URL, OPTION_AT(DaemonConfig, azure.authority),
     .fallback = "https://login.microsoftonline.com",
     .help = "Where tokens are issued; sovereign clouds have their own."},
    {"management", &OPTION_URL, OPTION_AT(DaemonConfig, azure.management),
     .fallback = "https://management.azure.com",
     .help = "Where resources are managed; a location's parameter endpoint overrides it."},
};

static const OptionSection AZURE_SECTION = {
    .what = "azure section",
    OPTION_ROWS(AZURE_OPTIONS),
    .check = check_azure,
    .help = "How the drivers for Azure sign in, by client credentials, wherever the fleet file's "
            "parameters name no tenant of their own."};

static const Option SIGNATURE_OPTIONS[] = {
    {"allowed_signers", &OPTION_PATH, OPTION_AT(DaemonConfig, signatures.allowed_signers),
     .help =
         "The file that says which SSH key is whose, and until when: person, options "
         "(namespaces, valid-after, valid-before, cert-authority), key; ssh-keygen(1), ALLOWED "
         "SIGNERS; its dates are read as UTC. The person is the name in users and tokens. Only its "
         "owner may write it."},
    {"revoked", &OPTION_PATH, OPTION_AT(DaemonConfig, signatures.revoked),
     .help =
         "The keys that count no longer: public keys, one a line, or a key revocation list made "
         "by ssh-keygen -k. Both files are taken up within a second when they change."},
    {"touch", &OPTION_BOOL, OPTION_AT(DaemonConfig, signatures.touch), .fallback = "true",
     .help = "What a hardware key (sk-ed25519, sk-ecdsa) signed without being touched, as one made "
             "with ssh-keygen -O no-touch-required does, is not allowed. False: it counts as any "
             "other key's."},
    {"keygen", &OPTION_PATH, OPTION_AT(DaemonConfig, signatures.keygen),
     .fallback = "/usr/bin/ssh-keygen", .help = "The program that checks signatures."},
};

static const OptionSection SIGNATURE_SECTION = {
    .what = "signatures section",
    OPTION_ROWS(SIGNATURE_OPTIONS),
    .help = "Whose SSH signatures under sign-offs count; which groups ask for them, their policy "
            "says (signalbox-fleet(5), signature)."};

// One login is one person: who signs as two would otherwise need no second one.
static void check_users(OptionReader *reader, config_setting_t *setting, const DaemonConfig *config)
{
    for (guint i = 0; i < config->users->len; i++) {
        const ConfUser *user = config->users->pdata[i];
        for (guint k = 0; k < i; k++) {
            const ConfUser *other = config->users->pdata[k];
            if (user->user && g_strcmp0(user->user, other->user) == 0)
                option_mistake(reader, option_setting(setting, "users"),
                               "the Unix user \"%s\" is named twice, as \"%s\" and as \"%s\".",
                               user->user, other->name, user->name);
        }
    }
}

static void check_daemon(OptionReader *reader, config_setting_t *setting, gpointer object)
{
    const DaemonConfig *config = object;
    check_users(reader, setting, config);
    if (config->listen.host && !config->tokens->len)
        option_mistake(
            reader, option_setting(setting, "listen"),
            "nobody could use it: people are known by tokens on TCP, and there are none.");
}

static const Option DAEMON_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(DaemonConfig, name), .required = true,
     .help = "Name of this daemon: its vantage point."},
    {"location", &OPTION_NAME, OPTION_AT(DaemonConfig, location),
     .help = "The location in which it stands. A location should be watched from outside."},
    {"fleet", &OPTION_PATH, OPTION_AT(DaemonConfig, fleet),
     .fallback = SB_SYSCONFDIR "/signalbox/fleet.conf",
     .help = "The fleet file, see signalbox-fleet(5)."},
    {"store", &OPTION_PATH, OPTION_AT(DaemonConfig, store),
     .fallback = SB_LOCALSTATEDIR "/lib/signalbox/store.db",
     .help = "The SQLite file that holds decisions and the audit log. On a local disk."},
    {"socket", &OPTION_PATH, OPTION_AT(DaemonConfig, socket), .max = SOCKET_PATH_MAX,
     .fallback = "/run/signalbox/signalboxd.sock", .help = "The Unix socket that it serves."},
    {"socket_mode", &MODE, OPTION_AT(DaemonConfig, socket_mode), .fallback = "0666",
     .help =
         "Mode of the socket. Whoever connects is known by user id, and refused if nothing here "
         "names them."},
    {"listen", &LISTEN, OPTION_AT(DaemonConfig, listen),
     .help = "TCP address that it serves too, for holders of tokens; port 0 takes any that is "
             "free."},
    {"port_file", &OPTION_PATH, OPTION_AT(DaemonConfig, port_file),
     .help = "Where the port that was taken is written, for those who look for it."},
    {"observe", &OPTION_DURATION, OPTION_AT(DaemonConfig, observe_ms), 100, HOUR_MS,
     .fallback = "5s", .help = "Time between two looks at an instance while nothing is going on."},
    {"log", &OPTION_SECTION, OPTION_SELF(DaemonConfig), .section = &LOG_SECTION,
     .help = "See log."},
    {"limits", &OPTION_SECTION, OPTION_SELF(DaemonConfig), .section = &LIMIT_SECTION,
     .help = "See limits."},
    {"users", &OPTION_LIST, OPTION_AT(DaemonConfig, users), .max = PEOPLE_MAX,
     .section = &USER_SECTION, .help = "See users[]."},
    {"groups", &OPTION_LIST, OPTION_AT(DaemonConfig, groups), .max = PEOPLE_MAX,
     .section = &UNIX_GROUP_SECTION, .help = "See groups[]."},
    {"tokens", &OPTION_LIST, OPTION_AT(DaemonConfig, tokens), .max = PEOPLE_MAX,
     .section = &TOKEN_SECTION, .help = "See tokens[]."},
    {"sinks", &OPTION_LIST, OPTION_AT(DaemonConfig, sinks), .max = SINKS_MAX,
     .section = &SINK_SECTION, .help = "See sinks[]."},
    {"checkpoint_key", &OPTION_PATH, OPTION_AT(DaemonConfig, checkpoint_key),
     .help = "The private key (OpenSSH, without a passphrase) that signs the audit log's "
             "checkpoints for the "
             "sinks, namespace checkpoint@signalbox. Not given: they are not signed."},
    {"azure", &OPTION_SECTION, OPTION_SELF(DaemonConfig), .section = &AZURE_SECTION,
     .help = "See azure."},
    {"signatures", &OPTION_SECTION, OPTION_SELF(DaemonConfig), .section = &SIGNATURE_SECTION,
     .help = "See signatures."},
};

const OptionSection DAEMON_SECTION = {.what = "daemon file",
                                      OPTION_ROWS(DAEMON_OPTIONS),
                                      .check = check_daemon,
                                      .help = "The whole file."};

static void user_free(gpointer data)
{
    ConfUser *user = data;
    g_free(user->name);
    g_free(user->user);
    g_free(user);
}

static void group_free(gpointer data)
{
    ConfUnixGroup *group = data;
    g_free(group->name);
    g_free(group);
}

static void token_free(gpointer data)
{
    ConfToken *token = data;
    g_free(token->name);
    g_free(token->file);
    g_free(token);
}

static void sink_free(gpointer data)
{
    conf_sink_free(data);
}

static DaemonConfig *config_empty(void)
{
    DaemonConfig *config = g_new0(DaemonConfig, 1);
    config->users = g_ptr_array_new_with_free_func(user_free);
    config->groups = g_ptr_array_new_with_free_func(group_free);
    config->tokens = g_ptr_array_new_with_free_func(token_free);
    config->sinks = g_ptr_array_new_with_free_func(sink_free);
    return config;
}

void daemon_config_free(DaemonConfig *config)
{
    if (!config)
        return;
    char *texts[] = {config->name,
                     config->location,
                     config->fleet,
                     config->store,
                     config->socket,
                     config->listen.host,
                     config->port_file,
                     config->checkpoint_key,
                     config->azure.tenant,
                     config->azure.client,
                     config->azure.secret_file,
                     config->azure.rehearsal_client,
                     config->azure.rehearsal_secret_file,
                     config->azure.authority,
                     config->azure.management,
                     config->signatures.allowed_signers,
                     config->signatures.revoked,
                     config->signatures.keygen};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(config->users);
    g_ptr_array_unref(config->groups);
    g_ptr_array_unref(config->tokens);
    g_ptr_array_unref(config->sinks);
    g_free(config);
}

bool conf_load_daemon(const char *path, bool check_system, DaemonConfig **ret_config,
                      GPtrArray *mistakes)
{
    g_autoptr(DaemonConfig) config = config_empty();
    if (!option_load(path, &DAEMON_SECTION, config, &check_system, mistakes))
        return false;
    *ret_config = g_steal_pointer(&config);
    return true;
}

char *conf_dump_daemon(const DaemonConfig *config)
{
    return option_dump(&DAEMON_SECTION, config);
}
