// Proposing, listing and following operations.
#include "wire/operation.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "model/quorum.h"
#include "view/badge.h"
#include "wire/statement.h"

enum { FOLLOW_MS = 250 };

static char *operation_path(const char *id, const char *rest)
{
    g_autofree char *safe = g_uri_escape_string(id, NULL, FALSE);
    return g_strconcat("/v1/operations/", safe, rest, NULL);
}

// ---- propose ----

void propose_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"to", 0, 0, G_OPTION_ARG_STRING, &session->args.to,
                                     "Where to (the first standby, or home)", "LOCATION"},
                                    {"reason", 'r', 0, G_OPTION_ARG_STRING, &session->args.reason,
                                     "Why; goes into the audit log", "TEXT"},
                                    {"planned", 0, 0, G_OPTION_ARG_NONE, &session->args.planned,
                                     "The losing side takes part", NULL},
                                    {"unplanned", 0, 0, G_OPTION_ARG_NONE, &session->args.unplanned,
                                     "The losing side is taken for gone", NULL},
                                    {"dry-run", 'n', 0, G_OPTION_ARG_NONE, &session->args.dry_run,
                                     "Only show the statement", NULL},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static json_t *proposal_body(const Session *session, const char *kind, const char *group)
{
    const Arguments *args = &session->args;
    json_t *body = json_object(), *scope = json_object();
    wire_set_text(body, "kind", kind);
    wire_set_text(scope, "group", group);
    json_object_set_new(body, "scope", scope);
    if (args->to)
        wire_set_text(body, "to", args->to);
    wire_set_text(body, "reason", args->reason);
    if (args->planned || args->unplanned)
        json_object_set_new(body, "planned", json_boolean(args->planned));
    if (args->dry_run)
        json_object_set_new(body, "dry_run", json_true());
    return body;
}

static void print_statement(const Operation *operation)
{
    const Statement *statement = operation->statement;
    char loss[16];
    if (!statement)
        return;
    duration_format_up(statement->loss_ms, loss);
    g_autofree char *summary = text_escape(statement->summary);
    g_autofree char *why = text_escape(statement->why);
    g_autofree char *how = text_escape(statement->loss_how);
    g_autofree char *proof = text_escape(statement->proof_how);
    print_line("%s", summary);
    print_line("  why       %s", why);
    print_line("  loss      %s%s  (%s)", statement->loss_known ? "<=" : "",
               statement->loss_known ? loss : "UNKNOWN", how);
    print_line("  old side  %s; %s", name_of(&OLD_PRIMARY_NAMES, (int)statement->old_primary),
               proof);
    for (guint i = 0; i < statement->not_known->len; i++) {
        g_autofree char *unknown = text_escape(statement->not_known->pdata[i]);
        print_line("  NOT KNOWN %s", unknown);
    }
    for (guint i = 0; i < statement->steps->len; i++) {
        const PlannedStep *step = statement->steps->pdata[i];
        g_autofree char *title = text_escape(step->title);
        print_line("  %2u. %s%s", step->number, title, step->best_effort ? " (best effort)" : "");
    }
    print_line("  sign-offs %u needed", statement->approvals);
    g_autofree char *confirm = text_escape(statement->confirm);
    print_line("  confirm   %s", confirm);
}

static int propose(Session *session, int argc, char **argv, const char *kind)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    if (argc != 2 || !session->args.reason)
        return session_complain(session, EXIT_USAGE, "expected: signalbox %s GROUP --reason TEXT",
                                session->name);
    if (!session_connect(session, &code))
        return code;
    g_autoptr(json_t) json =
        session_post(session, "/v1/operations", proposal_body(session, kind, argv[1]), 0, &code);
    if (!json)
        return code;
    if (session->json) {
        session_print_json(json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, &error);
    if (!operation)
        return session_fail(session, error);
    if (!session->args.dry_run)
        print_line("%s", operation->id);
    print_statement(operation);
    return EXIT_FINE;
}

int run_failover(Session *session, int argc, char **argv)
{
    return propose(session, argc, argv, "failover");
}

