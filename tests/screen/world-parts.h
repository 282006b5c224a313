// What the parts of the made-up picture share.
#pragma once

#include "world.h"

#define NOW WORLD_NOW
#define SECOND G_GINT64_CONSTANT(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define AGO(ms) (NOW - (ms))

// What a hostile name may hold: an escape sequence, a carriage return, a bidirectional override.
#define HOSTILE "evil\x1b[2J\r\xe2\x80\xaename"

#define WORLD_DIGEST "9f2c41d07a6b5e8899aabbccddeeff00112233445566778899aabbccddeee1"

// What waits for sign-offs, runs, is paused and has ended.
void world_add_operations(Picture *picture);
