// The table of the daemon's file, for the manual and the tests.
#pragma once

#include "conf/daemon.h"
#include "conf/option.h"

extern const OptionSection DAEMON_SECTION; // DaemonConfig
extern const OptionSection SINK_SECTION;   // ConfSink; src/conf/sink.c

// Tells a mistake if the secret's file at `path` cannot be used. NULL `setting` or `path`: nothing to check.
void daemon_check_secret(OptionReader *reader, const config_setting_t *setting, const char *path);
