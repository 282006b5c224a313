#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/timefmt.h"

enum { LINE_MAX_BYTES = 8192 };

static const char *const LEVELS[] = {"error", "warning", "info", "debug"};

// A JSON string of `text` once escaped: after text_escape only quotes and backslashes are left.
static void append_json(GString *line, const char *text)
{
    g_autofree char *safe = text_escape(text);
    g_string_append_c(line, '"');
    for (const char *p = safe; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(line, '\\');
        g_string_append_c(line, *p);
    }
    g_string_append_c(line, '"');
}

static void append_plain(GString *line, const char *text)
{
    g_autofree char *safe = text_escape(text);
    bool quote = !*safe || strpbrk(safe, " \"=");
    g_string_append_printf(line, quote ? "\"%s\"" : "%s", safe);
}

static void append_field(GString *line, bool json, const char *name, const char *value)
{
    value = value ? value : "-";
    if (json) {
        g_string_append_c(line, ',');
        append_json(line, name);
        g_string_append_c(line, ':');
        append_json(line, value);
        return;
    }
    g_string_append_printf(line, " %s=", name);
    append_plain(line, value);
}

static void append_head(GString *line, const Log *log, LogLevel level, const char *message)
{
    g_autofree char *at = time_format_ms(clock_wall_ms(log->clock));
    if (log->json) {
        g_string_append_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", at,
                               LEVELS[level]);
        append_json(line, message);
        return;
    }
    g_autofree char *safe = text_escape(message);
    g_string_append_printf(line, "%s %-7s %s", at, LEVELS[level], safe);
}

static void put_line(const Log *log, GString *line)
{
    if (line->len > LINE_MAX_BYTES) {
        g_string_truncate(line, LINE_MAX_BYTES);
        g_string_append(line, log->json ? "\"}" : " (cut)");
    } else if (log->json)
        g_string_append_c(line, '}');
    g_string_append_c(line, '\n');
    gssize written = write(log->fd, line->str, line->len);
    (void)written; // a log that cannot be written has nobody to tell
}

void log_write(const Log *log, LogLevel level, const char *message, ...)
{
    if (!log || log->fd < 0 || level > log->level)
        return;
    g_autoptr(GString) line = g_string_sized_new(256);
    append_head(line, log, level, message);
    va_list args;
    va_start(args, message);
    for (const char *name; line->len < LINE_MAX_BYTES && (name = va_arg(args, const char *));)
        append_field(line, log->json, name, va_arg(args, const char *));
    va_end(args);
    put_line(log, line);
}

bool log_level_parse(const char *text, LogLevel *ret_level)
{
    for (guint i = 0; i < G_N_ELEMENTS(LEVELS); i++)
        if (g_strcmp0(text, LEVELS[i]) == 0) {
            *ret_level = (LogLevel)i;
            return true;
        }
    return false;
}
