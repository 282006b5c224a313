// The table of the console's file, for the manual and the tests.
#pragma once

#include "conf/console.h"
#include "conf/option.h"

extern const OptionSection CONSOLE_SECTION; // ConsoleConfig
