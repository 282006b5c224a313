// signalbox-site: one practice region.
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

#include <config.h>

#include "site/site.h"

static const char HELP[] =
    "usage: signalbox-site --config FILE [--log-json] [--verbose]\n"
    "\n"
    "Runs one practice region: workflows, data and faults behind an HTTP API.\n"
    "\n"
    "  --config FILE   the region's configuration (JSON); see signalbox-site(8)\n"
    "  --check         read the configuration, say what is wrong with it, and exit\n"
    "  --verbose       log every command\n"
    "  --log-json      log lines as JSON\n"
    "  --version       print the version and exit\n"
    "  --help          print this and exit\n"
    "\n"
    "Exit status: 0 after SIGTERM or SIGINT, 1 if it could not start, 2 for wrong usage.\n";

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static int run(Site *site)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, false);
    guint term = g_unix_signal_add(SIGTERM, on_signal, loop);
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, loop);
    bool ok = site_start(site, &error);
    if (ok)
        g_main_loop_run(loop);
    else
        log_error(&site->log, "cannot start", "why", error->message);
    g_source_remove(term);
    g_source_remove(interrupt);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    g_autofree char *config = NULL;
    gboolean check = false, verbose = false, json = false, version = false, help = false;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, NULL, NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &check, NULL, NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, NULL, NULL},
        {"log-json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, NULL, NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, false);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "signalbox-site: %s.\n%s", error->message, HELP);
        return 2;
    }
    if (help || version) {
        fputs(help ? HELP : "signalbox-site (signalbox) " VERSION "\n", stdout);
        return EXIT_SUCCESS;
    }
    if (!config || argc > 1) {
        fprintf(stderr, "signalbox-site: %s.\n%s",
                config ? "too many arguments" : "--config is missing", HELP);
        return 2;
    }
    Site site = {.clock = clock_system()};
    site.log = (Log){site.clock, verbose ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, json, 2};
    id_source_init(&site.ids, site.clock, 0);
    site.region = site_config_load(config, &site.ids, &site.config, &error);
    int status = EXIT_FAILURE;
    if (!site.region)
        fprintf(stderr, "signalbox-site: %s\n", error->message);
    else
        status = check ? EXIT_SUCCESS : run(&site);
    site_stop(&site);
    id_source_release(&site.ids);
    return status;
}
