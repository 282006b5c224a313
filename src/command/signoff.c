// Signing without the console: the same checks, the same journal.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "command/command.h"
#include "model/quorum.h"
#include "model/refusal.h"
#include "wire/operation.h"

enum { LINE_MAX_BYTES = 1024 };

void signoff_options(Session *session, GOptionContext *context)
{
    const GOptionEntry entries[] = {{"approve", 0, 0, G_OPTION_ARG_NONE, &session->args.approve,
                                     "Approve exactly this statement", NULL},
                                    {"reject", 0, 0, G_OPTION_ARG_NONE, &session->args.reject,
                                     "Reject it: the operation stops", NULL},
                                    {"reason", 'r', 0, G_OPTION_ARG_STRING, &session->args.reason,
                                     "Why; goes into the audit log", "TEXT"},
                                    {"ticket", 't', 0, G_OPTION_ARG_STRING, &session->args.ticket,
                                     "Reference of the incident", "T"},
                                    {"confirm", 0, 0, G_OPTION_ARG_STRING, &session->args.confirm,
                                     "The statement's phrase, typed out", "PHRASE"},
                                    {"id", 0, 0, G_OPTION_ARG_STRING, &session->args.id,
                                     "Asks again with the id of an earlier try", "ID"},
                                    G_OPTION_ENTRY_NULL};
    g_option_context_add_main_entries(context, entries, NULL);
}

// On a terminal the phrase is asked for, with what it stands for above it.
static char *ask_phrase(const Operation *operation)
{
    char line[LINE_MAX_BYTES];
    g_autofree char *summary = text_escape(operation->statement->summary);
    g_autofree char *how = text_escape(operation->statement->loss_how);
    g_autofree char *phrase = text_escape(operation->statement->confirm);
    fprintf(stderr, "%s\nLoss: %s\nType to approve:  %s\n> ", summary, how, phrase);
    if (!fgets(line, sizeof line, stdin))
        return NULL;
    return g_strdup(g_strchomp(line));
}

static bool check_usage(const Session *session, int argc, int *ret_exit)
{
    const Arguments *args = &session->args;
    if (argc == 2 && args->approve != args->reject && args->reason)
        return true;
    *ret_exit = session_complain(
        session, EXIT_USAGE,
        "expected: signalbox signoff ID --approve|--reject --reason TEXT [--ticket T] "
        "[--confirm PHRASE]");
    return false;
}

static Operation *read_operation(Session *session, const char *id, int *ret_exit)
{
    g_autofree char *safe = g_uri_escape_string(id, NULL, FALSE);
    g_autofree char *path = g_strconcat("/v1/operations/", safe, NULL);
    g_autoptr(json_t) json = session_get(session, path, ret_exit);
    g_autoptr(GError) error = NULL;
    Operation *operation = json ? operation_from_json(json, WIRE_LENIENT, &error) : NULL;
    if (json && !operation)
        *ret_exit = session_fail(session, error);
    return operation;
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
    signoff->phrase = ask ? ask_phrase(operation) : g_strdup(session->args.confirm);
    if (quorum_phrase_matches(signoff->phrase, operation->statement->confirm))
        return true;
    *ret_exit = session_complain(session, EXIT_REFUSED,
                                 "The phrase is not this statement's. Expected: --confirm \"%s\"",
                                 operation->statement->confirm);
    return false;
}

typedef struct {
    Session *session;
    bool done;
    int code;
} Signing;

static void on_signed(json_t *json, const char *text, const GError *error, gpointer data)
{
    Signing *signing = data;
    signing->done = true;
    if (error) {
        signing->code = session_fail(signing->session, error);
        return;
    }
    if (signing->session->json) {
        puts(text);
        return;
    }
    g_autoptr(SignOff) signoff = signoff_from_json(json, WIRE_LENIENT, NULL);
    print_line("recorded: %s by %s (audit %" G_GINT64_FORMAT ")", signoff ? signoff->id : "-",
               signoff ? signoff->operator_name : "-", signoff ? signoff->audit_seq : (gint64)0);
}

static int send_signoff(Session *session, const SignOff *signoff)
{
    Signing signing = {session, false, EXIT_FINE};
    fprintf(stderr, "sign-off %s\n",
            signoff->id); // before it is sent: the id to ask with if the line drops
    client_sign(session->client, signoff, on_signed, &signing);
    while (!signing.done)
        g_main_context_iteration(NULL, TRUE);
    return signing.code;
}

int run_signoff(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    if (!check_usage(session, argc, &code) || !session_connect(session, &code))
        return code;
    g_autoptr(Operation) operation = read_operation(session, argv[1], &code);
    if (!operation)
        return code;
    g_autofree char *id =
        session->args.id ? g_strdup(session->args.id) : id_new(&session->ids, "so");
    if (!id_is_valid(id))
        return session_complain(session, EXIT_USAGE, "--id must be the id of an earlier sign-off.");
    g_autoptr(SignOff) signoff = signoff_new(id);
    signoff->operation = g_strdup(operation->id);
    signoff->digest = g_strdup(operation->digest);
    signoff->decision = session->args.approve ? DECISION_APPROVE : DECISION_REJECT;
    signoff->reason = g_strdup(session->args.reason);
    signoff->ticket = g_strdup(session->args.ticket);
    if (!text_has_word(signoff->reason))
        return session_complain(session, EXIT_REFUSED,
                                "A reason in words is needed; it goes into the audit log.");
    return take_phrase(session, operation, signoff, &code) ? send_signoff(session, signoff) : code;
}
