// Telling an operation what to do: a row a verb.
#include <string.h>

#include "base/text.h"
#include "command/command.h"
#include "wire/operation.h"

typedef struct {
    const char *name;
    bool silent;  // needs no reason
    bool at_once; // must not fail because the operation has moved on meanwhile
    bool step;    // --step says which, and is needed
} Verb;

static const Verb VERBS[] = {
    {"hold", true, true, false},     {"resume", false, false, false},
    {"retry", false, false, false},  {"skip", false, false, false},
    {"abort", false, false, false},  {"withdraw", false, false, false},
    {"start", false, false, false},  {"confirm", false, false, true},
    {"attest", false, false, false},
};

static const Verb *find_verb(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(VERBS); i++)
        if (strcmp(VERBS[i].name, name) == 0)
            return &VERBS[i];
    return NULL;
}

bool operate_knows(const char *verb)
{
    return find_verb(verb) != NULL;
}

static bool check_usage(const Session *session, const Verb *verb)
{
    const Arguments *args = &session->args;
    g_autoptr(GError) error = NULL;
    int how;
    if (!verb->silent && !text_has_word(args->reason))
        session_complain(session, EXIT_USAGE,
                         "--reason TEXT is needed to %s; it goes into the audit log", verb->name);
    else if (verb->step && args->step < 1)
        session_complain(session, EXIT_USAGE, "--step N is needed: which step is done?");
    else if (args->how && !name_parse(&ATTEST_NAMES, args->how, &how, &error))
        session_complain(session, EXIT_USAGE, "--how: %s", error->message);
    else if (args->step < 0)
        session_complain(session, EXIT_USAGE, "--step is a step's number, from 1");
    else
        return true;
    return false;
}

static char *path_of(const Session *session, const Verb *verb, const char *id)
{
    g_autofree char *rest = verb->step ? g_strdup_printf("/steps/%d/confirm", session->args.step)
                                       : g_strconcat("/", verb->name, NULL);
    return operation_path(id, rest);
}

static json_t *body_of(const Session *session, const Verb *verb)
{
    const Arguments *args = &session->args;
    json_t *body = json_object();
    if (args->reason)
        wire_set_text(body, "reason", args->reason);
    if (args->ticket)
        wire_set_text(body, "ticket", args->ticket);
    if (args->how)
        wire_set_text(body, "how", args->how);
    if (args->step && !verb->step)
        json_object_set_new(body, "step", json_integer(args->step));
    return body;
}

// "op-1: paused, held: why"; what ends with its own word says it once.
static void print_state(const Session *session, const Operation *operation)
{
    const char *word = word_of(&OPERATION_STATE_NAMES, (int)operation->state);
    const char *why = operation->why ? operation->why : "";
    bool held = operation->held && !operation_has_ended(operation);
    bool said = g_str_has_prefix(why, word); // "withdrawn by anna: …"
    print_line(session, "%s: %s%s%s%s", operation->id, said ? "" : word, held ? ", held" : "",
               *why && !said ? ": " : "", why);
}

static int print_result(const Session *session, json_t *json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Operation) operation = operation_from_json(json, WIRE_LENIENT, &error);
    if (!operation)
        return session_nonsense(session, error);
    const Act *act = operation_act(operation);
    if (session->json)
        print_json(session, json_incref(json));
    else if (act) {
        print_statement(session, act->statement, true);
        print_line(session,
                   "  to sign   signalbox signoff %s --approve --reason TEXT --confirm '%s'",
                   operation->id, act->statement->confirm);
    } else
        print_state(session, operation);
    return EXIT_FINE;
}

int operate(Session *session, const char *name, const char *id)
{
    const Verb *verb = find_verb(name);
    int code = EXIT_FINE;
    guint64 revision = 0;
    if (!check_usage(session, verb))
        return EXIT_USAGE;
    if (!session_connect(session, &code))
        return code;
    if (!verb->at_once) { // what is told is told to the operation as it is seen now
        g_autoptr(Operation) seen = operation_fetch(session, id, &code);
        if (!seen)
            return code;
        revision = seen->revision;
    }
    g_autofree char *path = path_of(session, verb, id);
    g_autoptr(json_t) json = session_post(session, path, body_of(session, verb), revision, &code);
    return json ? print_result(session, json) : code;
}
