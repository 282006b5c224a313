// `signalbox`: the console, and a command for everything that a script or a pipeline wants. One table of
// commands feeds dispatch, help, the man page's list and the completion.
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"

#include "config.h"

enum { HELP_COLUMNS = 79 };

static const char *const EXIT_MEANINGS[EXIT_CODES] = {
    [EXIT_FINE] = "fine",
    [EXIT_REFUSED] = "refused, closed, or not as it should be",
    [EXIT_USAGE] = "wrong usage or configuration",
    [EXIT_UNREACHABLE] = "no backend answered, or what answered is none",
    [EXIT_DOWN] = "something is down, critical, or did not complete",
    [EXIT_UNKNOWN] = "sent, but not known whether it happened: look before doing it again",
};

static int run_help(Session *session, int argc, char **argv);

const Command COMMANDS[] = {
    {"console", "[--arm] [--once --screen NAME --size WxH [--ansi]]",
     "opens the console (also without a command)",
     "Read-only until armed: --arm, or the key A. --once prints one screen and exits.", run_console,
     console_options},
    {"status", "", "says in a few lines what is so now",
     "Ends with 4 if a region is down or an alarm is critical.", run_status, NULL},
    {"regions", "", "lists the regions and their health", "Ends with 4 if one is down.",
     run_regions, NULL},
    {"roles", "[--filter WORDS]", "prints the matrix of workloads and locations", NULL, run_roles,
     roles_options},
    {"schedules",
     "[--from T] [--to T] [--filter TEXT] | next RULE-JSON [--after T] [--count N] [--zone Z]",
     "lists what fires when, where; or what a rule means",
     "next needs no backend: RULE-JSON is a recurrence as a workflow has it ({\"frequency\": "
     "\"Day\", \"startTime\": ...}; - reads it from standard input). It prints the occurrences in "
     "UTC, on the rule's clock and on mine, what clocks do between them, and what the rule leaves "
     "open.",
     run_schedules, schedules_options},
    {"runs", "[WORKLOAD] [--location NAME] [--from T] [--to T] [--limit N]",
     "lists what ran where, of all locations together",
     "The newest first. The backend keeps the history, whatever location is up.", run_runs,
     runs_options},
    {"signoffs", "", "lists the statements that wait for sign-offs", NULL, run_signoffs, NULL},
    {"operations", "[show ID [--statement] | VERB ID [--reason TEXT]]",
     "lists operations, shows one, or tells one what to do",
     "show prints the plan, the evidence and, as `confirm`, the phrase to type. --statement prints "
     "the statement in its canonical form: its SHA-256 is the digest that is signed. VERB is "
     "start (do not wait for the end of the hold window), hold (no new steps), resume, retry "
     "(failed steps, or --step N), withdraw (a proposal, or an act that waits), confirm (a "
     "manual step is done: --step N), or attest (the old primary is off: --how power, network, "
     "console or provider; that takes two signers). skip (failed steps, or --step N) and abort "
     "(undo; it is held "
     "meanwhile) only ask: they print a statement of their own, and the command that signs it. "
     "All but hold need --reason. Of a region-level operation hold, resume and withdraw "
     "mean "
     "all of its groups; retry proposes again those that were not moved.",
     run_operations, operations_options},
    {"alarms", "", "lists the alarms", "Ends with 4 if one is critical and not acknowledged.",
     run_alarms, NULL},
    {"ack", "ID [--note TEXT | --withdraw --reason TEXT]",
     "acknowledges an alarm, or takes that back", NULL, run_ack, ack_options},
    {"sinks", "[test NAME]", "lists who is told what happens, or sends one of them a test",
     "Ends with 4 if one takes nothing. A test needs the role operator.", run_sinks, NULL},
    {"automation", "[off [GROUP] --for DURATION --reason TEXT | on [GROUP] --reason TEXT]",
     "says whether failovers may start by themselves, or changes it",
     "off holds for a time, at most 7 days; what the watchdog proposes waits for a sign-off then.",
     run_automation, automation_options},
    {"readiness",
     "[--group GROUP] [--fail-on warning|error] | ack ID --note TEXT --until DATE | ack ID "
     "--withdraw "
     "--reason TEXT",
     "lists the rules that do not hold, or acknowledges a finding",
     "Ends with 1 if a finding that nobody has acknowledged is at least as bad as --fail-on. ack "
     "says that somebody knows of it: it stays listed, and in every statement, and counts again "
     "when the date passes, its facts change, or somebody takes that back (--withdraw).",
     run_readiness, readiness_options},
    {"parity",
     "GROUP [--kind KIND] | confirm GROUP/WORKLOAD STANDBY KIND NAME --note TEXT | "
     "confirm GROUP/WORKLOAD STANDBY KIND NAME --withdraw --reason TEXT",
     "lists what a standby that is kept by hand lacks, or confirms one of it",
     "For each kind of entity how many either side has, and what is missing, different or extra on "
     "the standby: the check-list of what must be repeated there. confirm says that a person has "
     "seen to one of them; it comes back when either side changes, or when somebody takes that "
     "back "
     "(--withdraw).",
     run_parity, parity_options},
    {"snapshots", "[GROUP] | show GROUP/WORKLOAD [--number N]",
     "lists the kept configurations of connectors, or shows one",
     "A connector's configuration is lost with its region: the backend keeps the last that differ, "
     "without secrets, and a failover makes a new connector of the newest. show prints all that is "
     "in one, and what it says otherwise than the one before.",
     run_snapshots, snapshots_options},
    {"outlook", "GROUP", "says what a group's failover would be like",
     "Its objectives against what earlier operations and drills took, replication over the last "
     "two "
     "hours, the maintenance gate, what would not work, what is yours to do, who does what, and "
     "what "
     "customers would be told.",
     run_outlook, NULL},
    {"plans", "[review GROUP --reason TEXT] [--fail-on warning|error]",
     "says when the failover plans were reviewed and tested, and are due",
     "A plan is due a year after the older of the two dates. review records that it was reviewed "
     "now; a drill records the test. Ends with 1 if a plan is soon due (warning: 35 days) or "
     "overdue (error) and --fail-on asks.",
     run_plans, plans_options},
    {"failover", "GROUP|--region LOCATION [--to LOCATION] --reason TEXT", "proposes a failover",
     "Nothing moves before the sign-offs it needs. Prints the operation's id. --dry-run prints the "
     "statement only. --region proposes one for every group that is active there: one region-level "
     "operation, whose groups are signed and carried out each on its own. What has an operation "
     "that moves it the same way becomes a part of it; what cannot be moved is left out, with why.",
     run_failover, propose_options},
    {"failback", "GROUP|--region LOCATION --reason TEXT", "proposes the way home",
     "--region proposes it for every group that is at home there and elsewhere now.", run_failback,
     propose_options},
    {"drill", "GROUP|--region LOCATION --isolated|--live [--to LOCATION] --reason TEXT",
     "proposes an exercise",
     "--isolated looks at what every step of the plan would command, there and on the way home, "
     "and says what would not work: nothing is commanded. --live moves the group to its standby "
     "and "
     "home again; carried out without exceptions it is the year's test of the plan. Both are "
     "signed, "
     "under a phrase of their own. A drill begins at home, and makes room for the real thing. "
     "--region exercises every group that is at home there: one region-level operation, whose "
     "groups are signed and carried out each on its own.",
     run_drill, drill_options},
    {"signoff",
     "ID --approve|--reject --reason TEXT [--ticket T] [--confirm PHRASE] [--key KEY | "
     "--no-signature]",
     "signs a statement",
     "The same checks and the same journal as in the console. PHRASE is the statement's `confirm`; "
     "on a terminal it is asked for. If the line drops, it is asked what became of it; "
     "`signalbox signoff ID --id SIGNOFF` asks again later (1: it is not recorded). With --id and "
     "a "
     "decision it signs only what is not recorded yet, so that a script may repeat it. Where the "
     "group asks for it an approval is signed with an SSH key, through the agent or with a key "
     "file: "
     "--key, SIGNALBOX_KEY or signing_key in signalbox.conf(5) says which; an agent's key is named "
     "by fingerprint or comment, a file by its path (its public half lies beside it). A skip or an "
     "abort that waits is signed before the operation itself. --break-glass is for one person "
     "alone, where the group allows it: PHRASE is \"I ALONE BREAK THE GLASS: \" and the "
     "statement's, everybody is alarmed, and a review is due (`signalbox review`). --withdraw "
     "SIGNOFF takes an approval of yours back, before the point of no return.",
     run_signoff, signoff_options},
    {"report", "ID", "prints an operation's whole story as Markdown",
     "For the post-mortem: objectives against what came of them, what was lost, the timeline, "
     "steps, "
     "sign-offs, what changed under them, the evidence. --json prints the same as JSON. Of an "
     "operation that is under way it tells the story so far.",
     run_report, NULL},
    {"passivate", "GROUP/WORKLOAD LOCATION --reason TEXT [--holder | --withdraw]",
     "switches an instance off, out of a split brain",
     "The safe direction: it takes no sign-off, but your name and a reason. The side that has the "
     "role is only switched off with --holder; then it is active nowhere. While it is not seen "
     "off, "
     "because its target is silent, --withdraw takes it back; what had left is not called back.",
     run_passivate, passivate_options},
    {"review", "[--all] | SIGNOFF --reason TEXT",
     "lists the reviews that break-glass sign-offs have left, or closes one",
     "Whoever broke the glass cannot close it: an approver who looked at it does, and says what "
     "was found.",
     run_review, review_options},
    {"watch", "ID", "prints the progress of an operation until it ends",
     "Ends with 4 if it did not complete. A backend that does not answer is waited for, 30 s. "
     "--json prints the operation, a line a change.",
     run_watch, NULL},
    {"gate", "maintenance GROUP", "may a deployment go on? 0 open, 1 closed",
     "For pipelines: `signalbox gate maintenance payments && deploy`.", run_gate, NULL},
    {"audit",
     "list [--from SEQ] | export | verify [FILE] [--allowed-signers FILE] [--revoked FILE]",
     "reads the audit log, or verifies its chain and signatures",
     "export writes JSON lines to standard output. verify checks the backend's log, or an export, "
     "without any backend (FILE - is standard input): the chain, of each sign-off that it holds "
     "what "
     "was signed, and each signature. --allowed-signers says whose key is whose (validity is "
     "judged "
     "at the time of the record), --revoked which keys count no longer, whenever they signed. "
     "doc/VERIFY shows the same with public tools.",
     run_audit, audit_options},
    {"check-config", "FILE [--daemon|--console]",
     "checks a fleet, daemon or console file, all mistakes at once",
     "Ends with 1 if there are mistakes.", run_check_config, check_config_options},
    {"demo", "[--headless] [--dir DIR] | fault LOCATION KIND",
     "starts a fleet to practise on, and opens the console on it",
     "Three regions, a daemon and a load, in a private directory; everything is taken down at the "
     "end. --headless prints the line `export SIGNALBOX_URL=...` when it is ready and runs until "
     "SIGTERM. fault breaks a region of a running demo (KIND is down, hang, slow, garbage or "
     "no-replication) or mends it (recover).",
     run_demo, demo_options},
    {"help", "[COMMAND]", "lists the commands, or says what one does", NULL, run_help, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

static const Command *find_command(const char *name)
{
    for (const Command *command = COMMANDS; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static void append_codes(GString *text)
{
    g_string_append(text, "Exit codes:\n");
    for (int code = 0; code < EXIT_CODES; code++)
        g_string_append_printf(text, "  %d  %s\n", code, EXIT_MEANINGS[code]);
}

static void print_help(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append(text,
                    "Usage: signalbox [COMMAND] [OPTION ...]\n\n"
                    "A terminal operations console for business continuity across regions.\n\n"
                    "Commands:\n");
    for (const Command *command = COMMANDS; command->name; command++)
        g_string_append_printf(text, "  %-13s %s\n", command->name, command->summary);
    g_string_append(text,
                    "\nOptions of every command: --url LIST, --token-file FILE, --config FILE, "
                    "--journal DIR, --json, --ascii, --no-color, --help.\n\n");
    append_codes(text);
    g_string_append(text,
                    "\n`signalbox COMMAND --help` has a command's own; signalbox(1) has all.\n");
    fputs(text->str, stdout);
}

// Words of `text`, broken into lines.
static void append_wrapped(GString *out, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize column = 0;
    for (guint i = 0; words[i]; i++) {
        gsize length = strlen(words[i]);
        bool fits = column + 1 + length <= HELP_COLUMNS;
        if (i)
            g_string_append_c(out, fits ? ' ' : '\n');
        g_string_append(out, words[i]);
        column = i && fits ? column + 1 + length : length;
    }
    g_string_append(out, "\n\n");
}

static char *description_of(const Command *command)
{
    GString *text = g_string_new(NULL);
    if (command->details)
        append_wrapped(text, command->details);
    append_codes(text);
    return g_string_free(text, FALSE);
}

static void print_command_help(GOptionContext *context)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    g_auto(GStrv) parts = g_strsplit(text, "[OPTION\u2026]", 2); // plain ASCII for every locale
    g_autofree char *plain = g_strjoinv("[OPTION ...]", parts);
    fputs(plain, stdout);
}

static GPtrArray *texts_of(const Arguments *args)
{
    char *const texts[] = {
        args->filter,  args->fail_on, args->from,  args->to,         args->reason,   args->ticket,
        args->confirm, args->note,    args->lasts, args->id,         args->dir,      args->screen,
        args->size,    args->object,  args->demo,  args->theme,      args->after,    args->zone,
        args->created, args->region,  args->until, args->group,      args->location, args->key,
        args->allowed, args->revoked, args->kind,  args->checkpoints};
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i])
            g_ptr_array_add(list, texts[i]);
    return list;
}

// Texts come as bytes, whatever the locale: a pipeline in the C locale may give reasons too.
static bool check_texts(Session *session)
{
    g_autoptr(GPtrArray) texts = texts_of(&session->args);
    for (guint i = 0; i < texts->len; i++)
        if (!g_utf8_validate(texts->pdata[i], -1, NULL)) {
            session_complain(session, EXIT_USAGE, "%s is not UTF-8", (char *)texts->pdata[i]);
            return false;
        }
    return true;
}

enum { COMMON_OPTIONS = 8 };

// The options of every command, into `session`; `ret` has room for all and the end.
static void common_options(Session *session, GOptionEntry ret[COMMON_OPTIONS + 1])
{
    const GOptionEntry common[COMMON_OPTIONS + 1] = {
        {"url", 'u', 0, G_OPTION_ARG_FILENAME, &session->url,
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
        {"help", 'h', 0, G_OPTION_ARG_NONE, &session->help, "Says all this", NULL},
        G_OPTION_ENTRY_NULL};
    memcpy(ret, common, sizeof common);
}

static bool parse_options(const Command *command, Session *session, int *argc, char ***argv)
{
    GOptionEntry common[COMMON_OPTIONS + 1];
    common_options(session, common);
    g_autofree char *usage = g_strdup_printf("%s - %s", command->usage, command->summary);
    g_autofree char *description = description_of(command);
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_autoptr(GError) error = NULL;
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_description(context, description);
    if (command->options)
        command->options(session, context);
    g_option_context_add_main_entries(context, common, NULL);
    bool parsed = g_option_context_parse(context, argc, argv, &error);
    if (parsed && session->help)
        print_command_help(context);
    if (parsed)
        return check_texts(session);
    session_complain(session, EXIT_USAGE, "%s. Try `signalbox %s --help`%s", error->message,
                     command->name,
                     session->unnamed ? "; a command comes before its own options" : "");
    return false;
}

static void arguments_release(Arguments *args)
{
    g_autoptr(GPtrArray) texts = texts_of(args);
    for (guint i = 0; i < texts->len; i++)
        g_free(texts->pdata[i]);
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

// `named`: the command was given, and is argv[0]; else the console is meant.
static int run(const Command *command, bool named, int argc, char **argv)
{
    Session session = {.name = command->name,
                       .unnamed = !named,
                       .ascii = g_strcmp0(nl_langinfo(CODESET), "UTF-8") != 0,
                       .no_color = g_getenv("NO_COLOR") && *g_getenv("NO_COLOR")};
    g_autofree char *program = g_strconcat("signalbox ", command->name, NULL);
    g_set_prgname(program);
    int code = EXIT_USAGE;
    if (parse_options(command, &session, &argc, &argv))
        code = session.help ? EXIT_FINE : command->run(&session, argc, argv);
    if (!print_finish(&session) && code == EXIT_FINE)
        code = EXIT_REFUSED;
    session_release(&session);
    return code;
}

static int complain_of(const char *name)
{
    Session session = {.name = "", .ascii = TRUE};
    g_autofree char *safe = print_safe(&session, name);
    fprintf(stderr, "signalbox: there is no command %s. `signalbox --help` lists them.\n", safe);
    return EXIT_USAGE;
}

static int run_help(Session *session, int argc, char **argv)
{
    const Command *command = argc == 2 ? find_command(argv[1]) : NULL;
    if (argc > 2)
        return session_complain(session, EXIT_USAGE, "expected: signalbox help [COMMAND]");
    if (argc == 2 && !command)
        return complain_of(argv[1]);
    if (!command) {
        print_help();
        return EXIT_FINE;
    }
    char *asked[] = {argv[0], (char[]){"--help"}, NULL};
    return run(command, true, 2, asked);
}

// How many arguments the common option at the start of argv takes up: 1 or 2; 0 = it is none of them.
static int common_length(char **argv)
{
    Session session = {0};
    GOptionEntry common[COMMON_OPTIONS + 1];
    common_options(&session, common);
    for (const GOptionEntry *option = common; option->long_name; option++) {
        const char letter[] = {'-', option->short_name, 0};
        g_autofree char *name = g_strconcat("--", option->long_name, NULL);
        g_autofree char *with_value = g_strconcat(name, "=", NULL);
        bool takes = option->arg != G_OPTION_ARG_NONE;
        if (strcmp(argv[0], name) == 0 || (option->short_name && strcmp(argv[0], letter) == 0))
            return takes && argv[1] ? 2 : 1;
        if (takes && g_str_has_prefix(argv[0], with_value))
            return 1;
    }
    return 0;
}

// Options of every command may stand before it: the command goes to the front, and they follow it.
static void command_first(int argc, char **argv)
{
    int at = 1;
    for (int length = 1; at < argc && length && *argv[at] == '-'; at += length)
        length = common_length(argv + at);
    if (at >= argc || *argv[at] == '-')
        return;
    char *name = argv[at];
    memmove(argv + 2, argv + 1, (gsize)(at - 1) * sizeof *argv);
    argv[1] = name;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    command_first(argc, argv);
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_help();
        return EXIT_FINE;
    }
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        printf("signalbox %s\n", PACKAGE_VERSION);
        return EXIT_FINE;
    }
    if (argc < 2 || *first == '-')
        return run(&COMMANDS[0], false, argc, argv);
    const Command *command = find_command(first);
    return command ? run(command, true, argc - 1, argv + 1) : complain_of(first);
}
