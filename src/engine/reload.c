// A reload is a decision too: it stands in the audit log.
#include "engine/motion.h"

typedef struct {
    char *actor;
    char *text;
} Reload;

static void free_reload(gpointer data)
{
    Reload *reload = data;
    g_free(reload->actor);
    g_free(reload->text);
    g_free(reload);
}

static bool prepare_reload(Engine *engine, Motion *motion, GError **error)
{
    const Reload *reload = motion->request;
    (void)error;
    motion_audit(motion, reload->actor, "fleet.reloaded", "fleet", engine->fleet->name)->detail =
        g_strdup(reload->text);
    return true;
}

void reload_audit(Engine *engine, const char *actor, const char *text)
{
    Motion *motion = motion_new("reload", prepare_reload);
    Reload *reload = g_new(Reload, 1);
    *reload = (Reload){g_strdup(actor), g_strdup(text)};
    motion->request = reload;
    motion->free_request = free_reload;
    motion_ask(engine, motion);
}
