// Signing without the console: the same checks, the same journal.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command/key.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "model/signature.h"
#include "wire/operation.h"
#include "wire/statement.h"

enum { LINE_MAX_BYTES = 1024, ASK_MS = 500, ASK_FOR_MS = 10 * 1000, SURE_MS = 2500 };

void signoff_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"approve", 0, 0, G_OPTION_ARG_NONE, &session->args.approve,
         "Approve exactly this statement", NULL},
        {"reject", 0, 0, G_OPTION_ARG_NONE, &session->args.reject, "Reject it: the operation stops",
         NULL},
        {"reason", 'r', 0, G_OPTION_ARG_FILENAME, &session->args.reason,
         "Why; goes into the audit log", "TEXT"},
        {"ticket", 't', 0, G_OPTION_ARG_FILENAME, &session->args.ticket,
         "Reference of the incident", "T"},
        {"confirm", 0, 0, G_OPTION_ARG_FILENAME, &session->args.confirm,
         "The statement's phrase, typed out", "PHRASE"},
        {"break-glass", 0, 0, G_OPTION_ARG_NONE, &session->args.break_glass,
         "Alone, with a longer phrase: leaves a review", NULL},
        {"withdraw", 0, 0, G_OPTION_ARG_STRING, &session->args.take_back,
         "Takes an approval of yours back, with --reason", "SIGNOFF"},
        {"id", 0, 0, G_OPTION_ARG_STRING, &session->args.id,
         "Asks what became of an earlier try first", "ID"},
        G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
    key_options(session, context);
}

static bool check_usage(const Session *session, int argc, int *ret_exit)
{
    const Arguments *args = &session->args;
    bool signs = args->approve != args->reject && args->reason;
    bool asks = args->id && !args->approve && !args->reject;
    bool alone = args->break_glass && !args->approve;
    if (args->id && !id_is_valid(args->id)) {
        *ret_exit = session_complain(session, EXIT_USAGE, "--id is the id of an earlier sign-off");
        return false;
    }
    if (argc == 2 && (signs || asks) && !alone)
        return true;
    *ret_exit = session_complain(
        session, EXIT_USAGE,
        "expected: signalbox signoff ID --approve|--reject --reason TEXT [--ticket T] "
        "[--confirm PHRASE] [--break-glass] [--key KEY | --no-signature], or signalbox signoff ID "
        "--id SIGNOFF, or signalbox signoff ID --withdraw SIGNOFF --reason TEXT");
    return false;
}

// ---- the phrase ----

// The caller frees.
static char *phrase_of(const Session *session, const Statement *statement)
{
    return session->args.break_glass ? statement_break_glass_phrase(statement)
                                     : g_strdup(statement->confirm);
}

// On a terminal the phrase is asked for, with what it stands for above it.
static char *ask_phrase(const Session *session, const Operation *operation)
{
    const Statement *statement = operation->statement;
    char line[LINE_MAX_BYTES];
    g_autofree char *summary = print_safe(session, statement->summary);
    g_autofree char *how = print_safe(session, statement->loss_how);
    g_autofree char *expected = phrase_of(session, statement);
    g_autofree char *phrase = print_safe(session, expected);
    fprintf(stderr, "%s\nLoss: %s\nType to approve:  %s\n> ", summary, how, phrase);
    if (!fgets(line, sizeof line, stdin))
        return NULL;
    return g_strdup(g_strchomp(line));
}

// The phrase is held against the statement here too: a slip is told before anything is written or sent.
static bool take_phrase(Session *session, const Operation *operation, SignOff *signoff,
                        int *ret_exit)
{
    if (signoff->decision == DECISION_REJECT)
        return true;
    if (!operation->statement) {
        *ret_exit =
            session_complain(session, EXIT_REFUSED, "%s has no statement to sign.", operation->id);
        return false;
    }
    bool ask = !session->args.confirm && isatty(STDIN_FILENO);
    signoff->phrase = ask ? ask_phrase(session, operation) : g_strdup(session->args.confirm);
    g_autofree char *phrase = phrase_of(session, operation->statement);
    if (quorum_phrase_matches(signoff->phrase, phrase))
        return true;
    *ret_exit =
        session_complain(session, EXIT_REFUSED,
                         "The phrase is not this statement's. Expected: --confirm \"%s\"", phrase);
    return false;
}

