#include "httpd/target.h"

#include <string.h>

#include "base/error.h"

// Where decoded text goes. The arena is as long as the target, and decoding never lengthens.
typedef struct {
    char *at;
} Arena;

static int hex_value(char ch)
{
    return g_ascii_xdigit_value(ch);
}

// Decodes [from, to) into the arena, NUL-terminated. NULL and a sentence if a byte is not allowed.
static char *decode(Arena *arena, const char *from, const char *to, bool plus_is_space,
                    GError **error)
{
    char *start = arena->at;
    char *out = start;
    for (const char *p = from; p < to; p++) {
        unsigned char byte = (unsigned char)*p;
        if (byte == '%') {
            if (to - p < 3 || hex_value(p[1]) < 0 || hex_value(p[2]) < 0) {
                g_set_error(error, ERR, ERR_INVALID,
                            "The address holds a percent sign without two hex digits.");
                return NULL;
            }
            byte = (unsigned char)(hex_value(p[1]) * 16 + hex_value(p[2]));
            p += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        if (byte < 0x20 || byte == 0x7f) {
            g_set_error(error, ERR, ERR_INVALID, "The address holds the control character 0x%02x.",
                        byte);
            return NULL;
        }
        *out++ = (char)byte;
    }
    if (!g_utf8_validate(start, out - start, NULL)) {
        g_set_error(error, ERR, ERR_INVALID, "The address is not valid UTF-8.");
        return NULL;
    }
    *out++ = '\0';
    arena->at = out;
    return start;
}

static bool segment_is_plain(const char *segment, GError **error)
{
    if (*segment && strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0)
        return true;
    g_set_error(error, ERR, ERR_INVALID, "The path holds an empty, '.' or '..' segment.");
    return false;
}

// [from, to) is the path behind its first slash.
static bool parse_segments(HttpTarget *target, Arena *arena, const char *from, const char *to,
                           GError **error)
{
    target->segments = g_new0(char *, HTTP_TARGET_SEGMENTS_MAX + 1);
    while (from < to) {
        if (target->n_segments == HTTP_TARGET_SEGMENTS_MAX) {
            g_set_error(error, ERR, ERR_INVALID, "The path has more than %d segments.",
                        HTTP_TARGET_SEGMENTS_MAX);
            return false;
        }
        const char *slash = memchr(from, '/', (gsize)(to - from));
        const char *end = slash ? slash : to;
        char *segment = decode(arena, from, end, false, error);
        if (!segment || !segment_is_plain(segment, error))
            return false;
        target->segments[target->n_segments++] = segment;
        if (slash && slash + 1 == to)
            return segment_is_plain("", error); // a slash at the end names another resource
        from = slash ? slash + 1 : to;
    }
    return true;
}

static bool parse_query(HttpTarget *target, Arena *arena, const char *from, const char *to,
                        GError **error)
{
    target->query = g_new0(HttpQueryItem, HTTP_TARGET_QUERY_MAX);
    while (from < to) {
        const char *amp = memchr(from, '&', (gsize)(to - from));
        const char *end = amp ? amp : to;
        const char *equals = memchr(from, '=', (gsize)(end - from));
        if (end > from) {
            if (target->n_query == HTTP_TARGET_QUERY_MAX) {
                g_set_error(error, ERR, ERR_INVALID, "The query has more than %d parameters.",
                            HTTP_TARGET_QUERY_MAX);
                return false;
            }
            HttpQueryItem *item = &target->query[target->n_query];
            item->name = decode(arena, from, equals ? equals : end, true, error);
            item->value =
                item->name ? decode(arena, equals ? equals + 1 : end, end, true, error) : NULL;
            if (!item->value)
                return false;
            target->n_query++;
        }
        from = amp ? amp + 1 : to;
    }
    return true;
}

static bool parse(HttpTarget *target, const char *raw, GError **error)
{
    gsize length = strlen(raw);
    if (length > HTTP_TARGET_MAX) {
        g_set_error(error, ERR, ERR_TOO_LARGE, "The address is longer than %d bytes.",
                    HTTP_TARGET_MAX);
        return false;
    }
    if (raw[0] != '/' || strchr(raw, '#')) {
        g_set_error(error, ERR, ERR_INVALID, "The address is not a path that starts with a slash.");
        return false;
    }
    const char *end = raw + length;
    const char *mark = strchr(raw, '?');
    const char *path_end = mark ? mark : end;
    // Each part gains a NUL where it loses a divider; one part more has no divider.
    target->arena = g_malloc(length + HTTP_TARGET_QUERY_MAX + 4);
    Arena arena = {target->arena};
    target->path = g_utf8_make_valid(raw, path_end - raw);
    return parse_segments(target, &arena, raw + 1, path_end, error) &&
           (!mark || parse_query(target, &arena, mark + 1, end, error));
}

bool http_target_parse(const char *raw, HttpTarget *ret_target, GError **error)
{
    HttpTarget target = {0};
    if (!parse(&target, raw, error)) {
        http_target_release(&target);
        return false;
    }
    *ret_target = target;
    return true;
}

void http_target_release(HttpTarget *target)
{
    g_free(target->path);
    g_free(target->segments);
    g_free(target->query);
    g_free(target->arena);
    *target = (HttpTarget){0};
}
