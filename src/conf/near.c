#include "conf/near.h"

#include <string.h>

enum { LENGTH_MAX = 64 };

static guint least(guint a, guint b, guint c)
{
    return MIN(MIN(a, b), c);
}

guint near_distance(const char *a, const char *b)
{
    guint rows[3][LENGTH_MAX + 1]; // of the matrix: this row, the one before, the one before that
    gsize n = strnlen(a, LENGTH_MAX), m = strnlen(b, LENGTH_MAX);
    for (guint j = 0; j <= m; j++)
        rows[0][j] = j;
    for (guint i = 1; i <= n; i++) {
        guint *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (guint j = 1; j <= m; j++) {
            guint differs = a[i - 1] != b[j - 1];
            now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + differs);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = MIN(now[j], earlier[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

void near_try(Near *near, const char *candidate)
{
    guint distance = near_distance(near->text, candidate);
    if (near->best && distance >= near->distance)
        return;
    near->best = candidate;
    near->distance = distance;
}

char *near_hint(const Near *near)
{
    gsize allowed = 1 + strlen(near->text) / 4;
    if (!near->best || near->distance > allowed || near->distance >= strlen(near->best))
        return g_strdup("");
    return g_strdup_printf(", did you mean \"%s\"?", near->best);
}
