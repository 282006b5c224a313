// The objects that are told of: the key by which those of a kind are known, and where the engine has them.
#pragma once

#include "engine/engine.h"
#include "wire/delta.h"

// Borrowed from the object. NULL: each of this kind is a new one (changes, audit records), and none is found again.
const char *object_key(DeltaKind kind, gconstpointer object);

// The object as it is now, owned by the engine; NULL = it is not, or no longer, there.
gconstpointer object_find(const Engine *engine, DeltaKind kind, const char *key);