// ---- the signature ----

// Over the statement as it stands here; its digest is held against the one that the sign-off names first.
static bool take_signature(Session *session, const Operation *operation, SignOff *signoff,
                           int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    if (signoff->decision == DECISION_REJECT ||
        !key_is_wanted(session, operation->statement->signature))
        return true;
    g_autofree char *text = statement_text_of(operation->statement, operation->digest, &error);
    if (!text) {
        *ret_exit = session_complain(session, EXIT_REFUSED, "%s", error->message);
        return false;
    }
    return key_sign(session, operation->statement->signature, signature_namespace(operation->kind),
                    text, &signoff->signature, &signoff->key_from, ret_exit);
}

// ---- sending and asking after ----

typedef struct {
    bool done;
    json_t *json;
    GError *error;
} Waiting;

static void on_answer(json_t *json, const char *text, const GError *error, gpointer data)
{
    Waiting *waiting = data;
    (void)text;
    waiting->done = true;
    waiting->json = json ? json_incref(json) : NULL;
    waiting->error = error ? g_error_copy(error) : NULL;
}

static void wait_for(const Waiting *waiting)
{
    while (!waiting->done)
        g_main_context_iteration(NULL, TRUE);
}

static int print_receipt(const Session *session, json_t *json)
{
    g_autoptr(SignOff) signoff = signoff_from_json(json, WIRE_LENIENT, NULL);
    if (session->json)
        print_json(session, json_incref(json));
    else if (signoff) {
        g_autofree char *words = signature_words(signoff);
        print_line(session, "recorded: %s by %s (audit %" G_GINT64_FORMAT "), %s", signoff->id,
                   signoff->operator_name, signoff->audit_seq, words);
    } else
        print_line(session, "recorded");
    return EXIT_FINE;
}

// One look. False: still not known; *missed_ms says then since when (monotonic, 0 = not) it is not found.
static bool settle(Session *session, const char *operation, const char *id, bool sure,
                   gint64 *missed_ms, int *ret_exit)
{
    Waiting waiting = {0};
    client_find_signoff(session->client, operation, id, on_answer, &waiting);
    wait_for(&waiting);
    g_autoptr(json_t) json = waiting.json;
    g_autoptr(GError) error = waiting.error;
    if (!error) {
        *ret_exit = print_receipt(session, json);
        return true;
    }
    bool missing = error->domain == REFUSAL && error->code == REFUSAL_NOT_FOUND;
    if (missing && !*missed_ms)
        *missed_ms = clock_mono_ms(session->clock);
    if (missing && sure)
        *ret_exit = session_complain(
            session, EXIT_REFUSED,
            "The sign-off %s is not recorded: it counts for nothing. To sign, sign again.", id);
    else if (!missing)
        *ret_exit = session_fail(session, error);
    return missing ? sure : error->domain == REFUSAL;
}

// After a cut: until it is known, for a while. What was sent may still be on its way at first, or lie before a backend that
// stands still and answers our question first: "not found" is believed a while after it was said.
static int ask_after(Session *session, const char *operation, const char *id)
{
    int code = EXIT_UNKNOWN;
    gint64 from_ms = clock_mono_ms(session->clock), passed_ms = 0, missed_ms = 0;
    print_error(session, "asking what became of it ...");
    session->quiet = true;
    for (; passed_ms < ASK_FOR_MS; passed_ms = clock_mono_ms(session->clock) - from_ms) {
        session_pause(ASK_MS);
        bool sure = missed_ms && clock_mono_ms(session->clock) - missed_ms >= SURE_MS;
        session->quiet = passed_ms < SURE_MS && !sure;
        if (session_connect(session, &code) &&
            settle(session, operation, id, sure, &missed_ms, &code))
            return code;
        session->quiet = true;
    }
    session->quiet = false;
    return session_complain(session, EXIT_UNKNOWN,
                            "Not known. Ask again: `signalbox signoff %s --id %s`", operation, id);
}

