// Checking files before a daemon reads them.
#include <stdio.h>

#include "command/command.h"
#include "conf/daemon.h"
#include "conf/fleet.h"
#include "conf/mistake.h"
#include "driver/drivers.h"
#include "sched/zone.h"

void check_config_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"daemon", 0, 0, G_OPTION_ARG_NONE, &session->args.daemon,
                                     "It is a daemon file, not a fleet file", NULL},
                                    {"console", 0, 0, G_OPTION_ARG_NONE, &session->args.console,
                                     "It is a console's file", NULL},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static bool zone_is_known(const char *name)
{
    Zones *zones = zones_new();
    bool known = zones_get(zones, name, NULL) != NULL;
    zones_free(zones);
    return known;
}

static bool load(const Session *session, const char *path, GPtrArray *mistakes)
{
    if (session->args.daemon) {
        g_autoptr(DaemonConfig) config = NULL;
        return conf_load_daemon(path, false, &config, mistakes);
    }
    if (session->args.console) {
        g_autoptr(ConsoleConfig) config = NULL;
        return conf_load_console(path, &config, mistakes);
    }
    const FleetNames names = {driver_names(), zone_is_known, driver_credentials(),
                              driver_parameters};
    g_autoptr(Fleet) fleet = NULL;
    return conf_load_fleet(path, &names, &fleet, mistakes);
}

static json_t *mistakes_json(const GPtrArray *mistakes)
{
    json_t *list = json_array();
    for (guint i = 0; i < mistakes->len; i++) {
        const Mistake *mistake = mistakes->pdata[i];
        json_t *row = json_object();
        wire_set_text(row, "file", mistake->file);
        json_object_set_new(row, "line", json_integer(mistake->line));
        wire_set_text(row, "path", mistake->path);
        wire_set_text(row, "text", mistake->text);
        json_array_append_new(list, row);
    }
    return list;
}

int run_check_config(Session *session, int argc, char **argv)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    if (argc != 2 || (session->args.daemon && session->args.console))
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox check-config FILE [--daemon|--console]");
    bool ok = load(session, argv[1], mistakes);
    if (session->json) {
        print_json(session, json_pack("{s:b, s:o}", "ok", ok, "mistakes", mistakes_json(mistakes)));
        return ok ? EXIT_FINE : EXIT_REFUSED;
    }
    for (guint i = 0; i < mistakes->len; i++) {
        g_autofree char *line = mistake_format(mistakes->pdata[i]);
        fprintf(stderr, "%s\n", line);
    }
    if (ok)
        print_line(session, "%s: no mistakes.", argv[1]);
    else {
        g_autofree char *count = mistakes_count(mistakes);
        fprintf(stderr, "%s\n", count);
    }
    return ok ? EXIT_FINE : EXIT_REFUSED;
}
