// The `:` line: every screen by name, and what can be said in words. One table feeds parsing, completion
// and help.
#pragma once

#include "view/screen.h"

// What a typed line means. A line that means nothing gives EFFECT_MESSAGE with what was expected.
// `alarm` is the alarm that was shown last (for `ack`), or NULL.
Effect colon_run(const ViewContext *context, const char *line, const char *alarm);

// Whole lines that `text` could become.
void colon_complete(const ViewContext *context, const char *text, GPtrArray *candidates);

// "region NAME" and "opens the page of a region", for the help page; false when `index` is past the end.
bool colon_help(guint index, const char **ret_usage, const char **ret_help);
