#include "sched/zonename.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum { NAME_MAX_BYTES = 64, NEAR_MAX = 3, EDIT = NAME_MAX_BYTES, INDEX_MAX_BYTES = 1 << 20 };

static const char *zone_directory(void)
{
    const char *directory = g_getenv("TZDIR");
    return directory && *directory ? directory : "/usr/share/zoneinfo";
}

char *zonename_path(const char *iana)
{
    return g_build_filename(zone_directory(), iana, NULL);
}

// A zone is a file under the directory, never a path out of it, and none of the copies that count leap
// seconds.
static bool is_installed(const char *iana)
{
    size_t length = strlen(iana);
    if (g_str_has_prefix(iana, "right/") || g_str_has_prefix(iana, "posix/") ||
        length > NAME_MAX_BYTES || !g_ascii_isalpha(iana[0]) ||
        strspn(iana, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/_+-") != length)
        return false;
    g_autofree char *path = zonename_path(iana);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static const ZoneName *find_windows(const char *name)
{
    for (guint i = 0; i < ZONE_NAMES_COUNT; i++)
        if (g_ascii_strcasecmp(name, ZONE_NAMES[i].windows) == 0)
            return &ZONE_NAMES[i];
    return NULL;
}

// ---- Close names ----------------------------------------------------------------------------------

typedef struct {
    const char *wanted; // folded
    struct {
        char *name;
        guint distance; // in EDITs and parts of one
    } best[NEAR_MAX];   // nearest first
} Near;

// Edits (insert, delete, replace) from one to the other.
static guint edit_distance(const char *a, const char *b)
{
    guint row[NAME_MAX_BYTES + 1];
    guint n = (guint)strlen(b);
    for (guint j = 0; j <= n; j++)
        row[j] = j;
    for (guint i = 1; a[i - 1]; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= n; j++) {
            guint replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

// Does every word of one stand somewhere in the other ("pacific time" in "pacific standard time")?
static bool has_words(const char *words, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", -1);
    for (char **part = parts; *part; part++)
        if (!strstr(name, *part))
            return false;
    return strlen(words) >= 4;
}

static void near_offer(Near *near, const char *name)
{
    g_autofree char *folded = g_ascii_strdown(name, -1);
    gsize length = strlen(folded), wanted = strlen(near->wanted);
    if (length > NAME_MAX_BYTES)
        return;
    // All words there is as good as one edit; among those the shortest name comes first.
    guint edits = edit_distance(near->wanted, folded);
    guint distance = edits * EDIT;
    if (edits > 1 && has_words(near->wanted, folded))
        distance = EDIT + (guint)(length - MIN(wanted, length));
    else if (edits > MAX(2, wanted / 4))
        return;
    for (guint i = 0; i < NEAR_MAX; i++) {
        if (near->best[i].name && near->best[i].distance <= distance) {
            if (strcmp(near->best[i].name, name) == 0)
                return;
            continue;
        }
        g_free(near->best[NEAR_MAX - 1].name);
        memmove(&near->best[i + 1], &near->best[i], (NEAR_MAX - 1 - i) * sizeof near->best[0]);
        near->best[i].name = g_strdup(name);
        near->best[i].distance = distance;
        return;
    }
}

// tzdata.zi lists every zone ("Z NAME …") and every other spelling of one ("L TARGET NAME").
static void near_offer_installed(Near *near)
{
    g_autofree char *path = g_build_filename(zone_directory(), "tzdata.zi", NULL);
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, NULL) || length > INDEX_MAX_BYTES)
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (!g_str_has_prefix(*line, "Z ") && !g_str_has_prefix(*line, "L "))
            continue;
        g_auto(GStrv) words = g_strsplit(*line, " ", 4);
        const char *name = words[**line == 'Z' ? 1 : g_strv_length(words) > 2 ? 2 : 1];
        if (name && is_installed(name))
            near_offer(near, name);
    }
}

static char *near_sentence(const Near *near)
{
    if (!near->best[0].name)
        return g_strdup(
            "expected a Windows name such as \"W. Europe Standard Time\" or an IANA name such "
            "as \"Europe/Berlin\"");
    GString *text = g_string_new("close to it are");
    for (guint i = 0; i < NEAR_MAX && near->best[i].name; i++)
        g_string_append_printf(text, "%s \"%s\"", i ? "," : "", near->best[i].name);
    return g_string_free(text, FALSE);
}

static void refuse(const char *name, GError **error)
{
    g_autofree char *shown = text_clip_end(name, NAME_MAX_BYTES, true);
    g_autofree char *folded = g_ascii_strdown(shown, -1);
    Near near = {.wanted = folded};
    for (guint i = 0; i < ZONE_NAMES_COUNT; i++) {
        near_offer(&near, ZONE_NAMES[i].windows);
        if (is_installed(ZONE_NAMES[i].iana))
            near_offer(&near, ZONE_NAMES[i].iana);
    }
    near_offer_installed(&near);
    g_autofree char *hint = near_sentence(&near);
    for (guint i = 0; i < NEAR_MAX; i++)
        g_free(near.best[i].name);
    g_set_error(error, ERR, ERR_NOT_FOUND, "There is no time zone \"%s\"; %s.", shown, hint);
}

bool zonename_resolve(const char *name, char **ret_canonical, char **ret_iana, GError **error)
{
    const ZoneName *row = find_windows(name);
    if (!row && !is_installed(name)) {
        refuse(name, error);
        return false;
    }
    if (!row) {
        *ret_canonical = g_strdup(name);
        *ret_iana = g_strdup(name);
        return true;
    }
    bool renamed = row->current && is_installed(row->current);
    if (!renamed && !is_installed(row->iana)) {
        g_set_error(error, ERR, ERR_NOT_FOUND,
                    "Zone \"%s\" needs the rules of %s, which are not installed; install the "
                    "package tzdata",
                    row->windows, row->iana);
        return false;
    }
    *ret_canonical = g_strdup(row->windows);
    *ret_iana = g_strdup(renamed ? row->current : row->iana);
    return true;
}
