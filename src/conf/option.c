#include "conf/option.h"

#include <string.h>

#include "base/none.h"
#include "base/text.h"

typedef struct {
    OptionCheck check;
    config_setting_t *setting;
    gpointer object;
} Later;

// ---- telling ----

static void append_path(GString *path, const config_setting_t *setting)
{
    const config_setting_t *parent = setting ? config_setting_parent(setting) : NULL;
    if (!parent)
        return;
    append_path(path, parent);
    const char *name = config_setting_name(setting);
    if (name)
        g_string_append_printf(path, "%s%s", path->len ? "." : "", name);
    else
        g_string_append_printf(path, "[%d]", config_setting_index(setting));
}

void option_mistake(OptionReader *reader, const config_setting_t *setting, const char *format, ...)
{
    g_autoptr(GString) path = g_string_new(NULL);
    guint line = config_setting_source_line(setting);
    va_list arguments;
    append_path(path, setting);
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    // The root's own line means nothing.
    bool whole = config_setting_is_root(setting);
    Mistake *mistake =
        mistakes_take(reader->mistakes, source_file(reader->source, whole ? 1 : line),
                      whole ? 0 : source_line(reader->source, line), path->str, text);
    if (mistake)
        mistake->rank = whole ? 0 : line;
}

static char *quoted(const char *text)
{
    g_autofree char *shown = text_clip_end(text, 60, true);
    return g_strdup_printf("\"%s\"", shown);
}

// What stands there, in words.
static char *found(const config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING:
        return quoted(config_setting_get_string(setting));
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return g_strdup_printf("%lld", config_setting_get_int64(setting));
    case CONFIG_TYPE_FLOAT:
        return g_strdup_printf("%g", config_setting_get_float(setting));
    case CONFIG_TYPE_BOOL:
        return g_strdup(config_setting_get_bool(setting) ? "true" : "false");
    case CONFIG_TYPE_GROUP:
        return g_strdup("a group { ... }");
    case CONFIG_TYPE_LIST:
        return g_strdup("a list ( ... )");
    default:
        return g_strdup("an array [ ... ]");
    }
}

void option_unexpected(OptionReader *reader, const config_setting_t *setting, const char *expected,
                       const char *hint)
{
    g_autofree char *what = found(setting);
    option_mistake(reader, setting, "found %s; expected %s%s", what, expected,
                   hint && *hint ? hint : ".");
}

void option_later(OptionReader *reader, OptionCheck check, config_setting_t *setting,
                  gpointer object)
{
    Later later = {check, setting, object};
    g_array_append_val(reader->later, later);
}

config_setting_t *option_setting(config_setting_t *section, const char *name)
{
    return section ? config_setting_get_member(section, name) : NULL;
}

gpointer option_member(const Option *option, gpointer object)
{
    return (char *)object + option->offset;
}

// ---- plain values ----

// The text of a plain value, and which of TAKES_ it is (0: none).
static guint plain_text(const config_setting_t *setting, char **ret_text)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING:
        *ret_text = g_strdup(config_setting_get_string(setting));
        return TAKES_TEXT;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        *ret_text = found(setting);
        return TAKES_NUMBER;
    case CONFIG_TYPE_BOOL:
        *ret_text = found(setting);
        return TAKES_BOOL;
    default:
        return 0;
    }
}

static void read_plain(OptionReader *reader, const Option *option, config_setting_t *setting,
                       gpointer member)
{
    g_autofree char *text = NULL;
    g_autofree char *hint = NULL;
    guint kind = plain_text(setting, &text);
    reader->here = config_setting_source_line(setting);
    if ((kind & option->type->takes) && option->type->parse(reader, option, text, member, &hint))
        return;
    g_autofree char *expected = option_expected(option);
    option_unexpected(reader, setting, expected, hint);
}

static void read_option(OptionReader *reader, const Option *option, config_setting_t *setting,
                        gpointer object)
{
    gpointer member = option_member(option, object);
    if (option->type->read) {
        option->type->read(reader, option, setting, member);
        return;
    }
    int type = config_setting_type(setting);
    if (!option->type->list || (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)) {
        read_plain(reader, option, setting, member);
        return;
    }
    for (int i = 0; i < config_setting_length(setting); i++)
        read_plain(reader, option, config_setting_get_elem(setting, (unsigned)i), member);
}

