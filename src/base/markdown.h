// Text from outside inside Markdown: it must be read as the text it is, wherever the document ends up.
#pragma once

#include <glib.h>

// `text` escaped as by text_escape, and so that nothing in it is markup, a table's edge, HTML or a link. NULL gives
// "". The caller frees.
char *markdown_escape(const char *text);
