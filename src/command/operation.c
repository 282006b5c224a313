// Proposing operations, listing them, showing one.
#include "wire/operation.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/timefmt.h"
#include "command/command.h"
#include "model/quorum.h"
#include "model/signature.h"
#include "view/badge.h"
#include "wire/statement.h"

char *operation_path(const char *id, const char *rest)
{
    g_autofree char *safe = g_uri_escape_string(id, NULL, FALSE);
    return g_strconcat("/v1/operations/", safe, rest, NULL);
}

Operation *operation_fetch(Session *session, const char *id, int *ret_exit)
{
    g_autofree char *path = operation_path(id, "");
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = session_get(session, path, ret_exit);
    Operation *operation = json ? operation_from_json(json, WIRE_LENIENT, &error) : NULL;
    if (json && !operation)
        *ret_exit = session_nonsense(session, error);
    return operation;
}

// ---- propose ----

void propose_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"to", 0, 0, G_OPTION_ARG_STRING, &session->args.to,
                                     "Where to (the first standby, or home)", "LOCATION"},
                                    {"region", 0, 0, G_OPTION_ARG_STRING, &session->args.region,
                                     "Instead of GROUP: every group of it", "LOCATION"},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
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

void drill_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"isolated", 0, 0, G_OPTION_ARG_NONE, &session->args.isolated,
                                     "Look at every step's targets, command nothing", NULL},
                                    {"live", 0, 0, G_OPTION_ARG_NONE, &session->args.live,
                                     "Move it there and home again: counts as the year's test",
                                     NULL},
                                    {"to", 0, 0, G_OPTION_ARG_STRING, &session->args.to,
                                     "Where to (the first standby)", "LOCATION"},
                                    {"region", 0, 0, G_OPTION_ARG_STRING, &session->args.region,
                                     "Instead of GROUP: every group of it", "LOCATION"},
                                    {"unplanned", 0, 0, G_OPTION_ARG_NONE, &session->args.unplanned,
                                     "With --isolated: rehearse the plan for a lost region", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "Why; goes into the audit log", "TEXT"},
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
    wire_set_text(scope, args->region ? "location" : "group", args->region ? args->region : group);
    json_object_set_new(body, "scope", scope);
    if (args->to)
        wire_set_text(body, "to", args->to);
    wire_set_text(body, "reason", args->reason);
    if (args->isolated || args->live)
        wire_set_text(body, "mode", args->live ? "live" : "isolated");
    if (args->planned || args->unplanned)
        json_object_set_new(body, "planned", json_boolean(args->planned));
    if (args->dry_run)
        json_object_set_new(body, "dry_run", json_true());
    return body;
}

// The groups of a region-level operation; nothing of another.
static void print_members(const Session *session, const Operation *operation)
{
    static const char *const HEADS[] = {"GROUP", "OPERATION", "STATE", "WHY", NULL};
    if (!operation->region)
        return;
    print_line(session, "%s of every group of %s: %s", operation_word(operation), operation->region,
               operation->why ? operation->why : "");
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        const char *state =
            member->operation ? word_of(&OPERATION_STATE_NAMES, (int)member->state) : "left out";
        bool would = session->args.dry_run && member->operation; // there is no such operation
        printer_row(printer, member->group, member->operation && !would ? member->operation : "",
                    would ? "would be proposed" : state, member->why ? member->why : "");
    }
    printer_end(printer, "It has no groups.");
}

