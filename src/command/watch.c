// Following an operation until it ends, also over a restart of the backend.
#include <stdio.h>
#include <string.h>

#include "base/timefmt.h"
#include "command/command.h"
#include "wire/operation.h"

enum { FOLLOW_MS = 250, PATIENCE_MS = 30 * 1000 };

typedef struct {
    char *said;    // state and phase told last
    char **states; // of the steps, told last
    guint steps;
    GHashTable *members; // of a region-level one: group → what was told of it last
    bool drill;          // said in every line
    guint64 revision;    // printed last, with --json
} Progress;

static void tell(const Session *session, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void tell(const Session *session, const char *format, ...)
{
    char at[16];
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    time_format_clock(session_now_ms(session), at);
    print_line(session, "%s %s", at, text);
}

static void grow(Progress *progress, guint steps)
{
    if (progress->steps >= steps)
        return;
    progress->states = g_renew(char *, progress->states, steps);
    while (progress->steps < steps)
        progress->states[progress->steps++] = g_strdup("pending");
}

static void tell_steps(const Session *session, Progress *progress, const Operation *operation)
{
    grow(progress, operation->steps->len);
    for (guint i = 0; i < operation->steps->len; i++) {
        const Step *step = operation->steps->pdata[i];
        const char *state = word_of(&STEP_STATE_NAMES, (int)step->state);
        if (strcmp(progress->states[i], state) == 0)
            continue;
        g_free(progress->states[i]);
        progress->states[i] = g_strdup(state);
        tell(session, "%sstep %u of %u: %s: %s%s%s", progress->drill ? "DRILL " : "", step->number,
             operation->steps->len, step->title, state, step->detail ? ": " : "",
             step->detail ? step->detail : "");
    }
}

static void tell_members(const Session *session, Progress *progress, const Operation *operation)
{
    for (guint i = 0; i < operation->members->len; i++) {
        const Member *member = operation->members->pdata[i];
        const char *state =
            member->operation ? word_of(&OPERATION_STATE_NAMES, (int)member->state) : "left out";
        g_autofree char *said =
            g_strdup_printf("%s: %s%s%s", member->group, state, member->why ? ": " : "",
                            member->why ? member->why : "");
        if (g_strcmp0(g_hash_table_lookup(progress->members, member->group), said) == 0)
            continue;
        tell(session, "group %u of %u: %s%s%s", i + 1, operation->members->len, said,
             member->operation ? ", operation " : "", member->operation ? member->operation : "");
        g_hash_table_replace(progress->members, g_strdup(member->group), g_steal_pointer(&said));
    }
}

// Takes the state once it is told.
static void tell_state(const Session *session, Progress *progress, char **state)
{
    if (g_strcmp0(*state, progress->said) == 0)
        return;
    tell(session, "%s", *state);
    g_free(progress->said);
    progress->said = g_steal_pointer(state);
}

static void tell_progress(const Session *session, Progress *progress, const Operation *operation)
{
    bool running = operation->state == OPERATION_RUNNING;
    g_autofree char *state = g_strdup_printf(
        "%s%s%s%s%s%s%s", progress->drill ? operation_word(operation) : "",
        progress->drill ? " " : "", word_of(&OPERATION_STATE_NAMES, (int)operation->state),
        running ? ", " : "", running ? word_of(&PHASE_NAMES, (int)operation->phase) : "",
        operation->why ? ": " : "", operation->why ? operation->why : "");
    bool ended = operation_has_ended(operation);
    if (!ended)
        tell_state(session, progress, &state);
    tell_members(session, progress, operation);
    tell_steps(session, progress, operation);
    if (ended) // the last word
        tell_state(session, progress, &state);
}

static void print_progress(const Session *session, Progress *progress, const Operation *operation)
{
    if (!session->json) {
        tell_progress(session, progress, operation);
    } else if (operation->revision != progress->revision) {
        progress->revision = operation->revision;
        print_json(session, operation_to_json(operation));
    }
    fflush(stdout);
}

static void progress_release(Progress *progress)
{
    g_hash_table_unref(progress->members);
    for (guint i = 0; i < progress->steps; i++)
        g_free(progress->states[i]);
    g_free(progress->states);
    g_free(progress->said);
}

// The operation as it is now. NULL: told already, *ret_exit says why. A backend that is being restarted, or
// another one that takes over, is waited for.
static Operation *look(Session *session, const char *id, int *ret_exit)
{
    gint64 until_ms = clock_mono_ms(session->clock) + PATIENCE_MS;
    Operation *operation = operation_fetch(session, id, ret_exit);
    if (operation || *ret_exit != EXIT_UNREACHABLE)
        return operation;
    print_error(session, "asking on for %d s.", PATIENCE_MS / 1000);
    session->quiet = true;
    while (!operation && *ret_exit == EXIT_UNREACHABLE &&
           clock_mono_ms(session->clock) < until_ms) {
        session_pause(4 * FOLLOW_MS);
        if (session_connect(session, ret_exit))
            operation = operation_fetch(session, id, ret_exit);
    }
    session->quiet = false;
    if (!operation)
        print_error(session, "given up. Once it answers: `signalbox operations show %s`", id);
    return operation;
}

int run_watch(Session *session, int argc, char **argv)
{
    int code = EXIT_FINE;
    Progress progress = {.members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    if (argc != 2 || !session_connect(session, &code)) {
        progress_release(&progress);
        return argc == 2 ? code
                         : session_complain(session, EXIT_USAGE, "expected: signalbox watch ID");
    }
    for (bool ended = false; !ended;) {
        g_autoptr(Operation) operation = look(session, argv[1], &code);
        if (!operation)
            break;
        progress.drill = operation->kind == OPERATION_DRILL;
        print_progress(session, &progress, operation);
        ended = operation_has_ended(operation);
        code = !ended || operation->state == OPERATION_COMPLETED ? EXIT_FINE : EXIT_DOWN;
        if (!ended)
            session_pause(FOLLOW_MS);
        else if (!session->json && !progress.drill) // which loses nothing
            print_losses(session, operation);
    }
    progress_release(&progress);
    return code;
}
