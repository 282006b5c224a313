#include "view/words.h"

#include <string.h>

#include "view/badge.h"

void ago_format(gint64 at_ms, gint64 now_ms, bool calm, char buffer[24])
{
    char age[16];
    if (calm)
        calm_age_format(at_ms, now_ms, age);
    else
        age_format(at_ms, now_ms, age);
    g_snprintf(buffer, 24, at_ms > 0 ? "%s ago" : "%s", age);
}

const char *object_words(const char *object)
{
    const char *slash = object ? strchr(object, '/') : NULL;
    return slash ? slash + 1 : object;
}