static int propose(Session *session, int argc, char **argv, const char *kind)
{
    int code = EXIT_FINE;
    g_autoptr(GError) error = NULL;
    if (argc != (session->args.region ? 1 : 2) || !session->args.reason)
        return session_complain(session, EXIT_USAGE,
                                "expected: signalbox %s GROUP --reason TEXT, or --region LOCATION "
                                "for every group of it",
                                session->name);
    if (session->args.planned && session->args.unplanned)
        return session_complain(session, EXIT_USAGE,
                                "--planned and --unplanned exclude each other");
    if (!session_connect(session, &code))
        return code;
    g_autoptr(json_t) json =
        session_post(session, "/v1/operations",
                     proposal_body(session, kind, argc > 1 ? argv[1] : NULL), 0, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, &error);
    if (!operation)
        return session_nonsense(session, error);
    if (!session->args.dry_run)
        print_line(session, "%s", operation->id);
    print_statement(session, operation->statement, operation->state == OPERATION_AWAITING);
    print_evidence(session, operation->statement, operation->digest);
    print_members(session, operation);
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

int run_drill(Session *session, int argc, char **argv)
{
    if (session->args.isolated == session->args.live)
        return session_complain(
            session, EXIT_USAGE,
            "expected: signalbox drill GROUP --isolated|--live --reason TEXT, or "
            "--region LOCATION for every group that is at home there");
    return propose(session, argc, argv, "drill");
}

// ---- list and show ----

void operations_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"statement", 0, 0, G_OPTION_ARG_NONE, &session->args.statement,
                                     "show: the statement in canonical form", NULL},
                                    {"all", 'a', 0, G_OPTION_ARG_NONE, &session->args.all,
                                     "Ended ones too (with --json always)", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
                                     "VERB: why; goes into the audit log", "TEXT"},
                                    {"ticket", 't', 0, G_OPTION_ARG_FILENAME, &session->args.ticket,
                                     "VERB: reference of the incident", "T"},
                                    {"step", 0, 0, G_OPTION_ARG_INT, &session->args.step,
                                     "retry, skip: only this step; confirm: which", "N"},
                                    {"how", 0, 0, G_OPTION_ARG_STRING, &session->args.how,
                                     "attest, confirm: how it is known", "power|network|..."},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

static void print_steps(const Session *session, const Operation *operation)
{
    static const char *const HEADS[] = {"STEP", "STATE", "TOOK", "WHAT", "WORDS", NULL};
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        char took[16] = "";
        g_autofree char *number = g_strdup_printf("%u", step->number);
        if (step->started_ms && step->ended_ms)
            duration_format(step->ended_ms - step->started_ms, took);
        else if (step->started_ms) // so far
            age_format(step->started_ms, session_now_ms(session), took);
        printer_row(printer, number, word_of(&STEP_STATE_NAMES, (int)step->state), took,
                    step->title, step->detail);
    }
    printer_end(printer, "No steps yet.");
}

void print_losses(const Session *session, const Operation *operation)
{
    const struct {
        gint64 count;
        const char *one, *fate;
    } lost[] = {{operation->lost.transactions, "transaction", "lost"},
                {operation->lost.abandoned_runs, "run", "abandoned"},
                {operation->lost.missed_recurrences, "recurrence", "missed"}};
    for (guint i = 0; operation->activated_ms && i < G_N_ELEMENTS(lost); i++) {
        g_autofree char *count = text_count(MAX(lost[i].count, 0), lost[i].one);
        if (lost[i].count >= 0)
            print_line(session, "%s %s", count, lost[i].fate);
        else
            print_line(session, "%ss %s: not %s", lost[i].one, lost[i].fate,
                       operation_has_ended(operation) ? "known" : "counted yet");
    }
}

static void print_signoff(const Session *session, const SignOff *signoff)
{
    char at[32];
    time_format_full(signoff->at_ms, at);
    print_line(session, "  %s%s%s%s by %s at %s%s%s%s: %s (%s)",
               signoff->break_glass ? "BREAK-GLASS " : "",
               word_of(&DECISION_NAMES, (int)signoff->decision), signoff->about ? " to " : "",
               signoff->about ? signoff->about : "", signoff->operator_name, at,
               signoff->void_ ? " (void: " : "",
               !signoff->void_     ? ""
               : signoff->void_why ? signoff->void_why
                                   : "the statement changed",
               signoff->void_ ? ")" : "", signoff->reason, signoff->id);
    if (signoff->verified != SIGNATURE_NONE) {
        g_autofree char *words = signature_words(signoff);
        print_line(session, "    %s%s%s", words, signoff->lapsed ? "; no longer good: " : "",
                   signoff->lapsed ? signoff->void_why : "");
    }
    if (signoff_review_is_due(signoff))
        print_line(session,
                   "    A review by somebody else is due: `signalbox review %s --reason TEXT`",
                   signoff->id);
    else if (signoff->reviewed_by)
        print_line(session, "    reviewed by %s: %s", signoff->reviewed_by, signoff->review_note);
}

static void print_acts(const Session *session, const Operation *operation)
{
    for (guint i = 0; i < operation->acts->len; i++) {
        const Act *act = operation->acts->pdata[i];
        g_autofree char *words = act_words(act->kind, act->step);
        print_line(session, "  act %u: %s asks to %s: %s. %s%s%s", act->number, act->by, words,
                   act->reason, word_of(&ACT_STATE_NAMES, (int)act->state), act->why ? ": " : "",
                   act->why ? act->why : "");
        if (act->state == ACT_OPEN)
            print_statement(session, act->statement, true);
    }
}

