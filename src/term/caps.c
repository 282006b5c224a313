#include "term/caps.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>
#undef ERR // from here on base/error.h's

#include "base/error.h"

static const char use_once[] =
    "Use `signalbox --once` or a command such as `signalbox status` instead.";

// Terminals whose descriptions Debian leaves out or puts into packages few have.
static const char *const xterm_like[] = {"xterm",   "kitty",     "foot", "ghostty",
                                         "wezterm", "alacritty", "st-",  "contour",
                                         "konsole", "gnome",     "vte",  "iterm"};
// Terminals that draw a frame at once between two marks (private mode 2026).
static const char *const frame_marks[] = {"kitty",     "foot",    "ghostty", "wezterm",
                                          "alacritty", "contour", "iterm"};
// Terminals that do not know operating system commands and private modes, or garble them.
static const char *const old_ones[] = {"linux", "vt", "ansi", "cons", "sun", "dumb", "hurd"};

static bool name_has(const char *name, const char *const *parts, gsize n, bool at_start)
{
    for (gsize i = 0; i < n; i++) {
        const char *found = strstr(name, parts[i]);
        if (found && (!at_start || found == name))
            return true;
    }
    return false;
}

ColourDepth caps_depth(const DepthFacts *facts)
{
    if (facts->no_color && *facts->no_color)
        return DEPTH_MONO;
    if (facts->colours < 8)
        return DEPTH_MONO;
    if (facts->colours < 256 || !facts->takes_256)
        return DEPTH_8;
    bool direct =
        g_strcmp0(facts->colorterm, "truecolor") == 0 || g_strcmp0(facts->colorterm, "24bit") == 0;
    return direct ? DEPTH_TRUE : DEPTH_256;
}

bool caps_is_light(const char *colorfgbg)
{
    const char *background = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
    return background && (strcmp(background, ";7") == 0 || strcmp(background, ";15") == 0);
}

const char *caps_fallback(const char *term)
{
    if (!term || !*term || strcmp(term, "unknown") == 0)
        return NULL;
    if (name_has(term, xterm_like, G_N_ELEMENTS(xterm_like), false))
        return "xterm-256color";
    if (g_str_has_prefix(term, "tmux") || g_str_has_prefix(term, "screen"))
        return "screen";
    // Nearly all that names itself newly is like xterm, and its description holds back the wrap behind the last
    // column. That of "ansi" does not, and leaves stray cells on a terminal that does.
    return "xterm";
}

static void unload_description(void)
{
    if (cur_term)
        del_curterm(cur_term);
}

static bool load_description(const char *term, int fd)
{
    int result = 0;
    if (setupterm(term, fd, &result) == OK && result == 1)
        return true;
    unload_description();
    return false;
}

static const char *find_description(const char *term, int fd)
{
    const char *fallback = caps_fallback(term);
    if (term && *term && load_description(term, fd))
        return term;
    return fallback && load_description(fallback, fd) ? fallback : NULL;
}

static const char *string_of(const char *name)
{
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

// A capability's bytes without the padding marks "$<5>" meant for hardware of old.
static void append_bytes(GString *out, const char *value)
{
    while (value && *value) {
        const char *close = g_str_has_prefix(value, "$<") ? strchr(value, '>') : NULL;
        if (close)
            value = close + 1;
        else
            g_string_append_c(out, *value++);
    }
}

static void find_restore(TermCaps *caps)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
    g_autoptr(GString) out = g_string_new(NULL);
    if (caps->modern) // mouse, paste and frame marks off, whether they were on or not
        g_string_append(out, "\033[?1000l\033[?1006l\033[?2004l");
    if (caps->sync)
        g_string_append(out, "\033[?2026l");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        append_bytes(out, string_of(names[i]));
    if (!string_of("rmcup")) // no second screen: leave the last line to the shell
        g_string_append(out, "\r\n");
    caps->restore_size = MIN(out->len, sizeof caps->restore);
    memcpy(caps->restore, out->str, caps->restore_size);
}

static void find_enter(TermCaps *caps)
{
    g_autoptr(GString) out = g_string_new(NULL);
    append_bytes(out, string_of("smcup"));
    caps->enter_size = MIN(out->len, sizeof caps->enter);
    memcpy(caps->enter, out->str, caps->enter_size);
    const char *region = string_of("csr");
    g_strlcpy(caps->region, region ? region : "", sizeof caps->region);
}

void caps_append_region(const TermCaps *caps, int height, GByteArray *out)
{
    const char *bytes = *caps->region
                            ? tparm(caps->region, 0L, (long)height - 1, 0L, 0L, 0L, 0L, 0L, 0L, 0L)
                            : NULL;
    if (bytes)
        g_byte_array_append(out, (const guint8 *)bytes, (guint)strlen(bytes));
}

static bool takes_256_colours(void)
{
    const char *setaf = string_of("setaf");
    const char *made = setaf ? tparm(setaf, 200L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L) : NULL;
    return made && strcmp(made, "\033[38;5;200m") == 0;
}

static void find_caps(const char *name, TermCaps *caps)
{
    *caps = (TermCaps){0};
    g_strlcpy(caps->name, name, sizeof caps->name);
    const char *term = g_getenv("TERM");
    caps->light = caps_is_light(g_getenv("COLORFGBG"));
    caps->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    caps->modern = !name_has(term ? term : "", old_ones, G_N_ELEMENTS(old_ones), true);
    caps->sync = name_has(term ? term : "", frame_marks, G_N_ELEMENTS(frame_marks), false);
    caps->depth = caps_depth(&(DepthFacts){.colours = tigetnum("colors"),
                                           .takes_256 = takes_256_colours(),
                                           .colorterm = g_getenv("COLORTERM"),
                                           .no_color = g_getenv("NO_COLOR")});
    find_restore(caps);
    find_enter(caps);
}

bool caps_detect(int fd, TermCaps *ret_caps, GError **error)
{
    const char *term = g_getenv("TERM");
    if (!isatty(fd)) {
        g_set_error(error, ERR, ERR_REFUSED,
                    "The console needs a terminal, and standard input or output is none. %s",
                    use_once);
        return false;
    }
    const char *name = find_description(term, fd);
    if (!name || !string_of("cup")) {
        g_set_error(error, ERR, ERR_REFUSED,
                    "The terminal \"%s\" (TERM) cannot show a screen: the cursor cannot be placed "
                    "on it. %s",
                    term ? term : "", use_once);
        unload_description();
        return false;
    }
    find_caps(name, ret_caps);
    unload_description();
    return true;
}
