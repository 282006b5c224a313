// Phrases that several pages share, so that the same thing reads the same everywhere.
#pragma once

#include "cells/cells.h"
#include "model/picture.h"

// "12s ago", or "never". `calm`: of something that is as it should be (see calm_age_format).
void ago_format(gint64 at_ms, gint64 now_ms, bool calm, char buffer[24]);

// What an object of the picture ("location/westeurope") is called in a line; borrowed.
const char *object_words(const char *object);
