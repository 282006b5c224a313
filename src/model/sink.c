#include "model/sink.h"

#include "base/timefmt.h"

SinkStatus *sink_status_new(const char *name, SinkKind kind)
{
    SinkStatus *status = g_new0(SinkStatus, 1);
    status->name = g_strdup(name);
    status->kind = kind;
    return status;
}

void sink_status_free(SinkStatus *status)
{
    if (!status)
        return;
    g_free(status->name);
    g_free(status->location);
    g_free(status->target);
    g_free(status->detail);
    g_free(status);
}

char *sink_status_trouble(const SinkStatus *status, gint64 patience_ms, gint64 now_ms)
{
    if (status->failing_since_ms && now_ms - status->failing_since_ms >= patience_ms) {
        char since[16];
        time_format_clock(status->failing_since_ms, since);
        return g_strdup_printf("Sink %s has taken nothing since %s: %s", status->name, since,
                               status->detail ? status->detail : "it does not answer.");
    }
    if (status->dropped)
        return g_strdup_printf("Sink %s has missed events for good.", status->name);
    return NULL;
}
