// `signalbox`: the console, and a command for everything that a script or a pipeline wants. One table of
// commands feeds dispatch, help, the man page's list and the completion.
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command/command.h"

#include "config.h"

static const char CODES[] =
    "Exit codes: 0 fine, 1 refused or closed, 2 wrong usage, 3 no backend answered, 4 something "
    "is down, 5 not known whether it happened.";

const Command COMMANDS[] = {
    {"console", "[--arm] [--once --screen NAME --size WxH]",
     "opens the console (also without a command)",
     "Read-only until armed: --arm, or the key A. --once prints one screen and exits.", run_console,
     console_options},
    {"status", "", "says in a few lines what is so now",
     "Ends with 4 if a region is down or an alarm is critical.", run_status, NULL},
    {"regions", "", "lists the regions and their health", "Ends with 4 if one is down.",
     run_regions, NULL},
    {"roles", "[--filter WORDS]", "prints the matrix of workloads and locations", NULL, run_roles,
     roles_options},
    {"schedules", "[--from T] [--to T] [--filter TEXT]", "lists what fires when, where", NULL,
     run_schedules, schedules_options},
    {"signoffs", "", "lists the statements that wait for sign-offs", NULL, run_signoffs, NULL},
    {"operations", "[show ID [--statement]]", "lists operations, or shows one",
     "show prints the plan, the evidence and, as `confirm`, the phrase to type. --statement prints "
     "the statement in "
     "its canonical form: its SHA-256 is the digest that is signed.",
     run_operations, operations_options},
    {"readiness", "[--fail-on warning|error]", "lists the rules that do not hold",
     "Ends with 1 if a finding is at least as bad as --fail-on.", run_readiness, readiness_options},
    {"failover", "GROUP [--to LOCATION] --reason TEXT", "proposes a failover",
     "Nothing moves before the sign-offs it needs. Prints the operation's id. --dry-run prints the "
     "statement only.",
     run_failover, propose_options},
    {"failback", "GROUP --reason TEXT", "proposes the way home", NULL, run_failback,
     propose_options},
    {"signoff", "ID --approve|--reject --reason TEXT [--ticket T] [--confirm PHRASE]",
     "signs a statement",
     "The same checks and the same journal as in the console. PHRASE is the statement's `confirm`; "
     "on a terminal it "
     "is asked for. If the line drops, the same command with the printed --id asks what became of "
     "it.",
     run_signoff, signoff_options},
    {"watch", "ID", "prints the progress of an operation until it ends",
     "Ends with 4 if it did not complete.", run_watch, NULL},
    {"gate", "maintenance GROUP", "may a deployment go on? 0 open, 1 closed",
     "For pipelines: `signalbox gate maintenance payments && deploy`.", run_gate, NULL},
    {"audit", "list|verify|export [FILE]", "reads the audit log, or verifies an export offline",
     "export writes JSON lines to standard output. verify FILE checks the chain of an export (- is "
     "standard input).",
     run_audit, audit_options},
    {"check-config", "FILE [--daemon|--console]",
     "checks a fleet, daemon or console file, all mistakes at once",
     "Ends with 1 if there are mistakes.", run_check_config, check_config_options},
    {"demo", "[--headless] [--dir DIR] | fault LOCATION KIND",
     "starts a fleet to practise on, and opens the console on it",
     "Three regions, a daemon and a load, in a private directory; everything is taken down at the "
     "end. --headless prints the line `export SIGNALBOX_URL=…` when it is ready and runs until "
     "SIGTERM. fault breaks a region of a running demo (KIND is down, hang, slow, garbage or "
     "no-replication) or mends it (recover).",
     run_demo, demo_options},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

static const Command *find_command(const char *name)
{
    for (const Command *command = COMMANDS; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static void print_help(void)
{
    printf("Usage: signalbox [COMMAND] [OPTION …]\n\n"
           "A terminal operations console for business continuity across regions.\n\nCommands:\n");
    for (const Command *command = COMMANDS; command->name; command++)
        printf("  %-13s %s\n", command->name, command->summary);
    printf("\nOptions of every command: --url LIST, --token-file FILE, --config FILE, --json, "
           "--help.\n%s\n"
           "signalbox(1) has it all.\n",
           CODES);
}

static char *description_of(const Command *command)
{
    return g_strdup_printf("%s%s%s", command->details ? command->details : "",
                           command->details ? "\n\n" : "", CODES);
}

static bool parse_options(const Command *command, Session *session, int *argc, char ***argv)
{
    const GOptionEntry common[] = {
        {"url", 'u', 0, G_OPTION_ARG_STRING, &session->url,
         "Backends, tried in turn (unix:/PATH or http://HOST:PORT)", "LIST"},
        {"token-file", 0, 0, G_OPTION_ARG_FILENAME, &session->token_file,
         "Bearer token for TCP, mode 0600", "FILE"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &session->config_file, "Instead of signalbox.conf",
         "FILE"},
        {"journal", 0, 0, G_OPTION_ARG_FILENAME, &session->journal,
         "Where sign-offs are journalled", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &session->json, "Print JSON", NULL},
        {"ascii", 0, 0, G_OPTION_ARG_NONE, &session->ascii, "ASCII only", NULL},
        {"no-color", 0, 0, G_OPTION_ARG_NONE, &session->no_color, "No colours (also NO_COLOR)",
         NULL},
        G_OPTION_ENTRY_NULL};
    g_autofree char *usage = g_strdup_printf("%s — %s", command->usage, command->summary);
    g_autofree char *description = description_of(command);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_autoptr(GError) error = NULL;
    g_option_context_set_description(context, description);
    if (command->options)
        command->options(session, context);
    g_option_context_add_main_entries(context, common, NULL);
    if (g_option_context_parse(context, argc, argv, &error))
        return true;
    session_complain(session, EXIT_USAGE, "%s. Try: signalbox %s --help", error->message,
                     command->name);
    return false;
}

static void arguments_release(Arguments *args)
{
    char *texts[] = {args->filter, args->fail_on, args->from, args->to,   args->reason,
                     args->ticket, args->confirm, args->id,   args->dir,  args->screen,
                     args->size,   args->object,  args->demo, args->theme};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

static void session_release(Session *session)
{
    arguments_release(&session->args);
    client_free(session->client);
    console_config_free(session->config);
    if (session->endpoints)
        g_ptr_array_unref(session->endpoints);
    id_source_release(&session->ids);
    g_free(session->url);
    g_free(session->token_file);
    g_free(session->config_file);
    g_free(session->journal);
}

static int run(const Command *command, int argc, char **argv)
{
    Session session = {.name = command->name,
                       .no_color = g_getenv("NO_COLOR") && *g_getenv("NO_COLOR")};
    g_autofree char *program = g_strconcat("signalbox ", command->name, NULL);
    g_set_prgname(program);
    int code = parse_options(command, &session, &argc, &argv) ? command->run(&session, argc, argv)
                                                              : EXIT_USAGE;
    session_release(&session);
    return code;
}

static int complain_of(const char *name)
{
    g_autofree char *safe = text_escape(name);
    fprintf(stderr, "signalbox: there is no command %s. `signalbox --help` lists them.\n", safe);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bool options_only = argc < 2 || argv[1][0] == '-';
    if (!options_only) {
        const Command *command = find_command(argv[1]);
        return command ? run(command, argc - 1, argv + 1) : complain_of(argv[1]);
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help();
        return EXIT_FINE;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("signalbox %s\n", PACKAGE_VERSION);
        return EXIT_FINE;
    }
    return run(&COMMANDS[0], argc, argv);
}
