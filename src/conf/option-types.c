// The plain types of options: how their text is read, checked and written.
#include "conf/option.h"

#include <errno.h>
#include <string.h>

#include "base/none.h"
#include "base/text.h"
#include "base/timefmt.h"

enum { TEXT_MAX = 1000 };

char *option_write_text(const Option *option, gconstpointer member)
{
    const char *text = *(char *const *)member;
    (void)option;
    return text ? option_quote(text) : NULL;
}

static void set_text(gpointer member, const char *text)
{
    char **place = member;
    g_free(*place);
    *place = g_strdup(text);
}

// ---- texts ----

// What a screen would have to escape is a slip of the keyboard here.
static bool is_printable(const char *text)
{
    g_autofree char *shown = text_escape(text);
    return strcmp(shown, text) == 0;
}

static bool text_fits(const Option *option, const char *text)
{
    gsize n = strlen(text);
    return n >= 1 && n <= (gsize)(option->max ? option->max : TEXT_MAX) && is_printable(text);
}

static bool parse_text(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    (void)reader, (void)ret_hint;
    if (!text_fits(option, text))
        return false;
    set_text(member, text);
    return true;
}

const OptionType OPTION_TEXT = {.expected = "a text",
                                .takes = TAKES_TEXT,
                                .size = sizeof(char *),
                                .parse = parse_text,
                                .write = option_write_text};

static bool parse_name(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    if (!text_is_name(text))
        return false;
    set_text(member, text);
    return true;
}

#define NAME_EXPECTED                                                                              \
    "a name of 1 to 64 characters of a-z 0-9 . _ -, starting with a letter or digit"

const OptionType OPTION_NAME = {.expected = NAME_EXPECTED,
                                .takes = TAKES_TEXT,
                                .size = sizeof(char *),
                                .parse = parse_name,
                                .write = option_write_text};

static bool parse_texts(OptionReader *reader, const Option *option, const char *text,
                        gpointer member, char **ret_hint)
{
    (void)reader, (void)ret_hint;
    if (!text_fits(option, text))
        return false;
    g_ptr_array_add(list_own(member, g_free), g_strdup(text));
    return true;
}

static char *write_texts(const Option *option, gconstpointer member)
{
    const GPtrArray *texts = *(GPtrArray *const *)member;
    (void)option;
    if (!texts->len)
        return NULL;
    GString *out = g_string_new("[ ");
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *item = option_quote(texts->pdata[i]);
        g_string_append_printf(out, "%s%s", i ? ", " : "", item);
    }
    return g_string_free(g_string_append(out, " ]"), FALSE);
}

const OptionType OPTION_TEXTS = {.expected = "a list of texts",
                                 .takes = TAKES_TEXT,
                                 .list = true,
                                 .size = sizeof(GPtrArray *),
                                 .parse = parse_texts,
                                 .write = write_texts};

// ---- places ----

static bool parse_path(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    (void)ret_hint;
    if (!text_fits(option, text))
        return false;
    g_autofree char *place =
        reader->source ? g_path_get_dirname(source_file(reader->source, reader->here)) : NULL;
    g_autofree char *folder = g_canonicalize_filename(place ? place : "/", NULL);
    g_autofree char *path = g_canonicalize_filename(text, folder);
    if (option->max && strlen(path) > (gsize)option->max)
        return false; // it is the whole path that the system must take
    set_text(member, path);
    return true;
}

const OptionType OPTION_PATH = {.expected = "a path, absolute or from the place of this file",
                                .takes = TAKES_TEXT,
                                .size = sizeof(char *),
                                .parse = parse_path,
                                .write = option_write_text};

static bool is_url(const char *text)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    if (!uri || !g_str_is_ascii(text) || strpbrk(text, " \"<>\\^`{|}") || g_uri_get_userinfo(uri))
        return false;
    const char *scheme = g_uri_get_scheme(uri), *host = g_uri_get_host(uri);
    return (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) && host && *host;
}

static bool parse_url(OptionReader *reader, const Option *option, const char *text, gpointer member,
                      char **ret_hint)
{
    (void)reader, (void)ret_hint;
    if (!text_fits(option, text) || !is_url(text))
        return false;
    set_text(member, text);
    return true;
}

const OptionType OPTION_URL = {.expected = "a URL such as \"https://weu.example.net/health\", "
                                           "without user or password",
                               .takes = TAKES_TEXT,
                               .size = sizeof(char *),
                               .parse = parse_url,
                               .write = option_write_text};

// ---- time ----

static bool in_bounds(const Option *option, gint64 value)
{
    return (!option->min && !option->max) || (value >= option->min && value <= option->max);
}

static bool parse_duration(OptionReader *reader, const Option *option, const char *text,
                           gpointer member, char **ret_hint)
{
    gint64 ms;
    (void)reader, (void)ret_hint;
    if (!duration_parse(text, &ms, NULL) || !in_bounds(option, ms))
        return false;
    *(gint64 *)member = ms;
    return true;
}