static int send_signoff(Session *session, const SignOff *signoff)
{
    Waiting waiting = {0};
    // before it is sent: the id to ask with, should this program be cut off too
    fprintf(stderr, "sign-off %s\n", signoff->id);
    client_sign(session->client, signoff, on_answer, &waiting);
    wait_for(&waiting);
    g_autoptr(json_t) json = waiting.json;
    g_autoptr(GError) error = waiting.error;
    if (!error)
        return print_receipt(session, json);
    int code = session_fail(session, error);
    bool open = err_is(error, ERR_UNKNOWN) || err_is(error, ERR_PROTOCOL);
    return open ? ask_after(session, signoff->operation, signoff->id) : code;
}

// What became of an earlier try. True: known, or there is nothing more to do.
static bool ask_fate(Session *session, const char *operation, int *ret_exit)
{
    bool signs = session->args.approve || session->args.reject;
    gint64 missed_ms = 0;
    *ret_exit = EXIT_UNKNOWN;
    return settle(session, operation, session->args.id, !signs, &missed_ms, ret_exit) || !signs ||
           *ret_exit != EXIT_UNKNOWN;
}

static int take_back(Session *session, const char *operation)
{
    int code = EXIT_FINE;
    if (!text_has_word(session->args.reason))
        return session_complain(session, EXIT_USAGE,
                                "--reason TEXT is needed to take it back; it goes into the audit "
                                "log");
    if (!session_connect(session, &code))
        return code;
    g_autofree char *id = g_uri_escape_string(session->args.take_back, NULL, FALSE);
    g_autofree char *rest = g_strdup_printf("/signoffs/%s/withdraw", id);
    g_autofree char *path = operation_path(operation, rest);
    json_t *body = json_object();
    wire_set_text(body, "reason", session->args.reason);
    g_autoptr(json_t) json = session_post(session, path, body, 0, &code);
    if (!json)
        return code;
    if (session->json)
        print_json(session, json_incref(json));
    else
        print_line(session, "taken back: %s", session->args.take_back);
    return EXIT_FINE;
}

int run_signoff(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (argc == 2 && session->args.take_back)
        return take_back(session, argv[1]);
    if (!check_usage(session, argc, &code) || !session_connect(session, &code))
        return code;
    if (session->args.id && ask_fate(session, argv[1], &code))
        return code;
    g_autoptr(Operation) operation = operation_fetch(session, argv[1], &code);
    if (!operation)
        return code;
    const Operation ballot = operation_ballot(operation); // an open act is signed before the rest
    g_autofree char *id =
        session->args.id ? g_strdup(session->args.id) : id_new(&session->ids, "so");
    g_autoptr(SignOff) signoff = signoff_new(id);
    signoff->operation = g_strdup(operation->id);
    signoff->digest = g_strdup(ballot.digest);
    signoff->break_glass = session->args.break_glass;
    signoff->decision = session->args.approve ? DECISION_APPROVE : DECISION_REJECT;
    signoff->reason = g_strdup(session->args.reason);
    signoff->ticket = g_strdup(session->args.ticket);
    if (!text_has_word(signoff->reason))
        return session_complain(session, EXIT_REFUSED,
                                "A reason in words is needed; it goes into the audit log.");
    return take_phrase(session, &ballot, signoff, &code) &&
                   take_signature(session, &ballot, signoff, &code)
               ? send_signoff(session, signoff)
               : code;
}
