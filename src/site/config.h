// The practice region's configuration: one JSON file, checked whole, turned into a Region and the
// addresses it speaks on. The format is described in signalbox-site(8).
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "site/region.h"

typedef struct {
    char *name;
    char *address;   // numeric, to listen on; NULL = no TCP
    guint16 port;    // 0 = a free one
    char *port_file; // where to write the port taken; NULL
    char *socket;    // Unix socket to listen on; NULL
    char *control;   // Unix socket of the fault API; NULL = none
    char *state;     // directory; NULL = nothing is kept
    char *peer_name; // the paired region; NULL = none
    char *peer_url;
    char *peer_socket;
    gint64 delay_ms;    // of the replication
    gint64 interval_ms; // between two messages
    char *tenant;       // NULL: no token is asked for
    char *client_id;
    char *secret;
    char *reader_id; // a client whose tokens may only read; NULL = there is none
    char *reader_secret;
    char *reader_token; // that may only read, for whoever takes no other; NULL = there is none
    gint64 token_ms;    // how long a token is good
    char *subscription;
    guint page; // items of a list's page
} SiteConfig;

// Reads the file; fills `config` and adds groups, workflows and routers to a new region. ERR_INVALID
// names the place in the file.
Region *site_config_load(const char *path, IdSource *ids, SiteConfig *config, GError **error);
void site_config_release(SiteConfig *config);
