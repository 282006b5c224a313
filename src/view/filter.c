#include "view/filter.h"

#include <string.h>

void filter_init(Filter *filter)
{
    *filter = (Filter){0};
    filter_set(filter, "");
}

void filter_release(Filter *filter)
{
    g_clear_pointer(&filter->text, g_free);
    g_clear_pointer(&filter->words, g_strfreev);
}

void filter_set(Filter *filter, const char *text)
{
    g_autofree char *copy = g_strdup(text ? text : "");
    g_autofree char *lower =
        g_utf8_validate(copy, -1, NULL) ? g_utf8_strdown(copy, -1) : g_strdup("");
    filter_release(filter);
    filter->text = g_steal_pointer(&copy);
    g_auto(GStrv) parts = g_strsplit_set(lower, " \t", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    for (guint i = 0; parts[i]; i++)
        if (*parts[i])
            g_ptr_array_add(words, g_strdup(parts[i]));
    g_ptr_array_add(words, NULL);
    filter->words = (char **)g_ptr_array_steal(words, NULL);
}

bool filter_is_empty(const Filter *filter)
{
    return !filter->words || !filter->words[0];
}

const char *filter_text(const Filter *filter)
{
    return filter_is_empty(filter) ? NULL : filter->text;
}

static bool contains(const char *text, const char *word)
{
    gsize n = strlen(word);
    // `word` is lower case; the first letter is compared here, for most places end there
    for (; text && *text; text++)
        if (g_ascii_tolower(*text) == *word && g_ascii_strncasecmp(text, word, n) == 0)
            return true;
    return !n;
}

// What people see and what programs say both find it: "state:changing", "state:transitioning".
static bool begins(const NameTable *table, int state, const char *value)
{
    return g_str_has_prefix(name_of(table, state), value) ||
           g_str_has_prefix(word_of(table, state), value);
}

static bool matches_group(const char *value, const GroupStatus *group,
                          const WorkloadStatus *workload)
{
    (void)group;
    return contains(workload->group, value);
}

static bool matches_state(const char *value, const GroupStatus *group,
                          const WorkloadStatus *workload)
{
    (void)group;
    for (guint i = 0; i < workload->instances->len; i++) {
        const InstanceStatus *instance = workload->instances->pdata[i];
        if (begins(&INSTANCE_NAMES, (int)instance->state, value))
            return true;
    }
    return false;
}

static bool matches_location(const char *value, const GroupStatus *group,
                             const WorkloadStatus *workload)
{
    (void)group;
    for (guint i = 0; i < workload->instances->len; i++)
        if (contains(((const InstanceStatus *)workload->instances->pdata[i])->location, value))
            return true;
    return false;
}

static bool matches_kind(const char *value, const GroupStatus *group,
                         const WorkloadStatus *workload)
{
    (void)group;
    return begins(&KIND_NAMES, (int)workload->kind, value);
}

static bool matches_mode(const char *value, const GroupStatus *group,
                         const WorkloadStatus *workload)
{
    (void)workload;
    return group && begins(&MODE_NAMES, (int)group->mode, value);
}

static bool matches_finding(const char *value, const GroupStatus *group,
                            const WorkloadStatus *workload)
{
    (void)group;
    return (workload->findings > 0) == (strcmp(value, "no") != 0);
}

static const struct {
    const char *prefix;
    bool (*matches)(const char *value, const GroupStatus *group, const WorkloadStatus *workload);
} FIELDS[] = {
    {"group:", matches_group}, {"state:", matches_state}, {"loc:", matches_location},
    {"kind:", matches_kind},   {"mode:", matches_mode},   {"finding:", matches_finding},
};

static bool matches_word(const char *word, const GroupStatus *group, const WorkloadStatus *workload)
{
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        if (g_str_has_prefix(word, FIELDS[i].prefix))
            return FIELDS[i].matches(word + strlen(FIELDS[i].prefix), group, workload);
    return contains(workload->id, word);
}

bool filter_matches_workload(const Filter *filter, const GroupStatus *group,
                             const WorkloadStatus *workload)
{
    for (guint i = 0; filter->words && filter->words[i]; i++)
        if (!matches_word(filter->words[i], group, workload))
            return false;
    return true;
}

bool filter_matches_text(const Filter *filter, const char *text)
{
    for (guint i = 0; filter->words && filter->words[i]; i++)
        if (!contains(text, filter->words[i]))
            return false;
    return true;
}
