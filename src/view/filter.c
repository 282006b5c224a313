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
    g_clear_pointer(&filter->fields, g_free);
}

static guint field_of(const char *word);

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
    filter->fields = g_new0(guint, words->len + 1);
    for (guint i = 0; i < words->len; i++)
        filter->fields[i] = field_of(words->pdata[i]);
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

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

// `word` is lower case. Asked of 100,000 names for each letter that is typed.
static bool contains(const char *text, const char *word)
{
    if (!*word)
        return true;
    for (; text && *text; text++) {
        gsize i = 0;
        while (word[i] && lower(text[i]) == word[i])
            i++;
        if (!word[i])
            return true;
    }
    return false;
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
    bool moves; // what it looks at changes while the fleet is the same
} FIELDS[] = {
    {"group:", matches_group, false},  {"state:", matches_state, true},
    {"loc:", matches_location, false}, {"kind:", matches_kind, false},
    {"mode:", matches_mode, true},     {"finding:", matches_finding, true},
};

static guint field_of(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        if (g_str_has_prefix(word, FIELDS[i].prefix))
            return i + 1;
    return 0;
}

bool filter_moves(const Filter *filter)
{
    for (guint i = 0; filter->words && filter->words[i]; i++)
        if (filter->fields[i] && FIELDS[filter->fields[i] - 1].moves)
            return true;
    return false;
}

bool filter_matches_workload(const Filter *filter, const GroupStatus *group,
                             const WorkloadStatus *workload)
{
    for (guint i = 0; filter->words && filter->words[i]; i++) {
        const char *word = filter->words[i];
        guint field = filter->fields[i];
        bool matches = field ? FIELDS[field - 1].matches(word + strlen(FIELDS[field - 1].prefix),
                                                         group, workload)
                             : contains(workload->id, word);
        if (!matches)
            return false;
    }
    return true;
}

bool filter_matches_text(const Filter *filter, const char *text)
{
    for (guint i = 0; filter->words && filter->words[i]; i++)
        if (!contains(text, filter->words[i]))
            return false;
    return true;
}