// What the last material change was: old beside new, and who must look again.
static void print_change(const Session *session, const Operation *operation)
{
    static const char *const HEADS[] = {"CHANGED", "WAS", "IS", "MATERIAL", NULL};
    const Restatement *last = operation_last_change(operation);
    g_autofree char *again = quorum_look_again(operation);
    char at[32];
    if (!last)
        return;
    time_format_full(last->at_ms, at);
    print_line(session, "Statement %u of %s: %s", last->version, at, last->why);
    Printer *printer = printer_new(session, HEADS);
    for (guint i = 0; i < last->differences->len; i++) {
        const Difference *d = last->differences->pdata[i];
        printer_row(printer, d->label, d->then ? d->then : "none", d->now ? d->now : "none",
                    d->material ? "yes" : "no");
    }
    printer_end(printer, "No field of it differs.");
    if (again)
        print_line(session, "Must look again: %s", again);
}

static void print_operation(const Session *session, const Operation *operation)
{
    if (operation->region) {
        print_line(session, "%s: %s", operation->id,
                   word_of(&OPERATION_STATE_NAMES, (int)operation->state));
        print_members(session, operation);
        return;
    }
    print_line(session, "%s: %s of %s from %s to %s: %s%s%s", operation->id,
               operation_word(operation), operation->group, operation->from, operation->to,
               word_of(&OPERATION_STATE_NAMES, (int)operation->state), operation->why ? ". " : "",
               operation->why ? operation->why : "");
    print_statement(session, operation->statement, operation->state == OPERATION_AWAITING);
    print_evidence(session, operation->statement, operation->digest);
    print_change(session, operation);
    for (guint i = 0; i < operation->signoffs->len; i++)
        print_signoff(session, operation->signoffs->pdata[i]);
    print_acts(session, operation);
    print_steps(session, operation);
    print_losses(session, operation);
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
            print_exactly(session, text); // no line feed behind it: it is not in the digest
        return text ? EXIT_FINE : code;
    }
    g_autoptr(json_t) json = session_get(session, path, &code);
    if (!json)
        return code;
    if (session->json) {
        print_json(session, json_incref(json));
        return EXIT_FINE;
    }
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, &error);
    if (!operation)
        return session_nonsense(session, error);
    print_operation(session, operation);
    return EXIT_FINE;
}

// NULL: from wherever its groups are now.
static const char *whence(const Operation *operation)
{
    if (!operation->region)
        return operation->from;
    return operation->kind == OPERATION_FAILBACK ? NULL : operation->region;
}

static int list_operations(Session *session)
{
    static const char *const HEADS[] = {"OPERATION", "KIND",     "GROUP", "FROM", "TO",
                                        "STATE",     "PROPOSED", "WHY",   NULL};
    int code = EXIT_FINE;
    const Picture *picture = session_picture(session, &code);
    if (!picture)
        return code;
    Printer *printer = session->json ? NULL : printer_new(session, HEADS);
    json_t *list = json_array();
    for (guint i = picture_count(picture, SHELF_OPERATIONS); i-- > 0;) {
        const Operation *operation = picture_at(picture, SHELF_OPERATIONS, i);
        char at[32];
        if (!session->args.all && !session->json && operation_has_ended(operation))
            continue;
        time_format_full(operation->proposed_ms, at);
        if (printer)
            printer_row(printer, operation->id, operation_word(operation),
                        operation->region ? "(region)" : operation->group, whence(operation),
                        operation->to, badge_operation(operation).word, at,
                        operation->why ? operation->why : operation->reason);
        else
            json_array_append_new(list, operation_to_json(operation));
    }
    if (printer) {
        printer_end(printer, "No operation is open; --all shows ended ones.");
        json_decref(list);
    } else
        print_json(session, json_pack("{s:o}", "operations", list));
    return EXIT_FINE;
}

int run_operations(Session *session, int argc, char **argv)
{
    if (argc == 1)
        return list_operations(session);
    if (argc == 3 && strcmp(argv[1], "show") == 0)
        return show_operation(session, argv[2]);
    if (argc == 3 && operate_knows(argv[1]))
        return operate(session, argv[1], argv[2]);
    return session_complain(session, EXIT_USAGE,
                            "expected: signalbox operations, operations show ID, or operations "
                            "VERB ID. Try `signalbox operations --help`");
}