static void set_default(OptionReader *reader, const Option *option, gpointer object)
{
    char *hint = NULL;
    if (option->type == &OPTION_SECTION)
        option_read_section(reader, option->section, NULL, option_member(option, object));
    else if (option->fallback && (*option->fallback || !option->type->list)) {
        bool ok = option->type->parse(reader, option, option->fallback,
                                      option_member(option, object), &hint);
        g_assert(ok); // option_check holds every row against its own parser
    }
}

// ---- sections ----

static const Option *find_option(const OptionSection *section, const char *name)
{
    for (guint i = 0; i < section->count; i++)
        if (strcmp(section->options[i].name, name) == 0)
            return &section->options[i];
    return NULL;
}

static void tell_unknown(OptionReader *reader, const OptionSection *section,
                         const config_setting_t *setting)
{
    Near near = {.text = config_setting_name(setting)};
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < section->count; i++) {
        near_try(&near, section->options[i].name);
        g_string_append_printf(known, "%s%s", i ? ", " : "", section->options[i].name);
    }
    g_autofree char *hint = near_hint(&near);
    if (*hint)
        option_mistake(reader, setting, "a %s has no option \"%s\"%s", section->what, near.text,
                       hint);
    else
        option_mistake(reader, setting, "a %s has no option \"%s\"; it knows: %s.", section->what,
                       near.text, known->str);
}

static bool names_a_secret(const char *name)
{
    static const char *const WORDS[] = {"password", "passwd", "passphrase",
                                        "secret",   "token",  "credential"};
    for (gsize i = 0; i < G_N_ELEMENTS(WORDS); i++)
        if (g_str_has_suffix(name, WORDS[i]))
            return true;
    return false;
}

// A secret must not stand in a file that many may read, that is dumped, shown and versioned.
static bool refuse_secret(OptionReader *reader, const config_setting_t *setting)
{
    const char *name = config_setting_name(setting);
    if (!names_a_secret(name) || config_setting_is_aggregate(setting))
        return false;
    option_mistake(reader, setting,
                   "a secret must not stand in this file; name a file that holds it: "
                   "%s_file = \"PATH\".",
                   name);
    return true;
}

static void check_names(OptionReader *reader, const OptionSection *section,
                        config_setting_t *setting)
{
    for (int i = 0; i < config_setting_length(setting); i++) {
        const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
        if (!find_option(section, config_setting_name(member)) && !refuse_secret(reader, member))
            tell_unknown(reader, section, member);
    }
}

void option_read_section(OptionReader *reader, const OptionSection *section,
                         config_setting_t *setting, gpointer object)
{
    if (setting)
        check_names(reader, section, setting);
    for (guint i = 0; i < section->count; i++) {
        const Option *option = &section->options[i];
        config_setting_t *member = option_setting(setting, option->name);
        if (option->key)
            continue; // read by add_item
        if (member)
            read_option(reader, option, member, object);
        else
            set_default(reader, option, object);
        if (setting && !member && option->required) {
            g_autofree char *expected = option_expected(option);
            option_mistake(reader, setting, "%s is missing; expected %s.", option->name, expected);
        }
    }
    if (setting && section->check)
        section->check(reader, setting, object);
}

static void read_section(OptionReader *reader, const Option *option, config_setting_t *setting,
                         gpointer member)
{
    if (config_setting_type(setting) == CONFIG_TYPE_GROUP)
        option_read_section(reader, option->section, setting, member);
    else
        option_unexpected(reader, setting, "a group { ... }", NULL);
}

const OptionType OPTION_SECTION = {.expected = "a group { ... }", .read = read_section};

// ---- lists of objects with names ----

static const Option *key_of(const OptionSection *section)
{
    g_assert(section->options->key); // the first row, by agreement
    return section->options;
}

// The object of one item: named as the item says, or without a name where that is a mistake.
static gpointer add_item(OptionReader *reader, const OptionSection *section, config_setting_t *item,
                         gpointer parent)
{
    const Option *key = key_of(section);
    config_setting_t *setting = option_setting(item, key->name);
    const char *name = setting ? config_setting_get_string(setting) : NULL;
    g_autofree char *expected = option_expected(key);
    g_autofree char *why = NULL;
    gpointer object = NULL;
    if (!setting)
        option_mistake(reader, item, "%s is missing; expected %s.", key->name, expected);
    else if (!name || !text_is_name(name))
        option_unexpected(reader, setting, expected, NULL);
    else if (!(object = section->add(reader, parent, name, &why)))
        option_mistake(reader, setting, "%s", why);
    return object ? object : section->add(reader, parent, NULL, &why);
}

