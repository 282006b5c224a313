#include "daemon/options.h"

#include "base/error.h"

static const char SUMMARY[] =
    "The control plane of signalbox: watches regions, proposes failovers with their evidence, "
    "takes\n"
    "sign-offs, carries operations out step by step. signalboxd(8) says more.";

static const char DESCRIPTION[] = "Exit status: 0 after SIGTERM or SIGINT and a good check; 1 if "
                                  "it cannot start or go on, or if a\n"
                                  "checked file has a mistake; 2 for wrong usage.";

static bool check_usage(Options *options, GError **error)
{
    bool ok = false;
    if (options->files && !options->check)
        g_set_error(error, ERR, ERR_INVALID, "\"%s\" is not understood: only --check takes files",
                    options->files[0]);
    else if (options->log_level && !log_level_parse(options->log_level, &options->level))
        g_set_error(error, ERR, ERR_INVALID,
                    "--log-level is \"%s\"; expected error, warning, info or debug",
                    options->log_level);
    else
        ok = true;
    return ok;
}

bool options_parse(Options *options, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config,
         "The daemon's file (" SB_SYSCONFDIR "/signalbox/signalboxd.conf)", "FILE"},
        {"check", 0, 0, G_OPTION_ARG_NONE, &options->check,
         "Read the files, list every mistake, end; FILEs may be daemon files and fleet files",
         NULL},
        {"dump", 0, 0, G_OPTION_ARG_NONE, &options->dump,
         "Write the configuration in force, defaults included, and end", NULL},
        {"backup", 0, 0, G_OPTION_ARG_FILENAME, &options->backup,
         "Copy the store to FILE, which must not be there, and end; a daemon may run meanwhile",
         "FILE"},
        {"log-level", 0, 0, G_OPTION_ARG_STRING, &options->log_level,
         "error, warning, info or debug, whatever the file says", "LEVEL"},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "Write the version and end",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL, "[FILE…]"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(context, SUMMARY);
    g_option_context_set_description(context, DESCRIPTION);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error) || !check_usage(options, error))
        return false;
    if (!options->config)
        options->config = g_strdup(SB_SYSCONFDIR "/signalbox/signalboxd.conf");
    return true;
}

void options_release(Options *options)
{
    g_free(options->config);
    g_free(options->backup);
    g_free(options->log_level);
    g_strfreev(options->files);
    *options = (Options){0};
}
