// The operator's SSH agent, asked what it holds (ssh-add -L). It may be a forwarded one: then it comes and goes with an
// SSH connection.
#pragma once

#include <glib.h>
#include <stdbool.h>

// Where an OpenSSH program is, in PATH. NULL with ERR_NOT_FOUND and what to install. The caller frees.
char *agent_program(const char *name, GError **error);

// The variable that leads to the agent: for a child that may speak to it (ChildSpec.pass).
extern const char *const AGENT_VARIABLE[];

typedef enum {
    AGENT_UNSET,  // no variable leads to one
    AGENT_UNRUN,  // ssh-add cannot be run
    AGENT_GONE,   // nobody answers there
    AGENT_SILENT, // no answer within 3 seconds
    AGENT_EMPTY,  // it offers no keys: it holds none, or it is locked
    AGENT_KEYS,
    AGENT_STATES
} AgentState;

typedef struct {
    AgentState state;
    const char *keys;    // a public key a line; "" if there are none
    const char *trouble; // a sentence; NULL = it has keys
} AgentAnswer;

typedef struct AgentQuestion AgentQuestion;

// `answer` is borrowed for the call.
typedef void (*AgentDone)(const AgentAnswer *answer, gpointer data);

// `done` is called once, later, unless it is cancelled.
AgentQuestion *agent_ask(AgentDone done, gpointer data);

// NULL is fine.
void agent_cancel(AgentQuestion *question);
