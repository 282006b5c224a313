// An operation told from its beginning to its end, as Markdown: for the screen, the incident's page, and
// `signalbox report`.
#pragma once

#include "model/picture.h"

// Text from outside is escaped. `picture` gives the titles of locations. The caller frees.
char *report_make(const Operation *operation, const Picture *picture);
