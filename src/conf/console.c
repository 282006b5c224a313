#include "conf/console.h"

#include <string.h>

#include "cells/palette.h"
#include "conf/console-options.h"

enum { BACKENDS_MAX = 32 };

// ---- types that only this file has ----

static bool parse_backend_url(OptionReader *reader, const Option *option, const char *text,
                              gpointer member, char **ret_hint)
{
    static const char UNIX[] = "unix:/";
    if (!g_str_has_prefix(text, UNIX))
        return OPTION_URL.parse(reader, option, text, member, ret_hint);
    return strlen(text) <= strlen(UNIX) + SOCKET_PATH_MAX &&
           OPTION_TEXT.parse(reader, option, text, member, ret_hint);
}

static const OptionType BACKEND_URL = {
    .expected = "\"unix:/PATH\", or a URL such as \"http://127.0.0.1:8470\"",
    .takes = TAKES_TEXT,
    .size = sizeof(char *),
    .parse = parse_backend_url,
    .write = option_write_text};

static bool parse_theme(OptionReader *reader, const Option *option, const char *text,
                        gpointer member, char **ret_hint)
{
    Near near = {.text = text};
    if (g_strv_contains(palette_themes(), text))
        return OPTION_TEXT.parse(reader, option, text, member, ret_hint);
    for (const char *const *at = palette_themes(); *at; at++)
        near_try(&near, *at);
    g_autofree char *hint = near_hint(&near);
    g_autofree char *known = g_strjoinv(", ", (char **)(gpointer)palette_themes());
    *ret_hint = g_strdup_printf(": %s%s", known, *hint ? hint : ".");
    return false;
}

static const OptionType THEME = {.expected = "the name of a theme",
                                 .takes = TAKES_TEXT,
                                 .size = sizeof(char *),
                                 .parse = parse_theme,
                                 .write = option_write_text};

// ---- the options ----

static gpointer add_backend(OptionReader *reader, gpointer parent, const char *name, char **ret_why)
{
    GPtrArray *backends = ((ConsoleConfig *)parent)->backends;
    (void)reader;
    for (guint i = 0; i < backends->len; i++)
        if (name && g_strcmp0(((const ConfBackend *)backends->pdata[i])->name, name) == 0) {
            *ret_why = g_strdup_printf("there is a backend \"%s\" already.", name);
            return NULL;
        }
    ConfBackend *backend = g_new0(ConfBackend, 1);
    backend->name = g_strdup(name);
    g_ptr_array_add(backends, backend);
    return backend;
}

static const Option BACKEND_OPTIONS[] = {
    {"name", &OPTION_NAME, OPTION_AT(ConfBackend, name), .key = true,
     .help = "Name of the backend, as the frame shows it."},
    {"url", &BACKEND_URL, OPTION_AT(ConfBackend, url), .required = true,
     .help = "Where it is reached."},
    {"token_file", &OPTION_PATH, OPTION_AT(ConfBackend, token_file),
     .help = "The file whose first line is the bearer token to show; mode 0600. Not needed on a "
             "Unix socket."},
};

static const OptionSection BACKEND_SECTION = {
    .what = "backend",
    OPTION_ROWS(BACKEND_OPTIONS),
    .add = add_backend,
    .help = "A daemon. The first that answers is used; the others are tried when it is lost."};

static const char *const AUTOS[] = {"auto", "yes", "no"};
static const NameTable AUTO_NAMES = NAME_TABLE("choice", AUTOS);

static const char *const BELLS[] = {"off", "critical", "sign-off"};
static const NameTable BELL_NAMES = NAME_TABLE("bell", BELLS);

static const Option CONSOLE_OPTIONS[] = {
    {"backends", &OPTION_LIST, OPTION_AT(ConsoleConfig, backends), .max = BACKENDS_MAX,
     .section = &BACKEND_SECTION,
     .help = "See backends[]. Without any, the daemon on this machine's own socket is meant."},
    {"theme", &THEME, OPTION_AT(ConsoleConfig, theme), .fallback = "dark",
     .help = "Colours: dark, light or mono."},
    {"roles", &OPTION_TABLE, OPTION_AT(ConsoleConfig, roles),
     .help = "Looks that differ from the theme, such as warn = \"orange bold\"."},
    {"keys", &OPTION_TABLE, OPTION_AT(ConsoleConfig, keys),
     .help = "Keys that differ from the built-in ones, such as failover = \"ctrl-f\"; several are "
             "separated by blanks, none is \"none\"."},
    {"mouse", &OPTION_BOOL, OPTION_AT(ConsoleConfig, mouse), .fallback = "true",
     .help = "Whether the mouse is listened to."},
    {"ascii", &OPTION_CHOICE, OPTION_AT(ConsoleConfig, ascii), .names = &AUTO_NAMES,
     .fallback = "auto", .help = "Plain ASCII instead of Unicode; auto does as the locale says."},
    {"bell", &OPTION_CHOICE, OPTION_AT(ConsoleConfig, bell), .names = &BELL_NAMES,
     .fallback = "critical",
     .help = "What rings: nothing, new critical alarms, or new proposals to sign as well."},
    {"slow_link", &OPTION_BOOL, OPTION_AT(ConsoleConfig, slow_link), .fallback = "false",
     .help = "Whether to draw less often, for slow connections."},
    {"signing_key", &OPTION_TEXT, OPTION_AT(ConsoleConfig, signing_key), .max = 500,
     .help =
         "The SSH key that sign-offs are signed with: the path of a key file, or a fingerprint "
         "(\"SHA256:…\") or comment of a key in the agent. Without it the first key is offered: "
         "the agent's, then those in ~/.ssh."},
    {"local_time", &OPTION_BOOL, OPTION_AT(ConsoleConfig, local_time), .fallback = "true",
     .help = "Whether the local time stands beside UTC where they differ."},
};

const OptionSection CONSOLE_SECTION = {
    .what = "console file", OPTION_ROWS(CONSOLE_OPTIONS), .help = "The whole file."};

static void backend_free(gpointer data)
{
    ConfBackend *backend = data;
    g_free(backend->name);
    g_free(backend->url);
    g_free(backend->token_file);
    g_free(backend);
}

static ConsoleConfig *config_empty(void)
{
    ConsoleConfig *config = g_new0(ConsoleConfig, 1);
    config->backends = g_ptr_array_new_with_free_func(backend_free);
    config->roles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return config;
}

ConsoleConfig *console_config_new(void)
{
    ConsoleConfig *config = config_empty();
    option_defaults(&CONSOLE_SECTION, config);
    return config;
}

void console_config_free(ConsoleConfig *config)
{
    if (!config)
        return;
    g_ptr_array_unref(config->backends);
    g_hash_table_unref(config->roles);
    g_hash_table_unref(config->keys);
    g_free(config->theme);
    g_free(config->signing_key);
    g_free(config);
}

bool conf_load_console(const char *path, ConsoleConfig **ret_config, GPtrArray *mistakes)
{
    g_autoptr(ConsoleConfig) config = config_empty();
    if (!option_load(path, &CONSOLE_SECTION, config, NULL, mistakes))
        return false;
    if (config->signing_key && g_str_has_prefix(config->signing_key, "~/")) {
        char *whole = g_build_filename(g_get_home_dir(), config->signing_key + 2, NULL);
        g_free(config->signing_key);
        config->signing_key = whole;
    }
    *ret_config = g_steal_pointer(&config);
    return true;
}

char *conf_dump_console(const ConsoleConfig *config)
{
    return option_dump(&CONSOLE_SECTION, config);
}
