// What views say of a region-level operation and of its parts.
#pragma once

#include "view/screen.h"

// "2 of 3 signed, part of failover of West Europe"; NULL if it is no part of one. The caller frees.
char *whole_part(const Operation *operation, const Picture *picture);

// The page of an operation: the region-level one has its own.
Effect whole_open(const Operation *operation);