int run_failback(Session *session, int argc, char **argv)
{
    return propose(session, argc, argv, "failback");
}

// ---- list and show ----

void operations_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"statement", 0, 0, G_OPTION_ARG_NONE, &session->args.statement,
         "show: the statement in canonical form", NULL},
        {"all", 'a', 0, G_OPTION_ARG_NONE, &session->args.all, "Ended ones too", NULL},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void print_steps(const Operation *operation)
{
    static const char *const HEADS[] = {"STEP", "STATE", "TOOK", "WHAT", "WORDS", NULL};
    Printer *printer = printer_new(HEADS);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        char took[16] = "";
        g_autofree char *number = g_strdup_printf("%u", step->number);
        if (step->started_ms && step->ended_ms)
            duration_format(step->ended_ms - step->started_ms, took);
        printer_row(printer, number, name_of(&STEP_STATE_NAMES, (int)step->state), took,
                    step->title, step->detail);
    }
    printer_end(printer, "No steps yet.");
}

static void print_losses(const Operation *operation)
{
    const struct {
        gint64 count;
        const char *what;
    } lost[] = {{operation->lost.transactions, "transactions lost"},
                {operation->lost.abandoned_runs, "runs abandoned"},
                {operation->lost.missed_recurrences, "recurrences missed"}};
    for (guint i = 0; operation->activated_ms && i < G_N_ELEMENTS(lost); i++)
        if (lost[i].count >= 0)
            print_line("%" G_GINT64_FORMAT " %s", lost[i].count, lost[i].what);
}

static void print_operation(const Operation *operation)
{
    g_autofree char *why = text_escape(operation->why);
    print_line("%s: %s of %s from %s to %s: %s%s%s", operation->id,
               name_of(&OPERATION_KIND_NAMES, (int)operation->kind), operation->group,
               operation->from, operation->to,
               name_of(&OPERATION_STATE_NAMES, (int)operation->state), *why ? ". " : "", why);
    print_statement(operation);
    for (guint i = 0; i < operation->signoffs->len; i++) {
        const SignOff *signoff = operation->signoffs->pdata[i];
        char at[32];
        g_autofree char *reason = text_escape(signoff->reason);
        time_format_full(signoff->at_ms, at);
        print_line("  %s by %s at %s%s: %s", name_of(&DECISION_NAMES, (int)signoff->decision),
                   signoff->operator_name, at,
                   signoff->void_ ? " (void: the statement changed)" : "", reason);
    }
    print_steps(operation);
    print_losses(operation);
}

static int show_operation(Session *session, const char *id)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    if (!session_connect(session, &code))
        return code;
    g_autofree char *path = operation_path(id, session->args.statement ? "/statement" : "");
    if (session->args.statement) {
        g_autofree char *text = session_get_text(session, path, &code);
        if (text)
            fputs(text, stdout); // exactly the bytes that are signed: no line feed behind them
        return text ? EXIT_FINE : code;
    }
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        session_print_json(json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, &error);
    if (!operation)
        return session_fail(session, error);
    print_operation(operation);
    return EXIT_FINE;
}

static int list_operations(Session *session)
{
    static const char *const HEADS[] = {"OPERATION", "KIND",     "GROUP", "FROM", "TO",
                                        "STATE",     "PROPOSED", "WHY",   NULL};
    int code = EXIT_FINE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    Printer *printer = session->json ? NULL : printer_new(HEADS);
    json_t *list = json_array();
    for (guint i = picture_count(picture, SHELF_OPERATIONS); i-- > 0;) {
        const Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        char at[32];
        if (!session->args.all && !session->json && operation_has_ended(operation))
            continue;
        time_format_full(operation->proposed_ms, at);
        if (printer)
            printer_row(printer, operation->id,
                        name_of(&OPERATION_KIND_NAMES, (int)operation->kind), operation->group,
                        operation->from, operation->to, badge_operation(operation).word, at,
                        operation->why ? operation->why : operation->reason);
        else
            json_array_append_new(list, operation_to_json(operation));
    }
    if (printer) {
        printer_end(printer, "No operation is open; --all shows ended ones.");
        json_decref(list);
    } else
        session_print_json(json_pack("{s:o}", "operations", list));
    return EXIT_FINE;
}

