#include "view/fetch.h"

#include <string.h>

#include "base/error.h"

void fetch_clear(Fetch *fetch)
{
    g_free(fetch->path);
    g_free(fetch->trouble);
    *fetch = (Fetch){0};
}

bool fetch_rests(const Fetch *fetch, const ViewContext *context, gint64 rest_ms)
{
    return fetch->asked_ms && context->mono_ms - fetch->asked_ms < rest_ms;
}

Effect fetch_ask(Fetch *fetch, const ViewContext *context, char *path)
{
    Effect effect = effect_of(EFFECT_FETCH);
    effect.text = g_strdup(path);
    g_free(fetch->path); // an answer that came while another screen was shown is lost
    fetch->path = path;
    fetch->asked_ms = context->mono_ms;
    return effect;
}

bool fetch_take(Fetch *fetch, const ViewContext *context)
{
    if (!fetch->path || g_strcmp0(context->fetched_path, fetch->path) != 0)
        return false;
    g_clear_pointer(&fetch->path, g_free);
    g_clear_pointer(&fetch->trouble, g_free);
    return true;
}

const char *fetch_body(const ViewContext *context, GError **error)
{
    if (!context->fetched_body)
        g_set_error_literal(error, ERR, ERR_UNREACHABLE,
                            context->fetched_error ? context->fetched_error : "No answer.");
    return context->fetched_body;
}

json_t *fetch_json(const ViewContext *context, const char *what, gsize max_bytes, GError **error)
{
    const char *body = fetch_body(context, error);
    return body ? wire_parse(what, body, strlen(body), max_bytes, error) : NULL;
}
