// What was sent on behalf of an Exec and is waited for. An answer to an earlier send, which has been given up, is
// told by its try.
#pragma once

#include "engine/state.h"

typedef struct Sent Sent;

// The exec has sent once more; the answer is given up for lost after `patience_ms`. The data of the callback.
Sent *sent_new(Engine *engine, Exec *exec, gint64 patience_ms);

// In the callback, once: frees `sent` and takes the time. The exec that waits for just this answer; NULL: nobody does.
Exec *sent_answered(Sent *sent, Engine **ret_engine);
