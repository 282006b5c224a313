#include "daemon/supervisor.h"

#include <config.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>

void supervisor_ready(const char *status)
{
    sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void supervisor_reloading(void)
{
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
}

void supervisor_stopping(void)
{
    sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

static gboolean alive(gpointer data)
{
    (void)data;
    sd_notify(0, "WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

guint supervisor_watch(void)
{
    uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    return g_timeout_add((guint)CLAMP(usec / 2000, 10, G_MAXINT), alive, NULL);
}

#else

void supervisor_ready(const char *status)
{
    (void)status;
}

void supervisor_reloading(void)
{
}

void supervisor_stopping(void)
{
}

guint supervisor_watch(void)
{
    return 0;
}

#endif
