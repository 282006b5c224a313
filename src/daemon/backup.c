#include "daemon/backup.h"

#include <stdio.h>

#include "conf/daemon.h"
#include "conf/mistake.h"
#include "store/sqlite.h"

bool backup_write(const char *config, const char *path)
{
    g_autoptr(GPtrArray) mistakes = mistakes_new();
    g_autoptr(DaemonConfig) daemon = NULL;
    g_autoptr(GError) error = NULL;
    if (!conf_load_daemon(config, false, &daemon, mistakes)) {
        g_autofree char *text = mistakes_format(mistakes);
        fprintf(stderr, "%s\n", text);
        return false;
    }
    if (store_sqlite_backup(daemon->store, path, &error))
        return true;
    fprintf(stderr, "signalboxd: %s\n", error->message);
    return false;
}
