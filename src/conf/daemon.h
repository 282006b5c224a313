// The daemon's file, signalboxd.conf(5): who it is, where its fleet file, store and sockets are, who may
// do what, how it logs. Paths in it are made absolute from the place of the file.
#pragma once

#include "base/log.h"
#include "conf/mistake.h"
#include "conf/sink.h"
#include "model/names.h"

// A person on the Unix socket, known by the user id of the process that calls.
typedef struct {
    char *name; // the person, as sign-offs and the audit log call them
    char *user; // name or number of the Unix user
    guint roles;
} ConfUser;

// Everybody in a Unix group; the person's name is that of the Unix user.
typedef struct {
    char *name; // name or number of the Unix group
    guint roles;
} ConfUnixGroup;

// Whoever shows the token in `file`, on TCP or on the Unix socket.
typedef struct {
    char *name; // the person
    char *file;
    guint roles;
} ConfToken;

typedef struct {
    char *host; // numeric address; NULL = no TCP
    guint port; // 0 = any that is free
} ConfListen;

// How the ARM drivers sign in. client NULL = they do not.
typedef struct {
    char *authority;  // where tokens come from
    char *management; // where resources are managed
    char *tenant;
    char *client;
    char *secret_file;
    char *rehearsal_client; // that isolated drills sign in as; NULL = they do not
    char *rehearsal_secret_file;
} ConfAzure;

// Whose signatures count.
typedef struct {
    char *allowed_signers; // NULL = nobody's
    char *revoked;         // NULL = no key is revoked
    char *keygen;          // the program that checks them
    bool touch;            // of hardware keys only what somebody touched them for
} ConfSignatures;

typedef enum { LOG_FORMAT_PLAIN, LOG_FORMAT_JSON } LogFormat;

typedef struct {
    char *name;     // this daemon: its vantage point
    char *location; // where it stands; NULL = in no location of the fleet
    char *fleet;    // the fleet file
    char *store;    // the SQLite file
    char *socket;   // NULL = no Unix socket
    guint socket_mode;
    ConfListen listen;
    char *port_file;   // where the port of `listen` is written; NULL = nowhere
    GPtrArray *users;  // of ConfUser *
    GPtrArray *groups; // of ConfUnixGroup *
    GPtrArray *tokens; // of ConfToken *
    GPtrArray *sinks;  // of ConfSink *
    char *
        checkpoint_key; // private key that signs the audit log's checkpoints; NULL = they are not signed
    LogLevel log_level;
    LogFormat log_format;
    gint64 observe_ms; // between two looks at an instance when nothing is going on
    guint connections; // at once on one socket
    guint streams;     // event streams at once
    ConfAzure azure;
    ConfSignatures signatures;
} DaemonConfig;

void daemon_config_free(DaemonConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DaemonConfig, daemon_config_free)

// Reads the file at `path`; returns and tells as conf_load_fleet. `check_system`: also that files with
// secrets are there and nobody else can read them, and that users and groups exist on this machine.
bool conf_load_daemon(const char *path, bool check_system, DaemonConfig **ret_config,
                      GPtrArray *mistakes);

// What is in force, as a file that reads back to the same. Holds no secrets: they are in files of their
// own. The caller frees.
char *conf_dump_daemon(const DaemonConfig *config);

// A file with a secret: its first line, without blanks at its ends. ERR_DENIED if others than its owner,
// and that is us or root, can read it; ERR_INVALID if it is empty or longer than 4 KiB; else as the file
// system says. The caller frees (and had better clear it first).
char *conf_read_secret(const char *path, GError **error);

// The user id of a Unix user's name or number, the group id of a group's. Asks the system, which may take
// time: when starting only. False if there is none.
bool conf_find_user(const char *user, guint *ret_uid);
bool conf_find_group(const char *group, guint *ret_gid);
