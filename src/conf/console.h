// The console's file, signalbox.conf(5): which backends it knows, how it looks and sounds, which keys do
// what. Everything in it has a default; without a file the console speaks to the local daemon.
#pragma once

#include "conf/mistake.h"
#include "model/names.h"

typedef struct {
    char *name;       // as the frame shows it
    char *url;        // "http://127.0.0.1:8470", "unix:/run/signalbox/signalboxd.sock"
    char *token_file; // NULL = known by user id
} ConfBackend;

typedef enum { CONF_AUTO, CONF_YES, CONF_NO } ConfAuto;
typedef enum { BELL_OFF, BELL_CRITICAL, BELL_SIGNOFF } ConfBell;

typedef struct {
    GPtrArray *backends; // of ConfBackend *, in the order in which they are tried; may be empty
    char *theme;
    GHashTable *roles; // role → look ("orange bold"): what differs from the theme
    GHashTable *keys;  // action → keys ("x ctrl-y"): what differs from the built-in keys
    bool mouse;
    ConfAuto ascii; // ASCII instead of Unicode; auto: as the locale says
    ConfBell bell;
    bool slow_link;    // draw less often
    char *signing_key; // fingerprint, comment or file; NULL = whatever there is
    bool local_time;   // beside UTC
} ConsoleConfig;

// All defaults. The caller frees.
ConsoleConfig *console_config_new(void);
void console_config_free(ConsoleConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConsoleConfig, console_config_free)

// Reads the file at `path`; returns and tells as conf_load_fleet. Roles, looks and keys are checked where
// they are known, by palette_set and keymap_rebind.
bool conf_load_console(const char *path, ConsoleConfig **ret_config, GPtrArray *mistakes);

// What is in force, as a file that reads back to the same. The caller frees.
char *conf_dump_console(const ConsoleConfig *config);
