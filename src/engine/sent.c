#include "engine/sent.h"

struct Sent {
    EngineLink *link;
    char *key;
    guint try_;
};

Sent *sent_new(Engine *engine, Exec *exec, gint64 patience_ms)
{
    Sent *sent = g_new(Sent, 1);
    exec->stage = EXEC_SENT;
    exec->tries++;
    exec->next_ms = engine->mono_ms + patience_ms;
    *sent = (Sent){engine_link(engine), g_strdup(exec->key), exec->tries};
    return sent;
}

Exec *sent_answered(Sent *sent, Engine **ret_engine)
{
    Engine *engine = engine_unlink(sent->link);
    Exec *exec = engine ? g_hash_table_lookup(engine->execs, sent->key) : NULL;
    if (exec && (exec->stage != EXEC_SENT || exec->tries != sent->try_))
        exec = NULL;
    if (exec)
        engine_touch_time(engine);
    g_free(sent->key);
    g_free(sent);
    *ret_engine = engine;
    return exec;
}
