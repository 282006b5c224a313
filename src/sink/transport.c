#include "sink/transport.h"

const TransportKind *transport_kind(SinkKind kind)
{
    static const TransportKind *const KINDS[] = {[SINK_WEBHOOK] = &TRANSPORT_WEBHOOK,
                                                 [SINK_COMMAND] = &TRANSPORT_COMMAND,
                                                 [SINK_JOURNAL] = &TRANSPORT_JOURNAL,
                                                 [SINK_SYSLOG] = &TRANSPORT_SYSLOG,
                                                 [SINK_FILE] = &TRANSPORT_FILE};
    g_assert(kind < G_N_ELEMENTS(KINDS));
    return KINDS[kind];
}

void transport_begin(Transport *transport, TransportDone done, gpointer data)
{
    g_assert(!transport->done);
    transport->done = done;
    transport->data = data;
}

void transport_end(Transport *transport, Sent sent, const char *detail, gint64 wait_ms)
{
    TransportDone done = transport->done;
    transport->done = NULL;
    done(sent, detail, wait_ms, transport->data);
}
