// The table of the daemon's file, for the manual and the tests.
#pragma once

#include "conf/daemon.h"
#include "conf/option.h"

extern const OptionSection DAEMON_SECTION; // DaemonConfig