// Exactly, unlike what people are shown: "1h1m1s".
static void append_duration(GString *out, gint64 ms)
{
    static const struct {
        gint64 ms;
        const char *unit;
    } UNITS[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
    gsize before = out->len;
    for (gsize i = 0; i < G_N_ELEMENTS(UNITS); i++) {
        if (ms >= UNITS[i].ms)
            g_string_append_printf(out, "%" G_GINT64_FORMAT "%s", ms / UNITS[i].ms, UNITS[i].unit);
        ms %= UNITS[i].ms;
    }
    if (out->len == before)
        g_string_append(out, "0s");
}

static char *write_duration(const Option *option, gconstpointer member)
{
    GString *out = g_string_new("\"");
    (void)option;
    append_duration(out, *(const gint64 *)member);
    return g_string_free(g_string_append_c(out, '"'), FALSE);
}

const OptionType OPTION_DURATION = {.expected = "a duration such as \"10s\" or \"1h30m\"",
                                    .takes = TAKES_TEXT,
                                    .size = sizeof(gint64),
                                    .parse = parse_duration,
                                    .write = write_duration};

static bool parse_date(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    g_autofree char *moment = g_strconcat(text, "T00:00:00Z", NULL);
    gint64 ms;
    if (strlen(text) != strlen("2026-03-01") || !time_parse(moment, &ms, NULL) || ms <= 0)
        return false;
    *(gint64 *)member = ms;
    return true;
}

static char *write_date(const Option *option, gconstpointer member)
{
    g_autofree char *moment = time_format_ms(*(const gint64 *)member);
    (void)option;
    return moment ? g_strdup_printf("\"%.10s\"", moment) : NULL;
}

const OptionType OPTION_DATE = {.expected = "a date such as \"2026-03-01\"",
                                .takes = TAKES_TEXT,
                                .size = sizeof(gint64),
                                .parse = parse_date,
                                .write = write_date};

// ---- numbers and choices ----

static bool parse_bool(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    (void)reader, (void)option, (void)ret_hint;
    *(bool *)member = strcmp(text, "true") == 0;
    return true;
}

static char *write_bool(const Option *option, gconstpointer member)
{
    (void)option;
    return g_strdup(*(const bool *)member ? "true" : "false");
}

const OptionType OPTION_BOOL = {.expected = "true or false",
                                .takes = TAKES_BOOL,
                                .size = sizeof(bool),
                                .parse = parse_bool,
                                .write = write_bool};

static bool parse_number(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    gint64 value;
    (void)reader, (void)ret_hint;
    if (!g_ascii_string_to_signed(text, 10, 0, G_MAXINT, &value, NULL) || !in_bounds(option, value))
        return false;
    *(guint *)member = (guint)value;
    return true;
}

static char *write_number(const Option *option, gconstpointer member)
{
    (void)option;
    return g_strdup_printf("%u", *(const guint *)member);
}

const OptionType OPTION_NUMBER = {.expected = "a whole number",
                                  .takes = TAKES_NUMBER,
                                  .size = sizeof(guint),
                                  .parse = parse_number,
                                  .write = write_number};

static bool parse_word(const Option *option, const char *text, int *ret_value, char **ret_hint)
{
    Near near = {.text = text};
    if (name_parse(option->names, text, ret_value, NULL))
        return true;
    for (guint i = 0; i < option->names->count; i++)
        near_try(&near, option->names->names[i]);
    *ret_hint = near_hint(&near);
    return false;
}

static bool parse_choice(OptionReader *reader, const Option *option, const char *text,
                         gpointer member, char **ret_hint)
{
    (void)reader;
    return parse_word(option, text, member, ret_hint);
}

static char *write_choice(const Option *option, gconstpointer member)
{
    return option_quote(name_of(option->names, *(const int *)member));
}

const OptionType OPTION_CHOICE = {.expected = "one of",
                                  .takes = TAKES_TEXT,
                                  .size = sizeof(int),
                                  .parse = parse_choice,
                                  .write = write_choice};

static bool parse_flag(OptionReader *reader, const Option *option, const char *text,
                       gpointer member, char **ret_hint)
{
    int word;
    (void)reader;
    if (!parse_word(option, text, &word, ret_hint))
        return false;
    *(guint *)member |= 1u << word;
    return true;
}

static char *write_flags(const Option *option, gconstpointer member)
{
    GString *out = g_string_new("[");
    for (guint i = 0; i < option->names->count; i++)
        if (*(const guint *)member & (1u << i))
            g_string_append_printf(out, "%s\"%s\"", out->len > 1 ? ", " : " ",
                                   option->names->names[i]);
    return g_string_free(g_string_append(out, " ]"), FALSE);
}

const OptionType OPTION_FLAGS = {.expected = "a list of",
                                 .takes = TAKES_TEXT,
                                 .list = true,
                                 .size = sizeof(guint),
                                 .parse = parse_flag,
                                 .write = write_flags};

// ---- what is expected ----

char *option_expected(const Option *option)
{
    GString *out = g_string_new(option->type->expected);
    if (option->names) {
        g_autofree char *list = name_list(option->names);
        g_string_append_printf(out, " %s", list);
    } else if (option->type == &OPTION_DURATION && option->max) {
        g_string_append(out, ", from ");
        append_duration(out, option->min);
        g_string_append(out, " to ");
        append_duration(out, option->max);
    } else if (option->type->takes == TAKES_NUMBER && option->max)
        g_string_append_printf(out, " from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->min,
                               option->max);
    else if (option->type == &OPTION_PATH && option->max)
        g_string_append_printf(out, ", whole of at most %" G_GINT64_FORMAT " bytes", option->max);
    else if (option->type == &OPTION_TEXT || option->type == &OPTION_TEXTS)
        g_string_append_printf(out, " of 1 to %" G_GINT64_FORMAT " bytes, printable",
                               option->max ? option->max : TEXT_MAX);
    return g_string_free(out, FALSE);
}
