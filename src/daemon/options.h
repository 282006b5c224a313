// The command line of signalboxd.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/log.h"

typedef struct {
    char *config;     // the daemon's file; never NULL after options_parse
    char *backup;     // copy the store there, end; NULL
    char *log_level;  // NULL = as the file says
    gboolean check;   // read, say what is wrong, end
    gboolean dump;    // write what is in force, end
    gboolean version; // write the version, end
    GStrv files;      // what --check is given; NULL = the file of --config
    LogLevel level;   // of log_level
} Options;

// Takes the options out of `argv`. `options` must be zeroed. ERR_INVALID or G_OPTION_ERROR with a sentence.
bool options_parse(Options *options, int argc, char **argv, GError **error);
void options_release(Options *options);
