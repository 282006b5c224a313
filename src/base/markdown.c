#include "base/markdown.h"

#include <string.h>

#include "base/text.h"

// A link that some readers make by themselves: "http://…", "www.…".
static bool begins_link(const char *at)
{
    return g_str_has_prefix(at, "://") || g_ascii_strncasecmp(at, "www.", 4) == 0;
}

char *markdown_escape(const char *text)
{
    g_autofree char *clean = text_escape(text);
    GString *out = g_string_sized_new(strlen(clean) + 8);
    for (const char *at = clean; *at; at++) {
        if (g_ascii_tolower(*at) == 'w' && begins_link(at)) {
            g_string_append_len(out, at, 3);
            g_string_append(out, "\\.");
            at += 3;
            continue;
        }
        if (strchr("\\`*_[]<>&|~$", *at) || begins_link(at))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    return g_string_free(out, FALSE);
}
