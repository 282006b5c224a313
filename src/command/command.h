// The commands of `signalbox`: a row each in command/main.c, a file a noun. They speak only the backend's
// API, print a table for people or JSON for programs, and end with a documented code.
#pragma once

#include "client/client.h"
#include "conf/console.h"

typedef enum {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1, // refused, closed, does not verify, has mistakes
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
    EXIT_DOWN = 4,    // something is down (status, regions, watch: did not complete)
    EXIT_UNKNOWN = 5, // sent, and no answer: ask again with the id that was printed
} ExitCode;

typedef struct Session Session;

// The commands' own options; each command adds those it has. Strings are owned.
typedef struct {
    char *filter, *fail_on, *from, *to, *reason, *ticket, *confirm, *id, *dir, *screen, *size,
        *object, *demo, *theme;
    gboolean approve, reject, dry_run, planned, unplanned, statement, all, arm, once, headless,
        slow_link, daemon, console;
} Arguments;

// What every command has: the options that all share, and the line to the backend.
struct Session {
    const char *name; // of the command
    char *url;
    char *token_file;
    char *config_file;
    char *journal; // NULL = the default directory
    gboolean json;
    gboolean ascii;
    gboolean no_color;
    Arguments args;
    ConsoleConfig *config;
    GPtrArray *endpoints; // of Endpoint *
    const Clock *clock;
    IdSource ids;
    Client *client;
};

typedef struct {
    const char *name;
    const char *usage;   // behind the name
    const char *summary; // one line
    const char *details; // for --help: paragraphs, exit codes, an example; NULL
    // `argc`, `argv` without what was parsed; argv[0] is the command's name.
    int (*run)(Session *session, int argc, char **argv);
    void (*options)(Session *session, GOptionContext *context); // adds the command's own; NULL
} Command;

// All commands, ended by a row without a name.
extern const Command COMMANDS[];

// ---- the line to the backend (session.c) ----

// Makes the client. False: told on standard error; the caller returns *ret_exit.
bool session_open(Session *session, int *ret_exit);

// Finds an endpoint that answers, within 2 s. As above.
bool session_connect(Session *session, int *ret_exit);

// Fetches the whole picture. NULL as above.
const Picture *session_picture(Session *session, int *ret_exit);

// Asks and waits. NULL (and the reason on standard error) if the backend said no or nobody answered.
json_t *session_get(Session *session, const char *path, int *ret_exit);
// The same, for an answer that is no JSON or that is wanted as it came. The caller frees.
char *session_get_text(Session *session, const char *path, int *ret_exit);
// Takes `body`. `revision` for If-Match; 0 = none.
json_t *session_post(Session *session, const char *path, json_t *body, guint64 revision,
                     int *ret_exit);

// The exit code of an error, which is told on standard error as "signalbox NAME: …".
int session_fail(const Session *session, const GError *error);
int session_complain(const Session *session, ExitCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

// Prints `json` (taken) in one line, as --json promises.
void session_print_json(json_t *json);

// ---- tables for people (print.c) ----

typedef struct Printer Printer;

// `heads` ended by NULL.
Printer *printer_new(const char *const *heads);
// One row: as many texts as there are heads (NULL = "-"); made safe to print.
void printer_row(Printer *printer, ...);
// Prints what was collected and frees; `empty` if there is no row.
void printer_end(Printer *printer, const char *empty);
// printf for standard output whose texts were made safe by the caller.
void print_line(const char *format, ...) G_GNUC_PRINTF(1, 2);

// ---- the commands ----

int run_status(Session *session, int argc, char **argv);
int run_regions(Session *session, int argc, char **argv);
int run_roles(Session *session, int argc, char **argv);
int run_schedules(Session *session, int argc, char **argv);
int run_signoffs(Session *session, int argc, char **argv);
int run_readiness(Session *session, int argc, char **argv);
int run_operations(Session *session, int argc, char **argv);
int run_failover(Session *session, int argc, char **argv);
int run_failback(Session *session, int argc, char **argv);
int run_signoff(Session *session, int argc, char **argv);
int run_watch(Session *session, int argc, char **argv);
int run_gate(Session *session, int argc, char **argv);
int run_audit(Session *session, int argc, char **argv);
int run_check_config(Session *session, int argc, char **argv);
int run_console(Session *session, int argc, char **argv);
int run_demo(Session *session, int argc, char **argv);
// Opens the console, with a card of lines to try (ended by NULL; may be NULL), or prints a screen.
int open_console(Session *session, const char *const *card);
void roles_options(Session *session, GOptionContext *context);
void operations_options(Session *session, GOptionContext *context);
void propose_options(Session *session, GOptionContext *context);
void signoff_options(Session *session, GOptionContext *context);
void schedules_options(Session *session, GOptionContext *context);
void readiness_options(Session *session, GOptionContext *context);
void audit_options(Session *session, GOptionContext *context);
void check_config_options(Session *session, GOptionContext *context);
void console_options(Session *session, GOptionContext *context);
void demo_options(Session *session, GOptionContext *context);
