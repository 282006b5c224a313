// The commands of `signalbox`: a row each in command/main.c, a file a noun. They speak only the backend's
// API, print a table for people or JSON for programs, and end with a documented code.
#pragma once

#include "client/client.h"
#include "conf/console.h"
#include "wire/shape.h"

// What each means to its reader: EXIT_MEANINGS in command/main.c, for help and man page.
typedef enum {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_UNREACHABLE = 3,
    EXIT_DOWN = 4,
    EXIT_UNKNOWN = 5,
    EXIT_CODES
} ExitCode;

typedef struct Session Session;

// The commands' own options; each command adds those it has. Strings are owned.
typedef struct {
    char *filter, *fail_on, *from, *to, *reason, *ticket, *confirm, *note, *lasts, *id, *dir,
        *screen, *size, *object, *demo, *theme, *after, *zone, *created, *region, *until, *group,
        *key, *location, *take_back, *how, *allowed, *revoked, *checkpoints, *kind;
    int step, count;
    gboolean approve, reject, dry_run, planned, unplanned, statement, all, arm, once, ansi,
        headless, slow_link, daemon, console, no_signature, break_glass, isolated, live, holder,
        undo;
} Arguments;

// What every command has: the options that all share, and the line to the backend.
struct Session {
    const char *name; // of the command
    char *url;
    char *token_file;
    char *config_file;
    char *journal; // NULL = the default directory
    gboolean json;
    gboolean help;
    gboolean ascii; // asked for, or the locale knows no more
    gboolean no_color;
    bool unnamed; // no command was given: it is the console
    bool quiet;   // errors are not told: somebody tries again
    Arguments args;
    ConsoleConfig *config;
    GPtrArray *endpoints; // of Endpoint *
    const Clock *clock;
    gint64 ahead_ms; // of the backend's clock before ours
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

// Reads the configuration and makes the client. False: told on standard error; the caller returns *ret_exit.
bool session_open(Session *session, int *ret_exit);

// Finds an endpoint that answers, within 2 s. As above. The backend's clock is known then.
bool session_connect(Session *session, int *ret_exit);
gint64 session_now_ms(const Session *session);

// Fetches the whole picture. NULL as above.
const Picture *session_picture(Session *session, int *ret_exit);

// Runs the loop for a while.
void session_pause(gint64 ms);

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

// The backend's answer is JSON, but not what it should be: told as unreachable, for it is no backend.
int session_nonsense(const Session *session, const GError *error);

// ---- output (print.c): whatever is in a text, nothing in it acts on the terminal ----

// `text` as it may be printed: dangerous characters visible, ASCII only where no more is wanted. The caller
// frees.
char *print_safe(const Session *session, const char *text);

// One line to standard output, or to standard error as "signalbox NAME: …".
void print_line(const Session *session, const char *format, ...) G_GNUC_PRINTF(2, 3);
void print_error(const Session *session, const char *format, ...) G_GNUC_PRINTF(2, 3);

// Prints `json` (taken) in one line, as --json promises.
void print_json(const Session *session, json_t *json);

// Prints an answer whose bytes matter (a digest or a chain is over them) exactly, or safely on a terminal.
void print_exactly(const Session *session, const char *text);

typedef struct Printer Printer;

// `heads` ended by NULL.
Printer *printer_new(const Session *session, const char *const *heads);
// One row: as many texts as there are heads (NULL = "-").
void printer_row(Printer *printer, ...);
// Prints what was collected and frees; `empty` if there is no row.
void printer_end(Printer *printer, const char *empty);

// False if what was printed did not get through: told on standard error, unless the reader has gone.
bool print_finish(const Session *session);

// ---- the commands ----

// True if an argument is left that the command does not take: told.
bool has_extra(const Session *session, int argc, char **argv);

int run_status(Session *session, int argc, char **argv);
int run_regions(Session *session, int argc, char **argv);
int run_roles(Session *session, int argc, char **argv);
int run_schedules(Session *session, int argc, char **argv);
int run_runs(Session *session, int argc, char **argv);
int run_signoffs(Session *session, int argc, char **argv);
int run_readiness(Session *session, int argc, char **argv);
int run_operations(Session *session, int argc, char **argv);
int run_failover(Session *session, int argc, char **argv);
int run_failback(Session *session, int argc, char **argv);
int run_drill(Session *session, int argc, char **argv);
int run_signoff(Session *session, int argc, char **argv);
void parity_options(Session *session, GOptionContext *context);
int run_parity(Session *session, int argc, char **argv);
void snapshots_options(Session *session, GOptionContext *context);
int run_snapshots(Session *session, int argc, char **argv);
int run_outlook(Session *session, int argc, char **argv);
int run_plans(Session *session, int argc, char **argv);
int run_report(Session *session, int argc, char **argv);
int run_watch(Session *session, int argc, char **argv);
int run_gate(Session *session, int argc, char **argv);
int run_audit(Session *session, int argc, char **argv);
int run_check_config(Session *session, int argc, char **argv);
int run_console(Session *session, int argc, char **argv);
int run_demo(Session *session, int argc, char **argv);
int run_alarms(Session *session, int argc, char **argv);
int run_ack(Session *session, int argc, char **argv);
int run_passivate(Session *session, int argc, char **argv);
int run_review(Session *session, int argc, char **argv);
int run_sinks(Session *session, int argc, char **argv);
int run_automation(Session *session, int argc, char **argv);

// What a recurrence means: `signalbox schedules next RULE` (next.c).
enum { NEXT_DEFAULT = 20 };
int run_next(Session *session, const char *rule);

// What an operation is told to do: `signalbox operations VERB ID` (operate.c). False: no such verb.
bool operate_knows(const char *verb);
int operate(Session *session, const char *verb, const char *id);

// A statement as lines: what, why, the loss, what is not known, the steps, the phrase.
// `open`: it waits for sign-offs, so it has an end and a phrase.
void print_statement(const Session *session, const Statement *statement, bool open);
// The facts with value, age and source, under the digest of all of it. Nothing without a statement.
void print_evidence(const Session *session, const Statement *statement, const char *digest);

// What lies on a shelf, as a list.
json_t *shelf_json(const Picture *picture, ShelfKind kind, const WireShape *shape);

// What an ended operation cost, as far as it is known.
void print_losses(const Session *session, const Operation *operation);

// "/v1/operations/ID" and what follows. The caller frees.
char *operation_path(const char *id, const char *rest);
// Fetches an operation. NULL: told, *ret_exit says how to end.
Operation *operation_fetch(Session *session, const char *id, int *ret_exit);

// Opens the console, with a card of lines to try (ended by NULL; may be NULL), or prints a screen.
int open_console(Session *session, const char *const *card);
void roles_options(Session *session, GOptionContext *context);
void operations_options(Session *session, GOptionContext *context);
void propose_options(Session *session, GOptionContext *context);
void drill_options(Session *session, GOptionContext *context);
void signoff_options(Session *session, GOptionContext *context);
void schedules_options(Session *session, GOptionContext *context);
void plans_options(Session *session, GOptionContext *context);
void runs_options(Session *session, GOptionContext *context);
void readiness_options(Session *session, GOptionContext *context);
void audit_options(Session *session, GOptionContext *context);
void check_config_options(Session *session, GOptionContext *context);
void console_options(Session *session, GOptionContext *context);
void demo_options(Session *session, GOptionContext *context);
void ack_options(Session *session, GOptionContext *context);
void passivate_options(Session *session, GOptionContext *context);
void review_options(Session *session, GOptionContext *context);
void automation_options(Session *session, GOptionContext *context);
