// Without libFuzzer a fuzzed parser replays its corpus: each file of tests/fuzz/<corpus> as it is, cut off at many
// places, and with many bytes changed.
#pragma once

#include <glib.h>

// The parser under test; libFuzzer's entry point.
int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t n);

// A program's main: one test a file. About `places` cuts and as many changes each.
int replay_run(int argc, char **argv, const char *corpus, gsize places);
