#include "model/notice.h"

#include <string.h>

#include "base/error.h"
#include "base/timefmt.h"

typedef struct {
    const Group *group;
    const Location *from, *to;
} Subject;

static char *title_of(const Location *location)
{
    return g_strdup(location->title ? location->title : location->name);
}

static char *group_name(const Subject *subject)
{
    return g_strdup(subject->group->name);
}

static char *group_title(const Subject *subject)
{
    return g_strdup(subject->group->title ? subject->group->title : subject->group->name);
}

static char *group_owner(const Subject *subject)
{
    return g_strdup(subject->group->owner ? subject->group->owner : "the operator");
}

static char *from_title(const Subject *subject)
{
    return title_of(subject->from);
}

static char *to_title(const Subject *subject)
{
    return title_of(subject->to);
}

static char *length(gint64 ms)
{
    char text[16];
    duration_format(ms, text);
    return g_strdup(text);
}

static char *rto(const Subject *subject)
{
    return length(subject->group->rto_ms);
}

static char *rpo(const Subject *subject)
{
    return length(subject->group->rpo_ms);
}

static char *reduced(const Subject *subject)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < subject->group->reduced->len; i++)
        g_string_append_printf(out, "%s%s", i ? "; " : "",
                               (const char *)subject->group->reduced->pdata[i]);
    return g_string_free(out->len ? out : g_string_append(out, "nothing"), FALSE);
}

static const struct {
    const char *name;
    char *(*text)(const Subject *subject);
} FIELDS[] = {{"group", group_name}, {"title", group_title}, {"from", from_title},
              {"to", to_title},      {"rto", rto},           {"rpo", rpo},
              {"reduced", reduced},  {"owner", group_owner}};

static int find_field(const char *name, gsize size)
{
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        if (strlen(FIELDS[i].name) == size && strncmp(FIELDS[i].name, name, size) == 0)
            return (int)i;
    return -1;
}

char *notice_render(const char *template, const Group *group, const Location *from,
                    const Location *to)
{
    const Subject subject = {group, from, to};
    GString *out = g_string_new(NULL);
    while (*template) {
        const char *end = *template == '{' ? strchr(template, '}') : NULL;
        int field = end ? find_field(template + 1, (gsize)(end - template - 1)) : -1;
        if (field < 0) {
            g_string_append_c(out, *template ++);
            continue;
        }
        g_autofree char *text = FIELDS[field].text(&subject);
        g_string_append(out, text);
        template = end + 1;
    }
    return g_string_free(out, FALSE);
}

static bool bad_field(GError **error, const char *name, gsize size)
{
    GString *known = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        g_string_append_printf(known, "%s{%s}", i ? ", " : "", FIELDS[i].name);
    g_set_error(error, ERR, ERR_INVALID, "there is no field {%.*s}; known are %s.",
                (int)MIN(size, 40), name, known->str);
    g_string_free(known, TRUE);
    return false;
}

bool notice_check(const char *template, GError **error)
{
    for (const char *at = template; *at; at++) {
        if (*at != '{' && *at != '}')
            continue;
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            g_set_error(error, ERR, ERR_INVALID, "a brace stands without its other.");
            return false;
        }
        if (find_field(at + 1, (gsize)(end - at - 1)) < 0)
            return bad_field(error, at + 1, (gsize)(end - at - 1));
        at = end;
    }
    return true;
}