static void read_list(OptionReader *reader, const Option *option, config_setting_t *setting,
                      gpointer member)
{
    gpointer parent = (char *)member - option->offset;
    if (config_setting_type(setting) != CONFIG_TYPE_LIST) {
        option_unexpected(reader, setting, option->type->expected, NULL);
        return;
    }
    if (option->required && !config_setting_length(setting))
        option_mistake(reader, setting, "it is empty; expected at least one %s.",
                       option->section->what);
    int items = config_setting_length(setting);
    if (option->max && items > option->max) {
        option_mistake(reader, setting, "%d items; at most %" G_GINT64_FORMAT " are taken.", items,
                       option->max);
        items = (int)option->max; // what is over is not looked at: it may be any number
    }
    for (int i = 0; i < items; i++) {
        config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);
        if (config_setting_type(item) == CONFIG_TYPE_GROUP)
            option_read_section(reader, option->section, item,
                                add_item(reader, option->section, item, parent));
        else
            option_unexpected(reader, item, "a group { ... }", NULL);
    }
}

const OptionType OPTION_LIST = {
    .expected = "a list ( { ... }, ... )", .size = sizeof(GPtrArray *), .read = read_list};

// ---- tables of any names ----

enum { TABLE_ITEMS_MAX = 200, TABLE_TEXT_MAX = 4000 };

static void read_table(OptionReader *reader, const Option *option, config_setting_t *setting,
                       gpointer member)
{
    if (config_setting_type(setting) != CONFIG_TYPE_GROUP) {
        option_unexpected(reader, setting, option->type->expected, NULL);
        return;
    }
    if (config_setting_length(setting) > TABLE_ITEMS_MAX)
        option_mistake(reader, setting, "%d entries; at most %d are taken.",
                       config_setting_length(setting), TABLE_ITEMS_MAX);
    for (int i = 0; i < config_setting_length(setting); i++) {
        config_setting_t *entry = config_setting_get_elem(setting, (unsigned)i);
        char *text = NULL;
        if (refuse_secret(reader, entry))
            continue;
        if (!plain_text(entry, &text) || strlen(text) > TABLE_TEXT_MAX)
            option_unexpected(reader, entry, "a text, a number, true or false", NULL);
        else
            g_hash_table_insert(table_own(member), g_strdup(config_setting_name(entry)),
                                g_steal_pointer(&text));
        g_free(text);
    }
}

const OptionType OPTION_TABLE = {.expected = "a group { name = \"text\"; ... }",
                                 .size = sizeof(GHashTable *),
                                 .read = read_table};

// ---- files ----

static void tell_syntax(OptionReader *reader, const config_t *config)
{
    guint line = (guint)config_error_line(config);
    const char *reason = config_error_text(config);
    Mistake *mistake = mistakes_take(
        reader->mistakes, source_file(reader->source, line), source_line(reader->source, line),
        NULL,
        g_strdup_printf("%s: what stands here or just before cannot be read; expected "
                        "name = value; with every bracket closed, and each name once.",
                        reason ? reason : "syntax error"));
    if (mistake)
        mistake->rank = line;
}

// Ends where no more mistakes are kept: what to say of each takes a look at every name there is.
static void check_later(OptionReader *reader)
{
    for (guint i = 0; i < reader->later->len && !mistakes_full(reader->mistakes); i++) {
        Later later = g_array_index(reader->later, Later, i);
        later.check(reader, later.setting, later.object);
    }
}

bool option_load(const char *path, const OptionSection *section, gpointer root,
                 gconstpointer context, GPtrArray *mistakes)
{
    guint before = mistakes->len;
    g_autoptr(Source) source = source_load(path, mistakes);
    if (!source)
        return false;
    OptionReader reader = {
        .source = source, .mistakes = mistakes, .root = root, .context = context};
    reader.later = g_array_new(FALSE, FALSE, sizeof(Later));
    config_t config;
    config_init(&config);
    if (config_read_string(&config, source_text(source))) {
        option_read_section(&reader, section, config_root_setting(&config), root);
        check_later(&reader);
    } else
        tell_syntax(&reader, &config);
    config_destroy(&config);
    g_array_unref(reader.later);
    mistakes_sort(mistakes);
    return mistakes->len == before;
}

void option_defaults(const OptionSection *section, gpointer object)
{
    OptionReader reader = {.root = object};
    option_read_section(&reader, section, NULL, object);
}