int run_operations(Session *session, int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "show") == 0)
        return show_operation(session, argv[2]);
    if (argc != 1)
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox operations, or signalbox operations show ID");
    return list_operations(session);
}

// ---- watch ----

typedef struct {
    char *said;    // state and phase told last
    char **states; // of the steps, told last
    guint steps;
} Progress;

static void tell(gint64 now_ms, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(gint64 now_ms, const char *format, ...)
{
    char at[16];
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *safe = text_escape(text);
    time_format_clock(now_ms, at);
    print_line("%s %s", at, safe);
    fflush(stdout);
}

static void tell_steps(Progress *progress, const Operation *operation, gint64 now_ms)
{
    if (progress->steps < operation->steps->len) {
        progress->states = g_renew(char *, progress->states, operation->steps->len);
        for (guint i = progress->steps; i < operation->steps->len; i++)
            progress->states[i] = g_strdup("pending");
        progress->steps = operation->steps->len;
    }
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        const char *state = name_of(&STEP_STATE_NAMES, (int)step->state);
        if (strcmp(progress->states[i], state) == 0)
            continue;
        g_free(progress->states[i]);
        progress->states[i] = g_strdup(state);
        tell(now_ms, "step %u of %u: %s: %s%s%s", step->number, operation->steps->len, step->title,
             state, step->detail ? ": " : "", step->detail ? step->detail : "");
    }
}

static void tell_progress(Progress *progress, const Operation *operation, gint64 now_ms)
{
    g_autofree char *state = g_strdup_printf(
        "%s%s%s%s%s", name_of(&OPERATION_STATE_NAMES, (int)operation->state),
        operation->state == OPERATION_RUNNING ? ", " : "",
        operation->state == OPERATION_RUNNING ? name_of(&PHASE_NAMES, (int)operation->phase) : "",
        operation->why ? ": " : "", operation->why ? operation->why : "");
    if (g_strcmp0(state, progress->said) != 0) {
        tell(now_ms, "%s", state);
        g_free(progress->said);
        progress->said = g_steal_pointer(&state);
    }
    tell_steps(progress, operation, now_ms);
}

static void progress_release(Progress *progress)
{
    for (guint i = 0; i < progress->steps; i++)
        g_free(progress->states[i]);
    g_free(progress->states);
    g_free(progress->said);
}

static gboolean on_pause(gpointer done)
{
    *(bool *)done = true;
    return G_SOURCE_REMOVE;
}

static void pause_a_moment(void)
{
    bool done = false;
    g_timeout_add(FOLLOW_MS, on_pause, &done);
    while (!done)
        g_main_context_iteration(NULL, TRUE);
}

// One look. NULL: told already; *ret_exit says why.
static Operation *look(Session *session, const char *path, int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = session_get(session, path, ret_exit);
    Operation *operation = json ? operation_from_json(json, WIRE_LENIENT, &error) : NULL;
    if (json && !operation)
        *ret_exit = session_fail(session, error);
    return operation;
}

int run_watch(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc != 2)
        return session_complain(session, EXIT_USAGE, "expected: signalbox watch ID");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *path = operation_path(argv[1], "");
    Progress progress = {0};
    for (bool ended = false; !ended;) {
        g_autoptr(Operation) operation = look(session, path, &code);
        if (!operation && code == EXIT_UNREACHABLE && session_connect(session, &code))
            continue; // another endpoint took over
        if (!operation)
            break;
        tell_progress(&progress, operation, clock_wall_ms(session->clock));
        ended = operation_has_ended(operation);
        code = !ended || operation->state == OPERATION_COMPLETED ? EXIT_FINE : EXIT_DOWN;
        if (ended)
            print_losses(operation);
        else
            pause_a_moment();
    }
    progress_release(&progress);
    return code;
}
