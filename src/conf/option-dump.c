// From the tables outwards: what is in force as a file, the options as a manual page, and the check that
// the tables are sound.
#include "conf/option.h"

#include <string.h>

enum { INDENT = 2 };

static void dump_section(GString *out, const OptionSection *section, gconstpointer object,
                         guint depth);

char *option_quote(const char *text)
{
    GString *out = g_string_new("\"");
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            g_string_append_printf(out, "\\%c", *text);
        else
            g_string_append_c(out, *text);
    return g_string_free(g_string_append_c(out, '"'), FALSE);
}

static void indent(GString *out, guint depth)
{
    g_string_append_printf(out, "%*s", (int)(depth * INDENT), "");
}

// ---- the dump ----

// The default as the dump writes it; NULL = there is none.
static char *default_text(const Option *option)
{
    guint takes = option->type->takes;
    if (!option->fallback)
        return NULL;
    if (option->type->list)
        return *option->fallback ? g_strdup_printf("[ \"%s\" ]", option->fallback)
                                 : g_strdup("[ ]");
    return takes & TAKES_TEXT ? option_quote(option->fallback) : g_strdup(option->fallback);
}

static void dump_plain(GString *out, const Option *option, gconstpointer member, guint depth)
{
    g_autofree char *text = option->type->write(option, member);
    g_autofree char *fallback = default_text(option);
    bool is_default = fallback && text && strcmp(text, fallback) == 0;
    if (!text)
        return;
    indent(out, depth);
    g_string_append_printf(out, "%s = %s;%s\n", option->name, text,
                           is_default ? "  # default" : "");
}

static void dump_list(GString *out, const Option *option, const GPtrArray *items, guint depth)
{
    if (!items->len)
        return;
    indent(out, depth);
    g_string_append_printf(out, "%s = (\n", option->name);
    for (guint i = 0; i < items->len; i++) {
        indent(out, depth + 1);
        g_string_append(out, "{\n");
        dump_section(out, option->section, items->pdata[i], depth + 2);
        indent(out, depth + 1);
        g_string_append(out, i + 1 < items->len ? "},\n" : "}\n");
    }
    indent(out, depth);
    g_string_append(out, ");\n");
}

static void dump_table(GString *out, const Option *option, GHashTable *table, guint depth)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
    if (!names)
        return;
    indent(out, depth);
    g_string_append_printf(out, "%s = {\n", option->name);
    for (GList *at = names; at; at = at->next) {
        g_autofree char *text = option_quote(g_hash_table_lookup(table, at->data));
        indent(out, depth + 1);
        g_string_append_printf(out, "%s = %s;\n", (const char *)at->data, text);
    }
    indent(out, depth);
    g_string_append(out, "};\n");
}

// False if something that the section cannot be without is not set: then the file did not give it.
static bool section_is_given(const OptionSection *section, gconstpointer object)
{
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        if (!option->required || !option->type->write)
            continue;
        g_autofree char *text = option->type->write(option, (const char *)object + option->offset);
        if (!text)
            return false;
    }
    return true;
}

static void dump_nested(GString *out, const Option *option, gconstpointer member, guint depth)
{
    g_autoptr(GString) inner = g_string_new(NULL);
    if (section_is_given(option->section, member))
        dump_section(inner, option->section, member, depth + 1);
    if (!inner->len)
        return;
    indent(out, depth);
    g_string_append_printf(out, "%s = {\n%s", option->name, inner->str);
    indent(out, depth);
    g_string_append(out, "};\n");
}

static void dump_section(GString *out, const OptionSection *section, gconstpointer object,
                         guint depth)
{
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        gconstpointer member = (const char *)object + option->offset;
        if (option->type == &OPTION_SECTION)
            dump_nested(out, option, member, depth);
        else if (option->type == &OPTION_LIST)
            dump_list(out, option, *(GPtrArray *const *)member, depth);
        else if (option->type == &OPTION_TABLE)
            dump_table(out, option, *(GHashTable *const *)member, depth);
        else
            dump_plain(out, option, member, depth);
    }
}

char *option_dump(const OptionSection *section, gconstpointer object)
{
    GString *out = g_string_new(NULL);
    dump_section(out, section, object, 0);
    return g_string_free(out, FALSE);
}

// ---- the manual ----

static void append_roff(GString *out, const char *text)
{
    for (; *text; text++)
        if (*text == '-')
            g_string_append(out, "\\-"); // a minus, which can be copied
        else if (*text == '\\')
            g_string_append(out, "\\e");
        else
            g_string_append_c(out, *text);
}

