#include "httpd/route.h"

#include <string.h>

// One segment of a pattern: literal text, "{name}" or "{name*}".
typedef struct {
    const char *text; // the literal, or the variable's name
    gsize len;
    enum { PART_LITERAL, PART_VAR, PART_REST } kind;
} Part;

// Reads the segment at *at (behind its slash) and moves *at behind the next slash. False at the
// end.
static bool part_next(const char **at, Part *ret_part)
{
    const char *start = *at;
    if (!*start)
        return false;
    gsize len = strcspn(start, "/");
    *at = start[len] ? start + len + 1 : start + len;
    *ret_part = (Part){start, len, PART_LITERAL};
    if (start[0] != '{')
        return true;
    bool rest = len >= 2 && start[len - 2] == '*';
    *ret_part = (Part){start + 1, len - (rest ? 3 : 2), rest ? PART_REST : PART_VAR};
    return true;
}

bool http_route_is_valid(const HttpRoute *route)
{
    if (!route->handler || !route->pattern || route->pattern[0] != '/')
        return false;
    if (route->method[0] == '\0' || strcmp(route->method, "HEAD") == 0 ||
        strstr(route->pattern, "//"))
        return false;
    const char *at = route->pattern + 1;
    guint n_vars = 0;
    Part part;
    while (part_next(&at, &part)) {
        if (part.kind == PART_LITERAL && memchr(part.text, '{', part.len))
            return false;
        if (part.kind != PART_LITERAL &&
            (part.len == 0 || part.text[part.len + (part.kind == PART_REST)] != '}'))
            return false;
        if (part.kind == PART_REST && *at)
            return false;
        n_vars += part.kind != PART_LITERAL;
    }
    return n_vars <= HTTP_VARS_MAX;
}

static bool literal_matches(const Part *part, const char *segment, unsigned flags)
{
    if (strlen(segment) != part->len)
        return false;
    return (flags & HTTP_ROUTE_NOCASE) ? g_ascii_strncasecmp(part->text, segment, part->len) == 0
                                       : memcmp(part->text, segment, part->len) == 0;
}

// True if the pattern takes all the segments. `ret_rank` orders the matches: one digit a segment,
// literal above variable above rest, the first segment weighing most.
static bool pattern_matches(const HttpRoute *route, const char *const *segments, guint n,
                            guint64 *ret_rank)
{
    const char *at = route->pattern + 1;
    guint64 rank = 0;
    guint i = 0;
    Part part;
    while (part_next(&at, &part)) {
        if (i == n)
            return false;
        if (part.kind == PART_LITERAL && !literal_matches(&part, segments[i], route->flags))
            return false;
        rank |= (guint64)(3 - part.kind) << (62 - 2 * MIN(i, 31u));
        i = part.kind == PART_REST ? n : i + 1;
    }
    if (i != n)
        return false;
    *ret_rank = rank;
    return true;
}

static bool method_matches(const HttpRoute *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

static void fill_vars(HttpMatch *match, const char *const *segments)
{
    const char *at = match->route->pattern + 1;
    Part part;
    for (guint i = 0; part_next(&at, &part); i++) {
        if (part.kind == PART_LITERAL)
            continue;
        HttpVar *var = &match->vars[match->n_vars++];
        var->name = part.text;
        var->name_len = part.len;
        var->value = part.kind == PART_REST ? g_strjoinv("/", (char **)(gpointer)&segments[i])
                                            : g_strdup(segments[i]);
    }
}

static void add_allowed(GString *allow, const char *method)
{
    if (strstr(allow->str, method))
        return; // no method's name is a part of another's
    g_string_append_printf(allow, "%s%s", allow->len ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        g_string_append(allow, ", HEAD");
}

void http_match_init(HttpMatch *match, const HttpRoute *routes, const char *method,
                     const char *const *segments, guint n_segments)
{
    *match = (HttpMatch){0};
    g_autoptr(GString) allow = g_string_new(NULL);
    guint64 best = 0;
    for (const HttpRoute *route = routes; route->method; route++) {
        guint64 rank;
        if (!pattern_matches(route, segments, n_segments, &rank))
            continue;
        if (!method_matches(route, method)) {
            add_allowed(allow, route->method);
        } else if (!match->route || rank > best) {
            match->route = route;
            best = rank;
        }
    }
    if (match->route)
        fill_vars(match, segments);
    else if (allow->len)
        match->allow = g_strdup(allow->str);
}

void http_match_release(HttpMatch *match)
{
    for (guint i = 0; i < match->n_vars; i++)
        g_free(match->vars[i].value);
    g_free(match->allow);
    *match = (HttpMatch){0};
}
