// A command: the program is run once for each event, with the event on its standard input. Exit status 0 means taken.
#include <string.h>

#include "base/child.h"
#include "base/text.h"
#include "sink/transport.h"

enum { WORDS_MAX = 200 }; // of what it said on a failure

typedef struct {
    Transport transport;
    Child *child;
} Command;

static Transport *command_open(const ConfSink *sink, const Clock *clock, GError **error)
{
    Command *command = g_new0(Command, 1);
    (void)clock, (void)error;
    command->transport.sink = sink;
    return &command->transport;
}

static void command_close(Transport *transport)
{
    Command *command = (Command *)transport;
    child_cancel(command->child);
    g_free(command);
}

static char *why(const ChildResult *result)
{
    g_autofree char *words = text_escape_n(result->err, MIN(strcspn(result->err, "\n"), WORDS_MAX));
    if (result->timed_out)
        return g_strdup("It did not end in time and was stopped.");
    if (result->status < 0)
        return g_strdup("It was ended by a signal.");
    return g_strdup_printf("It ended with %d%s%s.", result->status, *words ? ": " : "", words);
}

static void on_ended(const ChildResult *result, gpointer data)
{
    Command *command = data;
    g_autofree char *detail = result->status == 0 ? NULL : why(result);
    command->child = NULL;
    transport_end(&command->transport, detail ? SENT_FAILED : SENT_TAKEN, detail, 0);
}

static void command_send(Transport *transport, const SinkEvent *const *events, guint count,
                         TransportDone done, gpointer data)
{
    Command *command = (Command *)transport;
    const ConfSink *sink = transport->sink;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *line = g_strconcat(events[0]->json, "\n", NULL);
    g_autofree char *type = g_strconcat("SIGNALBOX_EVENT_TYPE=", events[0]->type, NULL);
    g_autoptr(GBytes) input = g_bytes_new(line, strlen(line));
    const char *const set[] = {type, NULL};
    g_assert(count == 1);
    g_ptr_array_extend(argv, sink->command, NULL, NULL);
    g_ptr_array_add(argv, NULL);
    const ChildSpec spec = {.argv = (const char *const *)argv->pdata,
                            .input = input,
                            .set = set,
                            .timeout_ms = (guint)sink->timeout_ms};
    transport_begin(transport, done, data);
    command->child = child_start(&spec, on_ended, command, &error);
    if (!command->child)
        transport_end(transport, SENT_FAILED, error->message, 0);
}

static char *command_target(const ConfSink *sink)
{
    return g_strdup(sink->command->pdata[0]);
}

const TransportKind TRANSPORT_COMMAND = {1, command_open, command_send, command_close,
                                         command_target};