// One sentence a line, as manual pages are written.
static void append_sentences(GString *out, const char *text)
{
    g_auto(GStrv) sentences = g_strsplit(text, ". ", -1);
    for (guint i = 0; sentences[i]; i++) {
        append_roff(out, sentences[i]);
        g_string_append(out, sentences[i + 1] ? ".\n" : "\n");
    }
}

// Paths that depend on how the program was configured are told as they usually are.
static void append_fallback(GString *out, const char *text)
{
    static const struct {
        const char *built, *usual;
    } PLACES[] = {{SB_LOCALSTATEDIR "/", "/var/"}, {SB_SYSCONFDIR "/", "/etc/"}};
    for (gsize i = 0; i < G_N_ELEMENTS(PLACES); i++)
        if (g_str_has_prefix(text, PLACES[i].built)) {
            append_roff(out, PLACES[i].usual);
            text += strlen(PLACES[i].built);
            break;
        }
    append_roff(out, text);
}

static void manual_option(GString *out, const Option *option)
{
    g_autofree char *expected = option_expected(option);
    g_string_append_printf(out, ".It Ic %s\n", option->name);
    append_sentences(out, option->help);
    if (!option->section) {
        g_string_append(out, "Takes ");
        append_roff(out, expected);
        g_string_append(out, ".\n");
    }
    if (option->required || option->key)
        g_string_append(out, "Must be given.\n");
    if (option->fallback && *option->fallback) {
        g_string_append(out, "Default: ");
        append_fallback(out, option->fallback);
        g_string_append(out, ".\n");
    }
}

// The options of one section, then those of the sections in it, each under a heading with its path.
static void manual_section(GString *out, const OptionSection *section, const char *path)
{
    g_string_append(out, ".Bl -tag -width Ds\n");
    for (guint i = 0; i < section->count; i++)
        manual_option(out, &section->options[i]);
    g_string_append(out, ".El\n");
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        if (!option->section)
            continue;
        const char *brackets = option->type == &OPTION_LIST ? "[]" : "";
        g_autofree char *inner =
            g_strdup_printf("%s%s%s%s", path, *path ? "." : "", option->name, brackets);
        g_string_append_printf(out, ".Ss %s\n", inner);
        append_sentences(out, option->section->help);
        manual_section(out, option->section, inner);
    }
}

char *option_manual(const OptionSection *section)
{
    GString *out = g_string_new(NULL);
    manual_section(out, section, "");
    return g_string_free(out, FALSE);
}

// ---- soundness of a table ----

static bool fallback_parses(const Option *option)
{
    OptionReader reader = {0};
    g_autofree gpointer member = g_malloc0(option->size ? option->size : 1);
    g_autofree char *hint = NULL;
    if (!option->fallback || option->type->list)
        return true;
    bool ok = option->type->parse(&reader, option, option->fallback, member, &hint);
    g_autofree char *text = ok ? option->type->write(option, member) : NULL;
    g_autofree char *expected = default_text(option);
    if (ok && option->type->write == option_write_text)
        g_free(*(char **)member);
    return ok && g_strcmp0(text, expected) == 0;
}

static const char *row_check(const Option *option)
{
    const OptionType *type = option->type;
    if (!option->help || !g_str_has_suffix(option->help, "."))
        return "its help is missing or ends without a full stop";
    if (type->size && option->size != type->size)
        return "the member's size is not the type's";
    if ((type == &OPTION_SECTION || type == &OPTION_LIST) && !option->section)
        return "its section is missing";
    if ((type == &OPTION_CHOICE || type == &OPTION_FLAGS) && !option->names)
        return "its names are missing";
    if (type == &OPTION_LIST && !option->section->add)
        return "its section cannot add items";
    if (option->required && option->fallback)
        return "it must be given and has a default";
    if (!type->parse && option->fallback)
        return "a default of this type is not possible";
    if (!fallback_parses(option))
        return "its default is not valid, or not as the dump writes it";
    return NULL;
}

char *option_check(const OptionSection *section)
{
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        const char *wrong = row_check(option);
        if (wrong)
            return g_strdup_printf("%s.%s: %s.", section->what, option->name, wrong);
        char *inner = option->section ? option_check(option->section) : NULL;
        if (inner)
            return inner;
    }
    return NULL;
}
