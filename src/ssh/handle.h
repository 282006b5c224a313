// The private file of a hardware key. It holds no key, but a handle by which the hardware finds its own, and what the
// hardware asks for.
#pragma once

#include <stdbool.h>

// True if this file is one whose hardware asks for a PIN (ssh-keygen -O verify-required). False also if that
// cannot be told: the file is protected by a passphrase, or no such file. To be asked of hardware keys only.
bool handle_asks_pin(const char *path);

// The same of what stands in such a file.
bool handle_text_asks_pin(const char *text);
