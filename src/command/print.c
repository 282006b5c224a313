// Everything that the commands print goes through here: texts from outside are hostile.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "command/command.h"

// ---- safe text ----

static void append_ascii(GString *out, const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar ch = g_utf8_get_char(p);
        if (ch < 0x80)
            g_string_append_c(out, (char)ch);
        else
            g_string_append_printf(out, "\\u{%x}", ch);
    }
}

char *print_safe(const Session *session, const char *text)
{
    char *safe = text_escape(text);
    if (!session->ascii)
        return safe;
    GString *ascii = g_string_new(NULL);
    append_ascii(ascii, safe);
    g_free(safe);
    return g_string_free(ascii, FALSE);
}

// The JSON escape of everything that a terminal could take for a command, or that shows as what it is not.
static void append_json_unit(GString *out, const TextUnit *unit, const char *from, const char *to,
                             bool ascii)
{
    gunichar ch = g_utf8_get_char(from);
    if (unit->ch && (!ascii || ch < 0x80))
        g_string_append_len(out, from, to - from);
    else if (ch > 0xffff)
        g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((ch - 0x10000) >> 10),
                               0xdc00 + ((ch - 0x10000) & 0x3ff));
    else
        g_string_append_printf(out, "\\u%04x", ch);
}

// `text` is JSON in one line: all that is not ASCII stands in strings, where an escape means the same.
static char *safe_json(const char *text, bool ascii)
{
    GString *out = g_string_new(NULL);
    const char *p = text, *end = text + strlen(text);
    TextUnit unit;
    for (const char *from = p; text_next(&p, end, &unit); from = p)
        append_json_unit(out, &unit, from, p, ascii);
    return g_string_free(out, FALSE);
}

// ---- lines ----

static void print_valist(const Session *session, FILE *file, const char *before, const char *format,
                         va_list args)
{
    g_autofree char *text = g_strdup_vprintf(format, args);
    g_autofree char *safe = print_safe(session, text);
    fprintf(file, "%s%s\n", before, safe);
}

void print_line(const Session *session, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_valist(session, stdout, "", format, args);
    va_end(args);
}

void print_error(const Session *session, const char *format, ...)
{
    g_autofree char *before = g_strdup_printf("signalbox %s: ", session->name);
    va_list args;
    va_start(args, format);
    print_valist(session, stderr, before, format, args);
    va_end(args);
}

void print_json(const Session *session, json_t *json)
{
    g_autofree char *text = wire_format(json);
    g_autofree char *safe = safe_json(text, session->ascii);
    puts(safe);
    json_decref(json);
}

static void print_safe_lines(const Session *session, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *safe = g_utf8_validate(lines[i], -1, NULL)
                                    ? safe_json(lines[i], session->ascii)
                                    : print_safe(session, lines[i]);
        printf("%s%s", safe, lines[i + 1] ? "\n" : "");
    }
}

void print_exactly(const Session *session, const char *text)
{
    if (isatty(STDOUT_FILENO))
        print_safe_lines(session, text);
    else
        fputs(text, stdout);
}

bool print_finish(const Session *session)
{
    bool ok = fflush(stdout) == 0 && !ferror(stdout);
    if (!ok && errno != EPIPE) // whoever read it has had enough
        print_error(session, "what was to be printed could not be written: %s", g_strerror(errno));
    return ok || errno == EPIPE;
}
