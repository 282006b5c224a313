// Prints the state table of operations (model/transition.h) in Promela, for the models beside it to include:
// the states, for each event whether it is possible (MAY_x) and what comes of it (move_x), with every row
// that a search takes remembered. So no model can move an operation in another way than the daemon.
#include <stdio.h>

#include "model/transition.h"

static const char *const CONDITIONS[CONDITION_COUNT] = {
    [CONDITION_ALWAYS] = "true",
    [CONDITION_HOLDING] = "phase == HOLDING",
    [CONDITION_STARTED] = "phase != HOLDING",
    [CONDITION_BEFORE_PNR] = "!past_pnr && phase != UNDOING",
    [CONDITION_NO_EXCEPTIONS] = "!exceptions && phase != HOLDING",
    [CONDITION_WITH_EXCEPTIONS] = "exceptions && phase != HOLDING",
};

static const TransitionRow *rows;
static guint count;

static char *upper(const char *name)
{
    char *text = g_ascii_strup(name, -1);
    return g_strdelimit(text, "-", '_');
}

static char *state_name(OperationState state)
{
    return upper(name_of(&OPERATION_STATE_NAMES, (int)state));
}

static char *event_name(OperationEvent event)
{
    return g_strdelimit(g_strdup(name_of(&EVENT_NAMES, (int)event)), "-", '_');
}

static void print_states(void)
{
    for (guint i = 0; i < OPERATION_STATES; i++) {
        g_autofree char *name = state_name((OperationState)i);
        printf("#define %s %u\n", name, i);
    }
    printf("#define HOLDING 0\n#define FORWARD 1\n#define UNDOING 2\n\n");
    printf("byte state = AWAITING_SIGN_OFF;\nbyte phase = FORWARD;\n");
    printf("bool past_pnr = false, exceptions = false;\n\n");
}

// Which rows a search took, told at its end: no part of a state.
static void print_memory(void)
{
    printf("c_decl {\n\\#include <stdio.h>\n\\#include <stdlib.h>\n");
    printf("static unsigned char taken[%u];\n", count);
    printf("static const char *const ROWS[%u] = {\n", count);
    for (guint i = 0; i < count; i++) {
        g_autofree char *from = state_name(rows[i].from), *event = event_name(rows[i].event);
        g_autofree char *to = state_name(rows[i].to);
        printf("    \"%s %s %s\",\n", from, event, to);
    }
    printf("};\nstatic void tell_rows(void)\n{\n    for (unsigned i = 0; i < %u; i++)\n", count);
    printf(
        "        printf(\"row %%s: %%s\\n\", ROWS[i], taken[i] ? \"taken\" : \"never\");\n}\n}\n");
    printf("#define TELL_ROWS c_code { atexit(tell_rows); }\n\n");
}

static void print_event(OperationEvent event)
{
    g_autofree char *name = event_name(event);
    printf("#define MAY_%s (false", name);
    for (guint i = 0; i < count; i++) {
        g_autofree char *from = state_name(rows[i].from);
        if (rows[i].event == event)
            printf(" || (state == %s && %s)", from, CONDITIONS[rows[i].condition]);
    }
    printf(")\ninline move_%s() {\n    if\n", name);
    for (guint i = 0; i < count; i++) {
        g_autofree char *from = state_name(rows[i].from), *to = state_name(rows[i].to);
        if (rows[i].event == event)
            printf("    :: state == %s && %s -> c_code { taken[%u] = 1; }; state = %s\n", from,
                   CONDITIONS[rows[i].condition], i, to);
    }
    printf("    :: else -> assert(false) /* the state table does not allow %s */\n    fi\n}\n",
           name);
}

int main(void)
{
    rows = transition_rows(&count);
    print_states();
    print_memory();
    for (guint event = 0; event < EVENT_COUNT; event++)
        print_event((OperationEvent)event);
    return 0;
}
