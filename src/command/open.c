// Opening the console, or printing one of its screens.
#include <unistd.h>

#include "base/error.h"
#include "command/key.h"
#include "console/console.h"
#include "view/screen.h"

void console_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"arm", 0, 0, G_OPTION_ARG_NONE, &session->args.arm, "Opens the keys that change something",
         NULL},
        {"once", 0, 0, G_OPTION_ARG_NONE, &session->args.once, "Prints one screen and exits", NULL},
        {"screen", 0, 0, G_OPTION_ARG_STRING, &session->args.screen,
         "Which (overview, roles, signoffs ...)", "NAME"},
        {"object", 0, 0, G_OPTION_ARG_STRING, &session->args.object,
         "Of what: a region, an operation", "NAME"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &session->args.size,
         "For --once: columns and lines (80x24)", "WxH"},
        {"ansi", 0, 0, G_OPTION_ARG_NONE, &session->args.ansi,
         "With --once: with the colours of the theme", NULL},
        {"theme", 0, 0, G_OPTION_ARG_STRING, &session->args.theme, "dark, light or mono", "NAME"},
        {"slow-link", 0, 0, G_OPTION_ARG_NONE, &session->args.slow_link,
         "Draws twice a second at most", NULL},
        {"demo", 0, 0, G_OPTION_ARG_FILENAME, &session->args.demo,
         "Directory of a running demo, for `!`", "DIR"},
        {"key", 0, 0, G_OPTION_ARG_FILENAME, &session->args.key,
         "The SSH key to sign with: a file, or a fingerprint or comment in the agent", "KEY"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

enum { SIZE_MAX_CELLS = 1000 };

// "80x24".
static bool read_size(const Session *session, int *ret_width, int *ret_height)
{
    guint64 width = 80, height = 24;
    g_auto(GStrv) parts = g_strsplit(session->args.size ? session->args.size : "80x24", "x", -1);
    if (g_strv_length(parts) != 2 ||
        !g_ascii_string_to_unsigned(parts[0], 10, 1, SIZE_MAX_CELLS, &width, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 1, SIZE_MAX_CELLS, &height, NULL))
        return false;
    *ret_width = (int)width;
    *ret_height = (int)height;
    return true;
}

static char *screen_names(void)
{
    guint count;
    const Screen *const *screens = screens_all(&count);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", screens[i]->name);
    return g_string_free(text, FALSE);
}

int open_console(Session *session, const char *const *card)
{
    int code = EXIT_FINE, width, height;
    const Arguments *args = &session->args;
    const Screen *screen = args->screen ? screen_by_name(args->screen) : NULL;
    g_autoptr(GError) error = NULL;
    if (args->screen && !screen) {
        g_autofree char *names = screen_names();
        return session_complain(session, EXIT_USAGE, "there is no screen %s; there are: %s",
                                args->screen, names);
    }
    if (!read_size(session, &width, &height))
        return session_complain(session, EXIT_USAGE, "--size is WIDTHxHEIGHT, such as 80x24");
    if (!args->once && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return session_complain(session, EXIT_USAGE,
                                "the console needs a terminal. `signalbox --once` prints a screen, "
                                "`signalbox status` says how it is");
    if (!session_open(session, &code))
        return code;
    ConsoleOptions options = {.config = session->config,
                              .endpoints = session->endpoints,
                              .journal = session->journal,
                              .theme = args->theme,
                              .ascii = session->ascii,
                              .mono = session->no_color,
                              .ansi = args->ansi,
                              .slow_link = args->slow_link,
                              .armed = args->arm,
                              .demo = args->demo,
                              .card = card,
                              .screen = screen ? screen->id : SCREEN_NONE,
                              .object = args->object,
                              .signing_key = key_wish(session)};
    bool ok =
        args->once ? console_print(&options, width, height, &error) : console_run(&options, &error);
    if (ok)
        return EXIT_FINE;
    // a theme, a key, a terminal that cannot be used: nothing a backend said
    bool local =
        err_is(error, ERR_NOT_FOUND) || err_is(error, ERR_INVALID) || err_is(error, ERR_REFUSED);
    return local ? session_complain(session, EXIT_USAGE, "%s", error->message)
                 : session_fail(session, error);
}

int run_console(Session *session, int argc, char **argv)
{
    if (argc > 1)
        return session_complain(session, EXIT_USAGE,
                                "there is no argument %s; a command comes before its options",
                                argv[1]);
    return open_console(session, NULL);
}
