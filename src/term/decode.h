// Bytes from the terminal become keys. A pure state machine: no terminal, no clock, so it can be
// tested and fuzzed byte by byte.
//
// Safety is the point of it. One-letter keys are commands here, so nothing that is not a key press may
// ever fall apart into letters: pasted text arrives as one K_PASTE, sequences we do not know and the
// terminal's answers to questions are swallowed whole, and when a slow link tears a sequence behind its
// ESC, the late rest is still taken for what it is.
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "widget/key.h"

enum {
    DECODE_ESC_MS = 25,        // a lone ESC is the Esc key after this long
    DECODE_LATE_MS = 500,      // the rest of a torn sequence is recognised for this long
    DECODE_STRING_MS = 1000,   // an unfinished OSC or DCS is given up after this long
    DECODE_PASTE_MS = 10000,   // a paste without an end is taken as ended after this long
    DECODE_PASTE_MAX = 65536,  // bytes of a paste that are kept
    DECODE_SEQUENCE_MAX = 128, // bytes of a control sequence that are looked at
};

typedef struct Decoder Decoder;

// `emit` gets every key; it must not feed this decoder.
Decoder *decoder_new(void (*emit)(const KeyEvent *key, gpointer data), gpointer data);
void decoder_free(Decoder *decoder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decoder, decoder_free)

// Bytes that arrived at `now_ms` (monotonic).
void decoder_feed(Decoder *decoder, const char *bytes, gsize n, gint64 now_ms);

// How long to wait for more bytes before decoder_timeout; 0: nothing is pending.
int decoder_wait_ms(const Decoder *decoder);

// No more bytes came: a lone ESC is a key, anything else unfinished is dropped (a paste is delivered).
void decoder_timeout(Decoder *decoder, gint64 now_ms);
