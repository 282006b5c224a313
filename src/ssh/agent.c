#include "ssh/agent.h"

#include "base/child.h"
#include "base/error.h"

enum { LIMIT_MS = 3000 };

const char *const AGENT_VARIABLE[] = {"SSH_AUTH_SOCK", NULL};

struct AgentQuestion {
    Child *child;
    guint idle;
    AgentState state;
    char *keys, *trouble;
    AgentDone done;
    gpointer data;
};

char *agent_program(const char *name, GError **error)
{
    char *path = g_find_program_in_path(name);
    if (!path)
        g_set_error(error, ERR, ERR_NOT_FOUND,
                    "%s is not installed here (package openssh-client): nothing can be signed.",
                    name);
    return path;
}

void agent_cancel(AgentQuestion *question)
{
    if (!question)
        return;
    g_clear_handle_id(&question->idle, g_source_remove);
    child_cancel(question->child);
    g_free(question->keys);
    g_free(question->trouble);
    g_free(question);
}

static void finish(AgentQuestion *question)
{
    const AgentAnswer answer = {question->state, question->keys ? question->keys : "",
                                question->trouble};
    question->done(&answer, question->data);
    agent_cancel(question);
}

static AgentState state_of(const ChildResult *result)
{
    if (result->timed_out)
        return AGENT_SILENT;
    return result->status == 0 ? AGENT_KEYS : result->status == 1 ? AGENT_EMPTY : AGENT_GONE;
}

static char *trouble_of(AgentState state)
{
    static const char *const TROUBLE[AGENT_STATES] = {
        [AGENT_UNSET] = "There is no SSH agent (SSH_AUTH_SOCK is not set).",
        [AGENT_SILENT] = "The SSH agent gives no answer within 3 seconds: perhaps it still waits "
                         "for a touch or a confirmation.",
        [AGENT_EMPTY] = "The SSH agent offers no keys: it holds none (ssh-add FILE), or it is "
                        "locked (ssh-add -X)."};
    if (state == AGENT_GONE)
        return g_strdup_printf("No SSH agent answers at %s (SSH_AUTH_SOCK). A forwarded one goes "
                               "with its SSH connection.",
                               g_getenv(*AGENT_VARIABLE));
    return g_strdup(TROUBLE[state]);
}

static void on_answer(const ChildResult *result, gpointer data)
{
    AgentQuestion *question = data;
    question->child = NULL;
    question->state = state_of(result);
    question->trouble = trouble_of(question->state);
    if (question->state == AGENT_KEYS)
        question->keys = g_strndup(result->out, result->out_size);
    finish(question);
}

static gboolean on_idle(gpointer data)
{
    AgentQuestion *question = data;
    question->idle = 0;
    finish(question);
    return G_SOURCE_REMOVE;
}

static bool start(AgentQuestion *question)
{
    const char *socket = g_getenv(*AGENT_VARIABLE);
    g_autoptr(GError) error = NULL;
    if (!socket || !*socket) {
        question->trouble = trouble_of(AGENT_UNSET);
        return false;
    }
    g_autofree char *program = agent_program("ssh-add", &error);
    const char *const argv[] = {program, "-L", NULL};
    const ChildSpec spec = {.argv = argv, .pass = AGENT_VARIABLE, .timeout_ms = LIMIT_MS};
    if (program)
        question->child = child_start(&spec, on_answer, question, &error);
    if (question->child)
        return true;
    question->state = AGENT_UNRUN;
    question->trouble = g_strdup(error->message);
    return false;
}

AgentQuestion *agent_ask(AgentDone done, gpointer data)
{
    AgentQuestion *question = g_new0(AgentQuestion, 1);
    question->done = done;
    question->data = data;
    if (!start(question))
        question->idle = g_idle_add(on_idle, question);
    return question;
}
